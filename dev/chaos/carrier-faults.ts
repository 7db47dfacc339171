import { draw } from '../simulator/draw.ts';
import type { Faults } from '../simulator/faults.ts';
import type { Simulator } from '../simulator/simulator.ts';
import { rest } from './rest.ts';

/** Receipts are lost, doubled and reordered under every profile. */
const RECEIPTS: Partial<Faults> = { receiptLost: 0.2, receiptDuplicated: 0.2, receiptReordered: 0.3 };

/** Everything at once, at rates that let about half of the requests through. */
const MIXED: Partial<Faults> = {
  latencyMs: 20,
  rateLimited: 0.1,
  serverError: 0.05,
  unavailable: 0.05,
  timeout: 0.04,
  dropBefore: 0.08,
  dropAfter: 0.1,
  timeoutAfter: 0.06,
  serverErrorAfter: 0.08,
};

/** Profiles of faults; the mixed one comes twice as often as each of the others. */
const PROFILES: readonly (readonly [name: string, faults: Partial<Faults>])[] = [
  ['mixed', MIXED],
  ['mixed', MIXED],
  ['rate limited', { rateLimited: 0.8 }],
  ['silent after accepting', { timeoutAfter: 0.7 }],
  ['silent before accepting', { timeout: 0.7 }],
  ['broken lines', { dropBefore: 0.35, dropAfter: 0.35 }],
  ['5xx', { serverError: 0.3, unavailable: 0.3, serverErrorAfter: 0.3 }],
  ['blind: nothing can be looked up', { serverError: 1, on: 'read' }],
  ['slow', { latencyMs: 700 }],
  // A text is listed before a look-up takes it for absent, and after the first look.
  ['listed late', { dropAfter: 0.4, timeoutAfter: 0.3, listDelaySeconds: 3 }],
];

/** Clears every fault and sets these. */
function set(simulator: Simulator, faults: Partial<Faults>): void {
  simulator.faults.reset();
  simulator.faults.set({ ...RECEIPTS, ...faults });
}

/**
 * Changes the faults of the carrier every one to three seconds, until the signal; then clears them.
 * @returns the profiles, in order
 */
export async function injectCarrierFaults(
  simulator: Simulator,
  seed: number,
  over: AbortSignal,
): Promise<string[]> {
  const had: string[] = [];
  while (!over.aborted) {
    const n = had.length;
    const [name, faults] = PROFILES[Math.floor(draw(seed, `weather:${n}`) * PROFILES.length)]!;
    had.push(name);
    set(simulator, faults);
    await rest(1000 + 2000 * draw(seed, `weather:${n}:lasts`), over);
  }
  simulator.faults.reset();
  return had;
}
