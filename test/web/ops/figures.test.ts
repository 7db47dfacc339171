import { describe, expect, it } from 'vitest';
import { agoWords } from '../../../src/platform/clock-words.ts';
import { roundUp } from '../../../src/web/ops/bars.tsx';
import { barsByDay, dollars, outcomeCounts, secondsWords } from '../../../src/web/ops/figures.ts';

describe('figures for operators', () => {
  it.each([
    [0, 1],
    [1, 1],
    [3, 5],
    [11, 20],
    [20, 20],
    [48, 50],
    [501, 1000],
  ])('end an axis for %d at %d', (n, end) => expect(roundUp(n)).toBe(end));

  it('count several states as one outcome', () => {
    expect(
      outcomeCounts({ pending: 1, deferred: 2, sending: 3, failed: 4, undelivered: 5, delivered: 6 }),
    ).toEqual({
      waiting: 6,
      failed: 9,
      delivered: 6,
      sent: 0,
      merged: 0,
      suppressed: 0,
    });
  });

  it('have a bar for every day, the last one today', () => {
    const bars = barsByDay([{ day: '2026-02-28', status: 'sent', count: 7 }], 4, '2026-03-02');
    expect(bars.map(({ label }) => label)).toEqual(['2/27', '2/28', '3/1', '3/2']);
    expect(bars.map(({ values }) => values.sent)).toEqual([0, 7, 0, 0]);
  });

  it('read easily', () => {
    expect([null, 0.42, 12.4, 119, 600].map(secondsWords)).toEqual([
      '–',
      '0.4\u00a0s',
      '12\u00a0s',
      '119\u00a0s',
      '10\u00a0min',
    ]);
    expect([0, 30_000, 600_000, 7_200_000].map((ms) => agoWords(0, ms))).toEqual([
      '0 s',
      '30 s',
      '10 min',
      '2 h',
    ]);
    expect([0, 0.5, 100].map(dollars)).toEqual(['$0', '< $0.01', '$1.23']);
  });
});
