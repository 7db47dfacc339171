import { slotOfHash } from './slots.ts';

/** Slots remembered: hashing is asynchronous, and a family asks often. */
const MAX_KEPT = 10_000;
const kept = new Map<string, number>();

/** The slot of a family: the first 14 bits of its id's SHA-256. It never changes. */
export async function slotOfFamily(familyId: string): Promise<number> {
  const known = kept.get(familyId);
  if (known !== undefined) return known;
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(familyId));
  const slot = slotOfHash(new Uint8Array(hash));
  if (kept.size >= MAX_KEPT) kept.clear();
  kept.set(familyId, slot);
  return slot;
}
