import { expect, test } from 'vitest';
import { median, ROWS, table } from '../../bench/table/rows.ts';

test('The table of the bench shows the median of the rounds, and a dash where nothing was measured', () => {
  const columns = [
    { name: 'ours', samples: [{ stops: 90 }, { stops: 300 }, { stops: 101.4 }] },
    { name: 'bare', samples: [{ aloneMedian: 2.44 }] },
  ];
  const lines = table(columns).split('\n');
  expect(lines).toHaveLength(Object.keys(ROWS).length + 2);
  expect(lines[0]).toBe('|  | ours | bare |');
  expect(lines).toContain('| inbound STOP/s, 16 in flight | 101 | – |');
  expect(lines).toContain('| post p50 ms, alone | – | 2.4 |');
});

test('The median of an even number of rounds is the higher of the two in the middle, and of none it is no number', () => {
  expect(median([4, 1, 3, 2])).toBe(3);
  expect(median([7])).toBe(7);
  expect(median([])).toBeNaN();
});
