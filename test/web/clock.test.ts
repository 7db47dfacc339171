import { describe, expect, it } from 'vitest';
import { dayKey, dayName, shortMoment, timeOfDay } from '../../src/web/clock.ts';

const NY = 'America/New_York';
const at = (text: string) => Date.parse(text);
const NOW = at('2026-05-03T18:00:00Z'); // Sunday, 2 PM in New York

describe('times on pages', () => {
  it('are written by the wall clock of the zone', () => {
    expect(timeOfDay(at('2026-05-03T17:05:00Z'), NY)).toBe('1:05 PM');
    expect(timeOfDay(at('2026-05-03T17:05:00Z'), 'Asia/Kolkata')).toBe('10:35 PM');
    expect(timeOfDay(at('2026-05-03T17:05:00Z'), 'Nowhere/Atall')).toBe('5:05 PM');
  });

  it.each([
    ['2026-05-03T04:00:00Z', 'Today', '12:00 AM'],
    ['2026-05-03T03:59:00Z', 'Yesterday', 'Yesterday'],
    ['2026-05-01T12:00:00Z', 'Friday, May 1', 'Fri'],
    ['2026-04-20T12:00:00Z', 'Monday, April 20', 'Apr 20'],
    ['2025-01-20T12:00:00Z', 'January 20, 2025', 'January 20, 2025'],
  ])('%s is %s as a heading, %s in a list', (moment, heading, short) => {
    expect([dayName(at(moment), NOW, NY), shortMoment(at(moment), NOW, NY)]).toEqual([heading, short]);
  });

  it('part days where the zone does', () => {
    expect(dayKey(at('2026-05-03T03:59:00Z'), NY)).not.toBe(dayKey(at('2026-05-03T04:00:00Z'), NY));
    expect(dayKey(at('2026-05-03T03:59:00Z'), 'UTC')).toBe(dayKey(at('2026-05-03T04:00:00Z'), 'UTC'));
  });

  it('go on from a moment that is to come, as clocks differ a little', () => {
    expect(shortMoment(NOW + 3000, NOW, NY)).toBe('2:00 PM');
  });
});
