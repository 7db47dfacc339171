import { count, gte, lte, min, type SQL, sql } from 'drizzle-orm';
import { isInSight } from '../../db/in-sight.ts';
import { q } from '../../db/query.ts';
import { retrying } from '../../db/retry.ts';
import { deliveryCounts, sendingTimes, smsDeliveryLog } from '../../db/schema.ts';
import { SENDING_STEPS_MS } from '../../db/sending-steps.ts';
import { askStores } from '../../platform/ask-stores.ts';
import type { Deps } from '../../platform/deps.ts';
import { HOUR_MS } from '../../platform/time.ts';

/** Deliveries of one state, with its reason and its carrier's code where it has them. */
export interface Cell {
  status: string;
  /** Empty: none. */
  reason: string;
  error: string;
  count: number;
  segments: number;
  /** When the first and the last came to it, ms. */
  firstAt: number;
  lastAt: number;
}

/** How many took at most so long from message to carrier. */
export interface TimeClass {
  atMost: number;
  count: number;
}

/** What the counters of all stores that answer come to. */
export interface Counts {
  cells: Cell[];
  /** Days are ISO dates, UTC. */
  days: { day: string; status: string; count: number }[];
  times: TimeClass[];
  /** Rows that the sweep should have taken up by now; no more than {@link COUNTED} are counted in a store. */
  waiting: { count: number; oldestAt: number | null };
  /** Stores that did not answer. */
  down: string[];
}

/** Max. rows that are counted one by one in a store. */
export const COUNTED = 10_000;

const counts = deliveryCounts;
const log = smsDeliveryLog;
const total = (column: SQL | typeof counts.count | typeof counts.segments) => sql<number>`sum(${column})`;

/** The number of a query's rows, up to {@link COUNTED}. */
const upTo = (condition: SQL) => {
  const some = q
    .select({ one: sql`1`.as('one') })
    .from(log)
    .where(condition)
    .limit(COUNTED)
    .as('some');
  return q.select({ count: count().as('count') }).from(some);
};

function statements(since: number, now: number) {
  const from = since - (since % HOUR_MS);
  const day = sql<string>`date(${counts.hourAt} / 1000, 'unixepoch')`;
  return {
    cells: q
      .select({
        status: counts.status,
        reason: counts.reason,
        error: counts.error,
        count: total(counts.count).as('sum'),
        segments: total(counts.segments).as('parts'),
        firstAt: sql<number>`min(${counts.firstAt})`.as('first'),
        lastAt: sql<number>`max(${counts.lastAt})`.as('last'),
      })
      .from(counts)
      .where(gte(counts.hourAt, from))
      .groupBy(counts.status, counts.reason, counts.error),
    days: q
      .select({ day: day.as('day'), status: counts.status, count: total(counts.count).as('sum') })
      .from(counts)
      .where(gte(counts.hourAt, from))
      .groupBy(day, counts.status),
    times: q
      .select({ atMost: sendingTimes.atMost, count: sql<number>`sum(${sendingTimes.count})`.as('sum') })
      .from(sendingTimes)
      .where(gte(sendingTimes.hourAt, from))
      .groupBy(sendingTimes.atMost),
    sending: upTo(isInSight('sending')),
    overdue: upTo(lte(log.wakeAt, now)),
    oldest: q
      .select({ at: min(log.wakeAt).as('at') })
      .from(log)
      .where(lte(log.wakeAt, now)),
  };
}

/** Adds what several stores counted, group by group, and leaves out what comes to nothing. */
function merged<T extends { count: number }>(
  rows: readonly T[],
  keyOf: (row: T) => string,
  add: (a: T, b: T) => T,
): T[] {
  const groups = new Map<string, T>();
  for (const row of rows) {
    const key = keyOf(row);
    const former = groups.get(key);
    groups.set(key, former ? add(former, row) : row);
  }
  return [...groups.values()].filter(({ count: n }) => n > 0);
}

/** `open` is `sending` for those that are, and `pending` for the others. */
function openAsStatuses(cells: readonly Cell[], sending: number): Cell[] {
  let left = sending;
  return cells.flatMap((cell) => {
    if (cell.status !== 'open') return [cell];
    const under = Math.min(left, cell.reason === '' && cell.error === '' ? cell.count : 0);
    left -= under;
    return [
      { ...cell, status: 'sending', count: under },
      { ...cell, status: 'pending', count: cell.count - under, segments: 0 },
    ].filter(({ count: n }) => n > 0);
  });
}

/**
 * Sums the counters of all stores from the hour of `since` (ms) on. It reads a row for each hour and state, however many
 * deliveries there are, and at most {@link COUNTED} of the rows that are overdue, and of those that are being sent.
 */
export async function loadCounts(
  deps: Deps,
  { since, now }: { since: number; now: number },
): Promise<Counts> {
  const { answers, down } = await askStores(deps, 'counts', (db) =>
    retrying(() => db.batch(statements(since, now))),
  );
  const all = answers.map(({ answer }) => answer);
  const sending = all.reduce((sum, each) => sum + (each.sending[0]?.count ?? 0), 0);
  const cells = merged(
    all.flatMap((each) => each.cells as Cell[]),
    ({ status, reason, error }) => JSON.stringify([status, reason, error]),
    (a, b) => ({
      ...a,
      count: a.count + b.count,
      segments: a.segments + b.segments,
      firstAt: Math.min(a.firstAt, b.firstAt),
      lastAt: Math.max(a.lastAt, b.lastAt),
    }),
  );
  const days = merged(
    all.flatMap((each) => each.days),
    ({ day, status }) => `${day} ${status}`,
    (a, b) => ({ ...a, count: a.count + b.count }),
  ).map((row) => ({ ...row, status: row.status === 'open' ? 'pending' : row.status }));
  const oldest = all.flatMap((each) => each.oldest[0]?.at ?? []);
  return {
    cells: openAsStatuses(cells, sending),
    days: days.sort((a, b) => `${a.day} ${a.status}`.localeCompare(`${b.day} ${b.status}`)),
    times: merged(
      all.flatMap((each) => each.times),
      ({ atMost }) => String(atMost),
      (a, b) => ({ ...a, count: a.count + b.count }),
    ).sort((a, b) => a.atMost - b.atMost),
    waiting: {
      count: all.reduce((sum, each) => sum + (each.overdue[0]?.count ?? 0), 0),
      oldestAt: oldest.length > 0 ? Math.min(...oldest) : null,
    },
    down,
  };
}

/** Adds up the deliveries of cells by a key. */
export function addUp(cells: readonly Cell[], keyOf: (cell: Cell) => string): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const cell of cells) sums[keyOf(cell)] = (sums[keyOf(cell)] ?? 0) + cell.count;
  return sums;
}

/** The time in seconds within which a share of the deliveries were sent, evenly spread within its class; null: none was. */
export function quantile(times: readonly TimeClass[], share: number): number | null {
  const all = times.reduce((sum, { count: n }) => sum + n, 0);
  let below = 0;
  for (const { atMost, count: n } of times) {
    if (below + n >= share * all && n > 0) {
      const from = SENDING_STEPS_MS[SENDING_STEPS_MS.indexOf(atMost) - 1] ?? 0;
      return Math.round(from + ((share * all - below) / n) * (atMost - from)) / 1000;
    }
    below += n;
  }
  return null;
}
