import type { AnyColumn } from 'drizzle-orm';
import { and, inArray, isNotNull, not, notInArray, type SQL, sql } from 'drizzle-orm';
import { eq, lte, ne } from '../../db/comparisons.ts';
import { anyOf, coalesce, iif, jsonTable, listTable } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { smsDeliveryLog } from '../../db/schema.ts';
import { hot } from '../../db/statement.ts';
import { coveredByEarlierClaim, deliveryAs, isRead } from './coverage.ts';
import { mayBecome } from './delivery-status.ts';

/** The outcome of a claimed row. */
export interface Finished {
  id: string;
  status: 'sent' | 'failed' | 'pending';
  sid: string | null;
  segments: number | null;
  error: string | null;
  /** For `pending`: when it may be tried again, ms. */
  until: number | null;
}

const log = smsDeliveryLog;

const finish = hot<{ rows: string; claim: string; now: number }>()((v) => {
  const f = jsonTable<Finished>('f', v.rows, ['id', 'status', 'sid', 'segments', 'error', 'until']);
  const ifSending = <T>(then: SQL.Aliased<T>, otherwise: AnyColumn) =>
    iif<T>(eq(log.status, 'sending'), then, otherwise);
  return q
    .update(log)
    .set({
      status: ifSending(f.status, log.status),
      providerSid: coalesce(f.sid, log.providerSid),
      segments: coalesce(f.segments, log.segments),
      error: coalesce(f.error, log.error),
      reason: iif<string | null>(eq(f.status, 'sent'), null, log.reason),
      doubtSince: iif<number | null>(eq(f.status, 'sent'), null, log.doubtSince),
      sentAt: iif<number | null>(eq(f.status, 'sent'), coalesce(log.sentAt, v.now), log.sentAt),
      dueAt: ifSending(f.until, log.dueAt),
      wakeAt: ifSending(f.until, log.wakeAt),
    })
    .from(f)
    .where(
      and(
        eq(log.id, f.id),
        eq(log.claim, v.claim),
        anyOf(
          mayBecome('sent'),
          and(eq(f.status, 'sent'), inArray(log.status, ['sent', 'delivered', 'undelivered'])),
        ),
      ),
    );
});

/**
 * Statement: writes the outcomes of a claim. If a receipt came first, only missing values are added. Ambiguous
 * rows are not among them; they stay `sending` until they have been looked up.
 * @param now ms
 */
export const finishWave = (rows: readonly Finished[], claim: string, now: number) =>
  finish({ rows: JSON.stringify(rows), claim, now });

/** Max. rows that one statement of {@link mergeSome} merges: D1 does nothing else meanwhile. */
export const MERGED_AT_ONCE = 500;

const mergePart = hot<{ leadIds: string; claim: string }>()((v) => {
  const listed = listTable<string>('listed', v.leadIds);
  const lead = deliveryAs('lead');
  const w = deliveryAs('w');
  const part = q
    .select({ id: sql<string>`${w.id}`.as('part_id'), lead: sql<string>`${lead.id}`.as('part_lead') })
    .from(listed)
    .crossJoin(lead)
    .crossJoin(w)
    .where(
      and(
        eq(lead.id, listed.value),
        eq(lead.claim, v.claim),
        eq(w.userId, lead.userId),
        eq(w.threadId, lead.threadId),
        // A receipt may have said already that it is sent again: then what it told of waits as well.
        notInArray(lead.status, ['pending', 'deferred', 'suppressed']),
        inArray(w.status, ['pending', 'deferred']),
        lte(w.seq, lead.coversSeq),
        ne(w.id, lead.id),
        not(isRead(w)),
        not(coveredByEarlierClaim(w, lead)),
      ),
    )
    .limit(MERGED_AT_ONCE)
    .as('part');
  return q
    .update(log)
    .set({
      status: 'merged',
      mergedInto: sql`${part.lead}`,
      reason: null,
      error: null,
      dueAt: null,
      wakeAt: null,
    })
    .from(part)
    .where(and(eq(log.id, part.id), mayBecome('merged')))
    .returning({ id: log.id });
});

/**
 * Statement: merges up to {@link MERGED_AT_ONCE} waiting rows into texts that the carrier has accepted under a claim,
 * before {@link finishWave} says so: until then nobody else texts about them. Returns the rows.
 */
export const mergeSome = (leadIds: readonly string[], claim: string) =>
  mergePart({ leadIds: JSON.stringify(leadIds), claim });

const merge = hot<{ leadIds: string }>()((v) => {
  const listed = listTable<string>('listed', v.leadIds);
  const lead = deliveryAs('lead');
  return q
    .update(log)
    .set({ status: 'merged', mergedInto: lead.id, reason: null, error: null, dueAt: null, wakeAt: null })
    .from(listed)
    .innerJoin(lead, eq(lead.id, listed.value))
    .where(
      and(
        inArray(lead.status, ['sent', 'delivered', 'undelivered', 'failed']),
        isNotNull(lead.providerSid),
        eq(log.userId, lead.userId),
        eq(log.threadId, lead.threadId),
        inArray(log.status, ['pending', 'deferred']),
        mayBecome('merged'),
        lte(log.seq, lead.coversSeq),
        ne(log.id, lead.id),
        not(isRead(log)),
        not(coveredByEarlierClaim(log, lead)),
      ),
    );
});

/**
 * Statement: merges waiting rows of the same person and thread into the sent texts that cover them, unless an
 * earlier text may cover them.
 */
export const mergeInto = (leadIds: readonly string[]) => merge({ leadIds: JSON.stringify(leadIds) });
