/** How many checks may be made: so many at once, and one more every so many ms. */
export interface LookRate {
  /** Takes one, if there is one left at this moment, ms. */
  take(at: number): boolean;
}

/** Creates a rate of which nothing was taken yet. */
export function createLookRate({ atOnce, everyMs }: { atOnce: number; everyMs: number }): LookRate {
  /** When all that was taken will be within the rate again, ms. */
  let busyUntil = 0;
  return {
    take: (at) => {
      const left = Math.max(0, busyUntil - at);
      // More than checks can add up to: the clock was set back.
      const ahead = left > atOnce * everyMs ? 0 : left;
      if (ahead > (atOnce - 1) * everyMs) return false;
      busyUntil = at + ahead + everyMs;
      return true;
    },
  };
}

/**
 * Limits an expensive check that anybody may trigger: `atOnce` checks, and one more every `everyMs`; beyond that the
 * last result is returned, or the one that is under way. So occasional callers get a fresh result, and a caller in a loop one
 * that is at most `everyMs` old. Kept in the memory of one isolate.
 */
export function pacedLook<T>({
  now,
  ...rate
}: {
  now: () => number;
  atOnce: number;
  everyMs: number;
}): (look: () => Promise<T>) => Promise<T> {
  const looks = createLookRate(rate);
  let last: Promise<T> | null = null;
  return async (look) => {
    if (!looks.take(now()) && last) return await last;
    const before = last;
    const mine = look();
    last = mine;
    try {
      return await mine;
    } catch (error) {
      if (last === mine) last = before; // A failure is told to those who waited for it alone.
      throw error;
    }
  };
}
