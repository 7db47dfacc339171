import { type CountryCode, type MetadataJson, parsePhoneNumberFromString } from 'libphonenumber-js/core';
import plans from '../../dist/phone-metadata.json';

/** Once built, the file's own type is too literal to be the library's. */
const metadata = plans as unknown as MetadataJson;

export type ParsedPhone =
  | { ok: true; e164: string; country: string }
  | { ok: false; error: 'invalid_phone' | 'country_not_allowed' };

const LONGEST_INPUT = 40;
/** Marks that phones and address books put around copied numbers, unseen. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;
const DASHES = /[\p{Pd}\u2212]/gu;
const TYPED = /^\+?[\d ().\-/]+$/;
const INVALID = { ok: false, error: 'invalid_phone' } as const;

/**
 * Reads a number given to the API: E.164, `+` required; spaces, dashes, dots, slashes and brackets between the
 * digits are forgiven, and so are full-width digits. Extensions, letters, digits of other scripts and anything
 * that is no string are `invalid_phone`.
 *
 * Accepted are the numbers that may belong to a mobile phone. libphonenumber-js knows them by its metadata, of
 * which `/mobile` holds the mobile ranges alone: toll-free, premium, shared-cost, personal (+1 500), pager, UAN
 * and voicemail numbers, and fixed lines of countries that tell them apart, are not valid by it. In the North
 * American plan fixed and mobile share their ranges, so every geographic number passes, the fictional 555-01xx
 * included (+12025550123 is valid in all of the library's metadata). What is bundled lacks the rules
 * for writing numbers (dev/phone-metadata.ts). Area codes younger than the package are unknown to it.
 *
 * The country is the one of the number plan: +1 876 is JM and +1 787 is PR, not US.
 *
 * @param allowedCountries - ISO 3166-1 alpha-2, upper case (`SMS_ALLOWED_COUNTRIES`)
 */
export function parsePhone(input: unknown, allowedCountries: readonly string[]): ParsedPhone {
  const typed = plain(input);
  if (!typed?.startsWith('+')) return INVALID;
  const phone = parsePhoneNumberFromString(`+${typed.replace(/\D/g, '')}`, { extract: false }, metadata);
  if (!phone?.country || !phone.isValid()) return INVALID;
  if (!allowedCountries.includes(phone.country)) return { ok: false, error: 'country_not_allowed' };
  return { ok: true, e164: phone.number, country: phone.country };
}

/**
 * What a person typed into a page's field as E.164, for `parsePhone`, which judges it: `(202) 555-0123` in the
 * US is `+12025550123`; with a `+` or the country's prefix for abroad (`011`, `00`) it may be from anywhere.
 * Null when it is no number of possible length.
 *
 * @param defaultCountry - ISO 3166-1 alpha-2 of numbers without a country code
 */
export function normalizeTyped(input: string, defaultCountry: string): string | null {
  const typed = plain(input);
  if (typed === null || !isKnownCountry(defaultCountry)) return null;
  const phone = parsePhoneNumberFromString(typed, { defaultCountry, extract: false }, metadata);
  return phone?.isPossible() ? phone.number : null;
}

/** All of an E.164 number but its last four digits: neighbours share it, and a burst over them is pumping. */
export function numberPrefix(e164: string): string {
  return e164.slice(0, -4);
}

const isKnownCountry = (country: string): country is CountryCode =>
  Object.hasOwn(metadata.countries, country);

function plain(input: unknown): string | null {
  if (typeof input !== 'string' || input.length > LONGEST_INPUT) return null;
  const typed = input.normalize('NFKC').replace(INVISIBLE, '').replace(DASHES, '-').trim();
  return TYPED.test(typed) ? typed : null;
}

/** The country of an E.164 number's plan, ISO 3166-1 alpha-2; null when no plan has it. */
export function countryOf(e164: string): string | null {
  return parsePhoneNumberFromString(e164, { extract: false }, metadata)?.country ?? null;
}
