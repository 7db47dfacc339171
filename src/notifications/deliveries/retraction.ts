import { and, exists, inArray, isNotNull, type SQL, sql } from 'drizzle-orm';
import { eq } from '../../db/comparisons.ts';
import { iif } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { messages, smsDeliveryLog } from '../../db/schema.ts';
import type { Reason } from '../send/policy.ts';
import { deliveryAs } from './coverage.ts';
import type { Status } from './delivery-status.ts';

const log = smsDeliveryLog;

const RETRACTED = 'retracted' satisfies Reason;
const WAITING = ['pending', 'deferred'] as const satisfies readonly Status[];

/**
 * Rows of the recipients of a message in its thread about which a text may be composed already that quotes it: only those
 * that are pending are decided about, and a deferred one gets another revision when it is woken. A long conversation may
 * have thousands that are deferred. One index look-up a recipient.
 */
function pendingBeside(messageId: string) {
  const own = deliveryAs('own');
  const beside = deliveryAs('beside');
  return q
    .select({ id: beside.id })
    .from(own)
    .innerJoin(
      beside,
      and(eq(beside.userId, own.userId), eq(beside.threadId, own.threadId), eq(beside.status, 'pending')),
    )
    .where(eq(own.messageId, messageId));
}

/**
 * Statement: whoever has composed a text that may quote the message, and not claimed it, loses the claim and composes
 * anew.
 * @param condition for the statement to have an effect
 */
export const reviseDeliveries = (messageId: string, condition: SQL) =>
  q
    .update(log)
    .set({ revision: sql`${log.revision} + 1` })
    .where(and(condition, inArray(log.id, pendingBeside(messageId))));

/**
 * Statement: suppresses what waits for a message that was taken back, and marks what is in flight or merged: should that
 * text turn out not to have left, the message is not told of again.
 */
export function suppressRetracted(messageId: string) {
  const isWaiting = inArray(log.status, WAITING);
  const isRetracted = exists(
    q
      .select({ id: messages.id })
      .from(messages)
      .where(and(eq(messages.id, messageId), isNotNull(messages.deletedAt))),
  );
  return q
    .update(log)
    .set({
      status: iif<Status>(isWaiting, 'suppressed', log.status),
      reason: RETRACTED,
      wakeAt: iif<number | null>(isWaiting, null, log.wakeAt),
      dueAt: iif<number | null>(isWaiting, null, log.dueAt),
      revision: sql`${log.revision} + 1`,
    })
    .where(
      and(
        eq(log.messageId, messageId),
        isRetracted,
        inArray(log.status, [...WAITING, 'sending', 'merged', 'undelivered']),
      ),
    );
}
