import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { breaksOf } from '../../../src/web/chat/breaks.ts';
import { linkPieces } from '../../../src/web/chat/links.ts';
import { summarizeTold } from '../../../src/web/chat/told.ts';

describe('linkPieces', () => {
  const links = (text: string) => linkPieces(text).flatMap(({ href }) => href ?? []);

  it.each([
    ['See https://example.com/a.', ['https://example.com/a']],
    ['(https://example.com/a)', ['https://example.com/a']],
    ['https://en.wikipedia.org/wiki/Tart_(food)', ['https://en.wikipedia.org/wiki/Tart_(food)']],
    [
      '“https://example.com/?q=1&b=2”, and http://b.example!',
      ['https://example.com/?q=1&b=2', 'http://b.example'],
    ],
    ['javascript:alert(1) data:text/html,x file:///etc/passwd', []],
    ['https:// nothing', []],
    ['<https://example.com/x>', ['https://example.com/x']],
  ])('%j links %j', (text, expected) => expect(links(text)).toEqual(expected));

  it('loses no character, and links to the web alone', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('h', 't', 'p', 's', ':', '/', '.', 'a', ' ', ')', '(') }),
        (text) => {
          const pieces = linkPieces(`https://a.b/${text} ${text}`);
          expect(pieces.map((piece) => piece.text).join('')).toBe(`https://a.b/${text} ${text}`);
          for (const { href } of pieces) if (href) expect(new URL(href).protocol).toMatch(/^https?:$/);
        },
      ),
    );
  });
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
    ).toEqual({ words: 'Read by Maya · Texted Leo · Texting Ana · Sam will see it later', open: 'soon' });
  });

  it('looks again later while somebody may still be told, and says nothing where nobody was to be told', () => {
    expect(summarizeTold([told('Sam', false, false, 'will see it later')])).toEqual({
      words: 'Sam will see it later',
      open: 'later',
    });
    expect(summarizeTold([told('Sam', true, true)])?.open).toBeNull();
    expect(summarizeTold([])).toBeNull();
  });
});
