import { hash } from 'node:crypto';
import { evenRanges, SLOTS, slotOfHash, storeOfSlot } from '../../src/db/stores/slots.ts';
import { FAMILIES_A_STORE, MOST_STORES } from './service-times.ts';

/** Numbers between 0 and 1 that follow from a seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Where families live: the product's own slots, hash and ranges. */
export interface Placement {
  stores: string[];
  /** The index of a family's store. */
  storeOf(familyId: string): number;
}

/** Places so many families, each database with at most so many as one can hold. */
export function placement(families: number): Placement {
  const count = Math.min(MOST_STORES, Math.max(3, Math.ceil(families / FAMILIES_A_STORE)));
  const stores = Array.from({ length: count }, (_, i) => `d1:${i}`);
  const ranges = evenRanges(stores);
  const index = new Map(stores.map((store, i) => [store, i]));
  const bySlot = Int32Array.from({ length: SLOTS }, (_, slot) => index.get(storeOfSlot(ranges, slot)!)!);
  const storeOf = (familyId: string) => bySlot[slotOfHash(hash('sha256', familyId, 'buffer'))]!;
  return { stores, storeOf };
}

/** A value below which this share of the counted ones is; `counts[i]`: how many took i. */
export function percentile(counts: readonly number[], share: number): number {
  const total = counts.reduce((sum, n) => sum + (n ?? 0), 0);
  let left = Math.ceil(total * share);
  for (let i = 0; i < counts.length; i++) {
    left -= counts[i] ?? 0;
    if (left <= 0) return i;
  }
  return 0;
}
