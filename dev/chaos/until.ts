import { setTimeout as pause } from 'node:timers/promises';

/**
 * Asks again and again until something is so. An asking that fails counts as "not yet".
 * @throws when it is not so in time, with the last failure as its cause
 */
export async function until(
  what: string,
  withinMs: number,
  isSo: () => Promise<boolean> | boolean,
): Promise<void> {
  const end = performance.now() + withinMs;
  let failure: unknown;
  for (;;) {
    try {
      if (await isSo()) return;
      failure = undefined;
    } catch (error) {
      failure = error;
    }
    if (performance.now() > end) throw new Error(`Not within ${withinMs} ms: ${what}`, { cause: failure });
    await pause(100);
  }
}
