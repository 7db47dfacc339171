import type { Db } from '../db/client.ts';
import { sql } from '../db/sql.ts';
import type { Config } from '../platform/config.ts';
import { from } from './status.ts';
import { afterOthers, tellsOf, toldBefore, toldUnderWay } from './under-way.ts';

/** A row that may be sent: to which number, after how many tries, telling of how many messages, up to which. */
export interface Claimable {
  id: string;
  phone: string;
  attempts: number;
  coversSeq: number | null;
  count: number;
}

const claimables = (rows: Claimable[]) => sql`
  SELECT value ->> 'id' AS id, value ->> 'phone' AS phone, value ->> 'coversSeq' AS covers,
    value ->> 'count' AS count, value ->> 'attempts' AS tries
  FROM json_each(${JSON.stringify(rows)})`;

/**
 * Claims a wave: `pending` → `sending`, re-checking consent, number and reading in the same statement. Not won is
 * what another text on its way, or in doubt, tells of, whose own text counts messages that were told meanwhile, and
 * what somebody else has tried since it was decided about.
 * The rows of a wave are about different persons or threads. Running it twice under the same claim is harmless. Returns the ids that were won.
 */
export function claimWave(
  db: Db,
  rows: Claimable[],
  claim: string,
  now: number,
  config: Pick<Config, 'CLAIM_LEASE_SECONDS'>,
) {
  const leaseEnd = now + config.CLAIM_LEASE_SECONDS * 1000;
  return db.all<{ id: string }>(sql`
    UPDATE sms_delivery_log SET status = 'sending', reason = NULL, error = NULL, claim = ${claim},
      claimed_at = MAX(${now}, ${afterOthers('sms_delivery_log')}),
      due_at = ${leaseEnd}, wake_at = ${leaseEnd}, absences = 0, phone = c.phone, covers_seq = c.covers,
      attempts = attempts + (status = 'pending')
    FROM (${claimables(rows)}) AS c
    WHERE sms_delivery_log.id = c.id
      AND ((${from('sending', 'sms_delivery_log.')} AND attempts = c.tries) OR (sms_delivery_log.status = 'sending' AND sms_delivery_log.claim = ${claim}))
      AND EXISTS (SELECT 1 FROM users u JOIN notification_preferences p ON p.user_id = u.id
        WHERE u.id = sms_delivery_log.user_id AND u.deleted_at IS NULL AND u.phone = c.phone
          AND u.phone_verified_at IS NOT NULL AND u.phone_unusable_at IS NULL AND p.sms_enabled = 1
          AND p.opted_out_at IS NULL AND p.carrier_opted_out_at IS NULL)
      AND (sms_delivery_log.thread_id IS NULL OR EXISTS (SELECT 1 FROM thread_members m
        WHERE m.thread_id = sms_delivery_log.thread_id AND m.user_id = sms_delivery_log.user_id
          AND m.last_read_seq < sms_delivery_log.seq
          AND c.count = (SELECT COUNT(*) FROM sms_delivery_log w WHERE ${tellsOf('sms_delivery_log')} AND w.seq <= c.covers)))
      AND NOT ${toldUnderWay('sms_delivery_log')}
    RETURNING sms_delivery_log.id AS id`);
}

/** Which of these rows somebody else has claimed since they were decided about, or has sent by now. */
export function claimedByOthers(db: Db, rows: Claimable[], claim: string) {
  return db.all<{ id: string }>(sql`
    SELECT d.id AS id FROM (${claimables(rows)}) c JOIN sms_delivery_log d ON d.id = c.id
    WHERE d.claim <> ${claim}
      AND (d.attempts <> c.tries OR d.status IN ('sending', 'sent', 'delivered', 'undelivered', 'failed'))`);
}

/** Holds for the links of rows that the claim won; goes with {@link claimWave}, in its batch. */
export const wonBy = (claim: string) => sql`EXISTS (SELECT 1 FROM sms_delivery_log d
  WHERE d.id = value ->> 'deliveryId' AND d.status = 'sending' AND d.claim = ${claim})`;

/** What became of a claimed row. */
export interface Finished {
  id: string;
  status: 'sent' | 'failed' | 'pending';
  sid: string | null;
  segments: number | null;
  error: string | null;
  /** For `pending`: when it may be tried again, ms. */
  until: number | null;
}

/**
 * Writes outcomes of a claim. A receipt can have been quicker: then only what it did not know is added.
 * Ambiguous rows are not among them; they stay `sending` until they have been looked up.
 */
export function finishWave(db: Db, rows: Finished[], claim: string, now: number) {
  return db.run(sql`
    UPDATE sms_delivery_log SET
      status = CASE WHEN status = 'sending' THEN f.new_status ELSE status END,
      provider_sid = COALESCE(f.new_sid, provider_sid), segments = COALESCE(f.new_segments, segments),
      error = COALESCE(f.new_error, error),
      sent_at = CASE WHEN f.new_status = 'sent' THEN COALESCE(sent_at, ${now}) ELSE sent_at END,
      due_at = CASE WHEN status = 'sending' THEN f.new_until ELSE due_at END,
      wake_at = CASE WHEN status = 'sending' THEN f.new_until ELSE wake_at END
    FROM (SELECT value ->> 'id' AS row_id, value ->> 'status' AS new_status, value ->> 'sid' AS new_sid,
        value ->> 'segments' AS new_segments, value ->> 'error' AS new_error, value ->> 'until' AS new_until
      FROM json_each(${JSON.stringify(rows)})) AS f
    WHERE id = f.row_id AND claim = ${claim}
      AND (${from('sent')} OR (f.new_status = 'sent' AND status IN ('sent', 'delivered', 'undelivered')))`);
}

/** Rows of the same person and thread that these texts told as well: merged into them, unless an earlier one may tell. */
export function mergeInto(db: Db, leadIds: string[]) {
  return db.run(sql`
    UPDATE sms_delivery_log SET status = 'merged', merged_into = lead.id, reason = NULL, error = NULL, due_at = NULL, wake_at = NULL
    FROM (SELECT d.id AS id, d.user_id AS user_id, d.thread_id AS thread_id, d.covers_seq AS covers,
        d.claimed_at AS claimed_at
      FROM json_each(${JSON.stringify(leadIds)}) j JOIN sms_delivery_log d ON d.id = j.value
      WHERE d.status IN ('sent', 'delivered', 'undelivered', 'failed') AND d.provider_sid IS NOT NULL) AS lead
    WHERE sms_delivery_log.user_id = lead.user_id AND sms_delivery_log.thread_id = lead.thread_id
      AND sms_delivery_log.status IN ('pending', 'deferred') AND ${from('merged', 'sms_delivery_log.')}
      AND sms_delivery_log.seq <= lead.covers AND sms_delivery_log.id <> lead.id
      AND NOT ${toldBefore('sms_delivery_log', 'lead')}`);
}
