/**
 * Limits an expensive check that anybody may trigger: `atOnce` checks, and one more every `everyMs`; beyond that the
 * last result is returned. So occasional callers get a fresh result, and a caller in a loop one that is at most
 * `everyMs` old. Kept in the memory of one isolate.
 */
export function pacedLook<T>({
  now,
  atOnce,
  everyMs,
}: {
  now: () => number;
  atOnce: number;
  everyMs: number;
}): (look: () => Promise<T>) => Promise<T> {
  let last: { seen: T } | null = null;
  /** When the checks that were made will be within the rate again, ms. */
  let busyUntil = 0;
  return async (look) => {
    const at = now();
    const left = Math.max(0, busyUntil - at);
    // More than checks can add up to: the clock was set back.
    const ahead = left > atOnce * everyMs ? 0 : left;
    if (last && ahead > (atOnce - 1) * everyMs) return last.seen;
    busyUntil = at + ahead + everyMs;
    last = { seen: await look() };
    return last.seen;
  };
}
