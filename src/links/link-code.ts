import { groupOfSlot, slotOfFamily } from '../db/stores/slots.ts';
import { hmacSha256, sha256 } from '../platform/crypto.ts';
import { base58Tail, DIGITS, groupPrefix } from './link-code-format.ts';

/**
 * The code of a link: two characters for its family's group of slots, by which its row is found wherever the family
 * lives, and 16 base58 characters of HMAC-SHA256(secret, `link:` + id). Derived, not random, so that a process that
 * knows nothing can rebuild it and find its text at the carrier.
 *
 * Never throws.
 * @param id a delivery id, or the id of whatever else the link was made for
 */
export async function linkCode(
  secret: string,
  { id, familyId }: { id: string; familyId: string },
): Promise<string> {
  const group = groupOfSlot(await slotOfFamily(familyId));
  return groupPrefix(group) + base58Tail(await hmacSha256(secret, `link:${id}`), DIGITS);
}

/** What is stored instead of the code: its SHA-256, base64url. A fast hash is enough for 94 random bits. */
export const codeHash = (code: string): Promise<string> => sha256(code);
