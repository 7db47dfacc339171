import { retrying } from '../db/retry.ts';
import { sql } from '../db/sql.ts';
import { rescheduleDeferred, suppressRead } from '../notifications/deliveries/outbox.ts';
import type { Caller } from '../platform/auth/caller.ts';
import type { Deps } from '../platform/deps.ts';
import { AppError } from '../platform/errors.ts';

/** How far someone has read, and what is left. */
export interface ReadState {
  lastReadSeq: number;
  unread: number;
}

/**
 * Marks a thread read up to a message, or to its end; never back. What is read is not texted.
 * @throws AppError `thread_not_found`, `message_not_found`
 */
export async function markRead(
  deps: Deps,
  { userId, familyId }: Pick<Caller, 'userId' | 'familyId'>,
  threadId: string,
  messageId: string | null,
): Promise<ReadState> {
  const db = deps.db.forFamily(familyId);
  const target =
    messageId === null
      ? sql`(SELECT t.last_seq FROM threads t WHERE t.id = ${threadId})`
      : sql`(SELECT msg.seq FROM messages msg WHERE msg.id = ${messageId} AND msg.thread_id = ${threadId})`;
  const found = sql`${target} IS NOT NULL`;
  const mine = sql`thread_id = ${threadId} AND user_id = ${userId} AND family_id = ${familyId}`;
  const [before, , , states] = await retrying(() =>
    db.batch([
      db.all<{ seq: number; target: number | null }>(sql`
        SELECT last_read_seq AS seq, ${target} AS target FROM thread_members WHERE ${mine}`),
      db.run(
        sql`UPDATE thread_members SET last_read_seq = ${target} WHERE ${mine} AND last_read_seq < ${target}`,
      ),
      suppressRead(db, userId, threadId, found),
      db.all<{ lastReadSeq: number; lastSeq: number; readers: string }>(sql`
        SELECT me.last_read_seq AS lastReadSeq, t.last_seq AS lastSeq,
          (SELECT json_group_array(m.user_id) FROM thread_members m WHERE m.thread_id = t.id) AS readers
        FROM thread_members me JOIN threads t ON t.id = me.thread_id
        WHERE me.thread_id = ${threadId} AND me.user_id = ${userId} AND me.family_id = ${familyId}`),
      // What is left unread need not wait for a window that has grown.
      ...(messageId === null
        ? []
        : [rescheduleDeferred(db, [userId], deps.now(), { threadId, condition: found })]),
    ]),
  );
  const [state] = states;
  if (!state) throw new AppError('thread_not_found', 'There is no such thread, or you are not in it.');
  if (before[0]!.target === null)
    throw new AppError('message_not_found', 'There is no such message in this thread.');
  // Reading is a return, which shortens the window again; the live event says so by itself.
  const event = { type: 'read' as const, threadId, userId, seq: state.lastReadSeq };
  const family = deps.family(familyId);
  const isNews = state.lastReadSeq > before[0]!.seq;
  deps.afterwards(
    isNews ? family.publish([{ event, to: JSON.parse(state.readers) }]) : family.returned(userId, threadId),
  );
  return { lastReadSeq: state.lastReadSeq, unread: Math.max(0, state.lastSeq - state.lastReadSeq) };
}
