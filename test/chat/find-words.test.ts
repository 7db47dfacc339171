import { describe, expect, it } from 'vitest';
import { holdsWords, placesOf, wordsOf } from '../../src/chat/find-words.ts';

const marked = (text: string, question: string) =>
  placesOf(text, wordsOf(question)).map(({ from, to }) => text.slice(from, to));

describe('words that are looked for', () => {
  it('are marked as they are written, once, in their order', () => {
    expect(marked('Crème brûlée, CREME', 'creme')).toEqual(['Crème', 'CREME']);
    expect(marked('Cre\u0300me!', 'creme')).toEqual(['Cre\u0300me']);
    expect(marked('dinner at the inn', 'inn dinner')).toEqual(['dinner', 'inn']);
    expect(marked('aaa', 'aa a')).toEqual(['aaa']);
    expect(marked('ﬁne 👋 fin', 'fi')).toEqual(['ﬁ', 'fi']);
    expect(marked('nothing', 'else')).toEqual([]);
  });

  it('are found exactly where they are marked', () => {
    for (const text of ['Ünïcode', 'plain', 'İstanbul', 'ΌΣΟΣ', 'e\u0301', '']) {
      for (const question of ['uni', 'plain', 'istanbul', 'οσο', 'e', 'zz'])
        expect([text, question, marked(text, question).length > 0]).toEqual([
          text,
          question,
          holdsWords(text, wordsOf(question)),
        ]);
    }
    expect(holdsWords('anything', [])).toBe(false);
  });
});
