import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { groupOfSlot, slotOfFamily } from '../../src/db/stores/slots.ts';
import { codeHash, linkCode } from '../../src/links/link-code.ts';
import { BASE58_ALPHABET, base58Tail, groupOfCode, isLinkCode } from '../../src/links/link-code-format.ts';

const SECRET = 'a-secret-of-thirty-two-bytes-or-more';

const delivery = (id: string, familyId = 'fam_1') => ({ id, familyId });

describe('link codes', () => {
  test('a code is the HMAC of its delivery id: the same for the same secret and id, and only then', async () => {
    const code = await linkCode(SECRET, delivery('dlv_1'));
    expect(code).toBe(await linkCode(SECRET, delivery('dlv_1')));
    expect(code).not.toBe(await linkCode(SECRET, delivery('dlv_2')));
    expect(code).not.toBe(await linkCode(`${SECRET}!`, delivery('dlv_1')));
  });

  test('is made as written down, so that a text sent yesterday is still found tomorrow', async () => {
    const code = await linkCode(SECRET, delivery('dlv_01JD0000000000000000000000'));
    expect(code.slice(2)).toBe('MoFuC349uZcjzvc5');
    expect(code).toHaveLength(18);
  });

  test('begins with the group of slots of its family, which alone says where its row is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string(), async (id, familyId) => {
        const code = await linkCode(SECRET, delivery(id, familyId));
        expect(isLinkCode(code)).toBe(true);
        expect(groupOfCode(code)).toBe(groupOfSlot(await slotOfFamily(familyId)));
      }),
    );
  });

  test('an old code, of one character and sixteen, is a code that names no group', () => {
    expect(isLinkCode('1MoFuC349uZcjzvc5')).toBe(true);
    expect(groupOfCode('1MoFuC349uZcjzvc5')).toBeNull();
  });

  test('the digits of many codes are spread evenly over the alphabet', async () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 1000; i++) {
      const code = await linkCode(SECRET, delivery(`dlv_${i}`));
      for (const digit of code.slice(2)) counts.set(digit, (counts.get(digit) ?? 0) + 1);
    }
    const expected = 16_000 / 58;
    for (const digit of BASE58_ALPHABET) {
      expect(Math.abs((counts.get(digit) ?? 0) - expected)).toBeLessThan(expected * 0.3);
    }
  });

  test('base58 agrees with arithmetic', () => {
    expect(base58Tail(new Uint8Array([0]), 3)).toBe('111');
    expect(base58Tail(new Uint8Array([57]), 3)).toBe('11z');
    expect(base58Tail(new Uint8Array([58]), 3)).toBe('121');
    expect(base58Tail(new Uint8Array([1, 0]), 3)).toBe('15R');
  });

  test('what is stored is the SHA-256 of the code, base64url', async () => {
    expect(await codeHash('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0');
  });

  test.each([
    ['', false],
    ['17Hq3vXkTz9WmPc2R', true],
    ['17Hq3vXkTz9WmPc2', false],
    ['17Hq3vXkTz9WmPc2RR', true],
    ['17Hq3vXkTz9WmPc2RRR', false],
    ['17Hq3vXkTz9WmPc20', false],
    ['17Hq3vXkTz9WmPc2I', false],
    ['17Hq3vXkTz9WmPc2l', false],
    ['17Hq3vXkTz9WmPc2\n', false],
    ["1' OR '1'='1' -- --", false],
  ])('shape of %j: %s', (text, is) => {
    expect(isLinkCode(text)).toBe(is);
  });
});
