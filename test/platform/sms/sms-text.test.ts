import fc from 'fast-check';
import { SegmentedMessage } from 'sms-segments-calculator';
import { describe, expect, it } from 'vitest';
import {
  capacityOf,
  foldToGsm7,
  graphemes,
  isFoldable,
  measure,
  unitsOf,
} from '../../../src/platform/sms/sms-text.ts';
import { anyText } from '../../support/any-text.ts';

const FAMILY = '\u{1F468}\u200D\u{1F469}\u200D\u{1F467}';

describe('foldToGsm7', () => {
  it.each([
    ['what GSM-7 has', 'é è ä ö ü ñ Ç à ù ì ò ß Æ æ Ø ø Å å € £ ¥ § ¿ ¡ Γ Ω', null],
    ['its extension', '^{}\\[~]|€', null],
    ['accents', 'ë ê ç á í ó ú â î û ã õ ï ÿ ý', 'e e c a i o u a i u a o i y y'],
    ['capitals', 'Á À Ê Ë Í Õ Ú Ý Š Č Ž Ő', 'A A E E I O U Y S C Z O'],
    ['decomposed letters that GSM-7 has', 'cafe\u0301 nin\u0303o', 'café niño'],
    ['decomposed letters that it has not', 'c\u0327a e\u0308', 'ca e'],
    ['stacked marks', 'Việt Nam ế ṩ q\u0308\u0301', 'Viet Nam e s q'],
    ['letters that do not decompose', 'Łukasz đ ħ ı œ þ ə ẞ', 'Lukasz d h i oe th e ß'],
    ['quotes', '“a” ‘b’ „c‟ «d» ‹e› `f´', '"a" \'b\' "c" "d" \'e\' \'f\''],
    ['dashes', 'a–b—c−d‑e‐f', 'a-b-c-d-e-f'],
    ['ellipsis and bullets', 'well… • one', 'well... - one'],
    ['spaces', 'a\u00A0b\u2009c\u3000d\te', 'a b c d e'],
    ['zero width', 'a\u200Bb\u200Cc\u200Dd\uFEFFe\u00ADf\u2060g', 'abcdefg'],
    ['directions', '\u202Eabc\u202C\u2066d\u2069', 'abcd'],
    ['line ends', 'a\r\nb\rc\u2028d\u2029e\u0085f\ng', 'a\nb\nc\nd\ne\nf\ng'],
    ['controls', 'a\0b\x07c\x1Bd\x7Fe\x9Bf', 'abcdef'],
    ['emoji', `Hi \u{1F389}${FAMILY}\u{1F1FA}\u{1F1F8}!`, 'Hi !'],
    ['keycaps', '1\uFE0F\u20E3', '1'],
    ['full width', 'Ｈｉ！ １２', 'Hi! 12'],
    ['fancy letters', '\u{1D407}\u{1D422} ᴍᴏᴍ Ⓜ', 'Hi MOM M'],
    ['fractions and signs', '½ ² ™ © × ≠', '1/2 2 TM (c) x !='],
    ['ligatures', 'ﬁne ǆ', 'fine dz'],
    ['lone surrogates', 'a\uD83Db\uDE00c', 'abc'],
    ['other scripts', 'Привет 你好 مرحبا', '  '],
    ['nothing', '', ''],
  ])('%s', (_, text, folded) => {
    expect(foldToGsm7(text)).toBe(folded ?? text);
  });

  it('keeps every character of the alphabet and yields nothing else, for every code point', () => {
    const wrong: number[] = [];
    for (let code = 0; code <= 0x1ffff; code++) {
      const character = String.fromCodePoint(code);
      const folded = foldToGsm7(character);
      const kept = measure(character).encoding === 'GSM-7';
      if (measure(folded).encoding !== 'GSM-7' || (kept && folded !== character)) wrong.push(code);
    }
    expect(wrong).toEqual([]);
  });

  it('yields GSM-7 alone and has nothing left to fold', () => {
    fc.assert(
      fc.property(anyText(200), (text) => {
        const folded = foldToGsm7(text);
        expect(measure(folded).encoding).toBe('GSM-7');
        expect(foldToGsm7(folded)).toBe(folded);
      }),
    );
  });

  it('gives the same for composed and decomposed text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(foldToGsm7(text.normalize('NFD'))).toBe(foldToGsm7(text.normalize('NFC')));
      }),
    );
  });
});

describe('isFoldable', () => {
  it.each([
    ['Are you coming?', true],
    ['Zoë, ça va ?', true],
    ['Łódź', true],
    ['', true],
    ['\u{1F389}\u{1F389} 12:30!', true],
    ['Ты придёшь?', false],
    ['Иван', false],
    ['你好', false],
    ['مرحبا', false],
    ['नमस्ते', false],
    ['Καλημέρα', false],
    ['안녕', false],
    ['ok да', true],
    ['ok даа', false],
    ['a\uD83D', true],
  ])('%j: %s', (text, foldable) => {
    expect(isFoldable(text)).toBe(foldable);
  });
});

describe('measure', () => {
  it.each([
    ['', 'GSM-7', 1, 0],
    ['a', 'GSM-7', 1, 1],
    ['a'.repeat(160), 'GSM-7', 1, 160],
    ['a'.repeat(161), 'GSM-7', 2, 161],
    ['a'.repeat(306), 'GSM-7', 2, 306],
    ['a'.repeat(307), 'GSM-7', 3, 307],
    ['€'.repeat(80), 'GSM-7', 1, 160],
    [`${'€'.repeat(80)}a`, 'GSM-7', 2, 161],
    // Each part of 153 holds 76 escaped characters and wastes a septet.
    ['€'.repeat(153), 'GSM-7', 3, 306],
    ['ç', 'UCS-2', 1, 1],
    ['я'.repeat(70), 'UCS-2', 1, 70],
    ['я'.repeat(71), 'UCS-2', 2, 71],
    ['я'.repeat(134), 'UCS-2', 2, 134],
    ['я'.repeat(135), 'UCS-2', 3, 135],
    ['\u{1F600}'.repeat(35), 'UCS-2', 1, 70],
    // 33 emoji a part: one unit of 67 is wasted.
    ['\u{1F600}'.repeat(67), 'UCS-2', 3, 134],
    [`z${'\u0301'.repeat(200)}`, 'UCS-2', 3, 201],
  ])('%#', (text, encoding, segments, units) => {
    expect(measure(text)).toEqual({ encoding, segments, units });
  });

  it('agrees with the calculator of Twilio on the encoding of every character of the basic plane', () => {
    const differing: number[] = [];
    for (let code = 0; code <= 0xffff; code++) {
      const character = String.fromCharCode(code);
      if (measure(character).encoding !== new SegmentedMessage(character).encodingName) differing.push(code);
    }
    // Form feed and carriage return: they are in the alphabet, but never in a text of ours.
    expect(differing).toEqual([0x0c, 0x0d]);
  });

  it('agrees with the calculator of Twilio on segments and septets', () => {
    const ordinary = fc.constantFrom(...'abc XYZ019.,\n€[]~é', 'a', 'b');
    const wide = fc.constantFrom(...'abc €яж你好ëç', '\u{1F600}', '\u{1F389}', 'e\u0301');
    const text = fc
      .oneof(fc.array(ordinary, { maxLength: 500 }), fc.array(wide, { maxLength: 250 }))
      .map((characters) => characters.join(''));
    fc.assert(
      fc.property(text, (some) => {
        const theirs = new SegmentedMessage(some);
        const ours = measure(some);
        expect(ours.segments).toBe(theirs.segmentsCount);
        expect(ours.encoding).toBe(theirs.encodingName);
        expect(ours.units).toBe(ours.encoding === 'GSM-7' ? theirs.numberOfCharacters : some.length);
      }),
      { numRuns: 300 },
    );
  });

  it('never counts less than the units need', () => {
    fc.assert(
      fc.property(anyText(400), (text) => {
        const { encoding, segments, units } = measure(text);
        expect(units).toBe(unitsOf(text, encoding));
        expect(units).toBeLessThanOrEqual(capacityOf(segments, encoding));
      }),
    );
  });
});

describe('graphemes', () => {
  it.each([
    ['abc', ['a', 'b', 'c']],
    ['', []],
    ['a\nb', ['a', '\n', 'b']],
    ['e\u0301x', ['e\u0301', 'x']],
    [`${FAMILY}!`, [FAMILY, '!']],
    ['\u{1F1FA}\u{1F1F8}\u{1F1E9}\u{1F1EA}', ['\u{1F1FA}\u{1F1F8}', '\u{1F1E9}\u{1F1EA}']],
    ['\u{1F44D}\u{1F3FD}', ['\u{1F44D}\u{1F3FD}']],
    ['नमस्ते', ['न', 'म', 'स्ते']],
  ])('%j', (text, pieces) => {
    expect(graphemes(text)).toEqual(pieces);
  });

  it('lose nothing', () => {
    fc.assert(
      fc.property(anyText(100), (text) => {
        expect(graphemes(text).join('')).toBe(text);
      }),
    );
  });
});
