import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countShares, type FamilyShares } from '../../../src/platform/pace/family-shares.ts';

const NOW = Date.UTC(2026, 4, 1, 12);
const NOBODY: FamilyShares = new Map();

/** The families that ask for little, one call after another at the same sender. */
function calls(perSecond: number, ...asked: [atMs: number, counts: Record<string, number>][]): string[][] {
  let shares = NOBODY;
  return asked.map(([at, counts]) => {
    const asked = Object.entries(counts).map(([familyId, fresh]) => ({ familyId, fresh }));
    const counted = countShares(shares, asked, perSecond, NOW + at);
    shares = counted.shares;
    return [...counted.light];
  });
}

describe('the shares of families in a sender', () => {
  it.each([
    [1, 15],
    [3, 45],
    [100, 1500],
    [0.1, 1],
  ])('of %d a second leave %i texts a minute to each before they ask for much', (perSecond, most) => {
    expect(calls(perSecond, [0, { small: most, large: most + 1 }])).toEqual([['small']]);
  });

  it('count what was asked for lately, whoever else asks meanwhile', () => {
    const light = calls(
      1,
      [0, { rosa: 10 }],
      [1000, { rosa: 6, ana: 3 }],
      [2000, { ana: 3 }],
      [20_000, { rosa: 5 }],
      [70_000, { rosa: 5 }],
    );
    // 16 texts count as 64 seconds: some of them are over after twenty, and enough after seventy.
    expect(light).toEqual([['rosa'], ['ana'], ['ana'], [], ['rosa']]);
  });

  it('hold a flood against nobody for longer than ten minutes, nor what another clock has said', () => {
    const [, after] = calls(1, [0, { flood: 5000 }], [600_001, { flood: 15 }]);
    expect(after).toEqual(['flood']);
    const [, setBack] = calls(1, [0, { flood: 5000 }], [-3_600_000, { flood: 15 }]);
    expect(setBack).toEqual(['flood']);
  });

  it('forget those who asked for least, of more than a thousand', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1001, max: 1500 }), (families) => {
        const many = Array.from({ length: families }, (_, n) => ({ familyId: `fam${n}`, fresh: 1 }));
        const { shares, light } = countShares(NOBODY, [...many, { familyId: 'flood', fresh: 99 }], 1, NOW);
        expect(shares.size).toBe(1000);
        expect(shares.has('flood')).toBe(true);
        expect(light.size).toBe(families);
      }),
      { numRuns: 20 },
    );
  });
});
