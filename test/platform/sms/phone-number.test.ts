import fc from 'fast-check';
import * as library from 'libphonenumber-js/mobile';
import examples from 'libphonenumber-js/mobile/examples';
import { describe, expect, test } from 'vitest';
import { numberPrefix, phones } from '../../../src/platform/sms/phone-number.ts';

const { parse: parsePhone, normalizeTyped, countryOf } = phones;

const US_CA = ['US', 'CA'];

describe('numbers that are accepted', () => {
  test.each([
    ['+12025550123', '+12025550123', 'US'],
    ['+14155550123', '+14155550123', 'US'],
    ['+12125550100', '+12125550100', 'US'],
    ['+13105550199', '+13105550199', 'US'],
    ['+16135550123', '+16135550123', 'CA'],
    ['+15145550199', '+15145550199', 'CA'],
    ['+18675550123', '+18675550123', 'CA'],
    // In service, and not in the library's data.
    ['+18612345678', '+18612345678', 'US'],
    ['+14365550123', '+14365550123', 'US'],
    ['+16215550123', '+16215550123', 'US'],
    ['+12735550123', '+12735550123', 'CA'],
    // Not in service yet: an overlay of these two, whichever.
    ['+14655550123', '+14655550123', 'US'],
    ['+1 (861) 234-5678', '+18612345678', 'US'],
    ['+1 202 555 0123', '+12025550123', 'US'],
    ['+1-202-555-0123', '+12025550123', 'US'],
    ['+1 (202) 555-0123', '+12025550123', 'US'],
    ['+1.202.555.0123', '+12025550123', 'US'],
    ['+1/202/555/0123', '+12025550123', 'US'],
    ['  +12025550123\n', '+12025550123', 'US'],
    ['+1\u00a0202\u2009555\u20110123', '+12025550123', 'US'],
    ['+1 202 555–0123', '+12025550123', 'US'],
    ['\u202a+12025550123\u202c', '+12025550123', 'US'],
    ['＋１（２０２）５５５－０１２３', '+12025550123', 'US'],
  ])('%j', (input, e164, country) => {
    expect(parsePhone(input, US_CA)).toEqual({ ok: true, e164, country });
  });

  test('every fictional number 555-0100 to 555-0199 of an area', () => {
    for (let line = 100; line < 200; line++) {
      const e164 = `+12025550${line}`;
      expect(parsePhone(e164, US_CA)).toEqual({ ok: true, e164, country: 'US' });
    }
  });

  test.each([
    ['+447400123456', 'GB'],
    ['+33612345678', 'FR'],
    ['+525512345678', 'MX'],
    ['+4915112345678', 'DE'],
    ['+819012345678', 'JP'],
    ['+18762345678', 'JM'],
  ])('mobile number %s where %s is allowed', (e164, country) => {
    expect(parsePhone(e164, ['US', country])).toEqual({ ok: true, e164, country });
  });

  test('a trunk zero behind a country code is dropped', () => {
    expect(parsePhone('+44 (0)7400 123456', ['GB'])).toMatchObject({ e164: '+447400123456' });
  });
});

describe('numbers of countries that are not allowed', () => {
  test.each([
    ['Jamaica', '+18765550123'],
    ['Puerto Rico', '+17875550123'],
    ['Dominican Republic', '+18095551234'],
    ['US Virgin Islands', '+13405551234'],
    ['United Kingdom', '+447400123456'],
    ['Guernsey', '+447911123456'],
    ['France', '+33612345678'],
    ['Mexico', '+525512345678'],
  ])('%s', (_country, input) => {
    expect(parsePhone(input, US_CA)).toEqual({ ok: false, error: 'country_not_allowed' });
  });

  test('Canada alone excludes the United States, and no country excludes all', () => {
    expect(parsePhone('+12025550123', ['CA'])).toEqual({ ok: false, error: 'country_not_allowed' });
    expect(parsePhone('+12025550123', [])).toEqual({ ok: false, error: 'country_not_allowed' });
  });
});

describe('what is no number that can receive texts', () => {
  test.each([
    ['toll-free', '+18005550199'],
    ['toll-free', '+18885551234'],
    ['premium', '+19005551234'],
    ['personal', '+15005550006'],
    ['personal', '+15215550123'],
    ['personal', '+15335550123'],
    ['toll-free, in reserve', '+18225550123'],
    ['toll-free, in reserve', '+18895550123'],
    ['services', '+17005550123'],
    ['government', '+17105550123'],
    ['Canadian, of no place', '+16225550123'],
    ['an exchange that begins with 1', '+12021234567'],
    ['an area code in reserve', '+12905550123'],
    ['an area code in reserve', '+13705550123'],
    ['an emergency number', '+19115550123'],
    ['no area 200', '+12001234567'],
    ['no area 555', '+15555550123'],
    ['British fixed line', '+442079460958'],
    ['British pager', '+447640123456'],
    ['British toll-free', '+448001234567'],
    ['British premium', '+448431234567'],
    ['British UAN', '+445512345678'],
    ['French fixed line', '+33142345678'],
    ['French premium', '+33891123456'],
    ['German shared cost', '+491801234567'],
    ['German voicemail', '+49177991234567'],
    ['international toll-free', '+80012345678'],
    ['satellite collective', '+883510000000094'],
  ])('%s: %s', (_type, input) => {
    expect(parsePhone(input, ['US', 'CA', 'GB', 'FR', 'DE'])).toEqual({ ok: false, error: 'invalid_phone' });
  });

  test.each([
    ['no plus', '12025550123'],
    ['national', '(202) 555-0123'],
    ['too short', '+1202555012'],
    ['too long', '+120255501234'],
    ['extension', '+1 202 555 0123 x5'],
    ['extension', '+12025550123;ext=5'],
    ['extension', '+12025550123#5'],
    ['letters', '+1 800 FLOWERS'],
    ['letters', '+1202555O123'],
    ['a URI', 'tel:+12025550123'],
    ['two numbers', '+12025550123, +12025550124'],
    ['two signs', '++12025550123'],
    ['a sign inside', '+1202+5550123'],
    ['a line break inside', '+1202\n5550123'],
    ['Arabic-Indic digits', '+١٢٠٢٥٥٥٠١٢٣'],
    ['an emoji', '+12025550123 📞'],
    ['a null character', '+12025550123\u0000'],
    ['nothing', ''],
    ['blanks', '   '],
    ['a sign alone', '+'],
    ['IDD prefix', '0012025550123'],
    ['over-long', `+1 ${' '.repeat(40)}2025550123`],
    ['over-long', `+${'1'.repeat(10_000)}`],
  ])('%s: %j', (_reason, input) => {
    expect(parsePhone(input, US_CA)).toEqual({ ok: false, error: 'invalid_phone' });
  });

  test.each([
    [undefined],
    [null],
    [12025550123],
    [true],
    [{}],
    [['+12025550123']],
    [{ toString: () => '+12025550123' }],
  ])('no string: %j', (input) => {
    expect(parsePhone(input, US_CA)).toEqual({ ok: false, error: 'invalid_phone' });
  });
});

test('nothing throws, and what is accepted is E.164 and accepted again as it is', () => {
  const likely = fc.string({ unit: fc.constantFrom(...'+12025550123456789 -().'), maxLength: 20 });
  const prefixed = likely.map((rest) => `+1202555${rest}`);
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.string({ unit: 'binary' }), likely, prefixed), (input) => {
      const parsed = parsePhone(input, US_CA);
      if (!parsed.ok) return;
      expect(parsed.e164).toMatch(/^\+1\d{10}$/);
      expect(parsePhone(parsed.e164, US_CA)).toEqual(parsed);
    }),
    { numRuns: 400 },
  );
});

test('formatting never changes which number it is', () => {
  const gap = fc.string({ unit: fc.constantFrom(' ', '-', '.', '(', ')', '/'), maxLength: 2 });
  fc.assert(
    fc.property(fc.array(gap, { minLength: 11, maxLength: 11 }), (gaps) => {
      const typed = `+${[...'12025550123'].map((digit, at) => digit + gaps[at]).join('')}`;
      expect(parsePhone(typed, US_CA)).toMatchObject({ ok: true, e164: '+12025550123' });
    }),
  );
});

describe('normalizeTyped', () => {
  test.each([
    ['(202) 555-0123', 'US', '+12025550123'],
    ['2025550123', 'US', '+12025550123'],
    ['202.555.0123', 'CA', '+12025550123'],
    ['202–555–0123', 'US', '+12025550123'],
    ['1 202 555 0123', 'US', '+12025550123'],
    ['２０２５５５０１２３', 'US', '+12025550123'],
    ['+1 202 555 0123', 'FR', '+12025550123'],
    ['011 44 7400 123456', 'US', '+447400123456'],
    ['06 12 34 56 78', 'FR', '+33612345678'],
    ['00 44 7400 123456', 'FR', '+447400123456'],
    ['1 800 555 0199', 'US', '+18005550199'],
  ])('%j in %s is %s', (input, country, e164) => {
    expect(normalizeTyped(input, country)).toBe(e164);
  });

  test.each([
    ['555-0123', 'US'],
    ['911', 'US'],
    ['', 'US'],
    ['+', 'US'],
    ['1-800-FLOWERS', 'US'],
    ['202-555-0123 ext 4', 'US'],
    ['(202) 555-0123', 'XX'],
    ['(202) 555-0123', ''],
    ['9'.repeat(41), 'US'],
  ])('%j in %j is none', (input, country) => {
    expect(normalizeTyped(input, country)).toBeNull();
  });

  test('never throws, and gives what parsePhone can judge', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 50 }),
        fc.constantFrom('US', 'FR', 'XX', ''),
        (input, country) => {
          const e164 = normalizeTyped(input, country);
          if (e164 !== null) expect(e164).toMatch(/^\+[1-9]\d{3,14}$/);
        },
      ),
    );
  });
});

test('the prefix is all but the last four digits', () => {
  expect(numberPrefix('+12025550123')).toBe('+1202555');
  expect(numberPrefix('+12025559999')).toBe(numberPrefix('+12025550000'));
  expect(numberPrefix('+12025560000')).not.toBe(numberPrefix('+12025550000'));
  expect(numberPrefix('+33612345678')).toBe('+3361234');
});

test.each([
  ['+12025550123', 'US'],
  ['+18612345678', 'US'],
  ['+1 (861) 234-5678', 'US'],
  ['+12735550123', 'CA'],
  ['+17875550123', 'PR'],
  ['+12425550123', 'BS'],
  ['+18005550123', null],
  ['+16135550123', 'CA'],
  ['+4915112345678', 'DE'],
  ['+999', null],
  ['', null],
])('the country of %s is %s', (number, country) => {
  expect(countryOf(number)).toBe(country);
});

test('reads numbers of every country as the library does with all of its metadata', () => {
  const countries = library.getCountries();
  for (const country of countries) {
    const example = library.getExampleNumber(country, examples);
    if (!example) continue;
    const whole = library.parsePhoneNumberFromString(example.number);
    expect(parsePhone(example.number, countries)).toEqual({
      ok: true,
      e164: whole?.number,
      country: whole?.country,
    });
    const national = example.formatNational();
    const typed = library.parsePhoneNumberFromString(national, country);
    expect(normalizeTyped(national, country), national).toBe(typed?.isPossible() ? typed.number : null);
  }
});
