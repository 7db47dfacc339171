import { draw } from '../simulator/draw.ts';
import type { SpawnedStack } from '../stack/spawn-stack.ts';
import { rest } from './rest.ts';

/** Kills a stack again and again. */
export interface Killer {
  /** Resolves when the stack is up, or at once when it is. */
  up(): Promise<void>;
  /** Kills it now, once it is up; `whileDown` is done before it is started again. Resolves when it is up again. */
  strike(whileDown?: () => unknown): Promise<void>;
  /** How often it was killed so far. */
  kills(): number;
  /** Resolves when the stack is up for good. Rejects when it could not be started again. */
  done: Promise<void>;
}

/**
 * Kills the stack with SIGKILL and starts it on the same state, until the signal.
 * @param every least and most ms from being up to being killed
 */
export function startKiller(
  stack: Pick<SpawnedStack, 'kill' | 'restart'>,
  seed: number,
  every: readonly [number, number],
  over: AbortSignal,
): Killer {
  let kills = 0;
  let up: Promise<void> = Promise.resolve();
  const strike = (whileDown: () => unknown = () => undefined) => {
    kills += 1;
    up = up
      .then(() => stack.kill())
      .then(whileDown)
      .then(() => stack.restart());
    return up;
  };
  const run = async () => {
    while (!over.aborted) {
      const lives = every[0] + (every[1] - every[0]) * draw(seed, `life:${kills}`);
      if (!(await rest(lives, over))) return;
      await strike();
    }
  };
  return { up: () => up, strike, kills: () => kills, done: run() };
}
