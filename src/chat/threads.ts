import * as z from 'zod/mini';
import { retrying } from '../db/retry.ts';
import { type SQL, sql } from '../db/sql.ts';
import type { Caller } from '../platform/auth/caller.ts';
import type { Deps } from '../platform/deps.ts';
import { AppError } from '../platform/errors.ts';
import { iso, timestamp } from '../platform/http/validation.ts';
import { newId } from '../platform/ids.ts';
import { FOREVER } from '../platform/time.ts';

/** A thread as one of its members sees it. */
export const threadSchema = z.object({
  id: z.string(),
  title: z.string(),
  members: z.array(z.object({ id: z.string(), name: z.string(), lastReadSeq: z.int() })),
  lastSeq: z.int(),
  lastReadSeq: z.int(),
  unread: z.int(),
  mutedUntil: z.union([timestamp, z.literal(true), z.null()]).check(z.describe('true: for good')),
  lastMessage: z.nullable(
    z.object({ authorId: z.string(), authorName: z.string(), body: z.string(), createdAt: timestamp }),
  ),
  lastActivityAt: timestamp,
  createdAt: timestamp,
});

/** See {@link threadSchema}. */
export type ThreadJson = z.infer<typeof threadSchema>;

interface ThreadRow {
  id: string;
  title: string;
  members: string;
  lastSeq: number;
  lastReadSeq: number;
  mutedUntil: number | null;
  lastMessage: string | null;
  lastActivityAt: number;
  createdAt: number;
}

/** How many threads a list shows; a family has few. */
const MAX_THREADS = 500;
/** Last words in a list are cut to this many characters. */
const LAST_WORDS = 140;

/** Selects threads as the member `userId` sees them. */
const selectThreads = (userId: string, familyId: string, where: SQL) => sql`
  SELECT t.id AS id, t.title AS title, t.last_seq AS lastSeq, me.last_read_seq AS lastReadSeq,
    me.muted_until AS mutedUntil, t.last_activity_at AS lastActivityAt, t.created_at AS createdAt,
    (SELECT json_group_array(json_object('id', u.id, 'name', u.name, 'lastReadSeq', m.last_read_seq))
      FROM thread_members m JOIN users u ON u.id = m.user_id WHERE m.thread_id = t.id) AS members,
    (SELECT json_object('authorId', a.id, 'authorName', a.name, 'body', substr(msg.body, 1, ${LAST_WORDS}),
        'fileCount', json_array_length(msg.file_ids), 'createdAt', msg.created_at)
      FROM messages msg JOIN users a ON a.id = msg.author_id
      WHERE msg.thread_id = t.id AND msg.seq = t.last_seq) AS lastMessage
  FROM thread_members me JOIN threads t ON t.id = me.thread_id
  WHERE me.user_id = ${userId} AND t.family_id = ${familyId} AND ${where}
  ORDER BY t.last_activity_at DESC, t.id DESC LIMIT ${MAX_THREADS}`;

/** The API's form of a time until which a thread is muted. */
export const mutedJson = (until: number | null, now: number): string | true | null =>
  until === null || until <= now ? null : until >= FOREVER ? true : iso(until);

function toThread(row: ThreadRow, now: number): ThreadJson {
  const last = row.lastMessage === null ? null : JSON.parse(row.lastMessage);
  return {
    id: row.id,
    title: row.title,
    members: JSON.parse(row.members),
    lastSeq: row.lastSeq,
    lastReadSeq: row.lastReadSeq,
    unread: Math.max(0, row.lastSeq - row.lastReadSeq),
    mutedUntil: mutedJson(row.mutedUntil, now),
    lastMessage: last && {
      authorId: last.authorId,
      authorName: last.authorName,
      body: last.body === '' && last.fileCount > 0 ? '[Attachment]' : last.body,
      createdAt: iso(last.createdAt),
    },
    lastActivityAt: iso(row.lastActivityAt),
    createdAt: iso(row.createdAt),
  };
}

type Who = Pick<Caller, 'userId' | 'familyId'>;

/** The caller's threads, newest activity first. */
export async function listThreads(deps: Deps, { userId, familyId }: Who): Promise<ThreadJson[]> {
  const rows = await deps.db.forFamily(familyId).all<ThreadRow>(selectThreads(userId, familyId, sql`1`));
  return rows.map((row) => toThread(row, deps.now()));
}

/** One thread of the caller's. @throws AppError `thread_not_found` */
export async function getThread(
  deps: Deps,
  { userId, familyId }: Who,
  threadId: string,
): Promise<ThreadJson> {
  const where = sql`me.thread_id = ${threadId}`;
  const [row] = await deps.db.forFamily(familyId).all<ThreadRow>(selectThreads(userId, familyId, where));
  if (!row) throw new AppError('thread_not_found', 'There is no such thread, or you are not in it.');
  return toThread(row, deps.now());
}

/**
 * Creates a thread of the caller and these members of the family.
 * @throws AppError `user_not_found` when one of them is not in the family; nothing is created then
 */
export async function createThread(
  deps: Deps,
  caller: Who,
  { title, memberIds }: { title: string; memberIds: string[] },
): Promise<ThreadJson> {
  const now = deps.now();
  const id = newId('thr', now);
  const members = [...new Set([caller.userId, ...memberIds])];
  const list = JSON.stringify(members);
  const db = deps.db.forFamily(caller.familyId);
  const known = sql`SELECT u.id FROM json_each(${list}) j JOIN users u ON u.id = j.value
    WHERE u.family_id = ${caller.familyId} AND u.deleted_at IS NULL`;
  await retrying(() =>
    db.batch([
      db.run(sql`
        INSERT INTO threads (id, family_id, title, last_activity_at, created_at)
        SELECT ${id}, ${caller.familyId}, ${title}, ${now}, ${now}
        WHERE (SELECT COUNT(*) FROM (${known})) = ${members.length}
        ON CONFLICT (id) DO NOTHING`),
      db.run(sql`
        INSERT INTO thread_members (thread_id, user_id, family_id, joined_at)
        SELECT t.id, k.id, t.family_id, ${now} FROM threads t JOIN (${known}) k WHERE t.id = ${id}
        ON CONFLICT (thread_id, user_id) DO NOTHING`),
    ]),
  );
  const [row] = await db.all<ThreadRow>(
    selectThreads(caller.userId, caller.familyId, sql`me.thread_id = ${id}`),
  );
  if (!row) throw new AppError('user_not_found', 'Every member must be a person of your family.');
  const thread = toThread(row, now);
  deps.afterwards(announceThread(deps, caller.familyId, thread));
  return thread;
}

/** Tells a thread's members that it was created, renamed, or has other members. */
export function announceThread(
  deps: Deps,
  familyId: string,
  thread: Pick<ThreadJson, 'id' | 'title' | 'members'>,
) {
  const { id, title, members } = thread;
  const event = {
    type: 'thread' as const,
    thread: { id, title, members: members.map((m) => ({ id: m.id, name: m.name })) },
  };
  return deps.family(familyId).publish([{ event, to: members.map((member) => member.id) }]);
}
