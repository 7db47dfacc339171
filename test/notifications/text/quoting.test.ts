import { describe, expect, it } from 'vitest';
import { quotable } from '../../../src/notifications/text/quoting.ts';

const [JOINER, NON_JOINER, SELECTOR] = ['\u200d', '\u200c', '\ufe0f'];

describe('what is quoted', () => {
  it.each(['❤️\u200d🔥 Дом', 'می\u200cخواهم', 'क्\u200dष नमस्ते', '👩\u200d👩\u200d👧 Привет'])(
    'keeps what joins letters and emoji: %j',
    (text) => {
      expect(quotable(text, 'UCS-2')).toBe(text);
    },
  );

  // More in a row shape nothing, and made the time grow with the square of their number.
  it.each([
    JOINER,
    NON_JOINER,
    SELECTOR,
    JOINER + SELECTOR,
    `${NON_JOINER}\u00ad`,
    `${JOINER}\u2060${SELECTOR}`,
  ])('keeps no more than three in a row of %j', (joiners) => {
    const text = `Привет${joiners.repeat(4000 / joiners.length)}👍 Дом${joiners.repeat(100)}a`;
    const quoted = quotable(text, 'UCS-2');
    expect(quoted.replace(/\p{Join_Control}|\ufe0f/gu, '')).toBe('Привет👍 Домa');
    expect(quoted).toMatch(/^Привет.{3}👍 Дом/u);
  });
});
