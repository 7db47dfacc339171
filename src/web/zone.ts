import { cookieValue } from '../platform/http/cookies.ts';
import { isTimeZone } from '../platform/time.ts';

/** Set by the pages' script, so that the next page is written in the browser's zone from the start. */
const ZONE_COOKIE = 'fcs_zone';
/** So long a browser keeps it; as src/client/portal/zone.ts sets it. */
export const ZONE_TTL_SECONDS = 31_536_000;

/** The browser's zone, as its Cookie header says; null when it does not, or not in words that we know. */
export function browserZone(cookieHeader: string | null | undefined): string | null {
  const zone = cookieValue(cookieHeader, ZONE_COOKIE);
  return isTimeZone(zone) ? zone : null;
}
