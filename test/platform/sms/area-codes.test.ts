import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { describe, expect, it } from 'vitest';
import { countryOfArea, zonesOfNumber } from '../../../src/platform/sms/area-codes.ts';
import { isTimeZone } from '../../../src/platform/time.ts';

const numberIn = (code: number) => `+1${code}2345678`;
const CODES = Array.from({ length: 800 }, (_, n) => 200 + n);
/** What the library says of an area code; null when it is not in its data, or of no place. */
const inLibrary = (code: number) => {
  const phone = parsePhoneNumberFromString(numberIn(code));
  const type = phone?.isValid() ? phone.getType() : undefined;
  return type && ['FIXED_LINE_OR_MOBILE', 'FIXED_LINE', 'MOBILE'].includes(type) ? phone!.country! : null;
};
/** All zones of the plan's two large countries: what an unknown code may mean. */
const all = zonesOfNumber('+14652345678');

describe('area codes', () => {
  it.each(CODES.filter((code) => inLibrary(code) !== null))(
    'know the country of %i as libphonenumber does',
    (code) => {
      expect(countryOfArea(numberIn(code))).toBe(inLibrary(code));
      const zones = zonesOfNumber(numberIn(code));
      expect(zones.length).toBeGreaterThan(0);
      expect(zones.length).toBeLessThan(all.length);
    },
  );

  it('name zones that the runtime knows, none twice', () => {
    for (const code of CODES) {
      const zones = zonesOfNumber(numberIn(code));
      expect(zones.filter((zone) => !isTimeZone(zone))).toEqual([]);
      expect(new Set(zones).size).toBe(zones.length);
    }
  });

  it.each([
    ['+12125550123', ['America/New_York']],
    ['+13125550123', ['America/Chicago']],
    ['+18612345678', ['America/Chicago']],
    ['+13035550123', ['America/Denver']],
    ['+16025550123', ['America/Phoenix']],
    ['+13105550123', ['America/Los_Angeles']],
    ['+18085550123', ['Pacific/Honolulu']],
    ['+19075550123', ['America/Anchorage', 'America/Adak']],
    ['+12085550123', ['America/Boise', 'America/Los_Angeles']],
    ['+18505550123', ['America/New_York', 'America/Chicago']],
    ['+19285550123', ['America/Denver', 'America/Phoenix']],
    ['+17755550123', ['America/Denver', 'America/Los_Angeles']],
    ['+15415550123', ['America/Boise', 'America/Los_Angeles']],
    ['+14165550123', ['America/Toronto']],
    ['+13065550123', ['America/Winnipeg', 'America/Regina', 'America/Edmonton']],
    ['+17095550123', ['America/Halifax', 'America/St_Johns']],
    ['+17875550123', ['America/Puerto_Rico']],
    ['+16715550123', ['Pacific/Guam']],
    ['+18765550123', ['America/Jamaica']],
    ['+447400123456', []],
    ['+18005550123', []],
    ['+1212555012', []],
    ['2125550123', []],
    ['', []],
  ])('%s may be at home in %j', (number, zones) => {
    expect(zonesOfNumber(number)).toEqual(zones);
  });

  it.each([465, 471, 837])(
    'that nobody knows yet, as %i, may be anywhere in the United States or Canada',
    (code) => {
      const zones = zonesOfNumber(numberIn(code));
      expect(countryOfArea(numberIn(code))).toBe('US');
      expect(zones).toEqual(
        expect.arrayContaining([
          'America/New_York',
          'Pacific/Honolulu',
          'America/St_Johns',
          'America/Vancouver',
        ]),
      );
    },
  );

  it.each([
    ...[800, 822, 833, 844, 855, 866, 877, 880, 888, 889],
    ...[900, 500, 521, 529, 533, 588, 600, 622, 700, 710, 456],
    ...[211, 411, 911, 290, 399, 370, 379, 960, 969, 555, 200],
  ])('%i is of no place', (code) => {
    expect(countryOfArea(numberIn(code))).toBeNull();
    expect(zonesOfNumber(numberIn(code))).toEqual([]);
  });
});
