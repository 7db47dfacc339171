/**
 * A look that anybody may cause, and that costs: beyond `atOnce` looks, and one more every `everyMs`, whoever asks is told
 * what was seen last. So the answer is new wherever it is asked for now and then, and never older than `everyMs` in a loop
 * of questions. It is the memory of one isolate.
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
  /** When all looks that were taken will have been earned, ms. */
  let owedUntil = 0;
  return async (look) => {
    const at = now();
    const left = Math.max(0, owedUntil - at);
    // More than can be owed: the clock was set back.
    const owed = left > atOnce * everyMs ? 0 : left;
    if (last && owed > (atOnce - 1) * everyMs) return last.seen;
    owedUntil = at + owed + everyMs;
    last = { seen: await look() };
    return last.seen;
  };
}
