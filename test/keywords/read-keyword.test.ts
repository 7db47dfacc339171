import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  dependsOnState,
  type KeywordReading,
  readInState,
  readKeyword,
} from '../../src/keywords/read-keyword.ts';
import { isOneSlipAway } from '../../src/keywords/revocation.ts';
import { CORPUS } from './corpus.ts';
import * as english from './corpus-english.ts';
import * as french from './corpus-french.ts';
import * as spanish from './corpus-spanish.ts';

const OPT_OUT = ['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT'];
const OPT_IN = ['START', 'YES', 'UNSTOP'];
const HELP = ['HELP', 'INFO'];

/** Each word of Twilio's with its kind. */
const TWILIO_WORDS = [
  ...OPT_OUT.map((word) => ({ word, kind: 'opt_out' })),
  ...OPT_IN.map((word) => ({ word, kind: 'opt_in' })),
  ...HELP.map((word) => ({ word, kind: 'help' })),
];

describe.each(CORPUS)('$about', ({ reading, texts }) => {
  test.each(texts.map((text) => ({ text })))('$text', ({ text }) => {
    expect(readKeyword(text)).toEqual(reading);
  });
});

test('the corpus is large, and no text is in it twice', () => {
  const texts = CORPUS.flatMap((group) => group.texts);
  expect(texts.length).toBeGreaterThanOrEqual(250);
  expect(new Set(texts).size).toBe(texts.length);
});

describe.each([
  { language: 'English', ...english },
  { language: 'Spanish', ...spanish },
  { language: 'French', ...french },
])('$language, as many people write it', ({ OPT_OUTS, ORDINARY }) => {
  test.each(OPT_OUTS.map((text) => ({ text })))('asks for no more texts: $text', ({ text }) => {
    expect(readKeyword(text).kind).toBe('opt_out');
  });

  test.each(ORDINARY.map((text) => ({ text })))('asks for nothing like it: $text', ({ text }) => {
    expect(readKeyword(text).kind).not.toBe('opt_out');
  });

  test('is at least a hundred of each, and none twice', () => {
    for (const texts of [OPT_OUTS, ORDINARY]) {
      expect(texts.length).toBeGreaterThanOrEqual(100);
      expect(new Set(texts).size).toBe(texts.length);
    }
  });

  test('loses nothing by capitals, or by missing accents', () => {
    for (const text of OPT_OUTS) {
      const plain = text.normalize('NFD').replace(/\p{M}/gu, '');
      for (const written of [text.toUpperCase(), plain, plain.toLowerCase()]) {
        expect(readKeyword(written).kind, written).toBe('opt_out');
      }
    }
  });
});

describe('one slip of the thumb', () => {
  test.each([
    ['messages', 'mesages', true],
    ['messages', 'messagess', true],
    ['messages', 'massages', true],
    ['messages', 'mesasges', true],
    ['messages', 'messages', false],
    ['messages', 'mssgs', false],
    ['please', 'plaese', true],
    ['please', 'police', false],
    ['', 'a', true],
    ['', '', false],
  ])('%s and %s: %s', (a, b, near) => {
    expect(isOneSlipAway(a, b)).toBe(near);
    expect(isOneSlipAway(b, a)).toBe(near);
  });
});

describe('OptOutType', () => {
  const cases: [body: string, optOutType: string | null | undefined, reading: KeywordReading][] = [
    ['hello', 'STOP', { kind: 'opt_out', by: 'twilio' }],
    ['STOP', 'HELP', { kind: 'help', by: 'twilio' }],
    ['STOP', 'START', { kind: 'opt_in', by: 'twilio' }],
    ['please stop texting me', 'START', { kind: 'opt_in', by: 'twilio' }],
    ['ARRET', 'STOP', { kind: 'opt_out', by: 'twilio' }],
    ['', 'STOP', { kind: 'opt_out', by: 'twilio' }],
    ['hello', 'stop', { kind: 'opt_out', by: 'twilio' }],
    ['hello', ' Help ', { kind: 'help', by: 'twilio' }],
    ['STOP', '', { kind: 'opt_out', by: 'twilio' }],
    ['STOP', null, { kind: 'opt_out', by: 'twilio' }],
    ['STOP', undefined, { kind: 'opt_out', by: 'twilio' }],
    ['opt out', 'NONSENSE', { kind: 'opt_out', by: 'carrier_word' }],
    ['hello', '__proto__', { kind: 'none', by: null }],
    ['constructor', null, { kind: 'none', by: null }],
  ];
  test.each(cases)('%j with %j', (body, optOutType, reading) => {
    expect(readKeyword(body, optOutType)).toEqual(reading);
  });
});

describe('a word read with the state of its number', () => {
  const read = (body: string, isOut: boolean, optOutType?: string) =>
    readInState(readKeyword(body, optOutType), { isOut }, optOutType);
  const none = { kind: 'none', by: null };

  test.each(['START', 'Yes', 'yes', 'YES', 'UNSTOP'])(
    '%s lifts an opt-out, and is an answer where there is none',
    (word) => {
      expect(read(word, true)).toEqual({ kind: 'opt_in', by: 'twilio' });
      expect(read(word, false)).toEqual(none);
    },
  );

  test.each(['Yes!', 'yes 👍', 'Yes.', 'Start!', '“yes”'])('%s likewise, in its clothes', (word) => {
    expect(read(word, true)).toEqual({ kind: 'opt_in', by: 'carrier_word' });
    expect(read(word, false)).toEqual(none);
  });

  test.each(['STOP', 'stop!', 'please stop texting me', 'HELP', 'Info?', 'On my way'])(
    '%s says the same in any state',
    (text) => {
      expect(read(text, false)).toEqual(readKeyword(text));
      expect(read(text, true)).toEqual(readKeyword(text));
      expect(dependsOnState(readKeyword(text))).toBe(false);
    },
  );

  test('what Twilio declares outranks the state', () => {
    expect(read('Yes', false, 'START')).toEqual({ kind: 'opt_in', by: 'twilio' });
    expect(read('dale', false, 'START')).toEqual({ kind: 'opt_in', by: 'twilio' });
    expect(dependsOnState(readKeyword('Yes', 'START'), 'START')).toBe(false);
    expect(dependsOnState(readKeyword('Yes', 'NONSENSE'), 'NONSENSE')).toBe(true);
    expect(read('Yes', false, 'STOP')).toEqual({ kind: 'opt_out', by: 'twilio' });
  });
});

describe('decoration', () => {
  const wordOf = fc.constantFrom(...TWILIO_WORDS);
  const casing = fc.infiniteStream(fc.boolean());
  const recase = (word: string, upper: Iterator<boolean>) =>
    [...word].map((c) => (upper.next().value ? c.toUpperCase() : c.toLowerCase())).join('');
  const blank = fc.string({ unit: fc.constantFrom(' ', '\t', '\n', '\r'), maxLength: 8 });
  const ornament = fc.string({
    unit: fc.constantFrom(
      ...[
        ...' \t\n.,;:!?¡¿…-–—_*#@&/\\|()[]{}<>~^+=%$"“”„«»\'‘’`´\u00a0\u3000\u200b\u200d\u2060\ufeff\u00ad',
      ],
      ...['🛑', '😀', '❤️', '👍🏽', '👩‍👩‍👧', '。', '！'],
    ),
    maxLength: 12,
  });

  test('any case between ASCII blanks is still what Twilio itself reads', () => {
    fc.assert(
      fc.property(wordOf, casing, blank, blank, ({ word, kind }, upper, before, after) => {
        expect(readKeyword(before + recase(word, upper) + after)).toEqual({ kind, by: 'twilio' });
      }),
    );
  });

  test('punctuation, emoji, blanks and invisible characters around and inside keep the kind', () => {
    fc.assert(
      fc.property(
        ...([wordOf, casing, fc.array(ornament, { minLength: 16, maxLength: 16 })] as const),
        ({ word, kind }, upper, ornaments) => {
          const letters = [...recase(word, upper)].map((letter, at) => ornaments[at] + letter);
          expect(readKeyword(letters.join('') + ornaments.at(-1)).kind).toBe(kind);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('full-width, mathematical and accented letters keep the kind and are unknown to Twilio', () => {
    const full = (c: string) => String.fromCodePoint((c.codePointAt(0) ?? 0) + 0xfee0);
    const bold = (c: string) => String.fromCodePoint((c.codePointAt(0) ?? 0) - 0x41 + 0x1d400);
    for (const { word, kind } of TWILIO_WORDS) {
      for (const dress of [full, bold, (c: string) => `${c}\u0301`]) {
        expect(readKeyword([...word].map(dress).join(''))).toEqual({ kind, by: 'carrier_word' });
      }
    }
  });

  test('a keyword with another word of the family chat is no keyword', () => {
    const other = fc.constantFrom('dinner', 'Tom', 'by', 'the store', 'at five', 'Grandma', 'it', 'laughing');
    fc.assert(
      fc.property(wordOf, other, fc.boolean(), ({ word }, extra, first) => {
        const text = first ? `${extra} ${word.toLowerCase()}` : `${word.toLowerCase()} ${extra}`;
        expect(readKeyword(text)).toEqual({ kind: 'none', by: null });
      }),
    );
  });
});

describe('plain wordings', () => {
  const wording = fc.constantFrom('please stop texting me', 'remove me from this list', 'no more texts');

  test('case, line breaks in front and closing punctuation change nothing', () => {
    const end = fc.constantFrom(
      '',
      '.',
      '!',
      '!!!',
      ' 🙏',
      ' please',
      ', thanks',
      '. Thank you',
      '\n\nSent from my iPhone',
    );
    fc.assert(
      fc.property(
        wording,
        end,
        fc.boolean(),
        fc.constantFrom('', '\n', 'Hi, ', 'Hello!\n'),
        (text, tail, loud, start) => {
          const body = start + (loud ? text.toUpperCase() : text) + tail;
          expect(readKeyword(body)).toEqual({ kind: 'opt_out', by: 'plain' });
        },
      ),
    );
  });

  test('quoted inside a longer text they are not the sender’s', () => {
    const quotes = fc.constantFrom(['"', '"'], ['“', '”'], ['«', '»'], ['„', '“']);
    fc.assert(
      fc.property(
        wording,
        quotes,
        fc.constantFrom('Liked', 'She wrote', 'A aimé', '👍'),
        (text, [open, close], verb) => {
          expect(readKeyword(`${verb} ${open}${text}${close}`)).toEqual({ kind: 'none', by: null });
        },
      ),
    );
  });
});

describe('hostile input', () => {
  test('nothing throws', () => {
    const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.string());
    fc.assert(
      fc.property(anything, fc.option(anything), (body, optOutType) => {
        expect(['opt_out', 'opt_in', 'help', 'none']).toContain(readKeyword(body, optOutType).kind);
      }),
      { numRuns: 400 },
    );
    expect(readKeyword('\ud83d stop \ude00').kind).toBe('opt_out');
  });

  // A pattern that backtracks would not end within the test's time-out.
  const seeds = [
    ...[
      ' ',
      '\n',
      '.',
      ',',
      '!',
      '"',
      '“',
      '-',
      ' - ',
      '>',
      '\u0301',
      '\u200b',
      '🙏',
      'ﷺ',
      'a',
      'A',
      'A ',
      'A\n',
    ],
    ...[
      'please ',
      'stop ',
      'stop, ',
      'stop. ',
      'now now ',
      'stop texting me ',
      'no more any all of these ',
      'text ',
    ],
    ...[
      'stop sending me any text ',
      'ever again ',
      'not interested ',
      'sent from ',
      ' sent from my\n',
      '- Rosa ',
      '--\n',
    ],
    ...[
      'remove me from the list ',
      'unsubscribe me from all these ',
      'no me envien mas ',
      'ya ',
      'por favor ',
      'mas mas ',
    ],
    ...[
      'arretez de menvoyer des ',
      'svp ',
      'des des ',
      'S. T. O. P. ',
      '“stop” ',
      "don't ",
      'dont\n',
      "''''",
    ],
  ];
  // The longest parts that are matched at all, full of words that repeat in the patterns.
  const repeated = [
    'please',
    'now',
    'any',
    'stop',
    'ever again',
    'of these',
    'text',
    'not',
    'mas',
    'ya',
    'des',
    'svp',
  ];
  seeds.push(...repeated.map((words) => `${`${words} `.repeat(24 / words.split(' ').length)}zebra, `));
  seeds.push(
    ...repeated.map((words) => `stop sending me ${`${words} `.repeat(20 / words.split(' ').length)}zebra. `),
  );
  test.each(seeds)('10,000 characters of %j, alone, before and after words', (seed) => {
    const long = seed.repeat(Math.ceil(10_000 / seed.length)).slice(0, 10_000);
    for (const body of [long, `${long}x`, `stop ${long}`, `${long}zebra stop`, `${long}\nRosa`]) {
      expect(readKeyword(body)).toHaveProperty('kind');
    }
  });

  test('a keyword far out in blanks is found', () => {
    expect(readKeyword(`${' '.repeat(5000)}stop${'\n'.repeat(5000)}`)).toEqual({
      kind: 'opt_out',
      by: 'twilio',
    });
    expect(readKeyword(`${'!'.repeat(5000)}stop${'🛑'.repeat(2500)}`).kind).toBe('opt_out');
  });
});
