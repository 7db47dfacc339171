import { once } from '../once.ts';
import { GSM7_SEPTETS, GSM7_SUBSTITUTES } from './gsm7.ts';

/**
 * The encoding of a text: GSM-7, seven bits per character (GSM 03.38), or UCS-2 as soon as one character needs
 * it.
 */
export type Encoding = 'GSM-7' | 'UCS-2';

/** The size of a text. */
export interface Measure {
  encoding: Encoding;
  /** Parts that the carrier bills. */
  segments: number;
  /** Septets in GSM-7, UTF-16 code units in UCS-2. */
  units: number;
}

/** Units of a single-segment text, and of each segment of a longer one, whose header takes six octets. */
const CAPACITY = {
  'GSM-7': { alone: 160, part: 153 },
  'UCS-2': { alone: 70, part: 67 },
} as const;

const ELLIPSIS = '...';
const PLAIN_ASCII = /^[\n -Z_a-z]*$/;
/** Created when first needed: loading its tables takes a sixth of the Worker's start-up. */
const segmenter = once(() => new Intl.Segmenter('en', { granularity: 'grapheme' }));

/** Splits a text into graphemes: an emoji with its modifiers, a letter with its marks. */
export function graphemes(text: string): string[] {
  if (PLAIN_ASCII.test(text)) return text.split('');
  return Array.from(segmenter().segment(text), ({ segment }) => segment);
}

/**
 * Writes `text` in GSM-7 alone: what the alphabet has is kept (é, è, ä, ñ, Ç), other letters lose their marks or
 * become their nearest likeness (ë to e, ł to l), typography becomes ASCII, line ends become `\n`, other
 * white space a space. What has no likeness (emoji, other scripts, controls, lone surrogates) is left out:
 * see {@link isFoldable}.
 */
export function foldToGsm7(text: string): string {
  if (PLAIN_ASCII.test(text)) return text;
  let folded = '';
  for (const character of text.replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n').normalize('NFC')) {
    folded += foldCharacter(character);
  }
  return folded;
}

/** Whether at least half of the letters of `text` survive {@link foldToGsm7}; true for a text without letters. */
export function isFoldable(text: string): boolean {
  const letters = text.normalize('NFC').match(/\p{L}/gu) ?? [];
  const lost = letters.filter((letter) => foldCharacter(letter) === '');
  return lost.length * 2 <= letters.length;
}

/** Units of `text` in `encoding`; in GSM-7 a character that is not of the alphabet counts as one. */
export function unitsOf(text: string, encoding: Encoding): number {
  if (encoding === 'UCS-2') return text.length;
  let septets = 0;
  for (const character of text) septets += GSM7_SEPTETS.get(character) ?? 1;
  return septets;
}

/** Units that fit into so many segments, if no character falls on the border of two parts. */
export function capacityOf(segments: number, encoding: Encoding): number {
  return segments === 1 ? CAPACITY[encoding].alone : CAPACITY[encoding].part * segments;
}

/**
 * The longest beginning of `text` that fits into `room` units, cut between graphemes and marked by `...`; the whole
 * text when it fits.
 * @param least - graphemes that must remain before the `...`
 * @returns null when fewer would
 */
export function cutText(text: string, room: number, encoding: Encoding, least = 1): string | null {
  if (unitsOf(text, encoding) <= room) return text;
  let [kept, left, count] = ['', room - ELLIPSIS.length, 0];
  // What lies far beyond the room need not be split into graphemes.
  for (const grapheme of graphemes(text.slice(0, Math.max(0, room) + 64))) {
    left -= unitsOf(grapheme, encoding);
    if (left < 0) break;
    kept += grapheme;
    count++;
  }
  return count < least ? null : kept.trimEnd() + ELLIPSIS;
}

/**
 * Counts as carriers do: one character outside GSM-7 makes the whole text UCS-2, and neither an escaped character
 * nor a grapheme is torn between two parts (Twilio docs, "SMS character limits").
 */
export function measure(text: string): Measure {
  let encoding: Encoding = 'GSM-7';
  for (const character of text) if (!GSM7_SEPTETS.has(character)) encoding = 'UCS-2';
  const units = unitsOf(text, encoding);
  const { alone, part } = CAPACITY[encoding];
  if (units <= alone) return { encoding, segments: 1, units };

  let [segments, filled]: [number, number] = [0, part];
  for (const piece of encoding === 'GSM-7' ? text : graphemes(text)) {
    const size = unitsOf(piece, encoding);
    if (filled + size > part) {
      // A grapheme longer than a segment is split all the same.
      segments += Math.ceil(size / part);
      filled = size % part || part;
    } else {
      filled += size;
    }
  }
  return { encoding, segments, units };
}

function foldCharacter(character: string): string {
  if (GSM7_SEPTETS.has(character)) return character;
  const substitute = GSM7_SUBSTITUTES.get(character);
  if (substitute !== undefined) return substitute;
  if (/\p{White_Space}/u.test(character)) return ' ';
  let folded = '';
  for (const part of character.normalize('NFKD')) {
    folded += GSM7_SEPTETS.has(part) ? part : (GSM7_SUBSTITUTES.get(part) ?? '');
  }
  return folded;
}
