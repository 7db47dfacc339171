import { desc, type SQL } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { eq, lt } from '../db/comparisons.ts';
import { allOf, hasRow, iif, inList, tupleBefore } from '../db/expressions.ts';
import { q } from '../db/query.ts';
import { messages, threadMembers, users } from '../db/schema.ts';
import type { Caller } from '../platform/auth/caller.ts';
import type { Deps } from '../platform/deps.ts';
import { AppError } from '../platform/errors.ts';
import { holdsWords, wordsOf } from './find-words.ts';
import { requireMembership } from './list-messages.ts';
import { type MessageJson, messageColumns, toMessage } from './message.ts';

/** Max. messages that one statement reads; and that the first one reads, when their length is not known yet. */
const SCAN_ROWS = 1000;
const FIRST_ROWS = 200;
/** So many messages a search looks at. */
const MOST_ROWS = 5000;
/** And so many letters: a thousand messages may hold 4 million, and comparing them would hold everybody up. */
const MOST_LETTERS = 500_000;
/** A search is one request, and one more for so many letters that it reads. */
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

type Scanned = Looked & { words: string };

/** One way to go back in time: through a conversation by `seq`, or through a family's messages by time. */
interface Course {
  within: (cursor: string | undefined) => SQL;
  newestFirst: SQL[];
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
    cursorOf: ({ createdAt, id }) => `${createdAt}_${id}`,
  };
}

/** The next messages of a course, so many; of conversations that the person is not in, without words. */
function scan({ within, newestFirst }: Course, userId: string, cursor: string | undefined, rows: number) {
  const { id, threadId, seq, createdAt, body } = messages;
  const looked = q
    .select({ id, threadId, seq, createdAt, body })
    .from(messages)
    .where(within(cursor))
    .orderBy(...newestFirst)
    .limit(rows)
    .as('looked');
  const isMember = hasRow(
    threadMembers,
    allOf(eq(threadMembers.threadId, looked.threadId), eq(threadMembers.userId, userId)),
  );
  return q
    .select({
      id: looked.id,
      seq: looked.seq,
      createdAt: looked.createdAt,
      words: iif<string>(isMember, looked.body, '').as('words'),
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
 * Finds messages in the caller's conversations. Looks at {@link MOST_ROWS} messages at most, in short statements, and at
 * {@link MOST_LETTERS} of theirs, so that nobody waits behind a search: a page may hold fewer than `limit`, even none, and
 * lead further.
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
  let [rowsLooked, letters, lettersRead] = [0, 0, 0];
  const mayGoOn = () => found.length < limit && letters < MOST_LETTERS;
  while (next !== null && mayGoOn() && rowsLooked < MOST_ROWS) {
    const fitting = Math.ceil(((MOST_LETTERS - letters) * rowsLooked) / Math.max(1, letters));
    const most = rowsLooked === 0 ? FIRST_ROWS : Math.min(SCAN_ROWS, MOST_ROWS - rowsLooked, fitting);
    const rows: Scanned[] = await db.all(scan(course, userId, next, most));
    lettersRead += rows.reduce((sum, { words: read }) => sum + read.length, 0);
    let taken = 0;
    for (const row of rows) {
      if (!mayGoOn()) break;
      taken += 1;
      letters += row.words.length;
      next = course.cursorOf(row);
      if (holdsWords(row.words, words)) found.push(row.id);
    }
    rowsLooked += taken;
    if (taken === rows.length && rows.length < most) next = null;
  }
  deps.requestPace.add({ userId, familyId }, Math.floor(lettersRead / LETTERS_A_REQUEST));
  return { messages: await readMessages(db, found), next: next ?? null };
}
