import { isNull, not, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { eq, ne } from '../db/comparisons.ts';
import { allOf, hasRow } from '../db/expressions.ts';
import { q } from '../db/query.ts';
import { retrying } from '../db/retry.ts';
import { messages, threadMembers, users } from '../db/schema.ts';
import { reviseDeliveries, suppressRetracted } from '../notifications/deliveries/retraction.ts';
import { askStores, notEveryStore } from '../platform/ask-stores.ts';
import type { Caller } from '../platform/auth/caller.ts';
import { isBlank } from '../platform/characters.ts';
import type { Deps } from '../platform/deps.ts';
import { AppError } from '../platform/errors.ts';
import { changesUsedUp, countChange, usedUp, windowsAt } from '../platform/pace/person-budget.ts';
import { type MessageJson, messageColumns, toMessage } from './message.ts';

/** An edit is one request, and one more for so many texts that wait to be sent and are composed anew. */
const TEXTS_A_REQUEST = 100;

type Author = Pick<Caller, 'userId' | 'familyId'>;

/** The message is the caller's, in a thread that they are (still) in. */
const isOwn = ({ userId, familyId }: Author, threadId: string, messageId: string): SQL =>
  allOf(
    eq(messages.id, messageId),
    eq(messages.threadId, threadId),
    eq(messages.authorId, userId),
    eq(messages.familyId, familyId),
    hasRow(
      threadMembers,
      allOf(eq(threadMembers.threadId, messages.threadId), eq(threadMembers.userId, messages.authorId)),
    ),
  );

/** A message, and who is in its thread. */
const selectMessage = (condition: SQL) =>
  q
    .select({ ...messageColumns, familyId: messages.familyId })
    .from(messages)
    .innerJoin(users, eq(users.id, messages.authorId))
    .where(condition);

const membersOf = (messageId: string) =>
  q
    .select({ userId: threadMembers.userId })
    .from(threadMembers)
    .innerJoin(messages, eq(messages.threadId, threadMembers.threadId))
    .where(eq(messages.id, messageId));

/** Tells everybody in the thread what the message is now. */
async function publish(deps: Deps, familyId: string, message: MessageJson, to: string[]): Promise<void> {
  const event = { type: 'message' as const, threadId: message.threadId, message };
  await deps.family(familyId).publish([{ event, to }]);
}

const notFound = () => new AppError('message_not_found', 'There is no such message of yours in this thread.');

/**
 * Edits a message of the caller's: what texts quote that have not been claimed yet. One round trip; the same words
 * again change nothing.
 * @throws AppError `message_not_found` (of others, too), `empty_message`, `conflict` for one that was taken back,
 * `rate_limited`
 */
export async function editMessage(
  deps: Deps,
  author: Author,
  threadId: string,
  messageId: string,
  body: string,
): Promise<MessageJson> {
  const now = deps.now();
  await deps.edge.act('edit', author, now);
  const own = isOwn(author, threadId, messageId);
  const hasContent = isBlank(body) ? ne(messages.fileIds, '[]') : undefined;
  const { dayAt } = windowsAt(now);
  const { CHANGES_PER_DAY: perDay } = deps.config;
  const theAuthor = eq(users.id, author.userId);
  const mayChange = hasRow(users, allOf(theAuthor, not(changesUsedUp(dayAt, perDay))));
  const isNew = allOf(own, isNull(messages.deletedAt), ne(messages.body, body), hasContent, mayChange);
  const { deliveries, edited, found, members, budget } = await retrying(() =>
    deps.db.forFamily(author.familyId).batch({
      // Before the message: the rows are told apart by what it says until now.
      deliveries: reviseDeliveries(messageId, hasRow(messages, isNew)),
      edited: q.update(messages).set({ body, editedAt: now }).where(isNew).returning({ id: messages.id }),
      budget: q
        .select({
          mayChange: sql<boolean>`${not(changesUsedUp(dayAt, perDay))}`.mapWith(Boolean).as('mayChange'),
        })
        .from(users)
        .where(theAuthor),
      counted: q
        .update(users)
        .set(countChange(dayAt))
        .where(allOf(theAuthor, hasRow(messages, allOf(own, eq(messages.editedAt, now))))),
      found: selectMessage(own),
      members: membersOf(messageId),
    }),
  );
  deps.requestPace.add(author, Math.floor(deliveries.meta.changes / TEXTS_A_REQUEST));
  const [row] = found;
  if (!row) throw notFound();
  if (row.deletedAt !== null) throw new AppError('conflict', 'This message was taken back; post a new one.');
  if (row.body !== body && !budget[0]?.mayChange) throw usedUp('changes', 'day', perDay, now);
  if (row.body !== body) throw new AppError('empty_message', 'Send some words, or take the message back.');
  const message = toMessage(row);
  if (edited.length > 0) {
    const people = members.map(({ userId }) => userId);
    deps.afterwards(publish(deps, author.familyId, message, people));
  }
  return message;
}

/** Empties a message and suppresses what has not been claimed, in one round trip; null when there is no such message. */
async function retract(deps: Deps, db: Db, messageId: string, condition: SQL): Promise<MessageJson | null> {
  const now = deps.now();
  const { retracted, found, members } = await retrying(() =>
    db.batch({
      retracted: q
        .update(messages)
        .set({ body: '', fileIds: '[]', deletedAt: now })
        .where(allOf(condition, isNull(messages.deletedAt)))
        .returning({ id: messages.id }),
      // Repeatable: a message that is retracted has nothing that waits.
      deliveries: suppressRetracted(messageId),
      found: selectMessage(condition),
      members: membersOf(messageId),
    }),
  );
  const [row] = found;
  if (!row) return null;
  const message = toMessage(row);
  if (retracted.length > 0) {
    const people = members.map(({ userId }) => userId);
    deps.afterwards(publish(deps, row.familyId, message, people));
  }
  return message;
}

/**
 * Takes back a message of the caller's. Its place stays; its words are gone; what had not been claimed is not texted.
 * Repeating it changes nothing.
 * @throws AppError `message_not_found` (of others, too), `rate_limited`
 */
export async function retractMessage(
  deps: Deps,
  author: Author,
  threadId: string,
  messageId: string,
): Promise<MessageJson> {
  await deps.edge.act('edit', author, deps.now());
  const db = deps.db.forFamily(author.familyId);
  const message = await retract(deps, db, messageId, isOwn(author, threadId, messageId));
  if (!message) throw notFound();
  return message;
}

/**
 * The same by the host, which names no family: every store is asked for the message.
 * @throws AppError `message_not_found`
 */
export async function retractForHost(deps: Deps, messageId: string): Promise<MessageJson> {
  const byId = q.select({ familyId: messages.familyId }).from(messages).where(eq(messages.id, messageId));
  const { answers, down } = await askStores(deps, 'message', (db) => retrying(() => db.first(byId)));
  for (const { answer } of answers) {
    if (!answer) continue;
    const db = deps.db.forFamily(answer.familyId);
    const message = await retract(deps, db, messageId, eq(messages.id, messageId));
    if (message) return message;
  }
  if (down.length > 0) throw notEveryStore();
  throw new AppError('message_not_found', 'There is no such message.');
}
