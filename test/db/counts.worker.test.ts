import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { STATUSES } from '../../src/db/column-values.ts';
import { type Status, TRANSITIONS } from '../../src/notifications/deliveries/delivery-status.ts';
import { rawDb, sql } from '../support/sql.ts';

const { DB } = env as unknown as { DB: D1Database };
const db = rawDb([DB]);
const HOUR = 3_600_000;
const START = Date.UTC(2026, 5, 1, 12);

beforeAll(async () => {
  await db.run(sql`INSERT INTO families (id, name, created_at) VALUES ('fam', 'F', 0), ('other', 'O', 0)`);
  await db.run(
    sql`INSERT INTO users (id, family_id, name, created_at) VALUES ('u', 'fam', 'U', 0), ('o', 'other', 'O', 0)`,
  );
});

/** A row's counter, and what the log itself comes to: the counters must say the same. */
const counted = () =>
  db.all(sql`SELECT hour_at, kind, status, reason, error, sum(count) AS n, sum(segments) AS parts FROM delivery_counts
    GROUP BY 1, 2, 3, 4, 5 HAVING sum(count) <> 0 OR sum(segments) <> 0 ORDER BY 1, 2, 3, 4, 5`);
const logged = () =>
  db.all(sql`SELECT created_at - created_at % ${HOUR} AS hour_at, kind,
      CASE WHEN status IN ('pending', 'sending') THEN 'open' ELSE status END AS status, coalesce(reason, '') AS reason,
      coalesce(error, '') AS error, count(*) AS n, sum(coalesce(segments, 0)) AS parts
    FROM sms_delivery_log GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5`);

let ids = 0;
const insert = (status: Status, { family = 'fam', user = 'u', hours = 0 } = {}) =>
  DB.prepare(
    'INSERT INTO sms_delivery_log (id, family_id, kind, user_id, status, created_at) VALUES (?, ?, ?, ?, ?, ?)',
  ).bind(`dlv_${++ids}`, family, ids % 7 ? 'message' : 'test', user, status, START + hours * HOUR + ids);
const update = (id: string, set: Record<string, string | number | null>) =>
  DB.prepare(
    `UPDATE sms_delivery_log SET ${Object.keys(set)
      .map((column) => `${column} = ?`)
      .join(', ')} WHERE id = ?`,
  ).bind(...Object.values(set), id);

it('counts what the log says, after any history of any rows', async () => {
  const step = fc.record({
    row: fc.nat(29),
    to: fc.nat(20),
    reason: fc.constantFrom(null, 'online', 'quiet_hours'),
    error: fc.constantFrom(null, '30003', '21610'),
    segments: fc.constantFrom(null, 1, 2),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 60, maxLength: 120 }), async (steps) => {
      await DB.batch([
        DB.prepare('DELETE FROM sms_delivery_log WHERE id <> ?').bind(''),
        DB.prepare('DELETE FROM delivery_counts WHERE hour_at > 0'),
      ]);
      const rows = Array.from({ length: 30 }, (_, i) => ({ status: STATUSES[i % 9]!, hours: i % 3 }));
      const first = ids + 1;
      await DB.batch(rows.map(({ status, hours }) => insert(status, { hours })));
      const statuses = rows.map(({ status }) => status);
      const changes = steps.map(({ row, to, ...rest }) => {
        const next = [statuses[row]!, ...TRANSITIONS[statuses[row]!]];
        statuses[row] = next[to % next.length]!;
        return update(`dlv_${first + row}`, { status: statuses[row]!, claimed_at: START, ...rest });
      });
      await DB.batch([...changes, changes.at(-1)!]); // The same once more changes nothing.
      expect(await counted()).toEqual(await logged());
    }),
    { numRuns: 6 },
  );
});

it('keeps what has ended when its rows go, and takes back what was still open', async () => {
  await db.run(sql`DELETE FROM sms_delivery_log WHERE id <> ''`);
  await db.run(sql`DELETE FROM delivery_counts WHERE hour_at > 0`);
  await DB.batch([insert('delivered'), insert('pending'), insert('deferred'), insert('suppressed')]);
  await db.run(sql`DELETE FROM sms_delivery_log WHERE id <> ''`);
  const left = await counted();
  expect(left.map(({ status, n }) => [status, n])).toEqual([
    ['delivered', 1],
    ['suppressed', 1],
  ]);
});

it('does not count what is copied into a store, or cleared away behind a move', async () => {
  const before = await counted();
  await db.run(sql`INSERT INTO fences (family_id, state, since) VALUES ('other', 'draining', 0)`);
  await DB.batch([insert('pending', { family: 'other', user: 'o' })]);
  await db.run(sql`UPDATE fences SET state = 'copying' WHERE family_id = 'other'`);
  await DB.batch([insert('delivered', { family: 'other', user: 'o' })]);
  await db.run(sql`DELETE FROM sms_delivery_log WHERE family_id = 'other'`);
  const open = (rows: Record<string, unknown>[]) =>
    rows.filter(({ status }) => status === 'open').reduce((sum, { n }) => sum + Number(n), 0);
  const after = await counted();
  expect(open(after) - open(before)).toBe(1);
  expect(after.filter(({ status }) => status === 'delivered')).toEqual(
    before.filter(({ status }) => status === 'delivered'),
  );
});

it('counts tries by minute and code, and times by their class, once each', async () => {
  await DB.batch([
    DB.prepare('DELETE FROM carrier_tries WHERE minute_at > 0'),
    insert('pending'),
    insert('pending'),
  ]);
  const [a, b] = [`dlv_${ids - 1}`, `dlv_${ids}`];
  const at = START + 5 * 60_000;
  const claim = { status: 'sending', claimed_at: at + 30_000, error: null };
  await DB.batch([
    update(a, claim),
    update(a, { status: 'pending', error: '20429' }),
    update(a, claim),
    update(a, { status: 'pending', absences: 2 }),
    update(a, { ...claim, absences: 0 }),
    update(a, { status: 'pending' }), // Given back untried.
    update(a, claim),
    update(a, { status: 'sent', sent_at: START + ids + 400, segments: 1 }),
    update(a, { status: 'sent', segments: 1 }),
    update(a, { status: 'undelivered', error: '30003' }),
    update(b, claim),
    update(b, { status: 'sent', sent_at: START + 10 * 86_400_000 }),
    update(b, { status: 'delivered' }),
  ]);
  expect(
    await db.all(sql`SELECT minute_at, step, code, count FROM carrier_tries ORDER BY step, code`),
  ).toEqual([
    { minute_at: at, step: 'receipt', code: '30003', count: 1 },
    { minute_at: at, step: 'send', code: '', count: 2 },
    { minute_at: at, step: 'send', code: '20429', count: 1 },
    { minute_at: at, step: 'send', code: 'no_answer', count: 1 },
  ]);
  expect(await db.all(sql`SELECT at_most, count FROM sending_times ORDER BY 1`)).toEqual([
    { at_most: 500, count: 1 },
    { at_most: 86_400_000, count: 1 },
  ]);
});

it('costs one row at the birth, none at the claim, four at sending and two at a receipt', async () => {
  const written = async (statement: D1PreparedStatement) => (await statement.run()).meta.rows_written ?? 0;
  const wayOfOne = async () => ({
    born: await written(insert('pending')),
    claim: await written(update(`dlv_${ids}`, { status: 'sending', claimed_at: START })),
    sent: await written(update(`dlv_${ids}`, { status: 'sent', segments: 1, sent_at: START + ids + 9000 })),
    delivered: await written(update(`dlv_${ids}`, { status: 'delivered' })),
  });
  await wayOfOne(); // The counters' own rows.
  const counting = await wayOfOne();
  const triggers = ['born', 'moved', 'gone', 'tried', 'reported', 'timed'];
  await DB.batch(triggers.map((name) => DB.prepare(`DROP TRIGGER count_${name}`)));
  const bare = await wayOfOne();
  expect(counting).toEqual({
    born: bare.born + 1,
    claim: bare.claim,
    sent: bare.sent + 4,
    delivered: bare.delivered + 2,
  });
});
