import { ENGLISH } from './english.ts';
import { FRENCH } from './french.ts';
import type { Language } from './language.ts';
import { type Sentence, splitSentences } from './sentences.ts';
import { SPANISH } from './spanish.ts';

const MOST_WORDS_IN_PART = 25;
const LANGUAGES: Language[] = [ENGLISH, SPANISH, FRENCH];
const LAUGHTER = /[\u{1F602}\u{1F923}\u{1F606}\u{1F639}\u{1F605}\u{1F604}\u{1F61C}\u{1F61D}]/u;
/** A question revokes only when it asks for it ("can you stop texting me?"), not "no more texts?". */
const REQUEST =
  /(?:^| )(?:please|pls|plz|can|could|would|will|how|may|puede[sn]?|podria[sn]?|como|por favor|porfa|pouvez|peux|pourriez|pourrais|comment|svp|sil)(?: |$)/;

type PhraseReader = { clear: RegExp; ask: RegExp; weak: RegExp; aside: RegExp };

const whole = (pattern: string) => new RegExp(`^(?:${pattern})$`);
const readers: PhraseReader[] = LANGUAGES.map(
  ({ before, after, polite, asides, clear, ask, weak, words }) => {
    const framed = (cores: readonly string[]) =>
      whole(`(?:(?:${before.join('|')}) )*(?:${cores.join('|')})(?: (?:${after.join('|')}))*`);
    const word = words.join('|');
    const politeWord = polite.join('|');
    const wordsAlone = `(?:(?:${politeWord}) )*(?:${word})(?: (?:${politeWord}|${word}))*`;
    return {
      clear: framed(clear),
      ask: framed(ask),
      weak: new RegExp(`${framed(weak).source}|^${wordsAlone}$`),
      aside: whole(`(?:${politeWord})(?: (?:${politeWord}))*|(?:.* )?(?:${asides.join('|')})(?: .*)?`),
    };
  },
);

const short = (part: string) => part.split(' ', MOST_WORDS_IN_PART + 1).length <= MOST_WORDS_IN_PART;
const read = (part: string, by: keyof PhraseReader) =>
  short(part) && readers.some((reader) => reader[by].test(part));

/** A clear wording revokes in any part; a request needs a sentence that says nothing else. */
function sentenceRevokes({ parts, question }: Sentence): boolean {
  if (question && !parts.some((part) => REQUEST.test(part))) return false;
  if (parts.some((part) => read(part, 'clear'))) return true;
  return (
    parts.some((part) => read(part, 'ask')) &&
    parts.every((part) => read(part, 'ask') || read(part, 'weak') || read(part, 'aside'))
  );
}

/** Short wordings ("please stop", "don't text me") revoke only when the text says nothing else. */
function textRevokes(sentences: Sentence[]): boolean {
  const parts = sentences.flatMap((sentence) => sentence.parts);
  if (sentences.some(({ question }) => question) && !parts.some((part) => REQUEST.test(part))) return false;
  return (
    parts.some((part) => read(part, 'weak')) &&
    parts.every((part) => read(part, 'weak') || read(part, 'aside'))
  );
}

/**
 * Whether a text (folded by `foldLetters`) withdraws consent in plain English, Spanish or French: "please stop
 * texting me", "darme de baja", "désabonnez-moi". 47 CFR 64.1200(a)(10) obliges us to honour wording that a
 * reasonable person understands so; a text that might mean something else ("stop by the store", "take me off
 * the guest list", "don't stop texting me") does not count. Patterns match whole parts, so that a word too
 * many is a no, and only parts of at most 25 words, so that time grows with length alone.
 */
export function revokesInPlainWords(folded: string): boolean {
  const solemn = !LAUGHTER.test(folded);
  return [folded, folded.replaceAll('\n', ' ')].map(splitSentences).some((sentences) => {
    return sentences.some(sentenceRevokes) || (solemn && textRevokes(sentences));
  });
}
