import { type CountryCode, type MetadataJson, parsePhoneNumberFromString } from 'libphonenumber-js/core';
import plans from 'libphonenumber-js/mobile/metadata';
import { plainTyped } from '../characters.ts';
import { base64url, hmacSha256 } from '../crypto.ts';
import { countryOfArea } from './area-codes.ts';

/** A number that may belong to a mobile phone, with its ISO 3166 country; or why there is none. */
export type ParsedPhone =
  | { ok: true; e164: string; country: string }
  | { ok: false; error: 'invalid_phone' | 'country_not_allowed' };

const LONGEST_INPUT = 40;
const TYPED = /^\+?[\d ().\-/]+$/;
/** Numbers whose country is remembered: each text asks, when its message is posted and when it leaves. */
const MAX_COUNTRIES = 5000;
const INVALID = { ok: false, error: 'invalid_phone' } as const;

/** What the number plans of the world say about numbers. */
export interface Phones {
  /**
   * Reads a number given to the API: E.164, `+` required; spaces, dashes, dots, slashes and brackets between the
   * digits are forgiven, and so are full-width digits. Extensions, letters, digits of other scripts and anything
   * that is no string are `invalid_phone`.
   * @param allowedCountries - ISO 3166-1 alpha-2, upper case (`SMS_ALLOWED_COUNTRIES`)
   */
  parse(input: unknown, allowedCountries: readonly string[]): ParsedPhone;
  /**
   * What a person typed into a page's field as E.164, for `parse`, which judges it: `(202) 555-0123` in the
   * US is `+12025550123`; with a `+` or the country's prefix for abroad (`011`, `00`) it may be from anywhere.
   * Null when it is no number of possible length.
   * @param defaultCountry - ISO 3166-1 alpha-2 of numbers without a country code
   */
  normalizeTyped(input: string, defaultCountry: string): string | null;
  /** The country of an international number's plan, ISO 3166-1 alpha-2; null when no plan has it. */
  countryOf(number: string): string | null;
}

/**
 * Reads numbers by libphonenumber's plans. Accepted are the numbers that may belong to a mobile phone: the
 * `/mobile` plans hold the mobile ranges alone, so toll-free, premium, shared-cost, personal (+1 500), pager, UAN
 * and voicemail numbers, and fixed lines of countries that tell them apart, are not valid by them. In the United
 * States and Canada fixed and mobile numbers share their ranges and new area codes come every year: there every number
 * of a possible form passes, the fictional 555-01xx included, whose area code is not another country's, toll-free,
 * premium or personal. The country is the one of the number plan: +1 876 is JM and +1 787 is PR, not US.
 */
function createPhones(plans: MetadataJson): Phones {
  const countries = new Map<string, string | null>();
  const isKnownCountry = (country: string): country is CountryCode => Object.hasOwn(plans.countries, country);
  return {
    parse(input, allowedCountries) {
      const typed = plain(input);
      if (!typed?.startsWith('+')) return INVALID;
      const phone = parsePhoneNumberFromString(`+${typed.replace(/\D/g, '')}`, { extract: false }, plans);
      if (!phone) return INVALID;
      const area = countryOfArea(phone.number);
      const country = area ?? phone.country;
      if (!country || !(area === 'US' || area === 'CA' || phone.isValid())) return INVALID;
      if (!allowedCountries.includes(country)) return { ok: false, error: 'country_not_allowed' };
      return { ok: true, e164: phone.number, country };
    },
    normalizeTyped(input, defaultCountry) {
      const typed = plain(input);
      if (typed === null || !isKnownCountry(defaultCountry)) return null;
      const phone = parsePhoneNumberFromString(typed, { defaultCountry, extract: false }, plans);
      return phone?.isPossible() ? phone.number : null;
    },
    countryOf(number) {
      const known = countries.get(number);
      if (known !== undefined) return known;
      const phone = parsePhoneNumberFromString(number, { extract: false }, plans);
      const country = phone ? (countryOfArea(phone.number) ?? phone.country ?? null) : null;
      if (countries.size >= MAX_COUNTRIES) countries.clear();
      countries.set(number, country);
      return country;
    },
  };
}

/**
 * An E.164 number without its last four digits: the key of a limit against SMS pumping over neighbouring
 * numbers.
 */
export function numberPrefix(e164: string): string {
  return e164.slice(0, -4);
}

function plain(input: unknown): string | null {
  if (typeof input !== 'string' || input.length > LONGEST_INPUT) return null;
  const typed = plainTyped(input);
  return TYPED.test(typed) ? typed : null;
}

/** The keyed hash of a number, under which its state is stored. `number` is E.164. Never throws. */
export async function phoneHash(phoneSecret: string, number: string): Promise<string> {
  return base64url(await hmacSha256(phoneSecret, `phone:${number}`));
}

/** Reads numbers by the plans of the package: the ranges of mobile phones alone. */
export const phones = createPhones(plans);
