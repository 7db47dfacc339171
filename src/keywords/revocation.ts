import { once } from '../platform/once.ts';
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

/** "Stop calling and texting me": we call nobody, so that the texts are meant. */
const CALLS_TOO =
  /\b(?:call(?:ing|s)?|e?mail(?:ing|s)?) ?(?:and|or|&|nor|,) ?(text(?:ing|s)?|messag(?:ing|es?))\b|\b(text(?:ing|s)?|messag(?:ing|es?)) ?(?:and|or|&|nor|,) ?(?:call(?:ing|s)?|e?mail(?:ing|s)?)\b/g;

/** "… no?", "… ok?" at the end of what is no question. */
const TAG_QUESTION = /(\p{L}),? (?:no|verdad|ok|okay|hein)\?+/gu;
const NUMBER_SIGN = /\b(my|this|wrong|the|ur|your) ?#(?![\p{L}\p{N}])/gu;
const DOTTED_PLEASE = /\bs\. ?v\. ?p\b\.?/g;

type Strength = 'clear' | 'ask' | 'weak' | 'leaning' | 'aside' | 'onTopic';
/** What one part of a text is in one language; each is found out when it is first asked for. */
type PartReading = Record<Strength, () => boolean>;
/** Whether a part is one of these, in any language. */
type Read = (part: string, ...by: Strength[]) => boolean;

const whole = (pattern: string) => new RegExp(`^(?:${pattern})$`);
const anywhere = (patterns: readonly string[]) => new RegExp(`(?:^| )(?:${patterns.join('|')})(?: |$)`);

/** Shorter words are too near to others. */
const LEAST_SLIPPERY = 5;

/** Whether two words differ by one letter: left out, too many, another, or two that changed places. */
export function isOneSlipAway(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1 || a === b) return false;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  const [restA, restB] = [a.slice(at), b.slice(at)];
  return (
    restA.slice(1) === restB ||
    restA === restB.slice(1) ||
    restA.slice(1) === restB.slice(1) ||
    (restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2))
  );
}

function createReader(language: Language): (part: string) => PartReading {
  const { before, after, polite, asides, clear, ask, weak, leaning, words, slippery } = language;
  const framed = (cores: readonly string[]) =>
    whole(`(?:(?:${before.join('|')}) )*(?:${cores.join('|')})(?: (?:${after.join('|')}))*`);
  const word = words.join('|');
  const politeWord = polite.join('|');
  const wordsAlone = `(?:(?:${politeWord}) )*(?:${word})(?: (?:${politeWord}|${word}))*`;
  const patterns = {
    clear: framed(clear),
    ask: framed(ask),
    weak: new RegExp(`${framed(weak).source}|^${wordsAlone}$`),
    leaning: framed(leaning),
    aside: whole(`(?:${politeWord})(?: (?:${politeWord}))*|(?:.* )?(?:${asides.join('|')})(?: .*)?`),
  };
  const vocabulary = new Set(language.vocabulary.join(' ').split(' '));
  const spelling = anywhere(Object.keys(language.spellings));
  const cores = anywhere(language.cores);
  const vetoes = anywhere(language.vetoes);
  const topic = anywhere(language.topic);

  const unslipped = (word: string) =>
    word.length < LEAST_SLIPPERY || vocabulary.has(word) || slippery.others.includes(word)
      ? word
      : (slippery.words.find((meant) => isOneSlipAway(word, meant)) ?? word);
  const spelt = (part: string) => {
    let left = part.split(' ').map(unslipped).join(' ');
    // Each turn replaces one: the next may begin at the space that ended the last.
    for (let turn = 0; turn < MOST_WORDS_IN_PART; turn++) {
      const before = left;
      left = left.replace(spelling, (found) => {
        const key = found.trim();
        return found.replace(key, language.spellings[key] ?? key);
      });
      if (left === before) break;
    }
    return left;
  };
  const speaksOfTexts = (part: string) =>
    part.split(' ').every((each) => vocabulary.has(each) || /^\d{7,}$/.test(each));
  return (part) => {
    const plain = once(() => spelt(part));
    const either = (pattern: RegExp) => once(() => pattern.test(part) || pattern.test(plain()));
    const isAllOfTexts = once(() => speaksOfTexts(plain()) && !vetoes.test(plain()));
    const isAsk = either(patterns.ask);
    return {
      clear: either(patterns.clear),
      ask: once(() => isAsk() || (cores.test(plain()) && isAllOfTexts())),
      weak: either(patterns.weak),
      leaning: either(patterns.leaning),
      aside: either(patterns.aside),
      onTopic: once(() => topic.test(plain()) && isAllOfTexts()),
    };
  };
}

const readers = LANGUAGES.map(createReader);

const isShort = (part: string) => part.split(' ', MOST_WORDS_IN_PART + 1).length <= MOST_WORDS_IN_PART;

/** Reads the parts of one text: each is asked about several times, and many texts repeat theirs. */
function createRead(): Read {
  const known = new Map<string, PartReading[]>();
  return (part, ...by) => {
    if (!isShort(part)) return false;
    const readings = known.get(part) ?? readers.map((reader) => reader(part));
    known.set(part, readings);
    return readings.some((reading) => by.some((strength) => reading[strength]()));
  };
}

/** A question that asks for nothing to be done. */
const asksOnly = ({ parts, question }: Sentence) => question && !parts.some((part) => REQUEST.test(part));

/** A clear wording revokes in any part; a request needs a sentence that says nothing else. */
function sentenceRevokes(sentence: Sentence, read: Read): boolean {
  const { parts } = sentence;
  if (asksOnly(sentence)) return false;
  if (parts.some((part) => read(part, 'clear'))) return true;
  return (
    parts.some((part) => read(part, 'ask')) &&
    parts.every((part) => read(part, 'ask', 'weak', 'aside', 'onTopic'))
  );
}

/**
 * Short wordings ("please stop", "don't text me") revoke only when the text says nothing else. A question beside them
 * may be an aside ("who is this?").
 */
function textRevokes(sentences: Sentence[], read: Read): boolean {
  const parts = sentences.flatMap((sentence) =>
    sentence.parts.map((part) => ({ part, isRequest: !asksOnly(sentence) })),
  );
  const onTopic = parts.some(({ part }) => read(part, 'onTopic'));
  const short: Strength[] = onTopic ? ['weak', 'leaning'] : ['weak'];
  return (
    parts.some(({ part, isRequest }) => isRequest && read(part, ...short)) &&
    parts.every(({ part, isRequest }) =>
      isRequest ? read(part, 'ask', 'aside', 'onTopic', ...short) : read(part, 'aside', 'onTopic'),
    )
  );
}

/**
 * Whether a text (folded by `foldLetters`) withdraws consent in plain English, Spanish or French: "please stop
 * texting me", "darme de baja", "désabonnez-moi". 47 CFR 64.1200(a)(10) obliges us to honour wording that a
 * reasonable person understands so; a text that might mean something else ("stop by the store", "take me off
 * the guest list", "don't stop texting me") does not count. Patterns match whole parts, or parts that speak of texts
 * and nothing else, so that a word too many is a no, and only parts of at most 25 words, so that time grows with
 * length alone.
 */
export function revokesInPlainWords(folded: string): boolean {
  const solemn = !LAUGHTER.test(folded);
  const text = folded
    .replace(CALLS_TOO, '$1$2')
    .replace(DOTTED_PLEASE, 'svp')
    .replace(NUMBER_SIGN, '$1 number')
    .replace(TAG_QUESTION, '$1.');
  const read = createRead();
  return [...new Set([text, text.replaceAll('\n', ' ')])].map(splitSentences).some((sentences) => {
    return (
      sentences.some((sentence) => sentenceRevokes(sentence, read)) ||
      (solemn && textRevokes(sentences, read))
    );
  });
}
