import { env } from 'cloudflare:workers';
import { getTableName, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import * as schema from '../../../src/db/schema.ts';
import { createWorld, type World } from '../../worker/world.ts';

const { DB } = env as unknown as { DB: D1Database };
const DAY = 86_400_000;
let world: World;

beforeAll(async () => {
  world = await createWorld({ KEEP_MESSAGES_DAYS: '365' });
  await world.seed([
    { id: 'rosa', name: 'Rosa', phone: world.phone(0) },
    { id: 'maya', name: 'Maya', phone: world.phone(1) },
  ]);
});
beforeEach(async () => {
  await DB.batch(
    ['sms_delivery_log', 'messages', 'retention_rounds', 'alerts', 'dead_letters'].map((table) =>
      DB.prepare(`DELETE FROM ${table} WHERE 1`),
    ),
  );
});

const sweep = () => world.api('POST', '/api/admin/sweep', { as: 'service' });
const ids = async (table: string) =>
  (await DB.prepare(`SELECT id FROM ${table} ORDER BY id`).all<{ id: string }>()).results.map(({ id }) => id);

/** A ULID's first ten characters, for a time. */
function stem(at: number): string {
  const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  let text = '';
  for (let rest = at, i = 0; i < 10; i++, rest = Math.floor(rest / 32)) text = letters[rest % 32] + text;
  return text;
}

/** Messages and deliveries of so many days ago, one a second, with a number. */
async function insert(count: number, daysAgo: number, status = 'delivered', firstSeq = 1): Promise<void> {
  const at = Date.now() - daysAgo * DAY;
  const numbers = `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${count - 1})`;
  const { familyId } = world;
  await DB.batch([
    DB.prepare(`${numbers} INSERT INTO messages (id, family_id, thread_id, seq, author_id, body, created_at)
      SELECT 'msg_' || (i + ${firstSeq}), '${familyId}', '${world.thread()}', i + ${firstSeq}, '${world.member('rosa').userId}', 'Hello', ${at} + i FROM n`),
    DB.prepare(`${numbers} INSERT INTO sms_delivery_log
        (id, family_id, kind, user_id, thread_id, message_id, seq, status, phone, created_at, sent_at, wake_at)
      SELECT printf('dlv_${stem(at)}_%06d', i + ${firstSeq}), '${familyId}', 'message', '${world.member('maya').userId}',
        '${world.thread()}', 'msg_' || (i + ${firstSeq}), i + ${firstSeq}, '${status}', '+12025550100', ${at} + i, ${at} + i,
        iif('${status}' IN ('pending', 'deferred', 'sending'), 9e15, NULL) FROM n`),
  ]);
}
const numbersLeft = async () =>
  (await DB.prepare('SELECT count(*) AS n FROM sms_delivery_log WHERE phone IS NOT NULL').first<{
    n: number;
  }>())!.n;

it('erases the number of what ended two days ago, and of nothing that is open or younger', async () => {
  await insert(3, 3);
  await insert(2, 1, 'delivered', 10);
  await insert(1, 3, 'deferred', 20);
  await sweep();
  expect(await numbersLeft()).toBe(3);
  expect(await ids('sms_delivery_log')).toHaveLength(6);
});

it('deletes what is older than ninety days, but the last that told a person of a thread, and what is open', async () => {
  await insert(5, 100);
  await insert(2, 100, 'suppressed', 10);
  await insert(1, 100, 'deferred', 20);
  await insert(1, 80, 'suppressed', 30);
  await sweep();
  const { results } = await DB.prepare('SELECT seq FROM sms_delivery_log ORDER BY seq').all<{
    seq: number;
  }>();
  expect(results.map(({ seq }) => seq)).toEqual([5, 20, 30]);
});

it('catches up with a year of neglect in bounded steps, each of which reads no more than some thousand rows', async () => {
  await insert(9000, 200);
  const left: number[] = [];
  for (let i = 0; i < 4; i++) {
    world.watch.reset();
    await sweep();
    const read = world.watch.trips.map(({ rowsRead }) => rowsRead);
    expect(Math.max(...read)).toBeLessThan(5000);
    left.push((await ids('sms_delivery_log')).length);
  }
  expect(left.slice(0, 3)).toEqual([5000, 1000, 1]);
  expect([left.at(-1), await numbersLeft()]).toEqual([1, 0]);
}, 60_000);

it('deletes messages after KEEP_MESSAGES_DAYS where there is one, and a thread goes on where it was', async () => {
  await insert(4, 400);
  await insert(1, 10, 'delivered', 5);
  await DB.prepare('UPDATE threads SET last_seq = 5 WHERE id = ?').bind(world.thread()).run();
  await sweep();
  expect(await ids('messages')).toEqual(['msg_5']);
  const path = `/api/threads/${world.thread()}/messages`;
  const { json } = await world.api('POST', path, { as: world.member('rosa'), body: { body: 'On we go' } });
  expect(json.message.seq).toBe(6);
  expect((await world.api('GET', path, { as: world.member('maya') })).json.messages).toHaveLength(2);
});

/** The database, as one that takes so many bytes. */
function ofSize(d1: D1Database, bytes: number): D1Database {
  return {
    prepare: d1.prepare.bind(d1),
    batch: async <T>(statements: D1PreparedStatement[]) => {
      const results = await d1.batch<T>(statements);
      return results.map((result) => ({ ...result, meta: { ...result.meta, size_after: bytes } }));
    },
  } as D1Database;
}

it('alerts at 70 % of what a database may hold, and not before', async () => {
  const look = async (bytes: number) => {
    const env = { DB: ofSize(world.env.DB, bytes) };
    await world.api('POST', '/api/admin/sweep', { as: 'service', env });
    const [stats, health] = await Promise.all(
      ['stats', 'health'].map((what) => world.api('GET', `/api/admin/${what}`, { as: 'service', env })),
    );
    const part = health!.json.parts.find(({ name }: { name: string }) => name === 'Database d1:main');
    return [stats!.json.alerts.map(({ kind }: { kind: string }) => kind), part.proof.split('holds ')[1]];
  };
  expect(await look(6_900_000_000)).toEqual([[], '6.9 GB of 10 GB.']);
  expect(await look(7_100_000_000)).toEqual([['database_filling'], '7.1 GB of 10 GB.']);
});

it('ends old alerts and dead letters that were sent again', async () => {
  const old = Date.now() - 100 * DAY;
  await DB.batch([
    DB.prepare(
      "INSERT INTO alerts (id, kind, hour_at, message, count, first_at, last_at) VALUES ('old', 'dead_letter', 0, 'x', 1, 0, ?), ('new', 'dead_letter', 1, 'x', 1, 0, ?)",
    ).bind(old, Date.now()),
    DB.prepare(
      "INSERT INTO dead_letters (delivery_id, family_id, count, first_at, last_at, resolved_at) VALUES ('a', 'f', 1, 0, 0, ?), ('b', 'f', 1, 0, 0, NULL)",
    ).bind(old),
  ]);
  await sweep();
  expect(await ids('alerts')).toEqual(['new']);
  expect((await DB.prepare('SELECT delivery_id FROM dead_letters').all()).results).toEqual([
    { delivery_id: 'b' },
  ]);
});

/** How each table ends. Docs/privacy.md says the same in words; a table that is missing here fails the test. */
const ENDS: Record<string, string> = {
  phone_numbers: 'number with its holder; hash, opt-out and block stay',
  family_updates: 'when done',
  verification_codes: 'a day after expiry',
  rate_counters: 'with their window',
  inbound_texts: '30 days; STOP and START stay',
  dead_letters: 'KEEP_LOG_DAYS after they were sent again',
  alerts: 'KEEP_LOG_DAYS',
  audit_log: 'KEEP_LOG_DAYS',
  heartbeats: 'one row a task',
  link_opens: '400 days',
  service_keys: 'when deleted',
  slots: 'configuration',
  homes: 'with the family',
  moves: '90 days',
  slot_moves: 'stay: a few rows, no family in it',
  host_presence: 'an hour after its end',
  pauses: 'an hour after their end, or when taken away',
  people: 'with the person',
  thread_ids: 'with the thread',
  fences: 'with the move',
  families: 'with the family',
  users: 'the name with the person; a bare id stays',
  notification_preferences: 'with the person',
  consent_events: 'for good, as proof',
  sessions: '30 days after expiry',
  links: '30 days after expiry',
  threads: 'with the thread',
  thread_members: 'with the membership',
  messages: 'KEEP_MESSAGES_DAYS',
  held_replies: 'a day',
  sms_delivery_log: 'KEEP_LOG_DAYS; the number KEEP_NUMBERS_DAYS',
  events: 'KEEP_EVENTS_DAYS',
  delivery_counts: '400 days; no person in it',
  carrier_tries: '2 days; no person in it',
  sending_times: '400 days; no person in it',
  retention_rounds: 'one row a round',
  words_left: 'when the carrier has emptied it, or after a week',
  event_cursors: 'one row',
  event_backlog: 'when handed over',
  event_barriers: 'KEEP_EVENTS_DAYS',
};
it('knows an end for every table', () => {
  const tables = Object.values(schema).filter((value) => is(value, SQLiteTable)) as SQLiteTable[];
  expect(tables.map(getTableName).filter((name) => !(name in ENDS))).toEqual([]);
});
