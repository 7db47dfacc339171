import { hmacSha256, sha256 } from '../platform/crypto.ts';
import { base58Tail, DIGITS, SHARD } from './link-code-format.ts';

/**
 * The code of a link: a shard character and 16 base58 characters of HMAC-SHA256(secret, `link:` + id). Derived,
 * not random, so that any process can compute it again to find its text at the carrier.
 * @param id a delivery id, or the id of whatever else the link was made for
 */
export async function linkCode(secret: string, id: string): Promise<string> {
  return SHARD + base58Tail(await hmacSha256(secret, `link:${id}`), DIGITS);
}

/** What is stored instead of the code: its SHA-256, base64url. A fast hash is enough for 94 random bits. */
export const codeHash = (code: string): Promise<string> => sha256(code);
