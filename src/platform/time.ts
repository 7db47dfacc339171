import { addDays, create, offsetNanoseconds, startOfDay } from 'temporal-polyfill/fns/ZonedDateTime';

/** Durations, in milliseconds. A day is always 24 hours, whatever clocks do. */
export const SECOND_MS = 1000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** A host's clock may be this much ahead of ours. */
export const CLOCK_TOLERANCE_MS = 5 * MINUTE_MS;

/** The end of a permanent mute: the last moment that a Date can hold, in milliseconds. */
export const FOREVER = 8_640_000_000_000_000;

/** Names that proved to be zones: making a formatter to ask is slow, and each text asks. */
const seenZones = new Set<string>();
const MOST_SEEN = 1000;

/**
 * Whether `name` is a time zone of the IANA database that this runtime knows (any case, links such as
 * `Asia/Calcutta` included). Offsets (`+02:00`), `UTC+2`, abbreviations outside the database and junk are not.
 */
export function isTimeZone(name: unknown): name is string {
  if (typeof name !== 'string' || !/^[A-Za-z]/.test(name)) return false;
  if (seenZones.has(name)) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    if (seenZones.size < MOST_SEEN) seenZones.add(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * `timeZone` itself if the runtime knows it, else `UTC`, so that a bad value in the database cannot stop a
 * text.
 */
export function knownTimeZone(timeZone: string): string {
  try {
    create(0n, timeZone);
    return timeZone;
  } catch {
    return 'UTC';
  }
}

/**
 * How far the wall clock of a known `timeZone` is ahead of UTC at `at`.
 * @param at - ms UTC
 * @returns ms, negative west of Greenwich
 */
export function offsetAt(timeZone: string, at: number): number {
  return offsetNanoseconds(create(BigInt(Math.floor(at)) * 1_000_000n, timeZone)) / 1_000_000;
}

/**
 * When the next day of a known `timeZone` begins.
 * @param at - ms UTC
 * @returns ms UTC, later than `at`
 */
export function nextMidnight(timeZone: string, at: number): number {
  const today = startOfDay(create(BigInt(Math.floor(at)) * 1_000_000n, timeZone));
  return startOfDay(addDays(today, 1)).epochMilliseconds;
}

/**
 * When a day begins on the wall clock of a known `timeZone`.
 * @param date - `2026-05-03`
 * @returns ms UTC; null when there is no such day
 */
export function startOfDate(timeZone: string, date: string): number | null {
  const noon = /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(`${date}T12:00:00Z`) : Number.NaN;
  if (Number.isNaN(noon) || !new Date(noon).toISOString().startsWith(date)) return null;
  const there = noon - offsetAt(timeZone, noon);
  return startOfDay(create(BigInt(there) * 1_000_000n, timeZone)).epochMilliseconds;
}

/** A method since 2023, an accessor before (tc39.es/proposal-intl-locale-info); TypeScript's library has neither. */
type LocaleInfo = Intl.Locale & { getTimeZones?(): string[] | undefined; timeZones?: string[] };

/**
 * The time zones of a country, as the runtime's Unicode data have them.
 * @param country - ISO 3166-1 alpha-2
 * @returns IANA names; empty for what is no country
 */
export function zonesOfCountry(country: string): readonly string[] {
  if (!/^[A-Z]{2}$/.test(country)) return [];
  const locale = new Intl.Locale(`und-${country}`) as LocaleInfo;
  return locale.getTimeZones?.() ?? locale.timeZones ?? [];
}
