import { type Encoding, foldToGsm7, graphemes, unitsOf } from '../platform/sms-text.ts';
import { redact } from './redact.ts';

const ELLIPSIS = '...';
/** Fewer characters than these before an ellipsis tell nobody anything. */
const LEAST = 3;

/**
 * Somebody's words or name as one line of a text: folded for GSM-7, normalized for UCS-2, no control or
 * invisible characters, single spaces.
 */
export function oneLine(text: string, encoding: Encoding): string {
  const spaced = text.replace(/\p{Cc}+/gu, ' ');
  const line = encoding === 'GSM-7' ? foldToGsm7(spaced) : normalized(spaced);
  return line.replace(/\s+/gu, ' ').trim();
}

/** {@link oneLine} of what a person wrote, without codes, links and quotation marks that could end our quoting. */
export function quotable(text: string, encoding: Encoding): string {
  const line = redact(oneLine(text, encoding)).replaceAll('"', "'");
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(line) ? line : '';
}

/**
 * The longest beginning of `text` that fits into `room` units, cut between graphemes and marked by `...`.
 * @returns null when not even three characters fit
 */
export function cut(text: string, room: number, encoding: Encoding): string | null {
  if (unitsOf(text, encoding) <= room) return text;
  let [kept, used, count] = ['', ELLIPSIS.length, 0];
  for (const grapheme of graphemes(text.slice(0, Math.max(0, room) + 64))) {
    used += unitsOf(grapheme, encoding);
    if (used > room) break;
    kept += grapheme;
    count++;
  }
  return count < LEAST ? null : kept.trimEnd() + ELLIPSIS;
}

function normalized(text: string): string {
  return (
    text
      .normalize('NFKC')
      // Joiners and variation selectors shape other scripts and emoji; beside ASCII they only hide things.
      .replace(/(?!\p{Join_Control}|\p{Variation_Selector})[\p{C}\p{Default_Ignorable_Code_Point}]/gu, '')
      .replace(/(?<=\p{ASCII})[\p{Join_Control}\p{Variation_Selector}]+|\p{Join_Control}+(?=\p{ASCII})/gu, '')
      .replace(/(\p{M}{3})\p{M}+/gu, '$1')
  );
}
