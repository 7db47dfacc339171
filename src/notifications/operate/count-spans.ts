import { HOUR_MS } from '../../platform/time.ts';

/** Hours whose counters are summed together, a day or a part of one: its first, and the first after it, ms. */
export interface Span {
  from: number;
  until: number;
}

/** The spans of some time: those that lie before the last {@link HOURS_COUNTED}, which hardly change, and the others. */
export interface CountSpans {
  settled: Span[];
  recent: Span[];
}

/** Hours that are told one by one; what lies before, by the day. */
export const HOURS_COUNTED = 48;

/** The first hour of a day may be 22 hours before one that is still of it. */
const MOST_OF_A_DAY = 22 * HOUR_MS;

/** The hour of a moment, ms. */
export const hourOf = (at: number): number => at - (at % HOUR_MS);

/** When the day of an hour ends: the first hour of another. */
function endOfDay(from: number, dayOf: (at: number) => string): number {
  const name = dayOf(from);
  let end = dayOf(from + MOST_OF_A_DAY) === name ? from + MOST_OF_A_DAY : from;
  do end += HOUR_MS;
  while (dayOf(end) === name);
  return end;
}

/**
 * The days from the hour of `since` to that of `now`, cut where the hours begin that are told one by one, and where
 * `recentSince` is. @param dayOf names the day of a moment
 */
export function spansOf({
  since,
  recentSince,
  now,
  dayOf,
}: {
  since: number;
  recentSince: number;
  now: number;
  dayOf: (at: number) => string;
}): CountSpans {
  const [first, end] = [hourOf(since), hourOf(now) + HOUR_MS];
  const settledUntil = Math.max(first, end - HOURS_COUNTED * HOUR_MS);
  const cuts = [settledUntil, hourOf(recentSince), end];
  const spans: Span[] = [];
  for (let from = first; from < end; from = spans.at(-1)!.until) {
    spans.push({ from, until: Math.min(endOfDay(from, dayOf), ...cuts.filter((cut) => cut > from)) });
  }
  const isSettled = ({ from }: Span) => from < settledUntil;
  return { settled: spans.filter(isSettled), recent: spans.filter((span) => !isSettled(span)) };
}
