/** Bitcoin's alphabet: no 0, O, I or l, so that a code survives being read aloud. */
export const BASE58_ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/**
 * The last `length` base58 digits of the bytes read as one big-endian number.
 * With 32 bytes in and 16 digits out every digit is uniform to within 2^-160.
 */
export function base58Tail(bytes: Uint8Array, length: number): string {
  let number = 0n;
  for (const byte of bytes) number = (number << 8n) | BigInt(byte);
  let digits = '';
  for (let i = 0; i < length; i++) {
    digits = BASE58_ALPHABET[Number(number % 58n)] + digits;
    number /= 58n;
  }
  return digits;
}

/** Two characters name the group of slots of the link's family; it stays the same when the family moves. */
const GROUP_LENGTH = 2;
/** 16 base58 digits are 94 bits, too many to guess. */
export const DIGITS = 16;
/** Codes texted before families had slots: one character, and the same digits. */
const OLD_LENGTH = 1 + DIGITS;

const SHAPE = new RegExp(`^[1-9A-HJ-NP-Za-km-z]{${OLD_LENGTH},${GROUP_LENGTH + DIGITS}}$`);

/** A group of slots as the first characters of a code. @param group 0 to 3,363 */
export const groupPrefix = (group: number): string =>
  BASE58_ALPHABET[Math.floor(group / 58)]! + BASE58_ALPHABET[group % 58]!;

/** The group of slots that a code names; null for an old code, which names none. @param code with the shape of one */
export function groupOfCode(code: string): number | null {
  if (code.length === OLD_LENGTH) return null;
  return BASE58_ALPHABET.indexOf(code[0]!) * 58 + BASE58_ALPHABET.indexOf(code[1]!);
}

/** Whether the text has the format of a code; not whether such a link exists. */
export const isLinkCode = (text: string): boolean => SHAPE.test(text);
