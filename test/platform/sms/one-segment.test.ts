import fc from 'fast-check';
import { SegmentedMessage } from 'sms-segments-calculator';
import { expect, test } from 'vitest';
import { brandedText, cutGsm7, gsm7Line } from '../../../src/platform/sms/one-segment.ts';

const septets = (text: string) => new SegmentedMessage(text, 'GSM-7').messageSize / 7;

test.each([
  ['  Família\n “Çelik” 🏠 ', 'Familia "Çelik"'],
  ['家族', ''],
  ['a\u0000b\tc', 'a b c'],
])('%j folds to %j', (text, line) => {
  expect(gsm7Line(text)).toBe(line);
});

test.each([
  ['Rosa', 4, 'Rosa'],
  ['Rosa Lopez', 9, 'Rosa L...'],
  ['Rosa Lopez', 8, 'Rosa...'],
  ['Rosa', 3, ''],
  ['[[[[', 7, '[[...'],
  ['', 0, ''],
])('%j in %d septets: %j', (text, room, expected) => {
  expect(cutGsm7(text, room)).toBe(expected);
});

test('a cut text fits, begins as the whole one, and is cut only if it must be', () => {
  const line = fc.string({ unit: fc.constantFrom(...'abc [€]é'), maxLength: 60 });
  fc.assert(
    fc.property(line, fc.nat(70), (text, room) => {
      const cut = cutGsm7(text, room);
      expect(septets(cut)).toBeLessThanOrEqual(room);
      expect(text.startsWith(cut.replace(/\.\.\.$/, ''))).toBe(true);
      expect(cut === text).toBe(septets(text) <= room);
    }),
  );
});

test('the first wording beside which the whole brand fits is taken, else the last with a cut brand', () => {
  const wordings = [`: ${'x'.repeat(140)}`, `: ${'y'.repeat(120)}`] as const;
  expect(brandedText('B'.repeat(18), [...wordings])).toBe('B'.repeat(18) + wordings[0]);
  expect(brandedText('B'.repeat(19), [...wordings])).toBe('B'.repeat(19) + wordings[1]);
  expect(brandedText('B'.repeat(38), [...wordings])).toBe('B'.repeat(38) + wordings[1]);
  expect(brandedText('B'.repeat(39), [...wordings])).toBe(`${'B'.repeat(35)}...${wordings[1]}`);
  expect(brandedText('家族', [': hi'])).toBe('Family chat: hi');
  expect(brandedText(' ', [': hi'])).toBe('Family chat: hi');
});
