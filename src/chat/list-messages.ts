import { asc, desc } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { eq, gt, lt } from '../db/comparisons.ts';
import { allOf, limitOf } from '../db/expressions.ts';
import { q } from '../db/query.ts';
import { messages, threadMembers, users } from '../db/schema.ts';
import { hot } from '../db/statement.ts';
import type { Caller } from '../platform/auth/caller.ts';
import type { Deps } from '../platform/deps.ts';
import { AppError } from '../platform/errors.ts';
import { type MessageJson, messageColumns, toMessage } from './message.ts';

/** A page of a thread. `before` and `after` are a message's `seq`; at most one of them is used. */
export interface PageQuery {
  limit: number;
  before?: number | undefined;
  after?: number | undefined;
}

/** A page is one request, and one more for so many letters that it holds. */
const LETTERS_A_REQUEST = 100_000;

/** Messages, and the `seq` to pass on as `before` (or `after`) for the next page; null at the end. */
export interface MessagePage {
  messages: MessageJson[];
  next: string | null;
}

const membership = hot<{ threadId: string; userId: string; familyId: string }>()((v) =>
  q
    .select({ userId: threadMembers.userId })
    .from(threadMembers)
    .where(
      allOf(
        eq(threadMembers.threadId, v.threadId),
        eq(threadMembers.userId, v.userId),
        eq(threadMembers.familyId, v.familyId),
      ),
    ),
);

const notFound = () => new AppError('thread_not_found', 'There is no such thread, or you are not in it.');

/** @throws AppError `thread_not_found` to whoever is not in the thread */
export async function requireMembership(
  db: Db,
  who: { threadId: string; userId: string; familyId: string },
): Promise<void> {
  if ((await db.all(membership(who))).length === 0) throw notFound();
}

const pageOf = (direction: 'before' | 'after') =>
  hot<{ threadId: string; seq: number; limit: number }>()((v) =>
    q
      .select(messageColumns)
      .from(messages)
      .innerJoin(users, eq(users.id, messages.authorId))
      .where(
        allOf(
          eq(messages.threadId, v.threadId),
          direction === 'before' ? lt(messages.seq, v.seq) : gt(messages.seq, v.seq),
        ),
      )
      .orderBy(direction === 'before' ? desc(messages.seq) : asc(messages.seq))
      .limit(limitOf(v.limit)),
  );
const pageBefore = pageOf('before');
const pageAfter = pageOf('after');

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
  const page = after === undefined ? pageBefore : pageAfter;
  const seq = after ?? before ?? Number.MAX_SAFE_INTEGER;
  const { member, rows } = await db.batch({
    member: membership({ threadId, userId, familyId }),
    rows: page({ threadId, seq, limit: limit + 1 }),
  });
  if (member.length === 0) throw notFound();
  const shown = rows.slice(0, limit);
  const letters = shown.reduce((sum, { body }) => sum + body.length, 0);
  deps.requestPace.add({ userId, familyId }, Math.floor(letters / LETTERS_A_REQUEST));
  const next = rows.length > limit ? String(shown.at(-1)!.seq) : null;
  return { messages: shown.map(toMessage), next };
}
