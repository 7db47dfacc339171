import { sql } from '../db/sql.ts';
import type { Caller } from '../platform/auth/caller.ts';
import type { Deps } from '../platform/deps.ts';
import { AppError } from '../platform/errors.ts';
import { type MessageJson, type MessageRow, messageColumns, toMessage } from './message.ts';

/** A page of a thread. `before` and `after` are a message's `seq`; at most one of them is used. */
export interface PageQuery {
  limit: number;
  before?: number | undefined;
  after?: number | undefined;
}

/** Messages, and the `seq` to pass on as `before` (or `after`) for the next page; null at the end. */
export interface MessagePage {
  messages: MessageJson[];
  next: string | null;
}

/**
 * A page of messages: newest first, or oldest first with `after`, for catching up.
 * @throws AppError `thread_not_found`
 */
export async function listMessages(
  deps: Deps,
  { userId, familyId }: Pick<Caller, 'userId' | 'familyId'>,
  threadId: string,
  { limit, before, after }: PageQuery,
): Promise<MessagePage> {
  const db = deps.db.forFamily(familyId);
  const range =
    after === undefined
      ? sql`msg.seq < ${before ?? Number.MAX_SAFE_INTEGER} ORDER BY msg.seq DESC`
      : sql`msg.seq > ${after} ORDER BY msg.seq ASC`;
  const [member, rows] = await db.batch([
    db.all(sql`SELECT 1 AS yes FROM thread_members m
      WHERE m.thread_id = ${threadId} AND m.user_id = ${userId} AND m.family_id = ${familyId}`),
    db.all<MessageRow>(sql`
      SELECT ${messageColumns} FROM messages msg JOIN users a ON a.id = msg.author_id
      WHERE msg.thread_id = ${threadId} AND ${range} LIMIT ${limit + 1}`),
  ]);
  if (member.length === 0)
    throw new AppError('thread_not_found', 'There is no such thread, or you are not in it.');
  const page = rows.slice(0, limit);
  const next = rows.length > limit ? String(page.at(-1)!.seq) : null;
  return { messages: page.map(toMessage), next };
}
