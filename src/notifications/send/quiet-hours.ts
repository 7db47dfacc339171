import { create, getTimeZoneTransition } from 'temporal-polyfill/fns/ZonedDateTime';
import { DAY_MS, knownTimeZone, MINUTE_MS, offsetAt } from '../../platform/time.ts';

/** Texts deferred to the end of quiet hours are spread over this time, to avoid a burst. */
export const SPREAD_MS = 3 * MINUTE_MS;

/** When a person does not want texts: minutes of their own day (0..1440), or both null. */
export interface QuietHours {
  /** First quiet minute, inclusive. */
  quietStart: number | null;
  /** The minute after the last quiet one; smaller than the start when the night is meant; 1440 is midnight. */
  quietEnd: number | null;
}

/** The hours outside of `hours` (minutes of the day); null when that is never. */
export function quietOutside(hours: { from: number; to: number } | undefined): QuietHours | null {
  if (hours === undefined || (hours.from === 0 && hours.to === 24 * 60)) return null;
  return { quietStart: hours.to, quietEnd: hours.from };
}

/** When no moment within this time is free of quiet hours in every zone, it counts as quiet all day. */
const LONGEST_QUIET_MS = 3 * DAY_MS;

/**
 * When the quiet period that contains `now` ends, by the wall clocks of the zones in which the person may be: the
 * first moment at which each of them shows a time that is not quiet, whatever clocks do in between.
 * @param timeZones - IANA names, see `possibleZones`; one that the runtime does not know, and none at all, count as UTC
 * @param now - ms UTC
 * @returns ms UTC; null when `now` is quiet in none of the zones; `Infinity` for someone who is quiet all day (0 to
 *   1440), or in one zone or other at any time
 */
export function quietUntil(hours: QuietHours, timeZones: readonly string[], now: number): number | null {
  if (hours.quietStart === null || hours.quietEnd === null) return null;
  const zones = timeZones.length === 0 ? ['UTC'] : [...new Set(timeZones.map(knownTimeZone))];
  let at = now;
  for (;;) {
    const ends = zones.map((zone) => quietUntilIn(zone, hours, at)).filter((end) => end !== null);
    if (ends.length === 0) return at === now ? null : at;
    at = Math.max(...ends);
    if (at - now > LONGEST_QUIET_MS) return Number.POSITIVE_INFINITY;
  }
}

/** {@link quietUntil} by the wall clock of one known zone. */
function quietUntilIn(zone: string, { quietStart, quietEnd }: QuietHours, now: number): number | null {
  if (quietStart === null || quietEnd === null || quietStart === quietEnd) return null;
  const start = quietStart * MINUTE_MS;
  const quietLength = modulo(quietEnd * MINUTE_MS - start, DAY_MS);
  if (quietLength === 0) return Number.POSITIVE_INFINITY;

  let at = now;
  for (;;) {
    const offset = offsetAt(zone, at);
    const sinceStart = modulo(at + offset - start, DAY_MS);
    if (sinceStart >= quietLength) return at === now ? null : at;
    const candidate = at + quietLength - sinceStart;
    // If the clock changes in between, the time right after the change is decided again.
    const change = offsetAt(zone, candidate) === offset ? null : nextChange(zone, at);
    if (change === null || change > candidate) return candidate;
    at = change;
  }
}

/**
 * The delay after the end of quiet hours with which the text of this key leaves: the same for the same key, and
 * evenly spread over keys.
 * @returns whole ms, 0..180000
 */
export function spreadMs(key: string): number {
  // FNV-1a with a final mix, because ULIDs of one burst differ in few characters.
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash ^= hash >>> 13;
  return (hash >>> 0) % (SPREAD_MS + 1);
}

function nextChange(zone: string, at: number): number | null {
  return (
    getTimeZoneTransition(create(BigInt(Math.floor(at)) * 1_000_000n, zone), 'next')?.epochMilliseconds ??
    null
  );
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
