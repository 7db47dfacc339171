import { type AnyColumn, desc, eq, lt, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { allOf, hasRow, iif, inList, tupleBefore } from '../db/expressions.ts';
import { q } from '../db/query.ts';
import { messages, threadMembers, users } from '../db/schema.ts';
import type { Caller } from '../platform/auth/caller.ts';
import type { Deps } from '../platform/deps.ts';
import { AppError } from '../platform/errors.ts';
import { holdsWords, wordsOf } from './find-words.ts';
import { requireMembership } from './list-messages.ts';
import { type MessageJson, messageColumns, toMessage } from './message.ts';

/** So many messages are looked at in one statement. */
export const SCAN_ROWS = 1000;
/** So many statements a search asks, each when the one before has found too little. */
const MOST_SCANS = 5;
/** And at so many letters a search: a thousand messages may be 4 million, whose comparing would hold everybody up. */
export const MOST_LETTERS = 500_000;
/** A search is one request, and one more for so many letters that it looks at. */
const LETTERS_A_REQUEST = 25_000;

/** What is looked for. */
export interface Search {
  /** Words, all of which a message must hold; case and accents do not count. */
  question: string;
  /** In this conversation alone; undefined: in all of the caller's. */
  threadId?: string | undefined;
  limit: number;
  /** `next` of the page before. */
  before?: string | undefined;
}

/** What was found, newest first; `next` leads further back, null when everything was looked at. */
export interface Found {
  messages: MessageJson[];
  next: string | null;
}

interface Looked {
  id: string;
  seq: number;
  createdAt: number;
}

type Scanned = Looked & { words: string | null };

/** One way to go back in time: through a conversation by `seq`, or through a family's messages by time. */
interface Course {
  within: (cursor: string | undefined) => SQL;
  newestFirst: SQL[];
  /** The same order, of the rows of a scan. */
  rank: (looked: { seq: AnyColumn; createdAt: AnyColumn; id: AnyColumn }) => SQL;
  cursorOf: (message: Looked) => string;
}

const badCursor = () => new AppError('invalid_request', '"before" should be `next` of an earlier page.');

function throughThread(threadId: string): Course {
  return {
    within: (cursor) => {
      if (cursor !== undefined && !/^\d{1,15}$/.test(cursor)) throw badCursor();
      return allOf(eq(messages.threadId, threadId), cursor !== undefined && lt(messages.seq, Number(cursor)));
    },
    newestFirst: [desc(messages.seq)],
    rank: ({ seq }) => desc(seq),
    cursorOf: ({ seq }) => String(seq),
  };
}

function throughFamily(familyId: string): Course {
  return {
    within: (cursor) => {
      const [, at, id] = /^(\d{1,15})_(.+)$/s.exec(cursor ?? '') ?? [];
      if (cursor !== undefined && (at === undefined || id === undefined)) throw badCursor();
      const isBefore =
        at !== undefined &&
        id !== undefined &&
        tupleBefore([messages.createdAt, messages.id], [Number(at), id]);
      return allOf(eq(messages.familyId, familyId), isBefore);
    },
    newestFirst: [desc(messages.createdAt), desc(messages.id)],
    rank: ({ createdAt, id }) => sql`${desc(createdAt)}, ${desc(id)}`,
    cursorOf: ({ createdAt, id }) => `${createdAt}_${id}`,
  };
}

/**
 * The next messages of a course; of conversations that the person is not in, without words. Words are null from where
 * they would be more than `letters` in all, but those of the first.
 */
function scan(
  { within, newestFirst, rank }: Course,
  userId: string,
  cursor: string | undefined,
  letters: number,
) {
  const { id, threadId, seq, createdAt, body } = messages;
  const looked = q
    .select({ id, threadId, seq, createdAt, body })
    .from(messages)
    .where(within(cursor))
    .orderBy(...newestFirst)
    .limit(SCAN_ROWS)
    .as('looked');
  const isMember = hasRow(
    threadMembers,
    allOf(eq(threadMembers.threadId, looked.threadId), eq(threadMembers.userId, userId)),
  );
  const lettersBefore = sql`sum(length(${looked.body})) over (order by ${rank(looked)}) - length(${looked.body})`;
  return q
    .select({
      id: looked.id,
      seq: looked.seq,
      createdAt: looked.createdAt,
      words: iif<string | null>(
        sql`${lettersBefore} < ${letters}`,
        iif<string>(isMember, looked.body, ''),
        sql`null`,
      ).as('words'),
    })
    .from(looked);
}

async function readMessages(db: Db, ids: readonly string[]): Promise<MessageJson[]> {
  if (ids.length === 0) return [];
  const rows = await db.all(
    q
      .select(messageColumns)
      .from(messages)
      .innerJoin(users, eq(users.id, messages.authorId))
      .where(inList(messages.id, ids)),
  );
  const byId = new Map(rows.map((row) => [row.id, toMessage(row)]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/**
 * Finds messages in the caller's conversations. Looks at {@link SCAN_ROWS} messages a statement, at most five times as many
 * a call, and at {@link MOST_LETTERS} of theirs, so that nobody waits behind a search: a page may hold fewer than `limit`,
 * even none, and lead further.
 * @throws AppError `invalid_request`, `thread_not_found`, `rate_limited`
 */
export async function searchMessages(
  deps: Deps,
  { userId, familyId }: Pick<Caller, 'userId' | 'familyId'>,
  { question, threadId, limit, before }: Search,
): Promise<Found> {
  const words = wordsOf(question);
  await deps.edge.act('search', { userId, familyId }, deps.now());
  const db = deps.db.forFamily(familyId);
  const course = threadId === undefined ? throughFamily(familyId) : throughThread(threadId);
  if (threadId !== undefined) await requireMembership(db, { threadId, userId, familyId });
  const found: string[] = [];
  let next: string | null | undefined = before;
  let letters = 0;
  let isOver = false;
  for (
    let scans = 0;
    scans < MOST_SCANS && next !== null && !isOver && found.length < limit && letters < MOST_LETTERS;
    scans++
  ) {
    const rows: Scanned[] = await db.all(scan(course, userId, next, MOST_LETTERS - letters));
    for (const row of rows) {
      isOver = row.words === null || found.length >= limit;
      if (row.words === null || isOver) break;
      next = course.cursorOf(row);
      letters += row.words.length;
      if (holdsWords(row.words, words)) found.push(row.id);
    }
    if (!isOver && rows.length < SCAN_ROWS) next = null;
  }
  deps.requestPace.add({ userId, familyId }, Math.floor(letters / LETTERS_A_REQUEST));
  return { messages: await readMessages(db, found), next: next ?? null };
}
