import { base58Tail } from './base58.ts';

/** Names the database that holds the link's row; there is one today. */
const SHARD = '1';
/** 16 base58 digits are 94 bits: not to be guessed. */
const DIGITS = 16;
const SHAPE = new RegExp(`^[1-9A-HJ-NP-Za-km-z]{${SHARD.length + DIGITS}}$`);

const utf8 = new TextEncoder();

/**
 * The code of a link: a shard character and 16 base58 characters of HMAC-SHA256(secret, `link:` + id).
 * Derived, not random, so that a process that knows nothing can rebuild it and find its text at the carrier.
 *
 * @param id a delivery id, or the id of whatever else the link was made for
 */
export async function linkCode(secret: string, id: string): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', utf8.encode(secret), algorithm, false, ['sign']);
  const mac = await crypto.subtle.sign('HMAC', key, utf8.encode(`link:${id}`));
  return SHARD + base58Tail(new Uint8Array(mac), DIGITS);
}

/** What is stored instead of the code: SHA-256 in hex. A fast hash is enough for 94 random bits. */
export async function codeHash(code: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', utf8.encode(code));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Whether the text has the shape of a code; says nothing about whether such a link exists. */
export function isLinkCode(text: string): boolean {
  return SHAPE.test(text);
}
