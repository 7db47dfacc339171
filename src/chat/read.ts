import { isNotNull } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import { eq, lt } from '../db/comparisons.ts';
import { allOf, json, jsonArray, scalar } from '../db/expressions.ts';
import { q } from '../db/query.ts';
import { retrying } from '../db/retry.ts';
import { messages, threadMembers, threads } from '../db/schema.ts';
import { rescheduleDeferred, suppressRead } from '../notifications/deliveries/outbox.ts';
import type { Caller } from '../platform/auth/caller.ts';
import type { Deps } from '../platform/deps.ts';
import { AppError } from '../platform/errors.ts';

/** How far someone has read, and how much is unread. */
export interface ReadState {
  lastReadSeq: number;
  unread: number;
}

/**
 * Marks a thread as read up to a message, or to its end; the position never moves back. Deliveries of read
 * messages are suppressed.
 * @throws AppError `thread_not_found`, `message_not_found`
 */
export async function markRead(
  deps: Deps,
  { userId, familyId }: Pick<Caller, 'userId' | 'familyId'>,
  threadId: string,
  messageId: string | null,
): Promise<ReadState> {
  const db = deps.db.forFamily(familyId);
  const m = threadMembers;
  const mine = allOf(eq(m.threadId, threadId), eq(m.userId, userId), eq(m.familyId, familyId));
  const target = scalar<number>(
    messageId === null
      ? q.select({ seq: threads.lastSeq }).from(threads).where(eq(threads.id, threadId))
      : q
          .select({ seq: messages.seq })
          .from(messages)
          .where(allOf(eq(messages.id, messageId), eq(messages.threadId, threadId))),
  );
  const found = isNotNull(target);
  const reader = alias(threadMembers, 'reader');
  const readers = q
    .select({ ids: jsonArray<string>(reader.userId).as('ids') })
    .from(reader)
    .where(eq(reader.threadId, m.threadId));
  const results = await retrying(() =>
    db.batch({
      before: q
        .select({ seq: m.lastReadSeq, target: target.as('target') })
        .from(m)
        .where(mine),
      read: q
        .update(m)
        .set({ lastReadSeq: target })
        .where(allOf(mine, lt(m.lastReadSeq, target))),
      suppressed: suppressRead(userId, threadId, found),
      state: q
        .select({
          lastReadSeq: m.lastReadSeq,
          lastSeq: threads.lastSeq,
          readers: json<string[]>(scalar(readers)).as('readers'),
        })
        .from(m)
        .innerJoin(threads, eq(threads.id, m.threadId))
        .where(mine),
      // Unread messages need not wait for a window that has grown.
      rescheduled:
        messageId !== null && rescheduleDeferred([userId], deps.now(), { threadId, condition: found }),
    }),
  );
  const [before] = results.before;
  const [state] = results.state;
  if (!state || !before)
    throw new AppError('thread_not_found', 'There is no such thread, or you are not in it.');
  if (before.target === null)
    throw new AppError('message_not_found', 'There is no such message in this thread.');
  // Reading resets the window; the live event does so in the Family object.
  const event = { type: 'read' as const, threadId, userId, seq: state.lastReadSeq };
  const family = deps.family(familyId);
  const isNews = state.lastReadSeq > before.seq;
  deps.afterwards(
    isNews ? family.publish([{ event, to: state.readers }]) : family.returned(userId, threadId),
  );
  return { lastReadSeq: state.lastReadSeq, unread: Math.max(0, state.lastSeq - state.lastReadSeq) };
}
