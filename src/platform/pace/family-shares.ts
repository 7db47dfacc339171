import { MINUTE_MS, SECOND_MS } from '../time.ts';
import { MOST_AHEAD_MS } from './pace.ts';

/**
 * What families have asked of a sender lately: one that asks for no more than a quarter of what the sender passes in a
 * minute asks for little, and does not wait behind the turns of one that asks for much, which is held against nobody for
 * more than ten minutes. It is the memory of the sender's object, and need not outlive it.
 */

/** Until when each family's texts would be on their way, if each took four times as long as it does; ms UTC. */
export type FamilyShares = ReadonlyMap<string, number>;

/** A family may have a quarter of the sender to itself. */
const SHARE = 4;
/** What a family has asked for beyond this is not held against it; later times are another clock's. */
const MOST_HELD_MS = 10 * MINUTE_MS;
/** Families that are remembered; of more, those who asked for least are forgotten, which makes them no slower. */
const MOST_FAMILIES = 1000;

/**
 * Counts what families ask for now.
 * @param asked how many new texts each asks for; those whose turn has come were counted when they came anew
 * @param perSecond the sender's rate
 * @returns the families that ask for little, these texts included
 */
export function countShares(
  shares: FamilyShares,
  asked: readonly { familyId: string; fresh: number }[],
  perSecond: number,
  now: number,
): { shares: FamilyShares; light: Set<string> } {
  const each = (SHARE * SECOND_MS) / perSecond;
  const light = new Set<string>();
  const next = new Map([...shares].filter(([, until]) => now < until && until <= now + MOST_HELD_MS));
  for (const { familyId, fresh } of asked) {
    const until = (next.get(familyId) ?? now) + fresh * each;
    if (until <= now + Math.max(MOST_AHEAD_MS, each)) light.add(familyId);
    next.set(familyId, Math.min(until, now + MOST_HELD_MS));
  }
  const kept = [...next].toSorted(([, a], [, b]) => b - a).slice(0, MOST_FAMILIES);
  return { shares: new Map(kept), light };
}
