import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  capUntil,
  nextRank,
  type Send,
  usesUpCap,
  windowLength,
  windowUntil,
} from '../../../src/family/sends/windows.ts';
import { DAY_MS } from '../../../src/platform/time.ts';

const settings = { windowMs: 120_000, windowMaxMs: 21_600_000, userCap: 3, familyCap: 5 };
const minutes = (n: number) => n * 60_000;
const NOW = 10 * DAY_MS;

describe('the window', () => {
  it.each([
    [0, 2],
    [1, 2],
    [2, 4],
    [3, 8],
    [8, 256],
    [9, 360],
    [500, 360],
  ])('after unanswered text %i lasts %i minutes', (rank, length) => {
    expect(windowLength(rank, settings)).toBe(minutes(length));
  });

  it('is never shorter than its base, and may be none', () => {
    expect(windowLength(5, { ...settings, windowMaxMs: 1000 })).toBe(120_000);
    expect(windowLength(5, { ...settings, windowMs: 0 })).toBe(0);
    expect(windowUntil([{ at: NOW, rank: 9 }], { ...settings, windowMs: 0 }, NOW)).toBeNull();
  });

  it('is open when nothing was sent, and opens to the millisecond', () => {
    const sends: Send[] = [{ at: NOW, rank: 1 }];
    expect(windowUntil([], settings, NOW)).toBeNull();
    expect(windowUntil(sends, settings, NOW)).toBe(NOW + 120_000);
    expect(windowUntil(sends, settings, NOW + 119_999)).toBe(NOW + 120_000);
    expect(windowUntil(sends, settings, NOW + 120_000)).toBeNull();
  });

  it('doubles with every text that leaves as early as it may, and falls back when the person returns', () => {
    let sends: Send[] = [];
    let now = NOW;
    const waits: number[] = [];
    for (let i = 0; i < 10; i++) {
      sends.push({ at: now, rank: nextRank(sends) });
      const until = windowUntil(sends, settings, now) ?? now;
      waits.push((until - now) / 60_000);
      now = until;
    }
    expect(waits).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 360, 360]);
    sends = sends.map((send) => ({ ...send, rank: 0 }));
    expect(windowUntil(sends, settings, now)).toBeNull();
    expect(nextRank(sends)).toBe(1);
  });

  it('after an urgent text is the base, and does not shorten a longer one', () => {
    const urgent = { at: NOW, rank: 0 };
    expect(windowUntil([urgent], settings, NOW)).toBe(NOW + minutes(2));
    expect(windowUntil([{ at: NOW - minutes(1), rank: 3 }, urgent], settings, NOW)).toBe(NOW + minutes(7));
    expect(nextRank([{ at: NOW - minutes(1), rank: 3 }, urgent])).toBe(4);
  });
});

const times = fc.array(fc.integer({ min: NOW - 2 * DAY_MS, max: NOW }), { maxLength: 20 });
const cap = fc.integer({ min: 1, max: 8 });

describe('a cap', () => {
  it.each([
    ['room', [], 2, null],
    ['one left', [NOW - 1], 2, null],
    ['used up', [NOW - 5, NOW - 1], 2, NOW - 5 + DAY_MS],
    ['used up by yesterday and today', [NOW - DAY_MS, NOW - 5, NOW - 1], 2, NOW - 5 + DAY_MS],
    ['yesterday counts no more', [NOW - DAY_MS, NOW - 1], 2, null],
    ['more than used up', [NOW - 9, NOW - 5, NOW - 1], 2, NOW - 5 + DAY_MS],
  ])('%s', (_, sent, limit, until) => {
    expect(capUntil(sent, limit, NOW)).toBe(until);
  });

  it('lets the next text go exactly when fewer than the cap lie within the day before it', () => {
    fc.assert(
      fc.property(times, cap, (sent, limit) => {
        const within = (at: number) => sent.filter((time) => time > at - DAY_MS).length;
        const until = capUntil(sent, limit, NOW);
        if (until === null) expect(within(NOW)).toBeLessThan(limit);
        else {
          expect(within(until)).toBeLessThan(limit);
          expect(within(until - 1)).toBeGreaterThanOrEqual(limit);
        }
      }),
    );
  });

  it('is used up by a text exactly if the one after it would have to wait', () => {
    fc.assert(
      fc.property(times, cap, (sent, limit) => {
        fc.pre(capUntil(sent, limit, NOW) === null);
        expect(usesUpCap(sent, limit, NOW)).toBe(capUntil([...sent, NOW], limit, NOW) !== null);
      }),
    );
  });
});
