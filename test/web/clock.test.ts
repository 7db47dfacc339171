import { describe, expect, it } from 'vitest';
import { dayKey, dayName, shortMoment, timeInWords, timeOfDay } from '../../src/web/clock.ts';

const NY = 'America/New_York';
const by = (zone: string, hours: 12 | 24 = 12) => ({ zone, hours });
const at = (text: string) => Date.parse(text);
const NOW = at('2026-05-03T18:00:00Z'); // Sunday, 2 PM in New York

describe('times on pages', () => {
  it('are written by the wall clock of the zone', () => {
    expect(timeOfDay(at('2026-05-03T17:05:00Z'), by(NY))).toBe('1:05 PM');
    expect(timeOfDay(at('2026-05-03T17:05:00Z'), by('Asia/Kolkata'))).toBe('10:35 PM');
    expect(timeOfDay(at('2026-05-03T17:05:00Z'), by('Nowhere/Atall'))).toBe('5:05 PM');
  });

  it.each([
    ['2026-05-03T04:00:00Z', 'Today', '12:00 AM'],
    ['2026-05-03T03:59:00Z', 'Yesterday', 'Yesterday'],
    ['2026-05-01T12:00:00Z', 'Friday, May 1', 'Fri'],
    ['2026-04-20T12:00:00Z', 'Monday, April 20', 'Apr 20'],
    ['2025-01-20T12:00:00Z', 'January 20, 2025', 'January 20, 2025'],
  ])('%s is %s as a heading, %s in a list', (moment, heading, short) => {
    expect([dayName(at(moment), NOW, NY), shortMoment(at(moment), NOW, by(NY))]).toEqual([heading, short]);
  });

  it('count to twenty-four for whoever does', () => {
    const clock = by(NY, 24);
    expect(timeOfDay(at('2026-05-03T17:05:00Z'), clock)).toBe('13:05');
    expect(timeOfDay(at('2026-05-03T04:05:00Z'), clock)).toBe('00:05');
    expect(shortMoment(NOW, NOW, clock)).toBe('14:00');
    expect(timeInWords(NOW + 86_400_000, NOW, clock)).toBe('14:00 tomorrow');
    expect(timeInWords(NOW + 86_400_000, NOW, by(NY))).toBe('2:00 PM tomorrow');
  });

  it('part days where the zone does', () => {
    expect(dayKey(at('2026-05-03T03:59:00Z'), NY)).not.toBe(dayKey(at('2026-05-03T04:00:00Z'), NY));
    expect(dayKey(at('2026-05-03T03:59:00Z'), 'UTC')).toBe(dayKey(at('2026-05-03T04:00:00Z'), 'UTC'));
  });

  it('go on from a moment that is to come, as clocks differ a little', () => {
    expect(shortMoment(NOW + 3000, NOW, by(NY))).toBe('2:00 PM');
  });
});
