import { inArray, type SQL } from 'drizzle-orm';
import { eq, ne } from '../comparisons.ts';
import { allOf, hasRow } from '../expressions.ts';
import { q } from '../query.ts';
import { fences } from '../schema.ts';
import type { Move } from './move-record.ts';

/** The states of a fence. */
export type FenceState = (typeof fences.$inferSelect)['state'];

const isOf = ({ id, familyId }: Move) => allOf(eq(fences.familyId, familyId), eq(fences.moveId, id));

/** Statement: sets the first state of a move's fence, unless that or a later state of the same move is set. */
export const raiseFence = (move: Move, state: 'clearing' | 'draining', now: number) =>
  q
    .insert(fences)
    .values({ familyId: move.familyId, moveId: move.id, state, since: now })
    .onConflictDoUpdate({
      target: fences.familyId,
      set: { moveId: move.id, state, since: now },
      setWhere: ne(fences.moveId, move.id),
    });

/** Statement: takes a fence of a move from one of these states to the next. */
export const turnFence = (move: Move, from: readonly FenceState[], to: FenceState, now: number) =>
  q
    .update(fences)
    .set({ state: to, since: now })
    .where(allOf(isOf(move), inArray(fences.state, [...from])));

/**
 * The first and the last statement of a batch in which the mover writes behind a fence: between them triggers permit
 * its writes, and write no events about them.
 */
export const writing = (move: Move, state: FenceState) => ({
  begin: q
    .update(fences)
    .set({ state: 'copying' })
    .where(allOf(isOf(move), eq(fences.state, state))),
  end: q
    .update(fences)
    .set({ state })
    .where(allOf(isOf(move), eq(fences.state, 'copying'))),
});

/** Whether the fence was in the state that {@link writing} expects: the condition of every write in between. */
export const mayWrite = (move: Move): SQL<0 | 1> =>
  hasRow(fences, allOf(isOf(move), eq(fences.state, 'copying')));
