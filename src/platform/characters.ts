/**
 * What shows nothing by itself: spaces, controls, surrogates and noncharacters, what fonts are told to ignore
 * (zero-width characters, variation selectors, tags, Hangul fillers), marks without a letter under them, and the
 * characters that Unicode counts as symbols though they are blank: Braille's U+2800, the null notehead U+1D159,
 * the object replacement U+FFFC and the interlinear annotations before it, Egyptian layout controls.
 * Sources: Unicode's DerivedCoreProperties (Default_Ignorable_Code_Point) and names list.
 */
const NOTHING_VISIBLE =
  /^[\p{Z}\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}\p{M}\u2800\ufff9-\ufffc\u{1d159}\u{13430}-\u{1343f}]*$/u;

/** The controls of the bidirectional algorithm: marks, embeddings, overrides, isolates and their deprecated kin (UAX #9). */
const BIDI_CONTROLS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f]/g;

/** Whether a text holds nothing that a reader can see, or is empty: the one test for every field of words. */
export const isBlank = (text: string): boolean => NOTHING_VISIBLE.test(text);

/**
 * Without the characters that turn the direction of what follows: a name or title that holds one would turn the
 * rest of its line, on pages and in texts that others read.
 */
export const withoutBidiControls = (text: string): string => text.replace(BIDI_CONTROLS, '');

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
