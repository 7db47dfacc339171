import { and, eq, gt, inArray, isNotNull, isNull, lte, max, ne, not, type SQL, sql } from 'drizzle-orm';
import {
  allOf,
  anyOf,
  coalesce,
  firstWhere,
  greatest,
  iif,
  jsonTable,
  least,
  listTable,
  type Value,
} from '../../db/expressions.ts';
import { insertFrom } from '../../db/insert-from.ts';
import { q } from '../../db/query.ts';
import { messages, notificationPreferences, smsDeliveryLog, threadMembers, users } from '../../db/schema.ts';
import { hot } from '../../db/statement.ts';
import type { Reason } from '../send/policy.ts';
import { deliveryAs } from './coverage.ts';
import { mayBecome, type Status } from './delivery-status.ts';

const log = smsDeliveryLog;

/** Why a member of the message's thread gets no text, whatever else holds; null: they may. The order is that of `decide()`. */
function ruledOut(now: Value<number>): SQL<Reason | null> {
  const p = notificationPreferences;
  const heardAnyway = allOf(eq(messages.urgent, true), eq(p.urgentAllowed, true));
  return firstWhere<Reason>([
    [anyOf(isNotNull(p.optedOutAt), isNotNull(p.carrierOptedOutAt)), 'opted_out'],
    [anyOf(isNull(users.phone), isNull(users.phoneVerifiedAt)), 'unverified'],
    [not(coalesce(p.smsEnabled, false)), 'opted_out'],
    [isNotNull(users.phoneUnusableAt), 'phone_unusable'],
    [allOf(gt(threadMembers.mutedUntil, now), not(heardAnyway)), 'muted'],
  ]);
}

/**
 * One delivery row for every other member of a message's thread, for the message's own batch. Whom the facts
 * rule out at once is born suppressed.
 * The sweep takes up a row that nobody touched by `wakeAt`: the queue is only a wake-up call.
 * @param now ms, as is `wakeAt`
 */
export function insertDeliveries({
  messageId,
  now,
  wakeAt,
}: {
  messageId: Value<string>;
  now: Value<number>;
  wakeAt: Value<number>;
}) {
  const p = notificationPreferences;
  const recipient = q
    .select({
      messageId: messages.id,
      familyId: messages.familyId,
      threadId: messages.threadId,
      seq: messages.seq,
      urgent: messages.urgent,
      createdAt: messages.createdAt,
      userId: threadMembers.userId,
      reason: ruledOut(now).as('reason'),
    })
    .from(messages)
    .innerJoin(threadMembers, eq(threadMembers.threadId, messages.threadId))
    .innerJoin(users, eq(users.id, threadMembers.userId))
    .leftJoin(p, eq(p.userId, threadMembers.userId))
    .where(
      and(eq(messages.id, messageId), ne(threadMembers.userId, messages.authorId), isNull(users.deletedAt)),
    )
    .as('recipient');
  const { messageId: message, familyId, threadId, seq, urgent, createdAt, userId, reason } = recipient;
  const isFree = isNull(reason);
  return insertFrom(
    log,
    {
      id: sql<string>`'dlv_' || substr(${message}, 5) || '_' || lower(hex(randomblob(5)))`,
      familyId,
      kind: 'message',
      userId,
      threadId,
      messageId: message,
      seq,
      urgent,
      status: iif<Status>(isFree, 'pending', 'suppressed'),
      reason,
      wakeAt: iif<number | null>(isFree, wakeAt, null),
      createdAt,
    },
    sql`from ${recipient} where true`,
  ).onConflictDoNothing({ target: [log.messageId, log.userId] });
}

/** Seq of the newest message of a thread that a person was told of by text; 0 when there is none. */
export function notifiedUpTo(userId: Value<string>, threadId: Value<string>): SQL<number> {
  const told = deliveryAs('told');
  const newest = (status: Status) =>
    coalesce<number>(
      q
        .select({ seq: max(told.seq).as('seq') })
        .from(told)
        .where(and(eq(told.userId, userId), eq(told.threadId, threadId), eq(told.status, status))),
      0,
    );
  return greatest(newest('sent'), newest('delivered'), newest('merged'));
}

/**
 * Rows of a person and thread that wait although they have been read: suppressed, with the reason.
 * @param condition without which nothing happens
 */
export function suppressRead(userId: Value<string>, threadId: Value<string>, condition?: SQL) {
  const m = threadMembers;
  const read = q
    .select({ seq: m.lastReadSeq })
    .from(m)
    .where(and(eq(m.threadId, threadId), eq(m.userId, userId)));
  return q
    .update(log)
    .set({ status: 'suppressed', reason: 'read', wakeAt: null, dueAt: null })
    .where(
      and(
        condition,
        eq(log.userId, userId),
        eq(log.threadId, threadId),
        inArray(log.status, ['pending', 'deferred']),
        mayBecome('suppressed'),
        lte(log.seq, read),
      ),
    );
}

/** What a person's own doing can end: being here, leaving texts unanswered, or their quiet hours. */
type Waiting = Extract<Reason, 'online' | 'rate_limited' | 'quiet_hours'>;

/**
 * What waits for these people for one of these reasons is looked at again at `until` (ms): they have left, their window
 * has fallen back, or their quiet hours are others now. Joined in this order (CROSS), it reads what waits, and not all
 * that ever was.
 * @param options `threadId`: there alone; `condition`: without which nothing happens
 */
export function rescheduleDeferred(
  userIds: readonly string[],
  until: number,
  {
    threadId,
    reasons = ['online', 'rate_limited'],
    condition,
  }: { threadId?: string; reasons?: readonly Waiting[]; condition?: SQL } = {},
) {
  const person = listTable('person', userIds);
  const m = threadMembers;
  const d = deliveryAs('d');
  const waiting = q
    .select({ id: d.id })
    .from(person)
    .crossJoin(m)
    .crossJoin(d)
    .where(
      and(
        condition,
        eq(m.userId, person.value),
        threadId === undefined ? undefined : eq(m.threadId, threadId),
        eq(d.userId, m.userId),
        eq(d.threadId, m.threadId),
        eq(d.status, 'deferred'),
        gt(d.seq, m.lastReadSeq),
        inArray(d.reason, reasons),
      ),
    );
  return q
    .update(log)
    .set({ dueAt: least(log.dueAt, until), wakeAt: least(log.wakeAt, until) })
    .where(inArray(log.id, waiting));
}

/** What was decided about a row that is not sent now. */
export interface VerdictRow {
  id: string;
  status: 'deferred' | 'suppressed';
  reason: string;
  /** When it is due again, ms; null when suppressed. */
  until: number | null;
}

const write = hot<{ verdicts: string }>()((v) => {
  const verdict = jsonTable<VerdictRow>('v', v.verdicts, ['id', 'status', 'reason', 'until']);
  return q
    .update(log)
    .set({
      status: sql`${verdict.status}`,
      reason: sql`${verdict.reason}`,
      dueAt: sql`${verdict.until}`,
      wakeAt: sql`${verdict.until}`,
    })
    .from(verdict)
    .where(and(eq(log.id, verdict.id), mayBecome('deferred'), mayBecome('suppressed')));
});

/** Writes verdicts that are no `send`. */
export const writeVerdicts = (verdicts: readonly VerdictRow[]) =>
  write({ verdicts: JSON.stringify(verdicts) });
