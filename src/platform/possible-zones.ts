import { zonesOfNumber } from './sms/area-codes.ts';
import { isTimeZone, zonesOfCountry } from './time.ts';

/** What may tell where a person's clock stands; null where it is not known. */
export interface ZoneSources {
  /** The person's own zone, an IANA name. */
  person: string | null;
  /** Their family's. */
  family: string | null;
  /** Their number, E.164. */
  number: string | null;
  /** The country of that number, ISO 3166-1 alpha-2. */
  country: string | null;
}

/** The zones in which a person may be, and what told so: `unknown` when nothing did, and UTC stands in. */
export interface PossibleZones {
  zones: readonly string[];
  by: 'person' | 'family' | 'number' | 'country' | 'unknown';
}

/**
 * Where a person's clock may stand, by the best that is known: their own zone, else their family's, else their number's
 * area code, else any zone of its country. Names that the runtime does not know count as not known.
 */
export function possibleZones({ person, family, number, country }: ZoneSources): PossibleZones {
  if (isTimeZone(person)) return { zones: [person], by: 'person' };
  if (isTimeZone(family)) return { zones: [family], by: 'family' };
  const ofNumber = number === null ? [] : zonesOfNumber(number);
  if (ofNumber.length > 0) return { zones: ofNumber, by: 'number' };
  const ofCountry = country === null ? [] : zonesOfCountry(country);
  return ofCountry.length > 0 ? { zones: ofCountry, by: 'country' } : { zones: ['UTC'], by: 'unknown' };
}
