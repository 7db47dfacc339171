import { capacityOf, cutText, foldToGsm7, unitsOf } from './sms-text.ts';

/** Replaces a name of which nothing is left in GSM-7. */
const NAMELESS = 'Family chat';
const ROOM = capacityOf(1, 'GSM-7');

/** One line of GSM-7: folded, without controls, single spaces. */
export function gsm7Line(text: string): string {
  return foldToGsm7(text.replace(/\p{Cc}+/gu, ' '))
    .replace(/\s+/g, ' ')
    .trim();
}

/** The beginning of a GSM-7 text that fits into so many septets, marked by `...` when something is missing. */
export function cutGsm7(text: string, septets: number): string {
  return cutText(text, septets, 'GSM-7') ?? '';
}

/**
 * A text of one GSM-7 segment that begins with the brand: the first wording beside which the whole brand fits,
 * or the last one with as much of the brand as fits.
 *
 * A brand in a script that does not fold to GSM-7 becomes `Family chat`: what must be said here (how to stop,
 * what it costs) would not fit into the 70 characters of the alternative.
 *
 * @param wordings - what follows the brand, its `: ` included, longest first, already GSM-7; the last one
 *   should leave room for some of the brand
 */
export function brandedText(brand: string, wordings: readonly [string, ...string[]]): string {
  const name = gsm7Line(brand) || NAMELESS;
  const room = (wording: string) => ROOM - unitsOf(wording, 'GSM-7');
  const wording = wordings.find((each) => unitsOf(name, 'GSM-7') <= room(each)) ?? wordings.at(-1) ?? '';
  return cutGsm7(name, room(wording)) + wording;
}
