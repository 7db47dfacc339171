import { DAY_MS, HOUR_MS } from '../../platform/time.ts';
import { timeInWords, timeOfDay, type WallClock } from '../clock.ts';
import type { Bar, Series } from './bars.tsx';

/** A text's outcome, as operators count it: several states are one. */
export const OUTCOMES: (Series & { statuses: string[] })[] = [
  { key: 'delivered', words: 'Delivered', className: 'c-delivered', statuses: ['delivered'] },
  { key: 'sent', words: 'Sent, no receipt yet', className: 'c-sent', statuses: ['sent'] },
  { key: 'merged', words: 'Told in another text', className: 'c-merged', statuses: ['merged'] },
  { key: 'waiting', words: 'Waiting', className: 'c-waiting', statuses: ['pending', 'deferred', 'sending'] },
  { key: 'failed', words: 'Failed', className: 'c-failed', statuses: ['failed', 'undelivered'] },
  {
    key: 'suppressed',
    words: 'Not sent, with a reason',
    className: 'c-suppressed',
    statuses: ['suppressed'],
  },
];

/** Adds up the states of an outcome. */
export const outcomeCounts = (byStatus: Record<string, number>): Record<string, number> =>
  Object.fromEntries(
    OUTCOMES.map(({ key, statuses }) => [
      key,
      statuses.reduce((sum, status) => sum + (byStatus[status] ?? 0), 0),
    ]),
  );

/** One bar a day, days without texts included. @param today the last day, such as `2026-11-27` */
export function barsByDay(
  byDay: readonly { day: string; status: string; count: number }[],
  days: number,
  today: string,
): (Bar & { day: string })[] {
  const counts = new Map<string, Record<string, number>>();
  for (const { day, status, count } of byDay) {
    counts.set(day, { ...counts.get(day), [status]: count });
  }
  return Array.from({ length: days }, (_, i) => {
    const day = new Date(Date.parse(today) - (days - 1 - i) * DAY_MS).toISOString().slice(0, 10);
    const [, month, date] = day.split('-').map(Number);
    return { day, label: `${month}/${date}`, values: outcomeCounts(counts.get(day) ?? {}) };
  });
}

const HOURS = 24;

/** One bar an hour, the last one that of now, hours without texts included. `words` name the hour in a table. */
export function barsByHour(
  byHour: readonly { hour: string; status: string; count: number }[],
  now: number,
  clock: WallClock,
): (Bar & { words: string })[] {
  const counts = Map.groupBy(byHour, ({ hour }) => Date.parse(hour));
  const thisHour = now - (now % HOUR_MS);
  return Array.from({ length: HOURS }, (_, i) => {
    const at = thisHour - (HOURS - 1 - i) * HOUR_MS;
    const byStatus = Object.fromEntries((counts.get(at) ?? []).map(({ status, count }) => [status, count]));
    return {
      label: timeOfDay(at, clock).replace(':00', ''),
      words: timeInWords(at, now, clock),
      values: outcomeCounts(byStatus),
    };
  });
}

/** What the reasons of the log mean to an operator. */
export const REASONS: Record<string, string> = {
  opted_out: 'Did not agree, or said stop',
  unverified: 'No verified number',
  phone_unusable: 'Number cannot get texts',
  left_thread: 'Left the conversation',
  expired: 'Too old to be of use',
  read: 'Read before',
  muted: 'Muted',
  online: 'Was in the chat',
  quiet_hours: 'Quiet hours',
  rate_limited: 'Just texted about it',
  daily_cap: 'Daily number used up',
  paused: 'Paused by operators',
  retracted: 'Taken back by its author',
  country_not_allowed: 'Country not allowed',
};

/**
 * What a segment costs, in US cents: about 0.83 for Twilio (twilio.com/sms/pricing/us) and 0.4 that US carriers add. An
 * estimate; the invoice is the truth.
 */
const CENTS_PER_SEGMENT = 1.23;

/** An estimate in dollars: `$0.12`, `< $0.01`. */
export function dollars(segments: number): string {
  const amount = (segments * CENTS_PER_SEGMENT) / 100;
  if (segments === 0) return '$0';
  return amount < 0.01 ? '< $0.01' : `$${amount.toFixed(2)}`;
}

/** Seconds as a figure: `0.4 s`, `12 s`, `3 min`. */
export function secondsWords(seconds: number | null): string {
  if (seconds === null) return '–';
  if (seconds < 10) return `${seconds.toFixed(1)}\u00a0s`;
  return seconds < 120 ? `${Math.round(seconds)}\u00a0s` : `${Math.round(seconds / 60)}\u00a0min`;
}
