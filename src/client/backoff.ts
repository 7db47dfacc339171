const FIRST_MS = 1000;
const MOST_MS = 30_000;

/**
 * How long to wait before trying again: from a second on, doubling up to 30 s, spread so that clients that were dropped
 * together do not come back together. 30 s is less than the service's `PRESENCE_TTL_SECONDS`: whoever is on the way back
 * still counts as here.
 * @param attempt - failed tries so far, from 0
 * @param random - from 0 to 1
 * @returns ms
 */
export function backoffMs(attempt: number, random: number): number {
  const from = Math.min(FIRST_MS * 2 ** attempt, MOST_MS / 2);
  return from + random * Math.min(from, MOST_MS - from);
}
