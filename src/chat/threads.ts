import { and, desc, isNull, not, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import * as z from 'zod';
import { eq } from '../db/comparisons.ts';
import { allOf, hasRow, inList, json, jsonArray, jsonObject, scalar } from '../db/expressions.ts';
import { insertFrom } from '../db/insert-from.ts';
import { q } from '../db/query.ts';
import { retrying } from '../db/retry.ts';
import { families, messages, threadMembers, threads, users } from '../db/schema.ts';
import type { ResultOf } from '../db/statement.ts';
import type { Caller } from '../platform/auth/caller.ts';
import type { Deps } from '../platform/deps.ts';
import { AppError } from '../platform/errors.ts';
import { iso, isoOrNull, namedSchema, timestamp } from '../platform/http/validation.ts';
import { threadClaims } from '../platform/id-claims.ts';
import { newId } from '../platform/ids.ts';
import { countThread, threadsUsedUp, usedUp, windowsAt } from '../platform/pace/person-budget.ts';
import { FOREVER } from '../platform/time.ts';

/** A thread as one of its members sees it. */
export const threadSchema = namedSchema('Thread', () =>
  z.object({
    id: z.string(),
    title: z.string(),
    members: z.array(z.object({ id: z.string(), name: z.string(), lastReadSeq: z.int() })),
    lastSeq: z.int(),
    lastReadSeq: z.int(),
    unread: z.int(),
    mutedUntil: z.union([timestamp, z.literal(true), z.null()]).describe('true: for good'),
    lastMessage: z
      .object({
        authorId: z.string(),
        authorName: z.string(),
        body: z.string(),
        createdAt: timestamp,
        deletedAt: timestamp.nullable().describe('Taken back: it has no words any more.'),
      })
      .nullable(),
    lastActivityAt: timestamp,
    createdAt: timestamp,
  }),
);

/** See {@link threadSchema}. */
export type ThreadJson = z.infer<ReturnType<typeof threadSchema>>;

type Who = Pick<Caller, 'userId' | 'familyId'>;

/** A list of threads is one request, and one more for so many members that it names. */
const MEMBERS_A_REQUEST = 250;
/** A thread that is refused counts as so many requests. */
const AS_REFUSED = 10;
/** Max. threads in a list. */
const MAX_THREADS = 500;
/** Max. characters of the newest message in a list. */
const LAST_WORDS = 140;

const members = q
  .select({
    list: jsonArray<{ id: string; name: string; lastReadSeq: number }>(
      jsonObject({ id: users.id, name: users.name, lastReadSeq: threadMembers.lastReadSeq }),
    ),
  })
  .from(threadMembers)
  .innerJoin(users, eq(users.id, threadMembers.userId))
  .where(eq(threadMembers.threadId, threads.id));

const lastMessage = q
  .select({
    json: jsonObject({
      authorId: users.id,
      authorName: users.name,
      body: sql`substr(${messages.body}, 1, ${LAST_WORDS})`,
      fileCount: sql`json_array_length(${messages.fileIds})`,
      createdAt: messages.createdAt,
      deletedAt: messages.deletedAt,
    }),
  })
  .from(messages)
  .innerJoin(users, eq(users.id, messages.authorId))
  .where(and(eq(messages.threadId, threads.id), eq(messages.seq, threads.lastSeq)));

interface LastMessage {
  authorId: string;
  authorName: string;
  body: string;
  fileCount: number;
  createdAt: number;
  deletedAt: number | null;
}

const me = alias(threadMembers, 'me');

/** Selects threads as one member sees them; all of theirs, or one. */
const selectThreads = ({ userId, familyId }: Who, threadId?: string) =>
  q
    .select({
      id: threads.id,
      title: threads.title,
      lastSeq: threads.lastSeq,
      lastReadSeq: me.lastReadSeq,
      mutedUntil: me.mutedUntil,
      lastActivityAt: threads.lastActivityAt,
      createdAt: threads.createdAt,
      members: json<ThreadJson['members']>(scalar(members)).as('members'),
      lastMessage: json<LastMessage | null>(scalar(lastMessage)).as('lastMessage'),
    })
    .from(me)
    .innerJoin(threads, eq(threads.id, me.threadId))
    .where(
      and(
        eq(me.userId, userId),
        eq(threads.familyId, familyId),
        threadId === undefined ? undefined : eq(me.threadId, threadId),
      ),
    )
    .orderBy(desc(threads.lastActivityAt), desc(threads.id))
    .limit(MAX_THREADS);

type ThreadRow = ResultOf<ReturnType<typeof selectThreads>>[number];

/** The API's form of a time until which a thread is muted. */
export const mutedJson = (until: number | null, now: number): string | true | null =>
  until === null || until <= now ? null : until >= FOREVER ? true : iso(until);

function toThread(row: ThreadRow, now: number): ThreadJson {
  const { lastMessage: last } = row;
  return {
    id: row.id,
    title: row.title,
    members: row.members,
    lastSeq: row.lastSeq,
    lastReadSeq: row.lastReadSeq,
    unread: Math.max(0, row.lastSeq - row.lastReadSeq),
    mutedUntil: mutedJson(row.mutedUntil, now),
    lastMessage: last && {
      authorId: last.authorId,
      authorName: last.authorName,
      body: last.body === '' && last.fileCount > 0 ? '[Attachment]' : last.body,
      createdAt: iso(last.createdAt),
      deletedAt: isoOrNull(last.deletedAt),
    },
    lastActivityAt: iso(row.lastActivityAt),
    createdAt: iso(row.createdAt),
  };
}

/** The caller's threads, newest activity first. @throws when the database fails */
export async function listThreads(deps: Deps, who: Who): Promise<ThreadJson[]> {
  const rows = await deps.db.forFamily(who.familyId).all(selectThreads(who));
  const listed = rows.reduce((sum, row) => sum + row.members.length, 0);
  deps.requestPace.add(who, Math.floor(listed / MEMBERS_A_REQUEST));
  return rows.map((row) => toThread(row, deps.now()));
}

/** One thread of the caller's. @throws AppError `thread_not_found` */
export async function getThread(deps: Deps, who: Who, threadId: string): Promise<ThreadJson> {
  const row = await deps.db.forFamily(who.familyId).first(selectThreads(who, threadId));
  if (!row) throw new AppError('thread_not_found', 'There is no such thread, or you are not in it.');
  return toThread(row, deps.now());
}

/**
 * Creates a thread of the caller and these members of the family.
 * @throws AppError `rate_limited`, `user_not_found` when one of them is not in the family; nothing is created then
 */
export async function createThread(
  deps: Deps,
  caller: Who,
  { title, memberIds }: { title: string; memberIds: string[] },
): Promise<ThreadJson> {
  const now = deps.now();
  const id = newId('thr', now);
  const memberList = [...new Set([caller.userId, ...memberIds])];
  const db = deps.db.forFamily(caller.familyId);
  const known = q
    .select({ id: users.id })
    .from(users)
    .where(and(inList(users.id, memberList), eq(users.familyId, caller.familyId), isNull(users.deletedAt)))
    .as('known');
  const { dayAt } = windowsAt(now);
  const isUsedUp = threadsUsedUp(dayAt, deps.config.THREADS_PER_DAY);
  const allKnown = sql`(select count(*) from ${known}) = ${memberList.length}`;
  // First, so that no thread is ever without a claim; one without a thread does no harm, since its id is random.
  await threadClaims.claim(deps.db.directory, [{ id, familyId: caller.familyId }], now);
  const { budget } = await retrying(() =>
    db.batch({
      budget: q
        .select({
          usedUp: sql<boolean>`${isUsedUp}`.mapWith(Boolean).as('usedUp'),
          zone: families.timeZone,
        })
        .from(users)
        .innerJoin(families, eq(families.id, users.familyId))
        .where(eq(users.id, caller.userId)),
      thread: insertFrom(
        threads,
        { id, familyId: caller.familyId, title, lastActivityAt: now, createdAt: now },
        sql`from ${users} where ${allOf(eq(users.id, caller.userId), allKnown, not(isUsedUp))}`,
      ).onConflictDoNothing({ target: threads.id }),
      members: insertFrom(
        threadMembers,
        { threadId: threads.id, userId: known.id, familyId: threads.familyId, joinedAt: now },
        sql`from ${threads} join ${known} where ${eq(threads.id, id)}`,
      ).onConflictDoNothing({ target: [threadMembers.threadId, threadMembers.userId] }),
      counted: q
        .update(users)
        .set(countThread(dayAt))
        .where(allOf(eq(users.id, caller.userId), hasRow(threads, eq(threads.id, id)))),
    }),
  );
  const row = await db.first(selectThreads(caller, id));
  if (!row) await retrying(() => deps.db.directory.run(threadClaims.release(caller.familyId, id)));
  // It has asked two databases in vain: somebody who goes on all the same is slowed.
  if (!row) deps.requestPace.add(caller, AS_REFUSED);
  if (!row && budget[0]?.usedUp) throw usedUp('threads', 'day', deps.config.THREADS_PER_DAY, now);
  if (!row) throw new AppError('user_not_found', 'Every member must be a person of your family.');
  const thread = toThread(row, now);
  deps.afterwards(announceThread(deps, caller.familyId, thread, budget[0]?.zone ?? null));
  return thread;
}

/**
 * Publishes a live event to a thread's members: it was created, renamed, or has other members. Where there are none, no
 * object is woken to tell nobody. A family's object is mostly made by it.
 * @param timeZone the family's, by which it is made where the family is
 * @param to the members that it is for; who mutes a thread alone is told
 * @throws AppError `unavailable` when the family's object cannot be reached
 */
export async function announceThread(
  deps: Deps,
  familyId: string,
  thread: Pick<ThreadJson, 'id' | 'title' | 'members'>,
  timeZone: string | null,
  to: string[] = thread.members.map((member) => member.id),
): Promise<void> {
  const { id, title, members } = thread;
  if (to.length === 0) return;
  const event = {
    type: 'thread' as const,
    thread: { id, title, members: members.map((m) => ({ id: m.id, name: m.name })) },
  };
  await deps.family(familyId, timeZone).publish([{ event, to }]);
}
