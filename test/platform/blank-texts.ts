/** Texts that show nothing, each of its own sort. */
export const BLANK_TEXTS: readonly string[] = [
  '',
  ' \n ',
  '\t\r\n',
  '\u00a0\u2003\u3000', // Spaces of other widths.
  '\u2028\u2029\u0085',
  '\u200b', // Zero-width space, joiners, word joiner, byte order mark.
  '\u200c\u200d',
  '\u2060\ufeff',
  '\u00ad', // Soft hyphen.
  '\u034f', // Combining grapheme joiner.
  '\u061c\u200e\u200f\u202e\u2066', // Controls of direction.
  '\u206a\u206f',
  '\u115f\u1160', // Hangul fillers.
  '\u3164',
  '\uffa0',
  '\u17b4\u17b5', // Khmer inherent vowels.
  '\u180b\u180e', // Mongolian selectors and vowel separator.
  '\u2800', // Braille blank.
  '\u2061\u2064', // Invisible operators.
  '\ufffc', // Object replacement.
  '\ufff9\ufffa\ufffb',
  '\ufe0f\u{e0100}', // Variation selectors.
  '\u{e0001}\u{e0041}\u{e007f}', // Tags.
  '\u{1d159}\u{1d173}', // Musical null notehead and format characters.
  '\u{1bca0}',
  '\u{13430}',
  '\u0301\u20dd\u0488', // Marks with no letter under them.
  '\u0e31\u0902\u05b0',
  '\u0007\u001b',
  ' \u2800\u200b\u3164\u0301\n',
];

/** Texts that show little, and yet something. */
export const VISIBLE_TEXTS: readonly string[] = [
  '.',
  '?',
  '…',
  '-',
  '0',
  'a',
  'é',
  'e\u0301',
  '👍',
  '❤️',
  '👨‍👩‍👧',
  '🏴󠁧󠁢󠁥󠁮󠁧󠁿', // England: a flag and tags.
  '1️⃣',
  '🇺🇸',
  'क्',
  '日',
  'ا',
  '\u2801', // Braille with a dot.
  'ㄱ',
  '©',
  '\u06dd', // Arabic end of ayah, a format character that shows.
  '\u{1fae9}', // Younger than some tables.
  '\u200bx',
];
