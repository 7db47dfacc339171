import type { Hours } from '../platform/clock-words.ts';
import type { Config } from '../platform/config.ts';
import { cookieName, cookieValue, setCookie } from '../platform/http/cookies.ts';
import { isTimeZone } from '../platform/time.ts';
import type { WallClock } from './clock.ts';

/** The cookie that holds what was chosen for this browser in the settings: `12` or `24`. */
const HOURS_COOKIE = 'fcs_hours';
/** So long a browser keeps the choice. */
export const HOURS_TTL_SECONDS = 31_536_000;

type Origin = Pick<Config, 'PUBLIC_ORIGIN'>;

/** What was chosen for this browser; null when its language decides. */
export function chosenHours(config: Origin, cookieHeader: string | null | undefined): Hours | null {
  const chosen = cookieValue(cookieHeader, cookieName(config, HOURS_COOKIE));
  return chosen === '12' ? 12 : chosen === '24' ? 24 : null;
}

/** The Set-Cookie value that keeps a choice in this browser for a year; null forgets it. */
export const hoursCookie = (config: Origin, hours: Hours | null): string =>
  setCookie(config, HOURS_COOKIE, String(hours ?? ''), hours === null ? 0 : HOURS_TTL_SECONDS);

/** The language of the runtime's own that a tag names; null when it is none, or unknown to the runtime. */
function knownLocale(tag: string): string | null {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(tag)[0] ?? null;
  } catch {
    return null; // No tag at all.
  }
}

/** The tags of an Accept-Language header (RFC 9110, section 12.5.4), the most wanted first. */
function languages(header: string | null | undefined): string[] {
  return (header ?? '')
    .slice(0, 500)
    .split(',')
    .map((range) => {
      const [tag = '', quality] = range.split(/;\s*q=/i).map((part) => part.trim());
      // Some web views write `de_DE`.
      return { tag: tag.replaceAll('_', '-'), weight: quality === undefined ? 1 : Number(quality) };
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .map(({ tag }) => tag);
}

/** The country that a browser's languages name first, ISO 3166-1 alpha-2: `CA` for `fr-CA`; null for none. */
export function preferredRegion(header: string | null | undefined): string | null {
  for (const tag of languages(header)) {
    const region = /^[A-Za-z]{2,3}(?:-[A-Za-z]{4})?-([A-Za-z]{2})\b/.exec(tag)?.[1];
    if (region) return region.toUpperCase();
  }
  return null;
}

/**
 * The hours of the language and country that a browser prefers, as Unicode's data have them: twelve for `en-US`,
 * twenty-four for `de` and `en-GB`. Twelve when its Accept-Language header names nothing that is known.
 */
export function hoursOfLanguage(header: string | null | undefined): Hours {
  for (const tag of languages(header)) {
    const locale = knownLocale(tag);
    if (locale) {
      return new Intl.DateTimeFormat(locale, { hour: 'numeric' }).resolvedOptions().hour12 ? 12 : 24;
    }
  }
  return 12;
}

/** Set by the pages' script, so that the next page is written in the browser's zone from the start. */
const ZONE_COOKIE = 'fcs_zone';
/** So long a browser keeps it; as the script of the pages sets it (client/portal). */
export const ZONE_TTL_SECONDS = 31_536_000;

/** The browser's zone, as its Cookie header says; null when it does not, or not in words that we know. */
export function browserZone(cookieHeader: string | null | undefined): string | null {
  const zone = cookieValue(cookieHeader, ZONE_COOKIE);
  return isTimeZone(zone) ? zone : null;
}

const readerHours = (config: Origin, headers: Headers): Hours =>
  chosenHours(config, headers.get('Cookie')) ?? hoursOfLanguage(headers.get('Accept-Language'));

/**
 * The clock by which a page is written: the zone of the browser, else `zone`; the hours that were chosen, else those
 * of the browser's language.
 * @param headers of the request
 */
export const readerClock = (config: Origin, headers: Headers, zone: string): WallClock => ({
  zone: browserZone(headers.get('Cookie')) ?? zone,
  hours: readerHours(config, headers),
});

/** The same for the sentences of the log, which know their person's own zone. */
export const sentenceClock = (
  config: Origin,
  headers: Headers,
): { timeZone: string | undefined; hours: Hours } => ({
  timeZone: browserZone(headers.get('Cookie')) ?? undefined,
  hours: readerHours(config, headers),
});
