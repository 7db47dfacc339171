import { and, inArray, type SQL, sql } from 'drizzle-orm';
import { type IN_SIGHT, IN_SIGHT_LIST, STATUSES } from '../../db/column-values.ts';
import { eq } from '../../db/comparisons.ts';
import { smsDeliveryLog } from '../../db/schema.ts';

/** See {@link STATUSES}. */
export type Status = (typeof STATUSES)[number];

/**
 * The state machine: the states that may follow each state. Every write of a status is guarded by {@link
 * mayBecome}. `sent` → `pending`: the carrier was never handed the text, which a receipt says; `undelivered` →
 * `pending`: the one delayed retry of an unreachable handset. `merged` → `pending` or `suppressed`: the text that told of
 * the message did not arrive, and is, or would have been, sent again.
 */
export const TRANSITIONS: Record<Status, readonly Status[]> = {
  pending: ['deferred', 'sending', 'suppressed', 'merged'],
  deferred: ['pending', 'deferred', 'suppressed', 'merged'],
  sending: ['sent', 'pending', 'failed'],
  sent: ['delivered', 'undelivered', 'failed', 'pending'],
  undelivered: ['pending'],
  delivered: [],
  failed: [],
  suppressed: [],
  merged: ['pending', 'suppressed'],
};

/** The states from which `to` may be reached. */
export const predecessors = (to: Status): Status[] =>
  STATUSES.filter((status) => TRANSITIONS[status].includes(to));

/** Condition for an UPDATE of `sms_delivery_log`: the row is in a state from which `to` may be reached. */
export const mayBecome = (to: Status): SQL => inArray(smsDeliveryLog.status, predecessors(to));

/**
 * Condition: a delivery is in this state, which is one of few rows. It repeats the index's own condition word for word:
 * only then does SQLite take a partial index (sqlite.org/partialindex.html).
 */
export const isInSight = (status: (typeof IN_SIGHT)[number]): SQL =>
  and(sql`${smsDeliveryLog.status} in ${sql.raw(IN_SIGHT_LIST)}`, eq(smsDeliveryLog.status, status))!;
