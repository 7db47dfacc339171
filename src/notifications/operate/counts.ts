import { count, eq, gte, lt, lte, min, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { allOf, jsonTable } from '../../db/expressions.ts';
import { isInSight } from '../../db/in-sight.ts';
import { q } from '../../db/query.ts';
import { retrying } from '../../db/retry.ts';
import { deliveryCounts, sendingTimes, smsDeliveryLog } from '../../db/schema.ts';
import { isOpenFor } from '../../db/stores/away.ts';
import { askStores } from '../../platform/ask-stores.ts';
import type { Deps } from '../../platform/deps.ts';
import { DAY_MS, HOUR_MS } from '../../platform/time.ts';
import { type CountedSince, type HourCount, type Left, leftIn, mergedHours, summed } from './count-sums.ts';

/** What the counters of all stores that answer come to. */
export interface Counts {
  whole: CountedSince;
  /** Of the last part of that time alone. */
  recent: CountedSince;
  /** By the hour, the last {@link HOURS_COUNTED}. */
  hours: HourCount[];
  /** By the day: `hourAt` is its first hour. */
  days: HourCount[];
  /** The hour of now, and the same hour a week ago. */
  hour: { at: number; now: Left; weekAgo: Left };
  /** Rows that the sweep should have taken up by now; no more than {@link COUNTED} are counted in a store. */
  waiting: { count: number; oldestAt: number | null };
  /** Stores that did not answer. */
  down: string[];
}

/** Hours that are told one by one; what lies before, by the day. */
export const HOURS_COUNTED = 48;

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

/** A day of whoever reads: its first hour, and the first hour after it, ms. */
interface Day {
  from: number;
  until: number;
}

/** The days from one hour to another, both included. @param dayOf names the day of a moment */
function daysOf(first: number, last: number, dayOf: (at: number) => string): Day[] {
  const days: (Day & { name: string })[] = [];
  for (let from = first; from <= last; from += HOUR_MS) {
    const [name, until, latest] = [dayOf(from), from + HOUR_MS, days.at(-1)];
    if (latest?.name === name) latest.until = until;
    else days.push({ name, from, until });
  }
  return days.map(({ from, until }) => ({ from, until }));
}

const hourOf = (at: number) => at - (at % HOUR_MS);

/** What counters are summed: from which hour on, from which on once more apart, and by which days. */
interface Asked {
  from: number;
  recentFrom: number;
  days: Day[];
  now: number;
}

function statements({ from, recentFrom, days, now }: Asked) {
  const thisHour = hourOf(now);
  const day = jsonTable('day', days, ['from', 'until']);
  const isRecent = (hourAt: SQLWrapper) =>
    sql`${hourAt} >= ${recentFrom}`.mapWith(Boolean).as('recent') as SQL.Aliased<boolean>;
  // As the sweep sees it: a family that moves is in two stores, and may be swept in none of them.
  const isDue = allOf(lte(log.wakeAt, now), isOpenFor(log.familyId));
  return {
    cells: q
      .select({
        status: counts.status,
        reason: counts.reason,
        error: counts.error,
        recent: isRecent(counts.hourAt),
        count: total(counts.count).as('sum'),
        segments: total(counts.segments).as('parts'),
        firstAt: sql<number>`min(${counts.firstAt})`.as('first'),
        lastAt: sql<number>`max(${counts.lastAt})`.as('last'),
      })
      .from(counts)
      .where(gte(counts.hourAt, from))
      .groupBy(counts.status, counts.reason, counts.error, sql`recent`),
    hours: q
      .select(hourColumns)
      .from(counts)
      .where(gte(counts.hourAt, Math.max(from, thisHour - (HOURS_COUNTED - 1) * HOUR_MS)))
      .groupBy(counts.hourAt, counts.status),
    days: q
      .select({ ...hourColumns, hourAt: sql<number>`${day.from}`.as('day_at') })
      .from(day)
      .crossJoin(counts)
      .where(allOf(gte(counts.hourAt, day.from), lt(counts.hourAt, day.until)))
      .groupBy(sql`${day.from}`, counts.status),
    weekAgo: q
      .select(hourColumns)
      .from(counts)
      .where(eq(counts.hourAt, thisHour - 7 * DAY_MS))
      .groupBy(counts.hourAt, counts.status),
    times: q
      .select({
        atMost: sendingTimes.atMost,
        recent: isRecent(sendingTimes.hourAt),
        count: sql<number>`sum(${sendingTimes.count})`.as('sum'),
      })
      .from(sendingTimes)
      .where(gte(sendingTimes.hourAt, from))
      .groupBy(sendingTimes.atMost, sql`recent`),
    sending: upTo(isInSight('sending')),
    overdue: upTo(isDue),
    oldest: q
      .select({ at: min(log.wakeAt).as('at') })
      .from(log)
      .where(isDue),
  };
}

/**
 * Sums the counters of all stores from the hour of `since` (ms) on, and those from the hour of `recentSince` on apart. It
 * reads a row for each hour and state, however many deliveries there are, and at most {@link COUNTED} of the rows that are
 * overdue, and of those that are being sent.
 * @param dayOf names the day of a moment (ms), by the clock of whoever reads
 */
export async function loadCounts(
  deps: Deps,
  {
    since,
    recentSince,
    dayOf,
    now,
  }: { since: number; recentSince: number; dayOf: (at: number) => string; now: number },
): Promise<Counts> {
  const [from, recentFrom, thisHour] = [hourOf(since), hourOf(recentSince), hourOf(now)];
  const asked = { from, recentFrom, days: daysOf(from, thisHour, dayOf), now };
  const { answers, down } = await askStores(deps, 'counts', (db) =>
    retrying(() => db.batch(statements(asked))),
  );
  const all = answers.map(({ answer }) => answer);
  const sending = all.reduce((sum, each) => sum + (each.sending[0]?.count ?? 0), 0);
  const cells = all.flatMap((each) => each.cells);
  const times = all.flatMap((each) => each.times);
  const isRecent = ({ recent }: { recent: boolean }) => recent;
  const hours = mergedHours(all.map((each) => each.hours));
  const oldest = all.flatMap((each) => each.oldest[0]?.at ?? []);
  return {
    whole: summed(cells, times, sending),
    recent: summed(cells.filter(isRecent), times.filter(isRecent), sending),
    hours,
    days: mergedHours(all.map((each) => each.days)),
    hour: {
      at: thisHour,
      now: leftIn(hours, thisHour),
      weekAgo: leftIn(mergedHours(all.map((each) => each.weekAgo)), thisHour - 7 * DAY_MS),
    },
    waiting: {
      count: all.reduce((sum, each) => sum + (each.overdue[0]?.count ?? 0), 0),
      oldestAt: oldest.length > 0 ? Math.min(...oldest) : null,
    },
    down,
  };
}
