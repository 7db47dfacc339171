import { describe, expect, it } from 'vitest';
import { hintOfZone, LOCATION_HINTS } from '../../../src/platform/family/location-hint.ts';

describe('where a family is by its time zone', () => {
  it.each([
    ['America/New_York', 'enam'],
    ['America/Chicago', 'enam'],
    ['US/Eastern', 'enam'],
    ['America/Indiana/Knox', 'enam'],
    ['America/Denver', 'wnam'],
    ['America/Los_Angeles', 'wnam'],
    ['Canada/Mountain', 'wnam'],
    ['Pacific/Honolulu', 'wnam'],
    ['America/Sao_Paulo', 'sam'],
    ['America/Argentina/Salta', 'sam'],
    ['Europe/Berlin', 'weur'],
    ['GB', 'weur'],
    ['Atlantic/Reykjavik', 'weur'],
    ['Europe/Warsaw', 'eeur'],
    ['Europe/Istanbul', 'eeur'],
    ['Europe/Kyiv', 'eeur'],
    ['Asia/Dubai', 'me'],
    ['Israel', 'me'],
    ['Asia/Kolkata', 'apac'],
    ['Asia/Tokyo', 'apac'],
    ['Australia/Sydney', 'oc'],
    ['NZ', 'oc'],
    ['Africa/Lagos', 'afr'],
    ['Indian/Mauritius', 'afr'],
    ['UTC', null],
    ['Etc/GMT+5', null],
    ['Moon/Base', null],
    [null, null],
  ])('%s is %s', (zone, hint) => {
    expect(hintOfZone(zone)).toBe(hint);
  });

  it('is told by every zone of a place', () => {
    const places = Intl.supportedValuesOf('timeZone').filter((zone) => /^[A-Z]\w+\//.test(zone));
    const unknown = places.filter((zone) => !zone.startsWith('Etc/') && hintOfZone(zone) === null);
    expect(unknown).toEqual([]);
    expect(new Set(places.map(hintOfZone).filter((hint) => hint !== null))).toEqual(new Set(LOCATION_HINTS));
  });
});
