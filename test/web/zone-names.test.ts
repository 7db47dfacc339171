import { describe, expect, it } from 'vitest';
import { isTimeZone } from '../../src/platform/time.ts';
import { allZones, findZone, todaysZone, zoneSuggestions, zoneWords } from '../../src/web/zone-names.ts';

describe('the names of zones', () => {
  it.each([
    ['Europe/Kiev', 'Europe/Kyiv', 'Kyiv, Europe'],
    ['Europe/Kyiv', 'Europe/Kyiv', 'Kyiv, Europe'],
    ['Asia/Calcutta', 'Asia/Kolkata', 'Kolkata, Asia'],
    ['America/Godthab', 'America/Nuuk', 'Nuuk, America'],
    ['Asia/Saigon', 'Asia/Ho_Chi_Minh', 'Ho Chi Minh, Asia'],
    ['America/Indianapolis', 'America/Indiana/Indianapolis', 'Indianapolis, Indiana, America'],
    ['US/Eastern', 'America/New_York', 'Eastern (New York)'],
    ['UTC', 'UTC', 'UTC'],
    ['Mars/Base', 'Mars/Base', 'Base, Mars'],
  ])('%s is %s today, and written %s', (zone, today, words) => {
    expect([todaysZone(zone), zoneWords(zone)]).toEqual([today, words]);
  });

  it('are listed once each, none of them of old, all of them known, and found again by what the list shows', () => {
    const zones = allZones().map(({ zone }) => zone);
    expect(new Set(zones).size).toBe(zones.length);
    expect(zones.length).toBeGreaterThan(400);
    expect(zones.slice(0, 2)).toEqual(['America/New_York', 'America/Chicago']);
    expect(zones.filter((zone) => /Kiev|Calcutta|Saigon|Godthab|Faeroe/.test(zone))).toEqual([]);
    for (const { zone, words } of allZones()) {
      expect([isTimeZone(zone), zoneWords(zone)]).toEqual([true, words]);
      expect([findZone(words), findZone(zone)]).toEqual([zone, zone]);
    }
  });

  it('are suggested to who types a city, a name of old or a country, and each suggestion is found', () => {
    const holding = (typed: string) => zoneSuggestions().filter((words) => words.includes(typed));
    expect(holding('Berlin')[0]).toBe('Berlin, Europe');
    expect(holding('Kiev')).toEqual(['Kiev: Kyiv, Europe']);
    expect(holding('Saigon')).toEqual(['Saigon: Ho Chi Minh, Asia']);
    expect(holding('San Francisco')).toEqual(['San Francisco: Pacific (Los Angeles)']);
    expect(holding('Munich')).toEqual(['Munich: Berlin, Europe']);
    expect(holding('Philippines')).toEqual(['Philippines: Manila, Asia']);
    for (const words of zoneSuggestions()) {
      const zone = findZone(words);
      expect([words, zone && (words.split(': ')[1] ?? words)]).toEqual([words, zone && zoneWords(zone)]);
    }
  });

  it.each([
    ['kyiv', 'Europe/Kyiv'],
    ['Kiev', 'Europe/Kyiv'],
    ['europe/kiev', 'Europe/Kyiv'],
    ['Europe / Kiev', 'Europe/Kyiv'],
    [' new york ', 'America/New_York'],
    ['America/New York', 'America/New_York'],
    ['eastern (new york)', 'America/New_York'],
    ['São Paulo', 'America/Sao_Paulo'],
    ['Calcutta', 'Asia/Kolkata'],
    ['US/Pacific', 'America/Los_Angeles'],
    ['Japan', 'Asia/Tokyo'],
    // Not Panama, which has no summer time.
    ['EST', 'America/New_York'],
    ['Eastern', 'America/New_York'],
    ['Eastern Time (US & Canada)', 'America/New_York'],
    ['pacific standard time', 'America/Los_Angeles'],
    ['MST', 'America/Denver'],
    ['Arizona', 'America/Phoenix'],
    ['Hawaii', 'Pacific/Honolulu'],
    ['St. Louis', 'America/Chicago'],
    ['Montréal', 'America/Toronto'],
    ['Mumbai', 'Asia/Kolkata'],
    ['Ho Chi Minh City', 'Asia/Ho_Chi_Minh'],
    ['Saigon', 'Asia/Ho_Chi_Minh'],
    ['munich', 'Europe/Berlin'],
    ['Poland', 'Europe/Warsaw'],
    ['Kiev: Kyiv, Europe', 'Europe/Kyiv'],
  ])('%j is found as %s', (typed, zone) => expect(findZone(typed)).toBe(zone));

  it.each(['', '  ', 'Mars/Base', 'kyi', '+02:00', 'America', 'x'.repeat(5000), '<script>'])(
    '%j is none',
    (typed) => expect(findZone(typed)).toBeNull(),
  );
});
