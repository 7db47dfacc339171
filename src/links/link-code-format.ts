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

/** The first character of a code selects the database that holds the link's row; there is one today. */
export const SHARD = '1';
/** 16 base58 digits are 94 bits, too many to guess. */
export const DIGITS = 16;

const SHAPE = new RegExp(`^[1-9A-HJ-NP-Za-km-z]{${SHARD.length + DIGITS}}$`);

/** Whether the text has the format of a code; not whether such a link exists. */
export const isLinkCode = (text: string): boolean => SHAPE.test(text);
