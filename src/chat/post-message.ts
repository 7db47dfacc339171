import { retrying } from '../db/retry.ts';
import { sql } from '../db/sql.ts';
import {
  insertDeliveries,
  notifiedUpTo,
  rescheduleDeferred,
  suppressRead,
} from '../notifications/deliveries/outbox.ts';
import type { ClaimedCaller } from '../platform/auth/caller.ts';
import { sha256 } from '../platform/crypto.ts';
import type { Deps } from '../platform/deps.ts';
import { AppError, rateLimited } from '../platform/errors.ts';
import { newId } from '../platform/ids.ts';
import { DAY_MS } from '../platform/time.ts';
import { type MessageJson, type MessageRow, messageColumns, toMessage } from './message.ts';

/** Until this file is built by drizzle, see `callerCondition`. */
function rawCallerCondition(caller: ClaimedCaller, now: number) {
  const person = sql`u.id = ${caller.userId} AND u.family_id = ${caller.familyId} AND u.deleted_at IS NULL`;
  if (caller.sessionId === null) return person;
  return sql`${person} AND EXISTS (SELECT 1 FROM sessions s WHERE s.id = ${caller.sessionId}
    AND s.user_id = ${caller.userId} AND s.revoked_at IS NULL AND s.expires_at > ${now})`;
}

/** What a member says. */
export interface NewMessage {
  threadId: string;
  body: string;
  fileIds: string[];
  urgent: boolean;
  via: 'app' | 'sms';
  /** The Idempotency-Key; null: each call is a message of its own. */
  clientKey: string | null;
}

/** Urgent messages a sender may post in a day. */
const URGENT_PER_DAY = 3;

interface Guard {
  isCaller: number | null;
  isMember: number | null;
  urgentCount: number;
  urgentSince: number | null;
}
interface Recipient {
  userId: string;
  deliveryId: string | null;
  status: string | null;
}

/** Why no message came out of the batch. */
function refusal(guard: Guard | undefined, message: NewMessage, now: number): AppError {
  if (!guard?.isCaller) {
    return new AppError('unauthenticated', 'This sign-in has ended, or the person is not known here.');
  }
  if (guard.isMember && message.urgent && guard.urgentCount >= URGENT_PER_DAY) {
    const wait = ((guard.urgentSince ?? now) + DAY_MS - now) / 1000;
    return rateLimited(`At most ${URGENT_PER_DAY} urgent messages a day; send it as an ordinary one.`, wait);
  }
  return new AppError('thread_not_found', 'There is no such thread, or you are not in it.');
}

/**
 * Posts a message: one D1 round trip, in which caller, session and membership are checked, and message,
 * delivery rows and recipients come out; what the author has thereby read is not texted any more: all of the
 * thread, or by text what they had been texted.
 * Safe to run twice: the client key is unique by author.
 * Live event and queue follow after the answer and can fail; the rows in D1 are the truth.
 * @throws AppError `unauthenticated`, `thread_not_found`, `idempotency_conflict`, `rate_limited`
 */
export async function postMessage(
  deps: Deps,
  caller: ClaimedCaller,
  message: NewMessage,
): Promise<MessageJson> {
  const now = deps.now();
  const db = deps.db.forFamily(caller.familyId);
  const id = newId('msg', now);
  const key = message.clientKey ?? id;
  const fileIds = JSON.stringify(message.fileIds);
  const digest = await sha256(
    JSON.stringify([message.threadId, message.body, message.fileIds, message.urgent]),
  );
  const member = sql`m.thread_id = ${message.threadId} AND m.user_id = ${caller.userId} AND m.family_id = ${caller.familyId}`;
  // Whoever writes in the app has the thread before them; on a phone they know what they were texted.
  const told = notifiedUpTo(caller.userId, message.threadId);
  const readUpTo =
    message.via === 'app'
      ? sql`msg.seq`
      : sql`CASE WHEN MAX(thread_members.last_read_seq, ${told}) >= msg.seq - 1 THEN msg.seq ELSE ${told} END`;
  const urgentToday = sql`FROM messages WHERE author_id = ${caller.userId} AND urgent = 1 AND created_at > ${now - DAY_MS}`;

  const [guards, , , , , , posted, recipients] = await retrying(() =>
    db.batch([
      db.all<Guard>(sql`
        SELECT (SELECT 1 FROM users u WHERE ${rawCallerCondition(caller, now)}) AS isCaller,
          (SELECT 1 FROM thread_members m WHERE ${member}) AS isMember,
          (SELECT COUNT(*) ${urgentToday}) AS urgentCount, (SELECT MIN(created_at) ${urgentToday}) AS urgentSince`),
      db.run(sql`
        INSERT INTO messages
          (id, family_id, thread_id, seq, author_id, body, file_ids, urgent, via, client_key, client_digest, created_at)
        SELECT ${id}, t.family_id, t.id, t.last_seq + 1, u.id, ${message.body}, ${fileIds}, ${message.urgent ? 1 : 0},
          ${message.via}, ${key}, ${digest}, ${now}
        FROM thread_members m JOIN threads t ON t.id = m.thread_id JOIN users u ON u.id = m.user_id
        WHERE ${member} AND ${rawCallerCondition(caller, now)}
          AND (${message.urgent ? 1 : 0} = 0 OR (SELECT COUNT(*) ${urgentToday}) < ${URGENT_PER_DAY})
        ON CONFLICT (author_id, client_key) DO NOTHING`),
      db.run(sql`
        UPDATE threads SET last_seq = msg.seq, last_activity_at = msg.created_at
        FROM (SELECT thread_id, seq, created_at FROM messages WHERE id = ${id}) AS msg
        WHERE threads.id = msg.thread_id AND threads.last_seq < msg.seq`),
      db.run(sql`
        UPDATE thread_members SET last_read_seq = MAX(thread_members.last_read_seq, ${readUpTo})
        FROM (SELECT thread_id, author_id, seq FROM messages WHERE id = ${id}) AS msg
        WHERE thread_members.thread_id = msg.thread_id AND thread_members.user_id = msg.author_id
          AND thread_members.last_read_seq < msg.seq`),
      suppressRead(db, caller.userId, message.threadId),
      insertDeliveries(db, id, now, deps.config),
      db.all<MessageRow & { digest: string }>(sql`
        SELECT ${messageColumns}, msg.client_digest AS digest FROM messages msg JOIN users a ON a.id = msg.author_id
        WHERE msg.author_id = ${caller.userId} AND msg.client_key = ${key}`),
      db.all<Recipient>(sql`
        SELECT m.user_id AS userId, d.id AS deliveryId, d.status AS status
        FROM thread_members m LEFT JOIN sms_delivery_log d ON d.message_id = ${id} AND d.user_id = m.user_id
        WHERE m.thread_id = ${message.threadId} AND EXISTS (SELECT 1 FROM messages WHERE id = ${id})`),
      // What a text has not told yet need not wait for a window that has grown.
      ...(message.via === 'sms'
        ? [rescheduleDeferred(db, [caller.userId], now, { threadId: message.threadId })]
        : []),
    ]),
  );

  const [row] = posted;
  if (!row || !guards[0]?.isCaller) throw refusal(guards[0], message, now);
  if (row.digest !== digest) {
    throw new AppError(
      'idempotency_conflict',
      'This Idempotency-Key was used with another message; use a new one.',
    );
  }
  if (row.id === id) deps.afterwards(announce(deps, caller, toMessage(row), recipients));
  return toMessage(row);
}

/** What follows a post: the live event, which is also the author's return, and the queue. */
async function announce(
  deps: Deps,
  caller: ClaimedCaller,
  message: MessageJson,
  recipients: Recipient[],
): Promise<void> {
  const jobs = recipients
    .filter(({ status }) => status === 'pending')
    .map(({ deliveryId }) => ({ deliveryId: deliveryId!, familyId: caller.familyId }));
  const event = { type: 'message' as const, threadId: message.threadId, message };
  const results = await Promise.allSettled([
    jobs.length > 0 ? deps.enqueue(jobs) : null,
    deps.family(caller.familyId).publish([{ event, to: recipients.map(({ userId }) => userId) }]),
  ]);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}
