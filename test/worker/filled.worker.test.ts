import { env } from 'cloudflare:workers';
import { beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { STATUSES } from '../../src/db/column-values.ts';
import { endpoints } from '../../src/routes.ts';
import { type Browse, browsers } from '../web/browse.ts';
import { createWorld, type World } from './world.ts';

const { DB } = env as unknown as { DB: D1Database };
/** Rows of each table. */
const MANY = 200_000;
/** The most rows that any GET may read with the tables so full. */
const BOUND = 12_000;

let world: World;
let browse: Browse;
let ids: Record<string, string>;

/** Messages and deliveries of one thread and one reader, over thirty days, in one statement each; triggers write events and counters. */
async function fill(): Promise<void> {
  const { familyId } = world;
  const [author, reader] = ['rosa', 'maya'].map((id) => world.member(id).userId);
  const thread = world.thread();
  const numbers = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${MANY})`;
  const at = `${Date.now() - 30 * 86_400_000} + CAST(i * ${(30 * 86_400_000) / MANY} AS INTEGER)`;
  await DB.batch([
    DB.prepare(`${numbers} INSERT INTO messages (id, family_id, thread_id, seq, author_id, body, created_at)
      SELECT printf('msg_%06d', i), '${familyId}', '${thread}', i, '${author}', 'Hello', ${at} FROM n`),
    DB.prepare(`UPDATE threads SET last_seq = ${MANY} WHERE id = '${thread}'`),
    DB.prepare(`${numbers} INSERT INTO sms_delivery_log
        (id, family_id, kind, user_id, thread_id, message_id, seq, status, reason, error, segments, created_at, claimed_at, sent_at)
      SELECT printf('dlv_%06d', i), '${familyId}', 'message', '${reader}', '${thread}', printf('msg_%06d', i), i,
        CASE WHEN i IN (5, 150000) THEN 'failed' WHEN i = 196000 THEN 'merged' WHEN i % 10 THEN 'delivered' ELSE 'suppressed' END,
        iif(i % 10, NULL, 'muted'), iif(i IN (5, 150000), '30003', NULL), 1, ${at}, ${at}, ${at} FROM n`),
  ]);
}

beforeAll(async () => {
  world = await createWorld();
  world.set({ OPERATOR_USER_IDS: world.member('rosa').userId });
  await world.seed([
    { id: 'rosa', name: 'Rosa', phone: world.phone(0) },
    { id: 'maya', name: 'Maya', phone: world.phone(1) },
  ]);
  browse = await browsers(world, ['rosa', 'maya']);
  await fill();
  const [user, thread] = [world.member('maya').userId, world.thread()];
  const made = { as: 'service' as const, body: { name: 'k', scopes: ['read'] } };
  const key = (await world.api('POST', '/api/admin/keys', made)).json.id;
  ids = {
    key,
    family: world.familyId,
    user,
    thread,
    message: `msg_${MANY}`,
  };
}, 120_000);

const rowsRead = async (path: string, go: () => Promise<{ status: number }>) => {
  world.watch.reset();
  const { status } = await go();
  expect(status, path).toBeLessThan(400);
  return world.watch.trips.reduce((sum, trip) => sum + trip.rowsRead, 0);
};

/** Requests to try for each GET of the API, by its path. A path that is missing fails the test. */
const REQUESTS: Record<string, () => string[]> = {
  '/api/admin/families/{id}': () => [ids.family!],
  '/api/admin/users/{id}': () => [ids.user!],
  '/api/admin/threads/{id}': () => [ids.thread!],
  '/api/admin/deliveries': () => [
    '',
    `?userId=${ids.user}`,
    ...STATUSES.flatMap((status) => [
      `?status=${status}`,
      `?status=${status}&userId=${ids.user}`,
      `?status=${status}&familyId=${ids.family}&cursor=dlv_100000`,
    ]),
  ],
  '/api/admin/keys/{id}': () => [ids.key!],
  '/api/search': () => ['?q=Hello', `?q=Hello&threadId=${ids.thread}`, '?q=nothing'],
  '/api/admin/stats': () => ['', '?hours=1', '?hours=720', '?hours=2160'],
  '/api/threads/{id}': () => [ids.thread!],
  '/api/threads/{id}/messages': () => [
    `${ids.thread}/messages?limit=100`,
    `${ids.thread}/messages?before=100`,
    `${ids.thread}/messages?after=100`,
  ],
  '/api/threads/{id}/messages/{messageId}/deliveries': () => [
    `${ids.thread}/messages/${ids.message}/deliveries`,
  ],
};
/** What cannot be asked for in this way. */
const LEFT_OUT = ['/api/presence/socket', '/api/admin/databases']; // The second counts families and lists triggers.

it(`reads a bounded number of rows for every GET of the API, with ${MANY} messages and deliveries in the tables`, async () => {
  const read: Record<string, number> = {};
  for (const { method, path, who } of endpoints) {
    if (method !== 'get' || LEFT_OUT.includes(path)) continue;
    const base = path.replace(/\{.*$/, '');
    expect(Object.keys(REQUESTS).includes(path) || !path.includes('{'), `${path} has no request here`).toBe(
      true,
    );
    for (const rest of REQUESTS[path]?.() ?? ['']) {
      const as =
        who === 'service'
          ? 'service'
          : world.member(path.endsWith('/deliveries') && path.includes('{') ? 'rosa' : 'maya');
      read[`${base}${rest}`] = await rowsRead(`${base}${rest}`, () =>
        world.api('GET', `${base}${rest}`, { as }),
      );
    }
  }
  const tooMany = Object.entries(read).filter(([, rows]) => rows > BOUND);
  expect(tooMany).toEqual([]);
}, 60_000);

it('reads a bounded number of rows for every page', async () => {
  const read: Record<string, number> = {};
  const pages: [string, string][] = [
    ...[
      '/',
      '/messages',
      `/messages/${ids.thread}`,
      `/messages/${ids.thread}/items`,
      '/settings',
      '/settings/texts',
    ].map((path): [string, string] => ['maya', path]),
    ...['sent', 'waiting', 'none'].map((show): [string, string] => ['maya', `/settings/texts?show=${show}`]),
    ...['/help', '/terms', '/privacy', '/login'].map((path): [string, string] => ['maya', path]),
    ['rosa', '/ops'],
    ['rosa', `/messages/${ids.thread}`],
  ];
  for (const [who, path] of pages) read[`${who} ${path}`] = await rowsRead(path, () => browse(who, path));
  for (const asked of [world.phone(1), ids.user!, ids.family!, 'dlv_100000', 'Ma', 'nobody']) {
    const form = { q: asked };
    read[`look ${asked}`] = await rowsRead(asked, () => browse('rosa', '/ops/look-up', { form }));
  }
  const tooMany = Object.entries(read).filter(([, rows]) => rows > BOUND);
  expect(tooMany).toEqual([]);
}, 60_000);

it('opens /ops in one trip to each database, and reads days that are over once a minute for all operators', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  onTestFinished(() => void vi.useRealTimers());
  const look = async () => {
    const rows = await rowsRead('/ops', () =>
      browse('rosa', '/ops', { cookie: 'fcs_zone=Asia%2FTokyo', reload: true }),
    );
    const tripsOf = (statement: string) =>
      world.watch.trips.filter(({ statements }) => statements.some((text) => text.includes(statement)))
        .length;
    expect([tripsOf('/* overdue */'), tripsOf('delivery_counts'), tripsOf('/* beat */')]).toEqual([1, 1, 1]);
    return rows;
  };
  const [first, second] = [await look(), await look()];
  vi.setSystemTime(Date.now() + 60_000);
  const later = await look();
  expect(second * 4).toBeLessThan(Math.min(first, later));
});

it('reads /ops once for operators who look at the same time, and shows at once what one of them does', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
  onTestFinished(() => void vi.useRealTimers());
  const look = async (path = '/ops', reload = false) => {
    world.watch.reset();
    const { html, words } = await browse('rosa', path, { reload });
    const isRead = world.watch.trips.some(({ statements }) =>
      statements.some((text) => text.includes('delivery_counts')),
    );
    return { isRead, words, seen: Number(/data-seen="(\d+)"/.exec(html)?.[1]) };
  };
  const later = (ms: number) => void vi.setSystemTime(Date.now() + ms);
  const readsOf = async (...paths: string[]) => {
    const reads: boolean[] = [];
    for (const path of paths) reads.push((await look(path)).isRead);
    return reads;
  };
  // Of looks close upon each other two are exact, and then one in two seconds.
  expect(await readsOf('/ops', '/ops', '/ops', '/ops')).toEqual([true, true, false, false]);
  later(2000);
  expect(await readsOf('/ops', '/ops')).toEqual([true, false]);
  expect((await look('/ops', true)).isRead).toBe(true);
  // A page that looks again by itself is shown what others saw, if that is newer than what it shows.
  later(9000);
  const { seen } = await look('/ops?again=1');
  expect(Date.now() - seen).toBe(9000);
  expect(await readsOf(`/ops?again=${seen - 1}`, `/ops?again=${seen}`)).toEqual([false, true]);
  later(10_000);
  expect(await readsOf('/ops?again=1', '/ops?again=1')).toEqual([true, false]);
  // What an operator does shows to everybody in the same breath.
  const pause = { what: 'kind:code', which: '', hours: '1', reason: 'Shown at once' };
  await browse('rosa', '/ops/pause', { form: pause });
  expect((await look('/ops?again=1')).words).toContain('Shown at once');
  await world.api('DELETE', '/api/admin/pause?scope=kind:code', { as: 'service' });
  expect((await look()).words).toContain('Nothing is paused.');
});

it('finds the few that went wrong among all of them, and goes on from a page that found none', async () => {
  const search = async (query: string) =>
    (await world.api('GET', `/api/admin/deliveries${query}`, { as: 'service' })).json;
  const failed = await search('?status=failed');
  expect(failed.deliveries.map(({ id }: { id: string }) => id)).toEqual(['dlv_150000', 'dlv_000005']);
  expect(failed.next).toBeNull();
  const found: string[] = [];
  let [cursor, pages] = ['', 0];
  while (found.length === 0 && pages++ < 10) {
    const page = await search(`?status=merged&userId=${ids.user}${cursor && `&cursor=${cursor}`}`);
    found.push(...page.deliveries.map(({ id }: { id: string }) => id));
    cursor = page.next;
  }
  expect([found, pages]).toEqual([['dlv_196000'], 3]);
});
