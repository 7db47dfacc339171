import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isBlank, withoutBidiControls } from '../../src/platform/characters.ts';
import { line } from '../../src/platform/http/validation.ts';
import { BLANK_TEXTS, VISIBLE_TEXTS } from './blank-texts.ts';

const escaped = (text: string) =>
  [...text].map((c) => `U+${c.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`).join(' ');

describe('whether a text shows anything', () => {
  it.each(BLANK_TEXTS.map((text) => [escaped(text), text]))('%s shows nothing', (_, text) => {
    expect(isBlank(text)).toBe(true);
  });

  it.each(VISIBLE_TEXTS.map((text) => [escaped(text), text]))('%s shows something', (_, text) => {
    expect(isBlank(text)).toBe(false);
  });

  it('does not depend on what stands around: blanks together are blank, and one visible text shows', () => {
    const blank = fc.array(fc.constantFrom(...BLANK_TEXTS)).map((parts) => parts.join(''));
    fc.assert(
      fc.property(blank, blank, fc.constantFrom(...VISIBLE_TEXTS), (before, after, visible) => {
        expect(isBlank(before + after)).toBe(true);
        expect(isBlank(before + visible + after)).toBe(false);
      }),
    );
  });
});

describe('one line', () => {
  const read = (text: string) => line(20).safeParse(text);

  it.each(BLANK_TEXTS.map((text) => [escaped(text), text]))('of %s is refused', (_, text) => {
    expect(read(text).success).toBe(false);
  });

  it.each([
    ['\u202eRosa', 'Rosa'],
    ['Ro\u202esa\u202c', 'Rosa'],
    ['\u2067Rosa\u2069 \u200f', 'Rosa'],
    ['\u200e Rosa\u061c', 'Rosa'],
    ['\u206bRosa', 'Rosa'],
    ['משפחה\u200f!', 'משפחה!'],
    [`${'\u202e'.repeat(30)}Rosa`, 'Rosa'],
  ])('of %j is kept without its controls of direction', (text, kept) => {
    expect(read(text)).toEqual({ success: true, data: kept });
  });

  it.each(['👨‍👩‍👧 Rivera', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', 'José', 'क्षमा', 'نوروز می‌آید'])('of %j is kept as it is', (text) => {
    expect(read(text)).toEqual({ success: true, data: text });
  });

  it.each(['a\nb', 'a\u2028b', 'a\u0085b', 'a\u009bb', 'a\u0000b', 'a\ud800', 'x'.repeat(21)])(
    'of %j is none',
    (text) => {
      expect(read(text).success).toBe(false);
    },
  );

  it('never holds a control of direction, whatever was sent', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'ב', ' ', '\u202a', '\u202e', '\u2066', '\u2069', '\u200f'),
    });
    fc.assert(
      fc.property(text, (sent) => {
        const { success, data } = line(100).safeParse(sent);
        if (success) expect(data).not.toMatch(/\p{Bidi_Control}/u);
        expect(withoutBidiControls(sent)).not.toMatch(/\p{Bidi_Control}/u);
      }),
    );
  });
});
