import { and, desc, inArray, isNull, type SQL, sql } from 'drizzle-orm';
import { eq, lte } from '../../db/comparisons.ts';
import { coalesce, iif } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { smsDeliveryLog } from '../../db/schema.ts';
import { deliveryAs } from './coverage.ts';
import { mayBecome, type Status } from './delivery-status.ts';

const log = smsDeliveryLog;

/** Max. rows of a person and thread that are looked at, the newest: a text counts no more either. */
const MOST_RETURNED = 100;

/**
 * Statement: what was merged into texts that did not arrive, and are due to be sent again, waits once more: each row is
 * read, taken back, counted and told of by itself, whatever becomes of the one whose text it was. It is looked at a lease
 * after that one, which most often tells of it. What was taken back is suppressed.
 * @param isLead condition on `lead`: a text that is sent again
 * @param leaseMs see `CLAIM_LEASE_SECONDS`
 */
export function returnMerged(isLead: (lead: typeof log) => SQL, leaseMs: SQL<number>) {
  const lead = deliveryAs('lead');
  const m = deliveryAs('m');
  const newest = q
    .select({ id: m.id, into: m.mergedInto })
    .from(m)
    .where(
      and(
        eq(m.userId, lead.userId),
        eq(m.threadId, lead.threadId),
        eq(m.status, 'merged'),
        lte(m.seq, lead.coversSeq),
      ),
    )
    .orderBy(desc(m.seq))
    .limit(MOST_RETURNED)
    .as('newest');
  const told = q.select({ id: newest.id }).from(newest).where(eq(newest.into, lead.id));
  const waits = isNull(log.reason);
  return q
    .update(log)
    .set({
      status: iif<Status>(waits, 'pending', 'suppressed'),
      mergedInto: null,
      revision: sql`${log.revision} + 1`,
      dueAt: iif<number | null>(waits, lead.dueAt, null),
      wakeAt: iif<number | null>(waits, sql`${lead.wakeAt} + ${leaseMs}`, null),
      readyAt: coalesce<number | null>(lead.dueAt, lead.wakeAt),
    })
    .from(lead)
    .where(
      and(
        isLead(lead as unknown as typeof log),
        inArray(log.id, told),
        mayBecome('pending'),
        eq(log.status, 'merged'),
      ),
    );
}
