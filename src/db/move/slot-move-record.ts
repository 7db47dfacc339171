import { and, between, desc, inArray, isNotNull, not, type SQL, sql } from 'drizzle-orm';
import { eq, gt, gte, lt, lte } from '../comparisons.ts';
import { allOf, hasRow, inList, listTable, oneRow } from '../expressions.ts';
import { insertFrom } from '../insert-from.ts';
import { q } from '../query.ts';
import { homes, moves, slotMoves, slots } from '../schema.ts';
import type { SlotRange } from '../stores/slots.ts';

/** A move of a range of slots, as the directory stores it. Times in ms. */
export type SlotMove = typeof slotMoves.$inferSelect;
/** Where such a move stands. */
export type SlotMoveState = SlotMove['state'];

/** Max. moves that are listed. */
const LISTED = 100;

/** Statement: begins a move of a range, unless one of its slots is on the move. */
export const beginSlotMove = (
  move: Pick<SlotMove, 'id' | 'first' | 'last' | 'source' | 'target' | 'familiesLeft'>,
  now: number,
) => {
  const overlaps = allOf(
    isNotNull(slotMoves.wakeAt),
    lte(slotMoves.first, move.last),
    gte(slotMoves.last, move.first),
  );
  return insertFrom(
    slotMoves,
    { ...move, state: 'closing', startedAt: now, steppedAt: now, wakeAt: now },
    sql`from ${oneRow} where ${not(hasRow(slotMoves, overlaps))}`,
  );
};

/** The query of the newest moves of ranges. */
export const newestSlotMoves = () =>
  q.select().from(slotMoves).orderBy(desc(slotMoves.startedAt)).limit(LISTED);

/** The query of moves of ranges that nobody drives. */
export const idleSlotMoves = (now: number) =>
  q.select({ id: slotMoves.id }).from(slotMoves).where(lte(slotMoves.wakeAt, now)).limit(LISTED);

/** Statement: leases a move to its driver; returns no row when another driver has it, or it is over. */
export const takeSlotMove = (id: string, now: number, leaseMs: number) =>
  q
    .update(slotMoves)
    .set({ wakeAt: now + leaseMs })
    .where(allOf(eq(slotMoves.id, id), lte(slotMoves.wakeAt, now)))
    .returning();

/** Statement: takes a move from one state to the next. @param wakeAt null: it is over */
export const turnSlotMove = (
  id: string,
  from: SlotMoveState,
  to: SlotMoveState,
  { now, wakeAt }: { now: number; wakeAt: number | null },
) =>
  q
    .update(slotMoves)
    .set({ state: to, steppedAt: now, wakeAt, problem: null })
    .where(allOf(eq(slotMoves.id, id), eq(slotMoves.state, from)));

/** Statement: records when a move goes on, and what has changed about it. */
export const noteSlotMove = (
  id: string,
  wakeAt: number,
  news: Partial<Pick<SlotMove, 'familiesLeft' | 'problem'>> = {},
) =>
  q
    .update(slotMoves)
    .set({ wakeAt, ...news })
    .where(allOf(eq(slotMoves.id, id), isNotNull(slotMoves.wakeAt)));

/** Statement: makes families exceptions that live in a store, as far as they are none yet, and the condition holds. */
const pin = (store: string, families: readonly string[], condition: SQL) => {
  const list = listTable('family', families);
  return insertFrom(
    homes,
    { familyId: list.value, store },
    sql`from ${list} where ${condition}`,
  ).onConflictDoNothing({ target: homes.familyId });
};

/**
 * Statements of one batch: the range is the target's from now on, if the move is still at closing; its families stay where
 * they are, as exceptions.
 */
export function giveSlots(
  { id, first, last, source, target }: SlotMove,
  families: readonly string[],
  now: number,
) {
  const isClosing = hasRow(slotMoves, and(eq(slotMoves.id, id), eq(slotMoves.state, 'closing'))!);
  return {
    pinned: pin(source, families, isClosing),
    // What a range has beyond the given one stays: its end becomes a range of its own, its beginning ends earlier.
    end: insertFrom(
      slots,
      { first: sql<number>`${last + 1}`, last: slots.last, store: slots.store },
      sql`from ${slots} where ${allOf(isClosing, lte(slots.first, last), gt(slots.last, last))}`,
    ),
    beginning: q
      .update(slots)
      .set({ last: first - 1 })
      .where(allOf(isClosing, lt(slots.first, first), gte(slots.last, first))),
    inside: q.delete(slots).where(allOf(isClosing, between(slots.first, first, last))),
    given: insertFrom(
      slots,
      { first, last, store: target } satisfies SlotRange,
      sql`from ${oneRow} where ${isClosing}`,
    ),
    turned: turnSlotMove(id, 'closing', 'given', { now, wakeAt: now }),
  };
}

/** The query of the moves out of a store that were begun since then, newest last. */
export const movesOutOf = (source: string, since: number) =>
  q
    .select({ familyId: moves.familyId, state: moves.state })
    .from(moves)
    .where(and(gte(moves.startedAt, since), eq(moves.source, source)))
    .orderBy(moves.startedAt);

/**
 * Statement: makes families exceptions that were found at the source after it had given their slots, unless they have
 * left it meanwhile.
 */
export const pinLate = ({ source, startedAt }: SlotMove, families: readonly string[]) => {
  const list = listTable('family', families);
  const hasLeft = hasRow(
    moves,
    and(gte(moves.startedAt, startedAt), eq(moves.source, source), sql`${moves.familyId} = ${list.value}`)!,
  );
  return insertFrom(
    homes,
    { familyId: list.value, store: source },
    sql`from ${list} where ${not(hasLeft)}`,
  ).onConflictDoNothing({ target: homes.familyId });
};

/** The query of the exceptions that live in a store. */
export const homesIn = (store: string) =>
  q.select({ familyId: homes.familyId }).from(homes).where(eq(homes.store, store));

/** Statement: deletes exceptions that only repeat what the ranges say. */
export const dropHomes = (store: string, families: readonly string[]) =>
  q.delete(homes).where(and(inList(homes.familyId, families), inArray(homes.store, [store])));
