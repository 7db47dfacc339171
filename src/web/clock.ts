import { clockWords, type Hours } from '../platform/clock-words.ts';
import { DAY_MS, knownTimeZone } from '../platform/time.ts';

/** The clock by which times are written for a reader. `zone` is an IANA name; an unknown one counts as UTC. */
export interface WallClock {
  zone: string;
  hours: Hours;
}

interface Formats {
  time: Record<Hours, Intl.DateTimeFormat>;
  day: Intl.DateTimeFormat;
  dayWithYear: Intl.DateTimeFormat;
  short: Intl.DateTimeFormat;
  weekday: Intl.DateTimeFormat;
  key: Intl.DateTimeFormat;
}

/** The formatters of the zone asked for last: a page is all in one zone, and making one is dear. */
let last: { zone: string; formats: Formats } | null = null;

function formatsOf(zone: string): Formats {
  if (last?.zone === zone) return last.formats;
  const timeZone = knownTimeZone(zone);
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-US', { timeZone, ...options });
  const formats = {
    time: {
      12: format({ hour: 'numeric', minute: '2-digit', hourCycle: 'h12' }),
      24: format({ hour: 'numeric', minute: '2-digit', hourCycle: 'h23' }),
    },
    day: format({ weekday: 'long', month: 'long', day: 'numeric' }),
    dayWithYear: format({ month: 'long', day: 'numeric', year: 'numeric' }),
    short: format({ month: 'short', day: 'numeric' }),
    weekday: format({ weekday: 'short' }),
    key: format({ year: 'numeric', month: '2-digit', day: '2-digit' }),
  };
  last = { zone, formats };
  return formats;
}

/** Newer engines put a narrow no-break space before AM; one kind of space is enough. */
const plain = (text: string) => text.replace(/[\u202f\u00a0]/g, ' ');

/** The day of a moment on the calendar of `zone`; equal for moments of one day. */
export const dayKey = (at: number, zone: string): string => formatsOf(zone).key.format(at);

/** The day of a moment on the calendar of `zone`, as fields of dates take it: `2026-11-27`. */
export function isoDay(at: number, zone: string): string {
  const [month, day, year] = dayKey(at, zone).split('/');
  return `${year}-${month}-${day}`;
}

/** Whole days on the calendar of `zone` from a moment to now: 0 for today, 1 for yesterday. */
function daysAgo(at: number, now: number, zone: string): number {
  const number = (key: string) => {
    const [month, day, year] = key.split('/').map(Number);
    return Date.UTC(year!, month! - 1, day!) / DAY_MS;
  };
  return number(dayKey(now, zone)) - number(dayKey(at, zone));
}

/** `7:05 PM`, or `19:05`. Times are ms UTC. */
export const timeOfDay = (at: number, { zone, hours }: WallClock): string =>
  plain(formatsOf(zone).time[hours].format(at));

/** A time as a sentence names it: `7:05 PM`, `7:05 PM tomorrow`, `19:05 on Sunday, May 3`. */
export const timeInWords = (at: number, now: number, { zone, hours }: WallClock): string =>
  clockWords(at, now, zone, hours);

/** A day as a heading: `Today`, `Yesterday`, `Sunday, May 3`, `May 3, 2025` when it is long ago. */
export function dayName(at: number, now: number, zone: string): string {
  const days = daysAgo(at, now, zone);
  if (days === 0) return 'Today';
  if (days === 1) return 'Yesterday';
  const formats = formatsOf(zone);
  return days > 300 ? formats.dayWithYear.format(at) : formats.day.format(at);
}

/** A moment in as few words as a list has room for: `7:05 PM`, `Yesterday`, `Sun`, `May 3`. */
export function shortMoment(at: number, now: number, clock: WallClock): string {
  const days = daysAgo(at, now, clock.zone);
  if (days <= 0) return timeOfDay(at, clock);
  if (days === 1) return 'Yesterday';
  const formats = formatsOf(clock.zone);
  if (days < 7) return formats.weekday.format(at);
  return days > 300 ? formats.dayWithYear.format(at) : formats.short.format(at);
}

/** A date without a time, `2026-11-27`, in words: `November 27, 2026`. */
export const dayWords = (date: string): string => formatsOf('UTC').dayWithYear.format(Date.parse(date));
