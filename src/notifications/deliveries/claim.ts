import type { Db } from '../../db/client.ts';
import { sql } from '../../db/sql.ts';
import type { Config } from '../../platform/config.ts';
import { coveredInFlight, coveredRows, minClaimTime } from './coverage.ts';
import { mayBecome } from './delivery-status.ts';

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
      claimed_at = MAX(${now}, ${minClaimTime('sms_delivery_log')}),
      due_at = ${leaseEnd}, wake_at = ${leaseEnd}, absences = 0, phone = c.phone, covers_seq = c.covers,
      attempts = attempts + (status = 'pending')
    FROM (${claimables(rows)}) AS c
    WHERE sms_delivery_log.id = c.id
      AND ((${mayBecome('sending', 'sms_delivery_log.')} AND attempts = c.tries) OR (sms_delivery_log.status = 'sending' AND sms_delivery_log.claim = ${claim}))
      AND EXISTS (SELECT 1 FROM users u JOIN notification_preferences p ON p.user_id = u.id
        WHERE u.id = sms_delivery_log.user_id AND u.deleted_at IS NULL AND u.phone = c.phone
          AND u.phone_verified_at IS NOT NULL AND u.phone_unusable_at IS NULL AND p.sms_enabled = 1
          AND p.opted_out_at IS NULL AND p.carrier_opted_out_at IS NULL)
      AND (sms_delivery_log.thread_id IS NULL OR EXISTS (SELECT 1 FROM thread_members m
        WHERE m.thread_id = sms_delivery_log.thread_id AND m.user_id = sms_delivery_log.user_id
          AND m.last_read_seq < sms_delivery_log.seq
          AND c.count = (SELECT COUNT(*) FROM sms_delivery_log w WHERE ${coveredRows('sms_delivery_log')} AND w.seq <= c.covers)))
      AND NOT ${coveredInFlight('sms_delivery_log')}
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
export const claimedBy = (claim: string) => sql`EXISTS (SELECT 1 FROM sms_delivery_log d
  WHERE d.id = value ->> 'deliveryId' AND d.status = 'sending' AND d.claim = ${claim})`;
