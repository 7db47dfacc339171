/**
 * How people of one language withdraw consent, as pieces of regular expressions over words in lower case, one
 * space apart, without accents or apostrophes. No piece that repeats may be two others put together ("ever
 * again" beside "ever" and "again"): that keeps matching linear. Short ones share a string, `|` between them.
 */
export type Language = {
  /** What may stand before a phrase, any number of times. */
  before: readonly string[];
  /** What may stand after it. "Tonight", "at work" and "until Monday" are left out: they limit, not revoke. */
  after: readonly string[];
  /** Words without a meaning of their own. */
  polite: readonly string[];
  /** Reasons: a part that contains one does not weaken a request. */
  asides: readonly string[];
  /** Revokes in any part of a text. */
  clear: readonly string[];
  /** Revokes when its sentence says nothing else. */
  ask: readonly string[];
  /** Revokes when the whole text says nothing else. */
  weak: readonly string[];
  /** As `weak`, where another part of the text speaks of texts: "these messages are annoying, make them stop". */
  leaning: readonly string[];
  /** Legal words, with polite ones around them ("stop please"). */
  words: readonly string[];
  /** What stands for what: slips of the thumb and short forms, a word or several each, commonest meaning first. */
  spellings: Readonly<Record<string, string>>;
  /** Long words that are known with one slip in them, and other words that are but a slip away. */
  slippery: { words: readonly string[]; others: readonly string[] };
  /**
   * Every word, correctly spelt, that people use to speak of texts and of stopping them, and the small words around.
   * A part made of these alone speaks of nothing else: no person, thing, place or time is among them.
   */
  vocabulary: readonly string[];
  /** In a part of such words alone, anywhere in it: enough when their own sentence says nothing else. */
  cores: readonly string[];
  /** Takes back what the cores would say: "don't stop", "I will stop texting you". */
  vetoes: readonly string[];
  /** Speaks of texts or of the number: beside it, a short wording means the texts. */
  topic: readonly string[];
};

/** Spellings of one meaning: `respelt('you', 'u|ya')`. */
export const respelt = (meant: string, spellings: string): Record<string, string> =>
  Object.fromEntries(spellings.split('|').map((spelling) => [spelling, meant]));
