import { desc, inArray, isNotNull, not, sql } from 'drizzle-orm';
import { eq, gte, lte, ne } from '../comparisons.ts';
import { allOf, hasRow } from '../expressions.ts';
import { insertFrom } from '../insert-from.ts';
import { q } from '../query.ts';
import { homes, moves, slots } from '../schema.ts';
import { MAIN_STORE } from '../stores/map.ts';
import type { StoreName } from '../stores/slots.ts';

/** A move, as the directory stores it. Times in ms. */
export type Move = typeof moves.$inferSelect;
/** Where a move stands. */
export type MoveState = Move['state'];

/** Max. moves that are listed. */
const LISTED = 200;
const LISTED_MS = 90 * 86_400_000;

/** Statement: begins a move, unless one of the family's is under way. */
export const beginMove = (move: Pick<Move, 'id' | 'familyId' | 'source' | 'target'>, now: number) =>
  q
    .insert(moves)
    .values({ ...move, state: 'draining', startedAt: now, steppedAt: now, wakeAt: now })
    .onConflictDoNothing();

/** The query of the newest moves of the last 90 days. */
export const newestMoves = (now: number) =>
  q
    .select()
    .from(moves)
    .where(gte(moves.startedAt, now - LISTED_MS))
    .orderBy(desc(moves.startedAt))
    .limit(LISTED);

/** The query of moves that nobody drives. */
export const idleMoves = (now: number) =>
  q.select({ id: moves.id }).from(moves).where(lte(moves.wakeAt, now)).orderBy(moves.wakeAt).limit(LISTED);

/** Statement: leases a move to its driver; returns no row when another driver has it, or it is over. */
export const takeMove = (id: string, now: number, leaseMs: number) =>
  q
    .update(moves)
    .set({ wakeAt: now + leaseMs })
    .where(allOf(eq(moves.id, id), lte(moves.wakeAt, now)))
    .returning();

/** Statement: renews the lease of a move; returns no row when it is over. */
export const renewMove = (id: string, now: number, leaseMs: number) =>
  q
    .update(moves)
    .set({ wakeAt: now + leaseMs })
    .where(allOf(eq(moves.id, id), isNotNull(moves.wakeAt)))
    .returning();

/** Statement: takes a move from one of these states to the next. @param wakeAt null: it is over */
export const turnMove = (
  id: string,
  from: readonly MoveState[],
  to: MoveState,
  { now, wakeAt, problem }: { now: number; wakeAt: number | null; problem?: string | null },
) =>
  q
    .update(moves)
    .set({ state: to, steppedAt: now, wakeAt, problem })
    .where(allOf(eq(moves.id, id), inArray(moves.state, [...from])));

/** Statement: records when a move goes on, and the problem of the last try. */
export const noteMove = (id: string, wakeAt: number, problem?: string) =>
  q
    .update(moves)
    .set({ wakeAt, problem })
    .where(allOf(eq(moves.id, id), isNotNull(moves.wakeAt)));

/** Whether the map says without an exception that a family of this slot is in a store. */
function isUsualFor(slot: number, store: StoreName) {
  const covers = allOf(lte(slots.first, slot), gte(slots.last, slot));
  if (store === MAIN_STORE) return not(hasRow(slots, allOf(covers, ne(slots.store, MAIN_STORE))));
  return hasRow(slots, allOf(covers, eq(slots.store, store)));
}

/**
 * Statements of one batch: point the map to the target, if the move is still copying.
 * @param slot the family's: where the map says so anyway, there is no exception
 */
export function flipHome({ id, familyId, target }: Move, slot: number, now: number, wakeAt: number) {
  const isCopied = allOf(eq(moves.id, id), eq(moves.state, 'copying'));
  const copied = q.select({ familyId: moves.familyId }).from(moves).where(isCopied);
  return {
    exception: insertFrom(
      homes,
      { familyId: moves.familyId, store: target satisfies StoreName },
      sql`from ${moves} where ${isCopied}`,
    ).onConflictDoUpdate({ target: homes.familyId, set: { store: target } }),
    usual: q
      .delete(homes)
      .where(allOf(eq(homes.familyId, familyId), inArray(homes.familyId, copied), isUsualFor(slot, target))),
    flipped: turnMove(id, ['copying'], 'flipped', { now, wakeAt, problem: null }),
  };
}
