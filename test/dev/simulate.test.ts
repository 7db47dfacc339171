import { expect, it } from 'vitest';
import { simulate } from '../../dev/simulate/report.ts';

it('simulates a small country: nothing is lost, never more than a minute waits at the carrier, and the same seed says the same', () => {
  const told = simulate({ families: 20_000, seed: 7 });
  expect(simulate({ families: 20_000, seed: 7 })).toBe(told);
  expect(simulate({ families: 20_000, seed: 8 })).not.toBe(told);
  expect(told.match(/lost 0/g)).toHaveLength(4);
  expect(told).not.toMatch(/lost [1-9]/);
  for (const [, seconds] of told.matchAll(/at most (\d+) s of its rate/g))
    expect(Number(seconds)).toBeLessThanOrEqual(60);
});

it('lets what cannot leave in a day expire, and says how much', () => {
  const told = simulate({ families: 80_000, seed: 1, perSecond: 0.2 });
  expect(told).toMatch(/expired [1-9]/);
  expect(told).not.toMatch(/lost [1-9]/);
});
