import { and, asc, inArray, isNull } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { eq, lte } from '../db/comparisons.ts';
import { allOf, inList } from '../db/expressions.ts';
import { q } from '../db/query.ts';
import { eventBarriers as barriers, eventBacklog, eventCursors } from '../db/schema.ts';
import { within } from '../platform/concurrency.ts';
import type { Deps } from '../platform/deps.ts';
import { errorFields } from '../platform/log.ts';
import type { EventRow } from './event-data.ts';
import { GIVE_UP_MS } from './retry-schedule.ts';

/** A row of `event_barriers`. */
export type Barrier = typeof barriers.$inferSelect;

/** Max. time for an answer of the store that a family left. */
const ASK_MS = 5_000;

/** The query of the barriers that hold families up, each family's in the order of its events. At most a hundred families. */
export const barriersOf = (families: readonly string[]) =>
  q
    .select()
    .from(barriers)
    .where(and(inArray(barriers.familyId, [...families]), isNull(barriers.passedAt)))
    .orderBy(asc(barriers.familyId), asc(barriers.fromSeq));

/** The query of all barriers of families, of which the receiver of events may have passed some. */
export const everyBarrierOf = (families: readonly string[]) =>
  q.select().from(barriers).where(inList(barriers.familyId, families));

/** Whether all that a family had left behind was handed over. A store that does not answer has not said so. Never throws. */
async function isPassed({ db, log }: Deps, barrier: Barrier): Promise<boolean> {
  const { behindStore, behindSeq, familyId } = barrier;
  try {
    const { cursor, waiting } = await within(
      ASK_MS,
      db.at(behindStore).batch({
        cursor: q.select({ seq: eventCursors.seq }).from(eventCursors).where(eq(eventCursors.id, 1)),
        waiting: q
          .select({ fromSeq: eventBacklog.fromSeq })
          .from(eventBacklog)
          .where(allOf(eq(eventBacklog.familyId, familyId), lte(eventBacklog.fromSeq, behindSeq))),
      }),
    );
    return (cursor[0]?.seq ?? 0) >= behindSeq && waiting.length === 0;
  } catch (error) {
    log.error('events.barrier_not_asked', { familyId, store: behindStore, ...errorFields(error) });
    return false;
  }
}

/**
 * Those of one family's events, in order, that nothing left behind in another store comes before. A barrier holds nothing up
 * for longer than an event is tried.
 * @param found the family's barriers, in order
 * @throws when the store fails
 */
export async function beforeBarriers(
  deps: Deps,
  db: Db,
  found: readonly Barrier[],
  rows: readonly EventRow[],
): Promise<readonly EventRow[]> {
  for (const barrier of found) {
    const first = rows.find(({ seq }) => seq >= barrier.fromSeq);
    if (!first) break;
    const isOver = deps.now() - first.at >= GIVE_UP_MS;
    if (!isOver && !(await isPassed(deps, barrier))) return rows.filter(({ seq }) => seq < barrier.fromSeq);
    await db.run(q.update(barriers).set({ passedAt: deps.now() }).where(eq(barriers.moveId, barrier.moveId)));
  }
  return rows;
}
