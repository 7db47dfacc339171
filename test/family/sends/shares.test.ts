import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authorShare, everyThreadUntil, ordinaryCap, shareHold } from '../../../src/family/sends/shares.ts';
import { capUntil } from '../../../src/family/sends/windows.ts';

const NOW = Date.UTC(2026, 4, 1, 12);

describe('the shares of a day', () => {
  it.each([
    [2, 2, 2],
    [19, 19, 19],
    [20, 7, 18],
    [30, 10, 27],
    [300, 100, 270],
  ])('of %i texts: an author has %i, ordinary ones %i', (cap, share, ordinary) => {
    expect([authorShare(cap), ordinaryCap(cap)]).toEqual([share, ordinary]);
  });

  it('hold for every order of asking, and leave the last texts to urgent ones', () => {
    const ask = fc.record({ authorId: fc.constantFrom('a', 'b', 'c', 'd', null), urgent: fc.boolean() });
    fc.assert(
      fc.property(fc.constantFrom(3, 20, 30), fc.array(ask, { maxLength: 120 }), (cap, asks) => {
        const texts: { at: number; authorId: string | null; urgent: boolean }[] = [];
        for (const asking of asks) {
          const isFull =
            capUntil(
              texts.map(({ at }) => at),
              cap,
              NOW,
            ) !== null;
          if (!isFull && shareHold(texts, asking, cap, NOW) === null) texts.push({ at: NOW, ...asking });
        }
        expect(texts.length).toBeLessThanOrEqual(cap);
        const ordinary = texts.filter(({ urgent }) => !urgent);
        expect(ordinary.length).toBeLessThanOrEqual(ordinaryCap(cap));
        for (const author of ['a', 'b', 'c', 'd']) {
          const theirs = ordinary.filter(({ authorId }) => authorId === author);
          expect(theirs.length).toBeLessThanOrEqual(authorShare(cap));
        }
      }),
    );
  });

  it('are free again a day after the oldest text that fills them', () => {
    const texts = Array.from({ length: 10 }, (_, i) => ({ at: NOW - i * 1000, authorId: 'a' }));
    const day = 86_400_000;
    const hold = { until: NOW - 9000 + day, detail: 'author_share' };
    expect(shareHold(texts, { authorId: 'a', urgent: false }, 30, NOW)).toEqual(hold);
    expect(shareHold(texts, { authorId: 'b', urgent: false }, 30, NOW)).toBeNull();
    expect(shareHold(texts, { authorId: 'a', urgent: true }, 30, NOW)).toBeNull();
  });

  it('let five unanswered texts reach a person within one window, unless their day is small', () => {
    const settings = { windowMs: 120_000, userCap: 30 };
    const texts = [0, 1, 2, 3, 4].map((seconds) => NOW - 1000 * seconds);
    expect(everyThreadUntil(texts.slice(1), settings, NOW)).toBeNull();
    expect(everyThreadUntil(texts, settings, NOW)).toBe(NOW + 116_000);
    expect(everyThreadUntil(texts, { ...settings, windowMs: 0 }, NOW)).toBeNull();
    expect(everyThreadUntil(texts, { ...settings, userCap: 19 }, NOW)).toBeNull();
  });
});
