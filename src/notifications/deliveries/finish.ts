import type { Db } from '../../db/client.ts';
import { sql } from '../../db/sql.ts';
import { coveredByEarlierClaim } from './coverage.ts';
import { mayBecome } from './delivery-status.ts';

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
      AND (${mayBecome('sent')} OR (f.new_status = 'sent' AND status IN ('sent', 'delivered', 'undelivered')))`);
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
      AND sms_delivery_log.status IN ('pending', 'deferred') AND ${mayBecome('merged', 'sms_delivery_log.')}
      AND sms_delivery_log.seq <= lead.covers AND sms_delivery_log.id <> lead.id
      AND NOT ${coveredByEarlierClaim('sms_delivery_log', 'lead')}`);
}
