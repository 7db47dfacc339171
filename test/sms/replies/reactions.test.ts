import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reactionTo, reactionToOurs } from '../../../src/sms/replies/reactions.ts';
import { replyWords } from '../../../src/sms/replies/reply-words.ts';

const ours = {
  brand: 'FamilyCircleSecure',
  origins: ['https://portal.example.com', 'https://open.example.com'],
};
const TEXTS = [
  'FamilyCircleSecure: Grandma Rosa: "Are you coming for dinner on Sunday?"\nhttps://portal.example.com/l/7Hq3vXkTz9WmPc2R Reply STOP to opt out',
  'URGENT FamilyCircleSecure: Ben: "Call me"\nhttps://portal.example.com/l/7Hq3vXkTz9WmPc2R Reply STOP to opt out',
  'FamilyCircleSecure: You have a new message\nhttps://portal.example.com/l/7Hq3vXkTz9WmPc2R Reply STOP to opt out',
  'FamilyCircleSecure: роза: "Привет, ты где?"\nhttps://portal.example.com/l/7Hq3vXkTz9WmPc2R Reply STOP to opt out',
];
const TEXT = TEXTS[0]!;

/** Reactions as phones write them, `…` in place of the quoted text. */
const WRITTEN: readonly (readonly [write: (text: string) => string, emoji: string])[] = [
  [(t) => `Liked “${t}”`, '👍'],
  [(t) => `Loved “${t}”`, '❤️'],
  [(t) => `Laughed at “${t}”`, '😂'],
  [(t) => `Reacted 👍 to “${t}”`, '👍'],
  [(t) => `Reacted 🎉 to “${t}”`, '🎉'],
  [(t) => `\u200a\u200b👍\u200b to “\u200a${t}\u200a”\u200a`, '👍'],
  [(t) => `Removed a heart from “${t}”`, ''],
  [(t) => `Le gustó “${t}”`, '👍'],
  [(t) => `Le encantó “${t}”`, '❤️'],
  [(t) => `No le gustó “${t}”`, '👎'],
  [(t) => `Reaccionó con 😮 a “${t}”`, '😮'],
  [(t) => `Quitó un me gusta de “${t}”`, ''],
  [(t) => `A aimé « ${t} »`, '👍'],
  [(t) => `A adoré «\u00a0${t}\u00a0»`, '❤️'],
  [(t) => `N’a pas aimé « ${t} »`, '👎'],
  [(t) => `A réagi avec 🙏 à « ${t} »`, '🙏'],
  [(t) => `Gostou de “${t}”`, '👍'],
  [(t) => `Gefiel „${t}“`, '👍'],
  [(t) => `Hat „${t}“ mit „Gefällt mir“ markiert`, ''],
  [(t) => `Ha messo "Mi piace" a “${t}”`, ''],
  [(t) => `喜欢了“${t}”`, '❤️'],
  [(t) => `赞了“${t}”`, '👍'],
  [(t) => `「${t}」にハートをつけました`, ''],
  [(t) => `“${t}”을(를) 좋아함`, ''],
  [(t) => `Понравилось «${t}»`, ''],
  [(t) => `أعجبه «${t}»`, ''],
  [(t) => `Gillade ”${t}”`, ''],
  [(t) => `“${t}” beğendi`, ''],
  [(t) => `Reacted with ❤️ to "${t}"`, '❤️'],
  [(t) => `${'👍🏽'} “${t}”`, '👍🏽'],
];

describe('a reaction', () => {
  it.each(WRITTEN.map(([write, emoji]) => [write('…'), write, emoji] as const))(
    'written %s is read',
    (_, write, emoji) => {
      for (const text of TEXTS) {
        expect(reactionTo(text, write(text))).toBe(emoji);
        expect(reactionToOurs(ours, write(text))).toBe(emoji);
        // Phones cut what is long.
        expect(reactionTo(text, write(`${text.slice(0, 40)}…`))).toBe(emoji);
        expect(reactionToOurs(ours, write(`${text.slice(0, 40)}…`))).toBe(emoji);
        expect(reactionToOurs(ours, write(text.replace('\n', ' ')))).toBe(emoji);
      }
    },
  );

  it('with any verb comes into no thread as words', () => {
    const verb = fc.stringMatching(/^[\p{L}]{1,12}( [\p{L}]{1,8}){0,2}$/u);
    const marks = fc.constantFrom(['“', '”'], ['« ', ' »'], ['„', '“'], ['「', '」'], ['"', '"'], ['”', '”']);
    fc.assert(
      fc.property(verb, marks, fc.constantFrom(...TEXTS), (before, [open, close], text) => {
        const words = replyWords({ body: `${before} ${open}${text}${close}`, media: [] }, ours);
        expect(words).not.toContain('FamilyCircleSecure');
        expect(words.length).toBeLessThan(8);
      }),
    );
  });

  it('to a picture of ours by its link alone is one too', () => {
    expect(reactionToOurs(ours, 'Le gustó “https://portal.example.com/l/7Hq3vXkTz9WmPc2R”')).toBe('👍');
  });
});

describe('words of somebody’s own', () => {
  it.each([
    'On my way',
    'I liked “The Crown” too',
    'Loved "The Crown"',
    'She said “I am coming”',
    '10 to “the cabin”',
    'What is “FamilyCircleSecure”?',
    `Is “${TEXT}” from you?`,
    `Hello Rosa, I got this and I really do not know what to make of it at all: “${TEXT}”`,
    `> ${TEXT}\nyes, at six`,
    'FamilyCircleSecure is what we use for “chat”',
    '',
    '“”',
  ])('%j', (body) => {
    expect(reactionTo(TEXT, body)).toBeNull();
    expect(reactionToOurs(ours, body)).toBeNull();
  });

  it('are no reaction to a text that they do not quote', () => {
    expect(reactionTo(TEXT, 'Liked “See you at six”')).toBeNull();
    expect(reactionTo('See you at six, at the usual place', 'Liked “See you”')).toBeNull();
    expect(reactionTo('See you at six, at the usual place', 'Liked “See you at six…”')).toBe('👍');
    expect(reactionTo('Hi', 'Le gustó “Hi”')).toBe('👍');
  });

  it('cost no more than their length', () => {
    for (const part of ['“', '"a', '« ', '\u200b', 'familycirclesecure: ']) {
      const long = part.repeat(Math.ceil(20_000 / part.length));
      for (const body of [long, `“${long}”`, `${long}“${TEXT}”`]) {
        expect(() => [reactionTo(TEXT, body), reactionToOurs(ours, body)]).not.toThrow();
      }
    }
  });
});
