import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  evenRanges,
  groupOfSlot,
  SLOT_GROUPS,
  SLOTS,
  slotOfHash,
  storeOfSlot,
  storesOfGroup,
} from '../../src/db/stores/slots.ts';

const slot = fc.nat(SLOTS - 1);
const stores = fc.integer({ min: 1, max: 200 }).map((n) => Array.from({ length: n }, (_, i) => `d1:${i}`));

describe('slots', () => {
  it('are the first fourteen bits of a hash', () => {
    expect(slotOfHash(new Uint8Array([0, 0]))).toBe(0);
    expect(slotOfHash(new Uint8Array([0, 4]))).toBe(1);
    expect(slotOfHash(new Uint8Array([0xff, 0xff, 0xff]))).toBe(SLOTS - 1);
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 2, maxLength: 32 }), (hash) => {
        const found = slotOfHash(hash);
        expect(found >= 0 && found < SLOTS && Number.isInteger(found)).toBe(true);
      }),
    );
  });

  it('are each in exactly one store when they are spread evenly, and as evenly as can be', () => {
    fc.assert(
      fc.property(stores, slot, (names, at) => {
        const ranges = evenRanges(names);
        expect(ranges.filter(({ first, last }) => first <= at && at <= last)).toHaveLength(1);
        const sizes = ranges.map(({ first, last }) => last - first + 1);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('are found in no store when no range holds them', () => {
    expect(storeOfSlot([], 5)).toBeNull();
    expect(storeOfSlot([{ first: 0, last: 4, store: 'd1:0' }], 5)).toBeNull();
  });

  it('have a group whose stores hold them, whatever the ranges', () => {
    fc.assert(
      fc.property(stores, slot, (names, at) => {
        const ranges = evenRanges(names);
        const group = groupOfSlot(at);
        expect(group >= 0 && group < SLOT_GROUPS).toBe(true);
        const found = storesOfGroup(ranges, group);
        expect(found).toContain(storeOfSlot(ranges, at));
        expect(found.length).toBeLessThanOrEqual(2);
      }),
    );
  });
});
