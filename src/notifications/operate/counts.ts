import { count, min, type SQL, sql } from 'drizzle-orm';
import type { Results } from '../../db/client.ts';
import { eq, gte, lt, lte } from '../../db/comparisons.ts';
import { allOf, jsonArray, jsonTable } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { deliveryCounts, sendingTimes, smsDeliveryLog } from '../../db/schema.ts';
import { hot } from '../../db/statement.ts';
import { isOpenFor } from '../../db/stores/fences.ts';
import { DAY_MS } from '../../platform/time.ts';
import { isInSight } from '../deliveries/delivery-status.ts';
import { type CountSpans, hourOf, type Span } from './count-spans.ts';
import {
  type Cell,
  type CountedSince,
  type HourCount,
  type Left,
  leftIn,
  mergedCells,
  mergedHours,
  summed,
  type TimeClass,
} from './count-sums.ts';

/** What the counters of all stores that answer come to. */
export interface Counts {
  whole: CountedSince;
  /** Of the last part of that time alone. */
  recent: CountedSince;
  /** By the hour, the last hours that are told one by one. */
  hours: HourCount[];
  /** By the day, or a part of one: `hourAt` is its first hour. */
  days: HourCount[];
  /** The hour of now, and the same hour a week ago. */
  hour: { at: number; now: Left; weekAgo: Left };
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

const hourColumns = {
  hourAt: counts.hourAt,
  status: counts.status,
  count: total(counts.count).as('sum'),
  segments: total(counts.segments).as('parts'),
};

/**
 * Spans of hours as a table. The limit, which is none, keeps SQLite from moving it into the query around it, where the JSON
 * would be read anew for each row (sqlite.org/optoverview.html#subquery_flattening).
 */
const spanTable = (spans: SQL<string>) =>
  q
    .select()
    .from(jsonTable<Span>('span', spans, ['from', 'until']))
    .limit(Number.MAX_SAFE_INTEGER)
    .as('spans');

/** Statement: counters summed by spans of hours (JSON of {@link Span}). */
const sumCells = hot<{ spans: string }>()((v) => {
  const span = spanTable(v.spans);
  return q
    .select({
      from: sql<number>`${span.from}`.as('span_at'),
      status: counts.status,
      reason: counts.reason,
      error: counts.error,
      count: total(counts.count).as('sum'),
      segments: total(counts.segments).as('parts'),
      firstAt: sql<number>`min(${counts.firstAt})`.as('first'),
      lastAt: sql<number>`max(${counts.lastAt})`.as('last'),
    })
    .from(span)
    .crossJoin(counts)
    .where(allOf(gte(counts.hourAt, span.from), lt(counts.hourAt, span.until)))
    .groupBy(sql`${span.from}`, counts.status, counts.reason, counts.error);
});

/** Statement: how long texts took to leave, summed in the same way. */
const sumTimes = hot<{ spans: string }>()((v) => {
  const span = spanTable(v.spans);
  return q
    .select({
      from: sql<number>`${span.from}`.as('span_at'),
      atMost: sendingTimes.atMost,
      count: sql<number>`sum(${sendingTimes.count})`.as('sum'),
    })
    .from(span)
    .crossJoin(sendingTimes)
    .where(allOf(gte(sendingTimes.hourAt, span.from), lt(sendingTimes.hourAt, span.until)))
    .groupBy(sql`${span.from}`, sendingTimes.atMost);
});

/** A counter: its hour, status, reason, code, deliveries, segments, and when the first and the last came to it. */
type Counter = [
  hourAt: number,
  status: string,
  reason: string,
  error: string,
  count: number,
  segments: number,
  firstAt: number,
  lastAt: number,
];

/** Statement: the counters since an hour, all in one row: each row of an answer costs more than what stands in it. */
const readCounters = hot<{ from: number }>()(({ from }) => {
  const { hourAt, status, reason, error, segments, firstAt, lastAt } = counts;
  const counter = sql`json_array(${hourAt}, ${status}, ${reason}, ${error}, ${counts.count}, ${segments}, ${firstAt}, ${lastAt})`;
  return q
    .select({ all: jsonArray<Counter>(counter).as('counters') })
    .from(counts)
    .where(gte(counts.hourAt, from));
});

const sumHour = hot<{ at: number }>()(({ at }) =>
  q.select(hourColumns).from(counts).where(eq(counts.hourAt, at)).groupBy(counts.hourAt, counts.status),
);

const countSending = hot<Record<never, never>>()(() => upTo(isInSight('sending')));

/** As the sweep sees it: a family that moves is in two stores, and may be swept in none of them. */
const isDue = (now: SQL<number>) => allOf(lte(log.wakeAt, now), isOpenFor(log.familyId));
const countOverdue = hot<{ now: number }>()(({ now }) => upTo(isDue(now)));
const oldestOverdue = hot<{ now: number }>()(({ now }) =>
  q
    .select({ at: min(log.wakeAt).as('at') })
    .from(log)
    .where(isDue(now)),
);

/** What a store's counters come to, by spans of hours. */
interface Sums {
  cells: readonly (Cell & { from: number })[];
  times: readonly (TimeClass & { from: number })[];
}

/** What was read of a store's counters that hardly change any more. */
interface Kept extends Sums {
  at: number;
}

/** For how long an isolate trusts the counters of hours that lie two days back: what the operators' page mostly reads. */
const KEPT_MS = 60_000;
/** So many clocks of operators, or hours of callers, are remembered at the most. */
const MOST_KEPT = 16;
/** By the store, and by the spans. */
const kept = new WeakMap<object, Map<string, Kept>>();

/** The sums that are known of a store; null when they must be read. @param store an object that stands for it */
function knownOf(store: object, spans: string, now: number): Kept | null {
  const known = kept.get(store)?.get(spans);
  return known && now >= known.at && now - known.at < KEPT_MS ? known : null;
}

function keep(store: object, spans: string, sums: Kept): void {
  const all = kept.get(store) ?? new Map<string, Kept>();
  if (all.size >= MOST_KEPT) all.clear();
  kept.set(store, all.set(spans, sums));
}

/** Statements of a store's counters. @param old spans that lie two days back, null where their sums are known; as JSON */
const countStatements = (
  old: string | null,
  recent: string,
  { from, now }: { from: number; now: number },
) => ({
  oldCells: old !== null && sumCells({ spans: old }),
  oldTimes: old !== null && sumTimes({ spans: old }),
  counters: readCounters({ from }),
  times: sumTimes({ spans: recent }),
  weekAgo: sumHour({ at: hourOf(now) - 7 * DAY_MS }),
  underWay: countSending({}),
  overdue: countOverdue({ now }),
  oldestOverdue: oldestOverdue({ now }),
});

type CountAnswers = Results<ReturnType<typeof countStatements>>;

/** What the counters of one store come to. */
export type StoreCounts = Omit<CountAnswers, 'oldCells' | 'oldTimes' | 'counters' | keyof Sums> &
  Sums & { hours: HourCount[] };

/** Counters as cells of the spans that their hours lie in. @param spans the earliest first */
function cellsOf(counters: readonly Counter[], spans: readonly Span[]): Sums['cells'] {
  const starts = new Map<number, number>();
  const startOf = (hourAt: number) => {
    const known = starts.get(hourAt) ?? spans.findLast(({ from }) => from <= hourAt)!.from;
    starts.set(hourAt, known);
    return known;
  };
  const cells = counters.map(([hourAt, status, reason, error, count, segments, firstAt, lastAt]) => ({
    from: startOf(hourAt),
    ...{ status, reason, error, count, segments, firstAt, lastAt },
  }));
  return mergedCells(cells, ({ from, status, reason, error }) => `${from} ${status} ${reason} ${error}`);
}

/**
 * The statements of a store's counters, and what they come to. They read a row for each hour and state, however many
 * deliveries there are, and at most {@link COUNTED} of the rows that are overdue, and of those that are being sent. Hours that
 * lie two days back are read once a minute in an isolate, so that ten operators cost hardly more than one.
 * @param store an object that stands for the store: what the isolate's memory of it hangs on
 * @param hoursFrom the first hour that is told by itself, ms
 * @param now ms
 */
export function countsOfStore(
  store: object,
  { settled, recent, hoursFrom, now }: CountSpans & { hoursFrom: number; now: number },
) {
  const old = JSON.stringify(settled);
  const known = knownOf(store, old, now);
  const from = recent[0]?.from ?? hourOf(now);
  return {
    statements: countStatements(known ? null : old, JSON.stringify(recent), { from, now }),
    /** @param answers what the statements came to */
    read: (answers: CountAnswers): StoreCounts => {
      const before: Sums = known ?? { cells: answers.oldCells ?? [], times: answers.oldTimes ?? [] };
      if (!known) keep(store, old, { ...before, at: now });
      const counters = answers.counters[0]?.all ?? [];
      const hours = counters
        .filter(([hourAt]) => hourAt >= hoursFrom)
        .map(([hourAt, status, , , count, segments]) => ({ hourAt, status, count, segments }));
      return {
        ...answers,
        hours,
        cells: [...before.cells, ...cellsOf(counters, recent)],
        times: [...before.times, ...answers.times],
      };
    },
  };
}

/**
 * Sums the counters of stores.
 * @param recentSince from the hour of which on they are summed once more, apart
 * @param down the stores that did not answer
 */
export function addUpCounts(
  all: readonly StoreCounts[],
  { recentSince, now, down }: { recentSince: number; now: number; down: string[] },
): Counts {
  const [recentFrom, thisHour] = [hourOf(recentSince), hourOf(now)];
  const sending = all.reduce((sum, each) => sum + (each.underWay[0]?.count ?? 0), 0);
  const cells = all.flatMap((each) => each.cells);
  const times = all.flatMap((each) => each.times);
  const isRecent = ({ from }: { from: number }) => from >= recentFrom;
  const hours = mergedHours(all.map((each) => each.hours));
  const oldest = all.flatMap((each) => each.oldestOverdue[0]?.at ?? []);
  return {
    whole: summed(cells, times, sending),
    recent: summed(cells.filter(isRecent), times.filter(isRecent), sending),
    hours,
    days: mergedHours([cells.map((cell) => ({ ...cell, hourAt: cell.from }))]),
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
