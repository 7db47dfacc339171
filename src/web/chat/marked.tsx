import { type Place, placesOf } from '../../chat/find-words.ts';
import { isBlank, withoutBidiControls } from '../../platform/characters.ts';

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

/** Characters of a long message that are shown before and after the first word that was found in it. */
const AROUND = 80;

/** Words in which others are marked. @param words as `wordsOf` gives them */
export function Marked({ text, words }: { text: string; words: readonly string[] }) {
  const places = placesOf(text, words);
  return (
    <>
      {places.map(({ from, to }, i) => (
        <>
          {text.slice(places[i - 1]?.to ?? 0, from)}
          <mark>{text.slice(from, to)}</mark>
        </>
      ))}
      {text.slice(places.at(-1)?.to ?? 0)}
    </>
  );
}

/** Where to cut, so that no word is cut in two unless it is longer than what is shown. */
function edge(text: string, at: number, step: 1 | -1): number {
  if (at <= 0) return 0;
  if (at >= text.length) return text.length;
  const near = step > 0 ? text.indexOf(' ', at) : text.lastIndexOf(' ', at);
  if (near >= 0 && Math.abs(near - at) < AROUND / 4) return near;
  return /[\udc00-\udfff]/.test(text[at]!) ? at - 1 : at;
}

/** A message in a few lines, around what was found in it. */
export function excerptOf(body: string, words: readonly string[]): string {
  const text = previewOf(body);
  const first: Place = placesOf(text, words)[0] ?? { from: 0, to: 0 };
  const from = edge(text, first.from - AROUND, -1);
  const to = edge(text, first.to + 2 * AROUND, 1);
  return `${from > 0 ? '… ' : ''}${text.slice(from, to).trim()}${to < text.length ? ' …' : ''}`;
}
