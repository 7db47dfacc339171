import { isBlank, withoutBidiControls } from '../../platform/visible.ts';

/** More marks on one letter than any language writes. */
const PILE = /(\p{M}{4})\p{M}+/gu;

/** A message's words in one line of a list. */
export function previewOf(body: string): string {
  const words = withoutBidiControls(body)
    .replaceAll('```', '')
    .replace(PILE, '$1')
    .replace(/\s+/g, ' ')
    .replace(/^[\p{M} ]+/u, '')
    .trimEnd();
  return isBlank(words) ? 'A message' : words;
}
