import { isTimeZone } from '../platform/time-zone.ts';

/** Set by the pages' script to the browser's zone, so that the next page is written in it from the start. */
export const ZONE_COOKIE = 'fcs_zone';

/** The zone to write times in: the browser's, as the cookie's value says, else the person's own. */
export function pageZone(cookie: string | null, fallback: string): string {
  const zone = cookie?.replace(/%2F/gi, '/');
  return isTimeZone(zone) ? zone : fallback;
}
