/**
 * A conversation of very many messages in a real browser: the first view, and scrolling back page by page, against a
 * short conversation. Prints times, nodes and memory of the page; exits 1 when the long one is not as light.
 * Usage: npm run bench:conversation [-- messages pages]
 */
import { glob, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import type { BrowserContext, CDPSession, Page } from 'playwright-core';
import { magicCookies } from '../dev/stack/sign-in.ts';
import { startStack } from '../dev/stack/stack.ts';
import { launchBrowser } from '../test/support/browser.ts';

const MESSAGES = Number(process.argv[2] ?? 50_000);
const PAGES = Number(process.argv[3] ?? 100);
const SHORT = 300;
const FAMILY = 'fam_bench';
const AUTHOR = { id: 'usr_author', familyId: FAMILY, name: 'Author' };
const READER = { id: 'usr_reader', familyId: FAMILY, name: 'Reader' };

const dir = await mkdtemp(path.join(tmpdir(), 'fcs-conversation-'));
const env = { PORT: '0', SIMULATOR_PORT: '0', STATE_DIR: path.join(dir, 'state'), SEED_DEMO: '0' };
const stack = await startStack({ env, devVars: false, log: () => undefined });
const { host, origin } = stack;
if (!host) throw new Error('The stack came without its host');

/** A conversation that has nobody to text, with its first message. */
async function begin(threadId: string): Promise<void> {
  await host!.service('PUT', `/api/admin/threads/${threadId}`, {
    familyId: FAMILY,
    title: threadId,
    memberIds: [AUTHOR.id, READER.id],
  });
  await host!.as(AUTHOR)('POST', `/api/threads/${threadId}/messages`, { body: 'How are you today?' });
}

/** Repeats a conversation's first message in the database's own file: by posts it would take a quarter of an hour. */
function repeat(db: DatabaseSync, threadId: string, count: number): void {
  const own: Record<string, string> = {
    id: `m.id || '_' || n`,
    client_key: `m.id || '_' || n`,
    seq: 'n',
    created_at: 'm.created_at + n',
  };
  const columns = db
    .prepare(`SELECT name FROM pragma_table_info('messages')`)
    .all()
    .map(({ name }) => String(name));
  db.prepare(
    `WITH RECURSIVE number(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM number WHERE n < ?)
    INSERT INTO messages (${columns.join(', ')}) SELECT ${columns.map((name) => own[name] ?? `m.${name}`).join(', ')}
    FROM messages m JOIN number WHERE m.thread_id = ? AND m.seq = 1`,
  ).run(count, threadId);
  db.prepare('UPDATE threads SET last_seq = ? WHERE id = ?').run(count, threadId);
}

/** The file of the database that has a conversation. */
async function databaseOf(threadId: string): Promise<DatabaseSync> {
  for await (const file of glob(path.join(dir, 'state/**/d1/**/*.sqlite'))) {
    const db = new DatabaseSync(file, { timeout: 10_000 });
    const has = (query: string, ...values: string[]) => db.prepare(query).get(...values) !== undefined;
    if (
      has(`SELECT 1 FROM sqlite_master WHERE name = 'threads'`) &&
      has('SELECT 1 FROM threads WHERE id = ?', threadId)
    ) {
      return db;
    }
    db.close();
  }
  throw new Error(`No database has ${threadId}`);
}

/** Nodes of the page, and kilobytes of its script's memory, after collecting what is not used. */
async function weigh(client: CDPSession): Promise<{ nodes: number; kilobytes: number }> {
  await client.send('HeapProfiler.collectGarbage');
  const { metrics } = await client.send('Performance.getMetrics');
  const metric = (name: string) => metrics.find((each) => each.name === name)?.value ?? 0;
  return { nodes: metric('Nodes'), kilobytes: Math.round(metric('JSHeapUsedSize') / 1024) };
}

const firstSeq = (page: Page) =>
  page.locator('[data-items] [data-seq]').first().getAttribute('data-seq').then(Number);

/** Scrolls to the upper end once. @returns milliseconds until the page before is there */
async function back(page: Page): Promise<number> {
  const first = await firstSeq(page);
  const start = performance.now();
  await page.locator('[data-log]').evaluate((log) => {
    log.scrollTop = -log.scrollHeight;
  });
  await page.waitForFunction(
    (seq) => Number(document.querySelector<HTMLElement>('[data-items] [data-seq]')?.dataset.seq) < seq,
    first,
  );
  return performance.now() - start;
}

const median = (values: number[]) => Math.round([...values].sort((a, b) => a - b)[values.length >> 1] ?? 0);

/** Opens a conversation three times, and scrolls back. */
async function measure(context: BrowserContext, threadId: string, pages: number) {
  const page = await context.newPage();
  const client = await context.newCDPSession(page);
  await client.send('Performance.enable');
  const opened: number[] = [];
  for (let i = 0; i < 3; i++) {
    const start = performance.now();
    await page.goto(`/messages/${threadId}`);
    await page.locator('[data-items] [data-seq]').last().waitFor();
    opened.push(performance.now() - start);
  }
  await page.locator('[data-user].here').first().waitFor({ state: 'attached' });
  const before = await weigh(client);
  const times: number[] = [];
  let after = before;
  let most = before;
  for (let i = 1; i <= pages; i++) {
    times.push(await back(page));
    if (i % 10 > 0 && i < pages) continue;
    await page.waitForFunction(() => document.querySelectorAll('[data-items] [data-seq]').length <= 240);
    after = await weigh(client);
    if (after.nodes > most.nodes) most = after;
  }
  await page.close();
  return { opened: median(opened), page: median(times), before, most, after };
}

const browser = await launchBrowser();
try {
  await host.service('PUT', `/api/admin/families/${FAMILY}`, { name: 'Bench', timeZone: 'UTC' });
  for (const { id, familyId, name } of [AUTHOR, READER]) {
    await host.service('PUT', `/api/admin/users/${id}`, { familyId, name });
  }
  const conversations = { thr_short: SHORT, thr_long: MESSAGES };
  for (const threadId of Object.keys(conversations)) await begin(threadId);
  for (const [threadId, count] of Object.entries(conversations)) {
    const db = await databaseOf(threadId);
    repeat(db, threadId, count);
    db.close();
    await host.as(READER)('POST', `/api/threads/${threadId}/read`, {});
  }
  const context = await browser.newContext({ baseURL: origin, viewport: { width: 1200, height: 800 } });
  const link = { userId: READER.id, threadId: 'thr_long' };
  const origins = { appOrigin: origin, publicOrigin: stack.publicOrigin };
  await context.addCookies(await magicCookies(link, host, origins));
  const short = await measure(context, 'thr_short', 6);
  const long = await measure(context, 'thr_long', PAGES);
  const row = (name: string, { opened, page, before, most, after }: typeof long) => ({
    conversation: name,
    'first view, ms': opened,
    'a page back, ms': page,
    'nodes at first': before.nodes,
    'nodes at most': most.nodes,
    'KB at first': before.kilobytes,
    'KB at last': after.kilobytes,
  });
  console.table([row(`${SHORT} messages`, short), row(`${MESSAGES} messages, ${PAGES} pages back`, long)]);
  if (long.most.nodes > 20_000) process.exitCode = 1;
} finally {
  await browser.close();
  await stack.close();
  await rm(dir, { recursive: true, force: true });
}
