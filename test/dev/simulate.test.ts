import { expect, it } from 'vitest';
import { placement } from '../../dev/simulate/families.ts';
import { morning } from '../../dev/simulate/morning.ts';
import { simulate } from '../../dev/simulate/report.ts';
import { stampede } from '../../dev/simulate/stampede.ts';

it('simulates a small country: nothing is lost, never more than a minute waits at the carrier, and the same seed says the same', () => {
  const told = simulate({ families: 20_000, seed: 7 });
  expect(simulate({ families: 20_000, seed: 7 })).toBe(told);
  expect(simulate({ families: 20_000, seed: 8 })).not.toBe(told);
  expect(told.match(/lost 0/g)).toHaveLength(4);
  expect(told).not.toMatch(/lost [1-9]/);
  for (const [, seconds] of told.matchAll(/at most (\d+) s of its rate/g))
    expect(Number(seconds)).toBeLessThanOrEqual(60);
});

it('has a hundred thousand texts that are due at once leave within four minutes at a thousand a second, from three databases on', () => {
  for (const families of [10_000, 100_000, 1_000_000]) {
    const { last, stores } = stampede({ texts: 100_000, perSecond: 1000, concurrency: 333, families });
    expect(last, `${stores} databases`).toBeLessThanOrEqual(240);
  }
});

it('lets what cannot leave in a day expire, and says how much', () => {
  const options = { families: 800, seed: 1, perSecond: 0.002, concurrency: 96, outage: null };
  const { expired, lost } = morning(options, placement(options.families));
  expect(expired).toBeGreaterThan(0);
  expect(lost).toBe(0);
});
