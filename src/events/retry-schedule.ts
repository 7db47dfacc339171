const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** After this time without success an event is given up; it can still be read, and redelivered. */
export const GIVE_UP_MS = 72 * HOUR;

/** Waits between the tries of a family's next event; the last one repeats. */
const WAITS = [
  5 * SECOND,
  15 * SECOND,
  45 * SECOND,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  4 * HOUR,
  6 * HOUR,
];

/**
 * How long to wait after a failure, ms. Pure.
 * @param attempts failures so far, from 1
 * @param retryAfterMs what the receiver asked for; a day at most
 */
export function retryWait(attempts: number, retryAfterMs: number | null): number {
  const wait = WAITS[Math.min(attempts, WAITS.length) - 1] ?? SECOND;
  return Math.max(wait, Math.min(retryAfterMs ?? 0, 24 * HOUR));
}
