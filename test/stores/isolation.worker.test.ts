import { env } from 'cloudflare:workers';
import { beforeAll, expect, it } from 'vitest';
import { endpoints } from '../../src/routes.ts';
import { createWorld, type World } from '../worker/world.ts';
import { broken, WAYS } from './broken.ts';
import { familyIn, fillSlots } from './spread.ts';

const { FAMILY_DB_0, FAMILY_DB_1 } = env as unknown as Record<'FAMILY_DB_0' | 'FAMILY_DB_1', D1Database>;
/** Parents first. */
const TABLES = [
  'users',
  'notification_preferences',
  'threads',
  'thread_members',
  'messages',
  'sms_delivery_log',
];
const [USER, OTHER, THREAD] = ['usr_same', 'usr_same_too', 'thr_same'];

let world: World;
let ours: string;
let theirs: string;
let messageId: string;

/** Writes the rows of our family into the other store as well: the same ids, of the other family, with other words. */
async function copyAsTheirs(): Promise<void> {
  for (const table of TABLES) {
    const { results: columns } = await FAMILY_DB_1.prepare(`PRAGMA table_info(${table})`).all<{
      name: string;
    }>();
    const names = columns.map(({ name }) => name);
    const { results: rows } = await FAMILY_DB_0.prepare(`SELECT * FROM ${table} WHERE family_id = ?`)
      .bind(ours)
      .all<Record<string, unknown>>();
    const marks = names.map(() => '?').join(', ');
    const insert = FAMILY_DB_1.prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${marks})`);
    const changed = (value: unknown) =>
      value === ours ? theirs : typeof value === 'string' ? value.replace('of A', 'of B') : value;
    await FAMILY_DB_1.batch(rows.map((row) => insert.bind(...names.map((name) => changed(row[name])))));
  }
}

const rowsOfTheirs = async () => {
  const asked = TABLES.map((table) =>
    FAMILY_DB_1.prepare(`SELECT * FROM ${table} WHERE family_id = ? ORDER BY 1, 2`).bind(theirs),
  );
  const results = await FAMILY_DB_1.batch(asked);
  expect(results.every((result) => result.results.length > 0)).toBe(true);
  return JSON.stringify(results.map((result) => result.results));
};

beforeAll(async () => {
  await fillSlots();
  world = await createWorld();
  [ours, theirs] = [await familyIn('d1:0'), await familyIn('d1:1')];
  await world.mirror(`families/${ours}`, { name: 'Family of A' });
  await world.mirror(`families/${theirs}`, { name: 'Family of B' });
  for (const id of [USER, OTHER]) await world.mirror(`users/${id}`, { familyId: ours, name: 'Ana of A' });
  await world.mirror(`threads/${THREAD}`, { familyId: ours, title: 'Talk of A', memberIds: [USER, OTHER] });
  const posted = await world.api('POST', `/api/threads/${THREAD}/messages`, {
    as: { userId: USER, familyId: ours },
    body: { body: 'Words of A' },
  });
  messageId = posted.json.message.id;
  await copyAsTheirs();
});

const BODIES: Record<string, object> = {
  'post /api/threads': { title: 'More', memberIds: [] },
  'post /api/threads/{id}/messages': { body: 'More' },
  'patch /api/threads/{id}/messages/{messageId}': { body: 'Changed' },
  'post /api/phone/start-verify': { phone: '+12025550163' },
  'post /api/phone/confirm': { code: '123456' },
};

/** Asks every endpoint for persons, with a token of ours. */
async function askAll(only: (method: string) => boolean, more: object = {}) {
  const asked = endpoints.filter(({ who, method }) => (who === 'user' || who === 'claimed') && only(method));
  return await Promise.all(
    asked.map(async ({ method, path, body }) => {
      const address = path.replace('{id}', THREAD).replace('{messageId}', messageId);
      const answer = await world.send(method.toUpperCase(), address, {
        as: { userId: USER, familyId: ours },
        ...(body ? { body: BODIES[`${method} ${path}`] ?? {} } : {}),
        env: more,
      });
      return { route: `${method} ${path}`, status: answer.status, text: await answer.text() };
    }),
  );
}

it('shows nothing of a family with the same ids in another database', async () => {
  const answers = await askAll((method) => method === 'get');
  expect(answers.filter(({ text }) => text.includes('of B'))).toEqual([]);
  const shown = answers.find(({ route }) => route === 'get /api/threads/{id}/messages');
  expect([shown?.status, shown?.text]).toEqual([200, expect.stringContaining('Words of A')]);
});

it('answers nothing, and changes nothing, from the other database while its own is down', async () => {
  const before = await rowsOfTheirs();
  const down = { FAMILY_DB_0: broken(WAYS.fails), FAMILY_DB_2: broken(WAYS.fails) };
  const answers = await askAll(() => true, down);
  expect(answers.length).toBeGreaterThan(20);
  expect(answers.filter(({ text }) => text.includes('of B'))).toEqual([]);
  const answered = answers.filter(({ status }) => status < 400).map(({ route }) => route);
  expect(answered).toEqual([]);
  expect(await rowsOfTheirs()).toBe(before);
});
