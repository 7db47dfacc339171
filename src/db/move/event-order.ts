import { max, sql } from 'drizzle-orm';
import type { Db } from '../client.ts';
import { lt } from '../comparisons.ts';
import { coalesce, oneRow, scalar } from '../expressions.ts';
import { insertFrom } from '../insert-from.ts';
import { q } from '../query.ts';
import { eventBarriers, events } from '../schema.ts';
import type { Move } from './move-record.ts';

const newest = q.select({ seq: max(events.seq).as('newest') }).from(events);

/**
 * Notes in the target that the family's events there come after those in the source, which it can write no more. Can be
 * repeated. Events stay where their facts were made, and each store hands its own over.
 * @throws when a database fails
 */
export async function keepEventOrder(
  source: Db,
  target: Db,
  { id, familyId, source: behindStore }: Move,
  now: number,
): Promise<void> {
  const behindSeq = (await source.first(newest))?.seq ?? 0;
  if (behindSeq === 0) return;
  const fromSeq = sql<number>`${coalesce<number>(scalar(newest), 0)} + 1`;
  await target.run(
    insertFrom(
      eventBarriers,
      { moveId: id, familyId, fromSeq, behindStore, behindSeq, at: now },
      sql`from ${oneRow} where true`,
    ).onConflictDoNothing({ target: eventBarriers.moveId }),
  );
}

/** Statement: forgets the order of events that were kept long enough. @param before ms */
export const forgetEventOrder = (before: number) =>
  q.delete(eventBarriers).where(lt(eventBarriers.at, before));
