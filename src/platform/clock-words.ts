import { DAY_MS, knownTimeZone } from './time.ts';

const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
];

/** Whether hours are counted to twelve, twice a day, or to twenty-four. */
export type Hours = 12 | 24;

/** Cache of the last formatter: a page of the log is in one zone, and creating formatters is slow. */
let last: { zone: string; hours: Hours; format: Intl.DateTimeFormat } | null = null;

function formatterOf(timeZone: string, hours: Hours): Intl.DateTimeFormat {
  if (last?.zone !== timeZone || last.hours !== hours) {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: knownTimeZone(timeZone),
      weekday: 'long',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: '2-digit',
      hourCycle: hours === 24 ? 'h23' : 'h12',
    });
    last = { zone: timeZone, hours, format };
  }
  return last.format;
}

/**
 * A time in words, on the wall clock of `timeZone`: `7:00 AM`, `7:00 AM tomorrow`, `7:00 AM yesterday`, `7:00
 * AM on Sunday, May 3`, and with the year when it is not this one. With 24 hours `07:00`, `19:00 tomorrow`.
 * @param at - ms UTC
 * @param now - ms UTC
 * @param timeZone - IANA name; an unknown one counts as UTC
 */
export function clockWords(at: number, now: number, timeZone: string, hours: Hours = 12): string {
  const format = formatterOf(timeZone, hours);
  const [moment, today] = [partsOf(format, at), partsOf(format, now)];
  const time = `${moment.hour}:${moment.minute}${hours === 24 ? '' : ` ${moment.dayPeriod}`}`;
  const days = dayOf(moment) - dayOf(today);
  if (days === 0) return time;
  if (days === 1) return `${time} tomorrow`;
  if (days === -1) return `${time} yesterday`;
  const year = moment.year === today.year ? '' : `, ${moment.year}`;
  return `${time} on ${moment.weekday}, ${MONTHS[Number(moment.month) - 1]} ${moment.day}${year}`;
}

type ClockParts = Partial<Record<Intl.DateTimeFormatPartTypes, string>>;

function partsOf(format: Intl.DateTimeFormat, at: number): ClockParts {
  return Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
}

/** The day's number on the calendar of its zone. */
function dayOf(parts: ClockParts): number {
  return Date.UTC(Number(parts.year), Number(parts.month) - 1, Number(parts.day)) / DAY_MS;
}

/** How long ago a moment was: `40 s`, `3 min`, `2 h`, `3 days`. Times are ms UTC. */
export function agoWords(at: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`;
}
