import { count, eq, gte, lte, min, type SQL, sql } from 'drizzle-orm';
import { allOf } from '../../db/expressions.ts';
import { isInSight } from '../../db/in-sight.ts';
import { q } from '../../db/query.ts';
import { retrying } from '../../db/retry.ts';
import { deliveryCounts, sendingTimes, smsDeliveryLog } from '../../db/schema.ts';
import { SENDING_STEPS_MS } from '../../db/sending-steps.ts';
import { isOpenFor } from '../../db/stores/away.ts';
import { askStores } from '../../platform/ask-stores.ts';
import type { Deps } from '../../platform/deps.ts';
import { DAY_MS, HOUR_MS } from '../../platform/time.ts';

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

/** Deliveries of one state that were written in the hour that begins then, ms. */
export interface HourCount {
  hourAt: number;
  status: string;
  count: number;
  segments: number;
}

/** How many took at most so long from message to carrier. */
export interface TimeClass {
  atMost: number;
  count: number;
}

/** What the counters of all stores that answer come to. */
export interface Counts {
  cells: Cell[];
  hours: HourCount[];
  /** The hour of now, and the same hour a week ago. */
  hour: { at: number; now: Left; weekAgo: Left };
  times: TimeClass[];
  /** Rows that the sweep should have taken up by now; no more than {@link COUNTED} are counted in a store. */
  waiting: { count: number; oldestAt: number | null };
  /** Stores that did not answer. */
  down: string[];
}

/** The states of a text that left, or that the carrier refused. */
const LEFT = ['sent', 'delivered', 'undelivered', 'failed'];

/** What left: texts that were handed to the carrier or refused by it, and their segments. */
export interface Left {
  texts: number;
  segments: number;
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

const hourColumns = {
  hourAt: counts.hourAt,
  status: counts.status,
  count: total(counts.count).as('sum'),
  segments: total(counts.segments).as('parts'),
};

function statements(since: number, now: number) {
  const from = since - (since % HOUR_MS);
  const thisHour = now - (now % HOUR_MS);
  // As the sweep sees it: a family that moves is in two stores, and may be swept in none of them.
  const isDue = allOf(lte(log.wakeAt, now), isOpenFor(log.familyId));
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
    hours: q
      .select(hourColumns)
      .from(counts)
      .where(gte(counts.hourAt, from))
      .groupBy(counts.hourAt, counts.status),
    weekAgo: q
      .select(hourColumns)
      .from(counts)
      .where(eq(counts.hourAt, thisHour - 7 * DAY_MS))
      .groupBy(counts.hourAt, counts.status),
    times: q
      .select({ atMost: sendingTimes.atMost, count: sql<number>`sum(${sendingTimes.count})`.as('sum') })
      .from(sendingTimes)
      .where(gte(sendingTimes.hourAt, from))
      .groupBy(sendingTimes.atMost),
    sending: upTo(isInSight('sending')),
    overdue: upTo(isDue),
    oldest: q
      .select({ at: min(log.wakeAt).as('at') })
      .from(log)
      .where(isDue),
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

/** The hours of several stores as one list, the oldest first. */
const mergedHours = (stores: readonly HourCount[][]): HourCount[] =>
  merged(
    stores.flat(),
    ({ hourAt, status }) => `${hourAt} ${status}`,
    (a, b) => ({ ...a, count: a.count + b.count, segments: a.segments + b.segments }),
  )
    .map((row) => ({ ...row, status: row.status === 'open' ? 'pending' : row.status }))
    .sort((a, b) => a.hourAt - b.hourAt || a.status.localeCompare(b.status));

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
  const thisHour = now - (now % HOUR_MS);
  const hours = mergedHours(all.map((each) => each.hours));
  const oldest = all.flatMap((each) => each.oldest[0]?.at ?? []);
  return {
    cells: openAsStatuses(cells, sending),
    hours,
    hour: {
      at: thisHour,
      now: leftIn(hours, thisHour),
      weekAgo: leftIn(mergedHours(all.map((each) => each.weekAgo)), thisHour - 7 * DAY_MS),
    },
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

/** What left of the texts that were written in an hour. */
function leftIn(hours: readonly HourCount[], hourAt: number): Left {
  const left = hours.filter((row) => row.hourAt === hourAt && LEFT.includes(row.status));
  return {
    texts: left.reduce((sum, { count: n }) => sum + n, 0),
    segments: left.reduce((sum, { segments }) => sum + segments, 0),
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
