/**
 * Slots: how a family finds its store without a look-up of its own. A family's id hashes to one of 16,384 slots, and
 * ranges of slots are assigned to stores, as Redis Cluster and Vitess do. No I/O.
 */

/** How many slots there are: 14 bits. */
export const SLOTS = 16_384;

/** The address of a store: `d1:main`, `d1:0`, `d1:1` … */
export type StoreName = string;

/** Slots `first` to `last`, inclusive, are in `store`. */
export interface SlotRange {
  first: number;
  last: number;
  store: StoreName;
}

/** The slot of a hash: its first 14 bits. @param hash at least two bytes */
export const slotOfHash = (hash: Uint8Array): number => ((hash[0]! << 8) | hash[1]!) >> 2;

/** The store of a slot; null when no range holds it. @param ranges sorted by `first`, not overlapping */
export function storeOfSlot(ranges: readonly SlotRange[], slot: number): StoreName | null {
  return ranges.find(({ first, last }) => first <= slot && slot <= last)?.store ?? null;
}

/** Whether every slot has a store. @param ranges not overlapping */
export const coversAll = (ranges: readonly SlotRange[]): boolean =>
  ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0) === SLOTS;

/** All slots, spread evenly over these stores, in their order. */
export function evenRanges(stores: readonly StoreName[]): SlotRange[] {
  const edge = (i: number) => Math.round((i * SLOTS) / stores.length);
  return stores.map((store, i) => ({ first: edge(i), last: edge(i + 1) - 1, store }));
}

/** The stores that hold slots of a range. @param rest the store of slots that no range holds */
export function storesOfRange(
  ranges: readonly SlotRange[],
  { first, last }: Pick<SlotRange, 'first' | 'last'>,
  rest: StoreName,
): StoreName[] {
  const parts = ranges
    .map((range) => ({ ...range, first: Math.max(first, range.first), last: Math.min(last, range.last) }))
    .filter((part) => part.first <= part.last);
  const held = parts.reduce((sum, part) => sum + part.last - part.first + 1, 0);
  const stores = parts.map(({ store }) => store);
  return [...new Set(held < last - first + 1 ? [...stores, rest] : stores)];
}

const BASE58 = 58;
/** How many groups of slots two characters of base58 can name. */
export const SLOT_GROUPS = BASE58 * BASE58;

/** The group of a slot: groups are as even as 16,384 slots over 3,364 groups can be, four or five slots each. */
export const groupOfSlot = (slot: number): number => Math.floor((slot * SLOT_GROUPS) / SLOTS);

/** The stores that hold slots of a group: one nearly always, two while the border of a range runs through it. */
export function storesOfGroup(ranges: readonly SlotRange[], group: number): StoreName[] {
  const touches = ({ first, last }: SlotRange) => groupOfSlot(first) <= group && group <= groupOfSlot(last);
  return [...new Set(ranges.filter(touches).map(({ store }) => store))];
}

/** Slots remembered: hashing is asynchronous, and a family asks often. */
const MAX_KEPT = 10_000;
const kept = new Map<string, number>();

/** The slot of a family: the first 14 bits of its id's SHA-256. It never changes. Never throws. */
export async function slotOfFamily(familyId: string): Promise<number> {
  const known = kept.get(familyId);
  if (known !== undefined) return known;
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(familyId));
  const slot = slotOfHash(new Uint8Array(hash));
  if (kept.size >= MAX_KEPT) kept.clear();
  kept.set(familyId, slot);
  return slot;
}
