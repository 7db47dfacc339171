/** A part of a text, by its code units. */
export interface Place {
  from: number;
  to: number;
}

/** How many words of a question count. */
const MOST_WORDS = 8;
const ASCII = /^[\x20-\x7e\s]*$/;

/** Without case, accents and forms of presentation: `Müller` and `MULLER` are one word. */
const foldLetter = (letter: string): string => letter.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** The words that are looked for, folded; all of them must be there. */
export const wordsOf = (question: string): string[] => [
  ...new Set(
    foldLetter(question)
      .split(/\s+/)
      .filter((word) => word !== '')
      .slice(0, MOST_WORDS),
  ),
];

/** Whether a text holds all the words of {@link wordsOf}, anywhere and in any order. */
export function holdsWords(text: string, words: readonly string[]): boolean {
  const folded = ASCII.test(text) ? text.toLowerCase() : foldLetter(text);
  return words.length > 0 && words.every((word) => folded.includes(word));
}

/** A text, folded, and of each of its code units where the letter began that it comes from; the text's end follows. */
function foldWithPlaces(text: string): { folded: string; starts: number[] } {
  let folded = '';
  const starts: number[] = [];
  let at = 0;
  for (const letter of text) {
    const unit = foldLetter(letter);
    for (let i = 0; i < unit.length; i++) starts.push(at);
    folded += unit;
    at += letter.length;
  }
  starts.push(at);
  return { folded, starts };
}

/** Where a text holds words of {@link wordsOf}, in its order; places that touch are one. */
export function placesOf(text: string, words: readonly string[]): Place[] {
  const { folded, starts } = foldWithPlaces(text);
  const places: Place[] = [];
  for (const word of words) {
    for (let i = folded.indexOf(word); i >= 0; i = folded.indexOf(word, i + word.length)) {
      const last = starts[i + word.length - 1]!;
      places.push({ from: starts[i]!, to: starts.find((start) => start > last) ?? text.length });
    }
  }
  places.sort((a, b) => a.from - b.from);
  const merged: Place[] = [];
  for (const place of places) {
    const before = merged.at(-1);
    if (before && place.from <= before.to) before.to = Math.max(before.to, place.to);
    else merged.push({ ...place });
  }
  return merged;
}
