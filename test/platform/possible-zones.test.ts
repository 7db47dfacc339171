import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { possibleZones } from '../../src/platform/possible-zones.ts';
import { zonesOfNumber } from '../../src/platform/sms/area-codes.ts';
import { zonesOfCountry } from '../../src/platform/time.ts';

const nothing = { person: null, family: null, number: null, country: null };

describe('where a person’s clock may stand', () => {
  it.each([
    [
      { person: 'Asia/Tokyo', family: 'Europe/Berlin', number: '+12125550123', country: 'US' },
      ['Asia/Tokyo'],
      'person',
    ],
    [{ family: 'Europe/Berlin', number: '+12125550123', country: 'US' }, ['Europe/Berlin'], 'family'],
    [{ number: '+12125550123', country: 'US' }, ['America/New_York'], 'number'],
    [{ number: '+447400123456', country: 'GB' }, ['Europe/London'], 'country'],
    [{ number: '+999', country: null }, ['UTC'], 'unknown'],
    [{}, ['UTC'], 'unknown'],
    [{ person: 'Mars/Olympus_Mons', family: 'Europe/Berlin' }, ['Europe/Berlin'], 'family'],
    [{ person: '', family: '+02:00', number: '+13125550123', country: 'US' }, ['America/Chicago'], 'number'],
  ])('%j', (known, zones, by) => {
    expect(possibleZones({ ...nothing, ...known })).toEqual({ zones, by });
  });

  it('is never nowhere', () => {
    const maybe = (name: fc.Arbitrary<string>) => fc.option(name);
    const zone = fc.oneof(fc.constantFrom('UTC', 'Asia/Tokyo', 'nowhere'), fc.string());
    const number = fc.oneof(fc.stringMatching(/^\+1[2-9]\d{9}$/), fc.stringMatching(/^\+\d{7,15}$/));
    fc.assert(
      fc.property(
        maybe(zone),
        maybe(zone),
        maybe(number),
        maybe(fc.stringMatching(/^[A-Z]{2}$/)),
        (person, family, phone, country) => {
          expect(possibleZones({ person, family, number: phone, country }).zones.length).toBeGreaterThan(0);
        },
      ),
    );
  });
});

describe('the zones of a country', () => {
  it.each([
    ['GB', ['Europe/London']],
    ['JP', ['Asia/Tokyo']],
    ['XX', []],
    ['', []],
    ['gb', []],
    ['und', []],
  ])('%s: %j', (country, zones) => {
    expect(zonesOfCountry(country)).toEqual(zones);
  });

  it('of several are all there', () => {
    expect(zonesOfCountry('BR')).toEqual(expect.arrayContaining(['America/Sao_Paulo', 'America/Manaus']));
    expect(zonesOfCountry('US')).toEqual(expect.arrayContaining(['America/New_York', 'Pacific/Honolulu']));
  });

  it('hold those of its area codes', () => {
    expect(zonesOfCountry('DO')).toEqual(expect.arrayContaining([...zonesOfNumber('+18095550123')]));
  });
});
