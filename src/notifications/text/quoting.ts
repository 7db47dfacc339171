import { isBlank } from '../../platform/characters.ts';
import { gsm7Line } from '../../platform/sms/one-segment.ts';
import { cutText, type Encoding } from '../../platform/sms/sms-text.ts';
import { redact } from './redact.ts';

/** Min. characters before an ellipsis. */
const LEAST = 3;

/**
 * Somebody's words or name as one line of a text: folded for GSM-7, normalized for UCS-2, no control or
 * invisible characters, single spaces.
 */
export function oneLine(text: string, encoding: Encoding): string {
  return encoding === 'GSM-7' ? gsm7Line(text) : normalized(text);
}

/** {@link oneLine} of what a person wrote, without codes, links and quotation marks that could end our quoting. */
export function quotable(text: string, encoding: Encoding): string {
  const line = redact(oneLine(text, encoding)).replaceAll('"', "'");
  return isBlank(line) ? '' : line;
}

/** {@link cutText} that leaves at least {@link LEAST} characters. */
export function cut(text: string, room: number, encoding: Encoding): string | null {
  return cutText(text, room, encoding, LEAST);
}

function normalized(text: string): string {
  return (
    text
      .replace(/\p{Cc}+/gu, ' ')
      .normalize('NFKC')
      // Joiners and variation selectors shape other scripts and emoji; beside ASCII they only hide things.
      .replace(/(?!\p{Join_Control}|\p{Variation_Selector})[\p{C}\p{Default_Ignorable_Code_Point}]/gu, '')
      // No more of them in a row than letters and emoji ever need, or the next step would take the square of their number.
      .replace(
        /([\p{Join_Control}\p{Variation_Selector}]{3})[\p{Join_Control}\p{Variation_Selector}]+/gu,
        '$1',
      )
      .replace(/(?<=\p{ASCII})[\p{Join_Control}\p{Variation_Selector}]+|\p{Join_Control}+(?=\p{ASCII})/gu, '')
      .replace(/(\p{M}{3})\p{M}+/gu, '$1')
      .replace(/\s+/gu, ' ')
      .trim()
  );
}
