import type { Hours } from '../platform/clock-words.ts';
import type { Config } from '../platform/config.ts';
import { cookieName, cookieValue, setCookie } from '../platform/http/cookies.ts';

/** The cookie that holds what was chosen for this browser in the settings: `12` or `24`. */
const HOURS_COOKIE = 'fcs_hours';
const YEAR_SECONDS = 31_536_000;

type Origin = Pick<Config, 'PUBLIC_ORIGIN'>;

/** What was chosen for this browser; null when its language decides. */
export function chosenHours(config: Origin, cookieHeader: string | null | undefined): Hours | null {
  const chosen = cookieValue(cookieHeader, cookieName(config, HOURS_COOKIE));
  return chosen === '12' ? 12 : chosen === '24' ? 24 : null;
}

/** The Set-Cookie value that keeps a choice in this browser for a year; null forgets it. */
export const hoursCookie = (config: Origin, hours: Hours | null): string =>
  setCookie(config, HOURS_COOKIE, String(hours ?? ''), hours === null ? 0 : YEAR_SECONDS);

/** The language of the runtime's own that a tag names; null when it is none, or unknown to the runtime. */
function knownLocale(tag: string): string | null {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(tag)[0] ?? null;
  } catch {
    return null; // No tag at all.
  }
}

/**
 * The hours of the language and country that a browser prefers, as Unicode's data have them: twelve for `en-US`,
 * twenty-four for `de` and `en-GB`. Twelve when the header names nothing that is known.
 * @param header - Accept-Language (RFC 9110, section 12.5.4)
 */
export function hoursOfLanguage(header: string | null | undefined): Hours {
  const ranges = (header ?? '')
    .slice(0, 500)
    .split(',')
    .map((range) => {
      const [tag = '', quality] = range.split(/;\s*q=/i).map((part) => part.trim());
      return { tag, weight: quality === undefined ? 1 : Number(quality) };
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
  for (const { tag } of ranges) {
    const locale = knownLocale(tag);
    if (locale) {
      return new Intl.DateTimeFormat(locale, { hour: 'numeric' }).resolvedOptions().hour12 ? 12 : 24;
    }
  }
  return 12;
}
