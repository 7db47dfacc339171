import fc from 'fast-check';

/** Text of any kind that a caller may send: words, scripts, emoji, controls, lone surrogates. */
export function anyText(maxLength: number): fc.Arbitrary<string> {
  const codeUnits = fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength, size: 'max' })
    .map((units) => String.fromCharCode(...units));
  const pieces = fc
    .array(fc.constantFrom(...PIECES), { maxLength: Math.ceil(maxLength / 5), size: 'max' })
    .map((some) => some.join('').slice(0, maxLength));
  return fc.oneof(
    pieces,
    codeUnits,
    fc.string({ unit: 'binary', maxLength, size: 'max' }),
    fc.string({ unit: 'grapheme', maxLength, size: 'max' }),
    fc.string({ unit: 'grapheme-ascii', maxLength, size: 'max' }),
  );
}

/** What texts of a family are made of, and what has broken texts before. */
const PIECES = [
  ...[
    'dinner ',
    'on Sunday',
    '? ',
    'Zoë',
    'ça va',
    ' – ',
    '“so”',
    '"',
    "'",
    '…',
    '...',
    ' ',
    '\n',
    '\r\n',
    '\t',
  ],
  ...['Привет ', 'бабушка', '你好', '晚饭', 'مرحبا ', 'שלום', 'नमस्ते', 'สวัสดี', 'Καλημέρα', 'かな', '한글'],
  ...[
    '\u{1F389}',
    '\u{1F468}\u200D\u{1F469}\u200D\u{1F467}',
    '\u{1F1FA}\u{1F1F8}',
    '\u{1F44D}\u{1F3FD}',
    '1\uFE0F\u20E3',
  ],
  ...[
    'e\u0301',
    `z${'\u0335'.repeat(30)}`,
    '\u202E',
    '\u200B',
    '\u2028',
    '\0',
    '\x1B',
    '\uD83D',
    '\uDE00',
    '\uFFFF',
  ],
  ...['€', '[', '}', '~', '|', '\\', '`', '@', 'A'.repeat(60), 'ы'.repeat(40), 'Reply STOP to opt out', ': '],
  ...[
    'https://evil.example/x',
    'www.evil.com',
    'bit.ly/2x',
    '123456',
    '12 34-56',
    '+1 (555) 123-4567',
    'a.b',
  ],
];
