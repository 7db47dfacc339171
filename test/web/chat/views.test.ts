import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { breaksOf } from '../../../src/web/chat/breaks.ts';
import { previewOf } from '../../../src/web/chat/marked.tsx';
import { messagePieces } from '../../../src/web/chat/pieces.ts';
import { summarizeTold } from '../../../src/web/chat/told.ts';

describe('messagePieces', () => {
  const links = (text: string) =>
    messagePieces(text).flatMap((piece) => (piece.kind === 'link' ? [`${piece.text} → ${piece.href}`] : []));
  const same = (url: string) => `${url} → ${url}`;

  it.each([
    ['See https://example.com/a.', [same('https://example.com/a')]],
    ['(https://example.com/a)', [same('https://example.com/a')]],
    ['https://en.wikipedia.org/wiki/Tart_(food)', [same('https://en.wikipedia.org/wiki/Tart_(food)')]],
    [
      '“https://example.com/?q=1&b=2”, and http://b.example!',
      [same('https://example.com/?q=1&b=2'), same('http://b.example')],
    ],
    ['HTTPS://EXAMPLE.COM', [same('HTTPS://EXAMPLE.COM')]],
    ['<https://example.com/x>', [same('https://example.com/x')]],
    ['www.example.net/a?b, ok', ['www.example.net/a?b → https://www.example.net/a?b']],
    ['(www.example.net)', ['www.example.net → https://www.example.net']],
    [
      'try recipes.example.com or example.org.',
      ['recipes.example.com → https://recipes.example.com', 'example.org → https://example.org'],
    ],
    [
      'Ana.Maria+list@mail.example.co.uk!',
      ['Ana.Maria+list@mail.example.co.uk → mailto:Ana.Maria+list@mail.example.co.uk'],
    ],
    ['Call (202) 555-0123, please', ['(202) 555-0123 → tel:+12025550123']],
    ['202-555-0123', ['202-555-0123 → tel:+12025550123']],
    ['1 202.555.0123', ['1 202.555.0123 → tel:+12025550123']],
    ['+44 20 7946 0958.', ['+44 20 7946 0958 → tel:+442079460958']],
    ['+12025550123', ['+12025550123 → tel:+12025550123']],
    // Lists without spaces, and addresses within addresses.
    ['https://a,https://b', [same('https://a'), same('https://b')]],
    [
      'https://a.example/x;http://b.example|https://c.example.',
      ['https://a.example/x', 'http://b.example', 'https://c.example'].map(same),
    ],
    [
      'https://a.example,www.example.net',
      [same('https://a.example'), 'www.example.net → https://www.example.net'],
    ],
    [
      'https://web.archive.org/web/2020/https://example.com/',
      [same('https://web.archive.org/web/2020/https://example.com/')],
    ],
    [
      'https://example.com/?a=1,2;b=3&u=https://b.example',
      [same('https://example.com/?a=1,2;b=3&u=https://b.example')],
    ],
    // Brackets, quotation marks, and the ends of sentences of every script.
    ['https://example.com/a_(b).', [same('https://example.com/a_(b)')]],
    ['(see https://example.com/a_(b)_(c))', [same('https://example.com/a_(b)_(c)')]],
    ['[https://example.com/a[1]]', [same('https://example.com/a[1]')]],
    ['http://[::1]:8787/x', [same('http://[::1]:8787/x')]],
    [
      '‘https://example.com/’, „https://example.com/“ ‹https://b.example›',
      [same('https://example.com/'), same('https://example.com/'), same('https://b.example')],
    ],
    ["https://en.wikipedia.org/wiki/Ohm's_law", [same("https://en.wikipedia.org/wiki/Ohm's_law")]],
    [
      "'https://example.com/a', https://example.com's page",
      [same('https://example.com/a'), same('https://example.com')],
    ],
    [
      '*https://example.com* _https://b.example_ ~https://c.example~',
      ['https://example.com', 'https://b.example', 'https://c.example'].map(same),
    ],
    [
      'https://example.com、https://b.example。「https://c.example」',
      ['https://example.com', 'https://b.example', 'https://c.example'].map(same),
    ],
    ['https://example.com؟', [same('https://example.com')]],
    // What is not seen is no part of an address.
    [
      '\u200ehttps://example.com/a\u200e \ufeffwww.example.net\u200b',
      [same('https://example.com/a'), 'www.example.net → https://www.example.net'],
    ],
    ['\u202a+1 202\u2011555\u20110123\u202c', ['+1 202\u2011555\u20110123 → tel:+12025550123']],
    ['(202)\u00a0555–0123', ['(202)\u00a0555–0123 → tel:+12025550123']],
    // Names of hosts without a scheme, and in other letters.
    [
      'youtu.be/dQw4 and bit.ly/3abc?x',
      ['youtu.be/dQw4 → https://youtu.be/dQw4', 'bit.ly/3abc?x → https://bit.ly/3abc?x'],
    ],
    [
      'bbc.co.uk, cbc.ca/news and example.com:8080/x',
      [
        'bbc.co.uk → https://bbc.co.uk',
        'cbc.ca/news → https://cbc.ca/news',
        'example.com:8080/x → https://example.com:8080/x',
      ],
    ],
    [
      'https://münchen.de/ö, www.bücher.example und bücher.com',
      [
        same('https://münchen.de/ö'),
        'www.bücher.example → https://www.bücher.example',
        'bücher.com → https://bücher.com',
      ],
    ],
    ['https://пример.рф', [same('https://пример.рф')]],
    // Mail and phones, with and without their schemes.
    ['mailto:ana@example.com?', ['mailto:ana@example.com → mailto:ana@example.com']],
    [
      'a@example.com,b@example.com',
      ['a@example.com → mailto:a@example.com', 'b@example.com → mailto:b@example.com'],
    ],
    ['tel:+12025550123', ['tel:+12025550123 → tel:+12025550123']],
    ['Tel:+1-202-555-0123. SMS:12345', ['Tel:+1-202-555-0123 → tel:+12025550123', 'SMS:12345 → sms:12345']],
    [
      'Phone:202-555-0123/202-555-0124',
      ['202-555-0123 → tel:+12025550123', '202-555-0124 → tel:+12025550124'],
    ],
    ['+44 (0)20 7946 0958', ['+44 (0)20 7946 0958 → tel:+442079460958']],
    [
      '0044 20 7946 0958 or 011 49 30 901820',
      ['0044 20 7946 0958 → tel:+442079460958', '011 49 30 901820 → tel:+4930901820'],
    ],
    ['+1 (202) 555-0123 - 5 of us', ['+1 (202) 555-0123 → tel:+12025550123']],
    ['+1 202 555 0123 5 times', ['+1 202 555 0123 → tel:+12025550123']],
    [
      '+52 55 1234 5678, +33 1 23 45 67 89',
      ['+52 55 1234 5678 → tel:+525512345678', '+33 1 23 45 67 89 → tel:+33123456789'],
    ],
    // Numbers as they are dialled within a country, where a word says that they are some; extensions.
    ['Tel.: 0171 1234567', ['0171 1234567 → tel:01711234567']],
    ['Tel:0171/1234567', ['0171/1234567 → tel:01711234567']],
    ['ring me on (020) 7946 0958.', ['(020) 7946 0958 → tel:02079460958']],
    ['📞 030 901820, Handy 0171-1234567', ['030 901820 → tel:030901820', '0171-1234567 → tel:01711234567']],
    ['call +1 (212) 555 – 0123', ['+1 (212) 555 – 0123 → tel:+12125550123']],
    ['Call: +1 (212) 555-0123 ext. 5.', ['+1 (212) 555-0123 ext. 5 → tel:+12125550123,5']],
    ['(212) 555-0123 x12, 5 people', ['(212) 555-0123 x12 → tel:+12125550123,12']],
    ['+44 20 7946 0958;ext=5', ['+44 20 7946 0958;ext=5 → tel:+442079460958,5']],
  ])('%j links %j', (text, expected) => expect(links(text)).toEqual(expected));

  it.each([
    'javascript:alert(1) data:text/html,x file:///etc/passwd vbscript:x',
    'https:// nothing',
    'www. nothing, www.x',
    'On 2026-05-03 at 10:30, 12/24/2026, 2019-2024, 1,000,000, $12.50, v1.2.3.4',
    'card 4111 1111 1111 1111, order 123456789012, 00000000',
    'a@b, @maya, rosa @ home',
    'Yes.No, Mr.Smith, e.g.this',
    '1.5 555 0123',
    'https:///x, http://, https://?a',
    'https://bank.example@evil.example/x, https://user:word@example.com',
    'https://аpple.com, www.gοogle.com',
    '@rosa@example.social',
    'Yes.de, and.it is, come.to us, no.es, he/she.is',
    'order 0044207946095800, telling:1, tel:, sms:x, mailto:x',
    'hotel 0171 1234567, order 0171 1234567, tel. 0171, call 911',
  ])('%j has no link', (text) => expect(links(text)).toEqual([]));

  it('sets code apart, without links in it', () => {
    expect(messagePieces('Run `npm start` in:\n```sh\ncd www.example.com\n  ls\n```\nDone')).toEqual([
      { kind: 'words', text: 'Run ' },
      { kind: 'code', text: 'npm start' },
      { kind: 'words', text: ' in:' },
      { kind: 'block', text: 'cd www.example.com\n  ls' },
      { kind: 'words', text: 'Done' },
    ]);
    for (const text of ['``', '```', '``````', 'a ` b', '`a\nb`', '```\n \n```']) {
      expect(messagePieces(text)).toEqual([{ kind: 'words', text }]);
    }
  });

  it('keeps what turns the direction out of addresses', () => {
    expect(links('https://example.com/\u202egpj.exe')).toEqual([same('https://example.com/')]);
  });

  it('loses no character, and links to pages, mail and phones alone', () => {
    const words = [
      'http',
      's',
      '://',
      'www.',
      'a',
      '.',
      '.com',
      '@',
      ' ',
      ')',
      '(',
      '/',
      'javascript:',
      'tel:',
      'sms:',
      'mailto:',
      ',',
      ']',
      '[',
      "'",
      '202',
      '-',
      '555',
      '0123',
      '+',
      '\n',
      '\u202e',
    ];
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...words) }), (text) => {
        const pieces = messagePieces(`https://a.b/${text} ${text}`);
        expect(pieces.map((piece) => piece.text).join('')).toBe(`https://a.b/${text} ${text}`);
        for (const piece of pieces) {
          if (piece.kind === 'link')
            expect(new URL(piece.href).protocol).toMatch(/^(https?|mailto|tel|sms):$/);
        }
      }),
    );
  });

  it.each([
    ['letters', 'a'],
    ['dots', 'a.'],
    ['digits', '2'],
    ['backticks', '`'],
    ['brackets', '('],
    ['fences', '```\n'],
    ['dashes', '202-'],
    ['signs', 'a+'],
    ['hosts', 'a.co'],
    ['openers', 'https://(['],
    ['closers', 'https://a)'],
    ['commas', 'https://,'],
    ['gaps', '+2 '],
  ])(
    'reads the longest message of %s in no time',
    (_, unit) => {
      const text = unit.repeat(4000 / unit.length);
      expect(
        messagePieces(text)
          .map((piece) => piece.text)
          .join('').length,
      ).toBeGreaterThan(0);
    },
    1000,
  );
});

describe('previewOf', () => {
  it.each([
    ['Dinner?\n\nAt  six.', 'Dinner? At six.'],
    [`a${'\u0301'.repeat(139)}`, `a${'\u0301'.repeat(4)}`],
    [`${'\u0301'.repeat(20)} Hello`, 'Hello'],
    ['\u200b'.repeat(140), 'A message'],
    ['\u202eevil\u202c words', 'evil words'],
    ['```\ncode\n```', 'code'],
    ['…', '…'],
  ])('%j reads %j', (body, words) => expect(previewOf(body)).toBe(words));
});

describe('breaksOf', () => {
  const message = (seq: number, createdAt: string, authorId = 'ana') => ({ seq, createdAt, authorId });
  const view = { now: Date.parse('2026-05-03T18:00:00Z'), zone: 'America/New_York', unreadFrom: null };

  it('begins each day once, also after the message before the page', () => {
    const [first, second, third] = [
      message(1, '2026-05-03T03:58:00Z'),
      message(2, '2026-05-03T03:59:00Z'),
      message(3, '2026-05-03T04:00:00Z'),
    ];
    const all = breaksOf([first!, second!, third!], { ...view, previous: undefined });
    expect(all.map(({ day, follows }) => [day, follows])).toEqual([
      ['Yesterday', false],
      [null, true],
      ['Today', false],
    ]);
    expect(breaksOf([second!, third!], { ...view, previous: first })).toEqual(all.slice(1));
  });

  it('puts together what one person says in a row', () => {
    const breaks = breaksOf(
      [
        message(1, '2026-05-03T12:00:00Z'),
        message(2, '2026-05-03T12:04:59Z'),
        message(3, '2026-05-03T12:10:00Z'),
        message(4, '2026-05-03T12:10:01Z', 'ben'),
        message(5, '2026-05-03T12:10:02Z', 'ben'),
      ],
      { ...view, unreadFrom: 5, previous: undefined },
    );
    expect(breaks.map(({ follows }) => follows)).toEqual([false, true, false, false, false]);
    expect(breaks.map(({ unread }) => unread)).toEqual([false, false, false, false, true]);
  });
});

describe('summarizeTold', () => {
  const told = (name: string, read: boolean, wasTold: boolean, explanation = '') => ({
    userId: name,
    name,
    read,
    told: wasTold,
    explanation,
  });

  it('says who has read, who was texted, who is being told, and who will see it later', () => {
    expect(
      summarizeTold([
        told('Maya', true, true),
        told('Leo', false, true),
        told('Sam', false, false, 'will see it later'),
        told('Ana', false, false, 'is being told by text'),
      ]),
    ).toEqual({
      parts: [
        { before: 'Read by ', names: ['Maya'], after: '' },
        { before: 'Texted ', names: ['Leo'], after: '' },
        { before: 'Texting ', names: ['Ana'], after: '' },
        { before: '', names: ['Sam'], after: ' will see it later' },
      ],
      open: 'soon',
    });
  });

  it('looks again later while somebody may still be told, and says nothing where nobody was to be told', () => {
    expect(summarizeTold([told('Sam', false, false, 'will see it later')])).toEqual({
      parts: [{ before: '', names: ['Sam'], after: ' will see it later' }],
      open: 'later',
    });
    expect(summarizeTold([told('Sam', true, true)])?.open).toBeNull();
    expect(summarizeTold([])).toBeNull();
  });
});
