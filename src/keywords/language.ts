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
  /** Legal words, with polite ones around them ("stop please"). */
  words: readonly string[];
};
