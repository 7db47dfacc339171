/** Marks that phones and address books put around copied digits, unseen. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;
const DASHES = /[\p{Pd}\u2212]/gu;

/**
 * What a person typed or pasted into a field of digits, in plain characters: full-width digits as ASCII, every dash
 * as `-`, nothing invisible, nothing around it. Digits of other scripts stay what they are.
 */
export function plainTyped(input: string): string {
  return input.normalize('NFKC').replace(INVISIBLE, '').replace(DASHES, '-').trim();
}
