/** Apostrophes as phones type them; U+00B4 goes before NFKC, which would turn it into a space. */
const APOSTROPHES = /['’‘‛ʼʹ`´′＇]/g;
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cc}]/gu;
const MARKS = /\p{M}/gu;
/** A line that ends like this continues on the next one. */
const UNFINISHED_LINE = /(^|[^\p{L}])(dont|not|never|didnt|cant|wont|said) *\n/gu;
const NOT_WORD = /[^\p{L}\p{N}]+/gu;

/** One sentence of a text: its parts (between commas, dashes, emoji, "and"), and whether it asks. */
export type Sentence = { parts: string[]; question: boolean };

/**
 * The letters and digits of a text in one form: compatibility characters (full-width, mathematical, circled)
 * as their plain letters, no accents, no invisible characters, no apostrophes, lower case. Line breaks, spaces
 * and punctuation stay.
 */
export function foldLetters(body: string): string {
  const plain = body
    .replace(APOSTROPHES, '')
    .normalize('NFKC')
    .replace(/\r\n?|[\u2028\u2029]/g, '\n');
  const visible = plain.replace(INVISIBLE, (c) => (c === '\n' || c === '\t' ? c : ''));
  return visible.toLowerCase().normalize('NFD').replace(MARKS, '');
}

/** Every letter and digit of a folded text, nothing between them: `S.T.O.P !` reads `stop`. */
export function squash(folded: string): string {
  return folded.replace(NOT_WORD, '');
}

/**
 * Splits a folded text into sentences and their parts, words one space apart. A run of dots, an emoji, a
 * spaced dash, "and", "because" and the like divide parts; a colon divides nothing, so "he said: stop" stays one part.
 */
export function splitSentences(folded: string): Sentence[] {
  return (
    folded
      .replace(/\.{2,}/g, ',')
      .replace(UNFINISHED_LINE, '$1$2 ')
      .match(/[^.!?¡¿;。\n]+[?!]*/g) ?? []
  )
    .map((sentence) => ({
      question: sentence.includes('?'),
      parts: sentence
        .split(
          /,|[-–—]{2,}| [-–—] |\p{Extended_Pictographic}| (?:and|y|et|because|cuz|bc|since|porque|pero|parce que|car|so(?= please)) |(?<!\b(?:you|u|can|could|would|will|someone|somebody|i|just|so|guys|all|yall|me)) (?=(?:please|pls|plz) (?:stop|quit|remove|take|unsubscribe|dont|do not|delete|end|cancel|no more) )/u,
        )
        .map((part) => part.replace(NOT_WORD, ' ').trim())
        .filter((part) => part !== ''),
    }))
    .filter(({ parts }) => parts.length > 0);
}
