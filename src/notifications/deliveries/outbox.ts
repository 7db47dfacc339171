import type { Db } from '../../db/client.ts';
import { type SQL, sql } from '../../db/sql.ts';
import type { Config } from '../../platform/config.ts';
import { mayBecome } from './delivery-status.ts';

/**
 * One delivery row for every other member of a message's thread, for the message's own batch. Whom the facts
 * rule out at once is born suppressed; the order is that of `decide()`.
 * The sweep takes up a row that nobody touched within the lease: the queue is only a wake-up call.
 */
export function insertDeliveries(
  db: Db,
  messageId: string,
  now: number,
  config: Pick<Config, 'CLAIM_LEASE_SECONDS'>,
) {
  return db.run(sql`
    INSERT INTO sms_delivery_log
      (id, family_id, kind, user_id, thread_id, message_id, seq, urgent, status, reason, wake_at, created_at)
    SELECT 'dlv_' || substr(message_id, 5) || '_' || lower(hex(randomblob(5))), family_id, 'message', user_id, thread_id,
      message_id, seq, urgent, CASE WHEN reason IS NULL THEN 'pending' ELSE 'suppressed' END, reason,
      CASE WHEN reason IS NULL THEN ${now + config.CLAIM_LEASE_SECONDS * 1000} END, created_at
    FROM (
      SELECT msg.id AS message_id, msg.family_id AS family_id, msg.thread_id AS thread_id, msg.seq AS seq,
        msg.created_at AS created_at, m.user_id AS user_id, msg.urgent AS urgent,
        CASE
          WHEN p.opted_out_at IS NOT NULL OR p.carrier_opted_out_at IS NOT NULL THEN 'opted_out'
          WHEN u.phone IS NULL OR u.phone_verified_at IS NULL THEN 'unverified'
          WHEN COALESCE(p.sms_enabled, 0) = 0 THEN 'opted_out'
          WHEN u.phone_unusable_at IS NOT NULL THEN 'phone_unusable'
          WHEN m.muted_until > ${now} AND NOT (msg.urgent = 1 AND p.urgent_allowed = 1) THEN 'muted'
        END AS reason
      FROM messages msg
        JOIN thread_members m ON m.thread_id = msg.thread_id
        JOIN users u ON u.id = m.user_id
        LEFT JOIN notification_preferences p ON p.user_id = m.user_id
      WHERE msg.id = ${messageId} AND m.user_id <> msg.author_id AND u.deleted_at IS NULL
    )
    WHERE true
    ON CONFLICT (message_id, user_id) DO NOTHING`);
}

/** Seq of the newest message of a thread that a person was told of by text; 0 when there is none. */
export function notifiedUpTo(userId: string, threadId: string): SQL {
  const newest = (['sent', 'delivered', 'merged'] as const).map(
    (status) => sql`COALESCE((SELECT MAX(told.seq) FROM sms_delivery_log told
      WHERE told.user_id = ${userId} AND told.thread_id = ${threadId} AND told.status = ${status}), 0)`,
  );
  return sql`MAX(${sql.join(newest, sql`, `)})`;
}

/**
 * Rows of a person and thread that wait although they have been read: suppressed, with the reason.
 * @param condition - SQL without which nothing happens
 */
export function suppressRead(db: Db, userId: string, threadId: string, condition = sql`1`) {
  return db.run(sql`
    UPDATE sms_delivery_log SET status = 'suppressed', reason = 'read', wake_at = NULL, due_at = NULL
    WHERE ${condition} AND user_id = ${userId} AND thread_id = ${threadId} AND status IN ('pending', 'deferred') AND ${mayBecome('suppressed')}
      AND seq <= (SELECT last_read_seq FROM thread_members WHERE thread_id = ${threadId} AND user_id = ${userId})`);
}

/** What a person's own doing can end: being here, leaving texts unanswered, or their quiet hours. */
type Waiting = 'online' | 'rate_limited' | 'quiet_hours';

/**
 * What waits for these people for one of these reasons is looked at again at `until`: they have left, their window
 * has fallen back, or their quiet hours are others now. `threadId`: there alone; `condition`:
 * SQL without which nothing happens. Joined in this order (CROSS), it reads what waits, and not all that ever was.
 */
export function rescheduleDeferred(
  db: Db,
  userIds: string[],
  until: number,
  {
    threadId = null,
    reasons = ['online', 'rate_limited'],
    condition = sql`1`,
  }: { threadId?: string | null; reasons?: readonly Waiting[]; condition?: SQL } = {},
) {
  return db.run(sql`
    UPDATE sms_delivery_log SET due_at = MIN(due_at, ${until}), wake_at = MIN(wake_at, ${until})
    WHERE id IN (SELECT d.id FROM json_each(${JSON.stringify(userIds)}) j
      CROSS JOIN thread_members m ON m.user_id = j.value
      CROSS JOIN sms_delivery_log d ON d.user_id = m.user_id AND d.thread_id = m.thread_id AND d.status = 'deferred'
        AND d.seq > m.last_read_seq
      WHERE ${condition} AND (${threadId} IS NULL OR m.thread_id = ${threadId})
        AND d.reason IN (SELECT value FROM json_each(${JSON.stringify(reasons)})))`);
}

/** What was decided about a row that is not sent now. */
export interface VerdictRow {
  id: string;
  status: 'deferred' | 'suppressed';
  reason: string;
  /** When it is due again, ms; null when suppressed. */
  until: number | null;
}

/** Writes verdicts that are no `send`. */
export function writeVerdicts(db: Db, rows: VerdictRow[]) {
  return db.run(sql`
    UPDATE sms_delivery_log SET status = v.status, reason = v.reason, due_at = v.until, wake_at = v.until
    FROM (SELECT value ->> 'id' AS id, value ->> 'status' AS status, value ->> 'reason' AS reason, value ->> 'until' AS until
      FROM json_each(${JSON.stringify(rows)})) AS v
    WHERE sms_delivery_log.id = v.id AND ${mayBecome('deferred', 'sms_delivery_log.')} AND ${mayBecome('suppressed', 'sms_delivery_log.')}`);
}
