import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { openDatabases } from '../../src/db/client.ts';
import { codeHash } from '../../src/links/link-code.ts';
import { makeLink, writeLinks } from '../../src/links/mint-link.ts';
import { sessionCookieName } from '../../src/platform/auth/session.ts';
import { type Bindings, configOf } from '../../src/platform/deps.ts';
import worker from '../../src/worker.ts';
import { insertWebSession } from '../worker/people.ts';
import { UA } from './app-links/user-agents.ts';

/** The Worker's environment, as the tests configure it; without the edge's count of misses, whose minutes are real ones. */
export const bindings = { ...env, MISS_LIMIT: undefined } as unknown as Bindings;
export const config = configOf(bindings);
export const db = openDatabases(bindings);
export const ORIGIN = config.PUBLIC_ORIGIN;

const sql = (text: string, ...values: unknown[]) => bindings.DB.prepare(text).bind(...values);

/** Rosa, Ben and Ana share two threads; Eve is of another family. */
export async function seed(): Promise<void> {
  await bindings.DB.batch([
    sql("INSERT INTO families (id, name, created_at) VALUES ('fam', 'Rivera', 0), ('fam_2', 'Other', 0)"),
    sql(`INSERT INTO users (id, family_id, name, created_at) VALUES ('usr_rosa', 'fam', 'Rosa', 0),
      ('usr_ben', 'fam', 'Ben', 0), ('usr_ana', 'fam', 'Ana', 0), ('usr_eve', 'fam_2', 'Eve', 0)`),
    sql('INSERT INTO people (id, family_id, claimed_at) SELECT id, family_id, 0 FROM users'),
    sql(`INSERT INTO threads (id, family_id, title, last_seq, last_activity_at, created_at)
      VALUES ('thr_1', 'fam', 'Sunday dinner', 3, 0, 0), ('thr_2', 'fam', 'Holidays', 1, 0, 0)`),
    sql(`INSERT INTO thread_members (thread_id, user_id, family_id, last_read_seq, joined_at)
      SELECT t.id, u.id, 'fam', 0, 0 FROM threads t JOIN users u ON u.family_id = 'fam'`),
  ]);
}

let made = 0;
let asked = 0;

/** Writes a texted link for a person, made at `at`, and gives its code. */
export async function newLink({
  userId = 'usr_ben',
  threadId = 'thr_1' as string | null,
  at = Date.now(),
} = {}): Promise<string> {
  const id = `dlv_${made++}`;
  const target = { id, deliveryId: id, kind: 'text' as const, familyId: 'fam', userId, threadId };
  const { code, row } = await makeLink(config, target, at);
  await db.forFamily('fam').run(writeLinks([row]));
  return code;
}

/** Signs a person in without any link; gives the Cookie header. */
export async function cookieOf(userId: string): Promise<string> {
  const { token } = await insertWebSession(userId, userId === 'usr_eve' ? 'fam_2' : 'fam');
  return `${sessionCookieName(config)}=${token}`;
}

/**
 * The environment with a directory that no request has seen: whose memory of strangers who ask in vain is empty, so that
 * they do not wait for each other (which doors.worker.test.ts is about).
 */
const unseen = () => ({
  ...bindings,
  DB: new Proxy(bindings.DB, {
    get: (db, name) => {
      const value: unknown = Reflect.get(db, name);
      return typeof value === 'function' ? value.bind(db) : value;
    },
  }),
});

/** Asks the Worker; answers after everything that it left for afterwards is done. */
export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const ctx = createExecutionContext();
  const url = path.startsWith('https:') ? path : ORIGIN + path;
  const headers = new Headers(init.headers);
  if (!headers.has('CF-Connecting-IP')) headers.set('CF-Connecting-IP', `10.0.0.${asked++ % 250}`);
  if (!headers.has('User-Agent')) headers.set('User-Agent', UA.iphone);
  const request = new Request(url, { ...init, headers, redirect: 'manual' });
  const response = await worker.fetch(request as never, unseen() as never, ctx);
  await waitOnExecutionContext(ctx);
  return response;
}

/** What the page's button would send: the form's fields, and the cookies of the browser that got the page. */
export interface Button {
  action: string;
  body: URLSearchParams;
  cookie: string;
}

/** Reads the one form of a landing page; null when there is none. */
export async function buttonOf(response: Response, cookie = ''): Promise<Button | null> {
  const html = await response.clone().text();
  const action = /<form method="post" action="([^"]*)"/.exec(html)?.[1];
  if (!action) return null;
  const body = new URLSearchParams();
  for (const [, name = '', value = ''] of html.matchAll(
    /<input type="hidden" name="([^"]*)" value="([^"]*)"/g,
  ))
    body.append(name, value);
  const set = response.headers.getSetCookie().map((line) => line.split(';')[0]);
  return { action, body, cookie: [cookie, ...set].filter((each) => each !== '').join('; ') };
}

/** Presses the button, as a browser would. */
export function press(button: Button | null, headers: Record<string, string> = {}): Promise<Response> {
  if (!button) throw new Error('The page has no button');
  return ask(button.action, {
    method: 'POST',
    headers: {
      Origin: ORIGIN,
      Cookie: button.cookie,
      'Content-Type': 'application/x-www-form-urlencoded',
      ...headers,
    },
    body: button.body.toString(),
  });
}

/** Looks at a link and presses its button. */
export async function lookAndPress(path: string, cookie = ''): Promise<Response> {
  const page = await ask(path, { headers: cookie ? { Cookie: cookie } : {} });
  return press(await buttonOf(page, cookie));
}

/** The app's call. */
export function openFromApp(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return ask('/api/links/open', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'User-Agent': UA.iosApp, ...headers },
    body: JSON.stringify(body),
  });
}

/** How many sessions a person has, and how often a link was consumed: what looking must not change. */
export async function effects(userId: string): Promise<{ sessions: number; consumed: number }> {
  const row = await sql(
    `SELECT (SELECT count(*) FROM sessions WHERE user_id = ?1) AS sessions,
      (SELECT count(*) FROM links WHERE user_id = ?1 AND consumed_at IS NOT NULL) AS consumed`,
    userId,
  ).first<{ sessions: number; consumed: number }>();
  if (!row) throw new Error('No counts');
  return row;
}

/** The row of a link. */
export async function rowOf(code: string): Promise<Record<string, unknown> | null> {
  return sql('SELECT * FROM links WHERE code_hash = ?', await codeHash(code)).first();
}

/** All rows of a query, for looking behind the API. */
export async function rows(text: string, ...values: unknown[]): Promise<Record<string, unknown>[]> {
  return (await sql(text, ...values).all()).results;
}
