/**
 * Max. concurrent tasks. Cloudflare lets a Worker hold six connections at once ("Workers: limits"); more would
 * wait while their time-outs run.
 */
export const AT_ONCE = 6;

/**
 * Runs tasks in order, at most {@link AT_ONCE} at the same time.
 * @returns their results, in the order of the items
 * @throws the first error of a task
 */
export async function inParallel<T, R>(items: readonly T[], task: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array(items.length);
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < items.length; i = next++) results[i] = await task(items[i]!);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker));
  return results;
}

/** What did not answer in time; it may still take effect. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

/**
 * Waits for work, but no longer than `ms`; the work itself goes on, and its later errors are ignored.
 * @throws DeadlineError after so many ms; what the work throws before
 */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | null = null;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(`No answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    if (timer !== null) clearTimeout(timer);
  }
}

/** A wake-up signal for one waiter; it is lost when nobody waits. */
export class Signal {
  #ring: () => void = () => undefined;

  /** Wakes the waiter. */
  ring(): void {
    this.#ring();
  }

  /** Resolves with the next signal, or after so many ms; null: no time-out. */
  async next(ms: number | null): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | null = null;
    await new Promise<void>((resolve) => {
      this.#ring = resolve;
      if (ms !== null) timer = setTimeout(resolve, ms);
    });
    if (timer !== null) clearTimeout(timer);
  }
}
