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
