import { cookieValue } from '../platform/http/cookies.ts';
import { isTimeZone } from '../platform/time.ts';

/** Set by the pages' script, so that the next page is written in the browser's zone from the start. */
const ZONE_COOKIE = 'fcs_zone';

/** The browser's zone, as its Cookie header says; null when it does not, or not in words that we know. */
export function browserZone(cookieHeader: string | null | undefined): string | null {
  const zone = cookieValue(cookieHeader, ZONE_COOKIE);
  return isTimeZone(zone) ? zone : null;
}
