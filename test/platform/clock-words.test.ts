import { describe, expect, it } from 'vitest';
import { clockWords } from '../../src/platform/clock-words.ts';

const NOW = '2026-05-01T12:00:00Z';

describe('clockWords', () => {
  it.each([
    ['2026-05-01T19:05:00Z', NOW, 'UTC', '7:05 PM'],
    ['2026-05-01T00:00:00Z', NOW, 'UTC', '12:00 AM'],
    ['2026-05-02T07:00:00Z', NOW, 'UTC', '7:00 AM tomorrow'],
    ['2026-05-02T02:00:00Z', NOW, 'America/New_York', '10:00 PM'],
    ['2026-05-01T20:00:00Z', NOW, 'Asia/Kolkata', '1:30 AM tomorrow'],
    ['2026-04-30T23:59:59Z', NOW, 'UTC', '11:59 PM yesterday'],
    ['2026-05-03T07:00:00Z', NOW, 'UTC', '7:00 AM on Sunday, May 3'],
    ['2026-04-01T07:00:00Z', NOW, 'UTC', '7:00 AM on Wednesday, April 1'],
    ['2027-01-01T07:00:00Z', NOW, 'UTC', '7:00 AM on Friday, January 1, 2027'],
    ['2027-01-01T07:00:00Z', '2026-12-31T12:00:00Z', 'UTC', '7:00 AM tomorrow'],
    // The day on which the clocks change has 23 hours.
    ['2026-03-09T04:30:00Z', '2026-03-08T05:30:00Z', 'America/New_York', '12:30 AM tomorrow'],
    ['2026-05-01T19:05:00Z', NOW, 'Mars/Olympus_Mons', '7:05 PM'],
  ])('%s, said at %s in %s, is %s', (at, now, zone, words) => {
    expect(clockWords(Date.parse(at), Date.parse(now), zone)).toBe(words);
  });
});
