import { and, inArray, isNotNull, isNull, max, not, type SQL, sql } from 'drizzle-orm';
import type { ReasonDetail } from '../../db/column-values.ts';
import { eq, gt, lte, ne } from '../../db/comparisons.ts';
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
  scalar,
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

/**
 * The reason why a member of the message's thread gets no text, as known when the message is posted; null: they
 * may get one. The order is that of `decide()`.
 */
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
 * Statement for the message's own batch: inserts one delivery row for every other member of its thread; rows
 * that the facts rule out are inserted as suppressed. The sweep takes up rows that are untouched at `wakeAt`,
 * so the queue is an optimisation.
 * @param now ms, as is `wakeAt`
 * @param stem what the rows' ids begin with: `dlv_` and a ULID, so that they sort by time
 */
export function insertDeliveries({
  messageId,
  stem,
  now,
  wakeAt,
}: {
  messageId: Value<string>;
  stem: Value<string>;
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
      id: sql<string>`${stem} || '_' || lower(hex(randomblob(5)))`,
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

/** Expression: the seq of the newest message of a thread that a text to the person covered; 0 for none. */
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
 * Statement: suppresses waiting rows of a person and thread that have been read.
 * @param condition for the statement to have an effect
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
        lte(log.seq, scalar<number>(read)),
      ),
    );
}

/** Reasons for deferral that the person can end: being online, unanswered texts, quiet hours. */
type Waiting = Extract<Reason, 'online' | 'rate_limited' | 'quiet_hours'>;

/**
 * Statement: reschedules rows of these people that are deferred for one of these reasons to `until` (ms),
 * because they left, their window was reset, or their quiet hours changed. Joined in this order (CROSS), it
 * reads deferred rows only, not the whole log.
 * @param userIds or a placeholder of their JSON
 * @param options `threadId`: only in this thread; `condition`: for the statement to have an effect
 */
export function rescheduleDeferred(
  userIds: readonly string[] | SQL<string>,
  until: Value<number>,
  {
    threadId,
    reasons = ['online', 'rate_limited'],
    condition,
  }: { threadId?: Value<string>; reasons?: readonly Waiting[]; condition?: SQL } = {},
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

/** The same, built once: of these people. `userIds`: a JSON array. */
export const rescheduleOf = hot<{ userIds: string; until: number }>()((v) =>
  rescheduleDeferred(v.userIds, v.until),
);

/** The same in one thread. */
export const rescheduleInThread = hot<{ userIds: string; until: number; threadId: string }>()((v) =>
  rescheduleDeferred(v.userIds, v.until, { threadId: v.threadId }),
);

/** The verdict on a row that is not sent now. */
export interface VerdictRow {
  id: string;
  status: 'deferred' | 'suppressed';
  reason: string;
  /** What the reason speaks of, where it is not the whole of it. */
  detail?: ReasonDetail;
  /** When it is due again, ms; null when suppressed. */
  until: number | null;
  /** When the sweep takes it up, ms, if that is later than `until`. */
  wakeAt?: number;
}

/** A row that waits for its turn at the sender: `pending`, without a reason. */
export interface TurnRow extends Pick<VerdictRow, 'id' | 'detail' | 'wakeAt'> {
  status: 'pending';
  reason: null;
  until: number;
}

const write = hot<{ verdicts: string }>()((v) => {
  const verdict = jsonTable<VerdictRow | TurnRow>('v', v.verdicts, [
    'id',
    'status',
    'reason',
    'detail',
    'until',
    'wakeAt',
  ]);
  return q
    .update(log)
    .set({
      status: sql`${verdict.status}`,
      reason: sql`${verdict.reason}`,
      reasonDetail: sql`${verdict.detail}`,
      error: iif<string | null>(eq(verdict.status, 'pending'), null, log.error),
      dueAt: sql`${verdict.until}`,
      wakeAt: coalesce<number | null>(verdict.wakeAt, verdict.until),
    })
    .from(verdict)
    .where(and(eq(log.id, verdict.id), mayBecome('deferred'), mayBecome('suppressed')));
});

/** Statement: writes verdicts on rows that wait. */
export const writeVerdicts = (verdicts: readonly (VerdictRow | TurnRow)[]) =>
  write({ verdicts: JSON.stringify(verdicts) });
