import { and, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { eq } from '../../db/comparisons.ts';
import { iif, json, jsonTable, limitOf, listTable, scalar } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { retrying } from '../../db/retry.ts';
import { messages, smsDeliveryLog, threadMembers, users } from '../../db/schema.ts';
import { hot, type ResultOf } from '../../db/statement.ts';
import { coverageMark } from '../deliveries/claim.ts';
import { coverageFloor, newestBeside, oldestBeside } from '../deliveries/coverage.ts';
import type { DeliveryRecord } from './facts.ts';

/** The messages that a text covers, as far as it may say. */
export interface Covered {
  /** The number of unread messages that wait for this person in this thread, this one included. */
  count: number;
  /** There are more than `count`: so many were looked at. */
  more: boolean;
  /** Seq of the newest of them; null for a test text. */
  upTo: number | null;
  /** Names of their authors, newest first. */
  senders: string[];
  newest: { body: string; fileCount: number } | null;
  /** See {@link coverageMark}; null for a test text. */
  mark: string | null;
}

/** What a test text covers. */
export const COVERS_NOTHING: Covered = {
  count: 1,
  more: false,
  upTo: null,
  senders: [],
  newest: null,
  mark: null,
};

/** A summary counts up to this many messages; then it says "99+". */
const MOST_COUNTED = 99;
/** Rows that the summaries of one batch may look at together, so that a batch costs the same whatever waits. */
const MOST_LOOKED_AT = 3500;
/** Rows that one counted message costs: its row's entry in the index, and, once a thread, the message and its author. */
const ROWS_A_MESSAGE = 5;

/** How many messages each of so many summaries in so many threads may count. */
export const countedAtMost = (leads: number, threads: number): number =>
  Math.min(MOST_COUNTED, Math.max(5, Math.floor(MOST_LOOKED_AT / (leads + ROWS_A_MESSAGE * threads))));

/** What the texts about these deliveries cover, up to a limit. @param ids a JSON array */
const selectCovered = hot<{ ids: string; limit: number }>()((v) => {
  const lead = listTable<string>('lead', v.ids);
  const d = smsDeliveryLog;
  const m = threadMembers;
  const floor = coverageFloor(d, m.lastReadSeq);
  const fileCount = sql<number>`json_array_length(${messages.fileIds})`.as('fileCount');
  return q
    .select({
      id: d.id,
      threadId: d.threadId,
      seq: d.seq,
      floor: sql<number>`${floor}`.as('floor'),
      oldest: sql<number | null>`${oldestBeside(d, floor)}`.as('oldest'),
      beside: json<number[]>(scalar(newestBeside(d, floor, limitOf(v.limit)))).as('beside'),
      body: messages.body,
      fileCount,
      authorId: messages.authorId,
      authorName: sql<string>`${users.name}`.as('authorName'),
    })
    .from(lead)
    .innerJoin(d, eq(d.id, lead.value))
    .innerJoin(m, and(eq(m.threadId, d.threadId), eq(m.userId, d.userId)))
    .innerJoin(messages, eq(messages.id, d.messageId))
    .innerJoin(users, eq(users.id, messages.authorId));
});
type Row = ResultOf<ReturnType<typeof selectCovered>>[number];

/** A message of which a summary tells; `quoted`: its words too. */
interface SummarisedMessage {
  threadId: string;
  seq: number;
  quoted: boolean;
}

/** The authors of some messages, and the words of those that are quoted. @param told JSON of {@link SummarisedMessage} */
const selectAuthors = hot<{ told: string }>()((v) => {
  const told = jsonTable<SummarisedMessage>('told', v.told, ['threadId', 'seq', 'quoted']);
  return q
    .select({
      threadId: messages.threadId,
      seq: messages.seq,
      author: messages.authorId,
      name: users.name,
      body: iif<string | null>(told.quoted, messages.body, null).as('body'),
      fileCount: sql<number>`json_array_length(${messages.fileIds})`.as('fileCount'),
    })
    .from(told)
    .innerJoin(messages, and(eq(messages.threadId, told.threadId), eq(messages.seq, told.seq)))
    .innerJoin(users, eq(users.id, messages.authorId));
});
type Said = ResultOf<ReturnType<typeof selectAuthors>>[number];

const keyOf = (threadId: string | null, seq: number) => JSON.stringify([threadId, seq]);

/** The seqs that a row's text covers, newest first. */
const seqsOf = ({ seq, beside }: Row): number[] => [...beside, seq!].sort((a, b) => b - a);

/** The messages whose authors or words a summary needs beside its own row's message. */
function messagesBeside(rows: readonly Row[]): SummarisedMessage[] {
  const told = new Map<string, SummarisedMessage>();
  for (const row of rows) {
    const [newest, ...older] = seqsOf(row);
    if (newest === row.seq && older.length === 0) continue;
    for (const seq of [newest!, ...older]) {
      const key = keyOf(row.threadId, seq);
      told.set(key, {
        threadId: row.threadId!,
        seq,
        quoted: (told.get(key)?.quoted ?? false) || seq === newest,
      });
    }
  }
  return [...told.values()];
}

function toCovered(row: Row, said: ReadonlyMap<string, Said>, limit: number): Covered {
  const { floor, oldest, beside } = row;
  const seqs = seqsOf(row);
  const upTo = seqs[0]!;
  const authors = new Map<string, string>();
  for (const seq of seqs) {
    const { author, name } = said.get(keyOf(row.threadId, seq)) ?? {
      author: row.authorId,
      name: row.authorName,
    };
    if (!authors.has(author)) authors.set(author, name);
  }
  const newest = upTo === row.seq ? row : said.get(keyOf(row.threadId, upTo));
  return {
    count: Math.min(seqs.length, limit),
    more: seqs.length > limit,
    upTo,
    senders: [...authors.values()],
    newest: newest ? { body: newest.body ?? '', fileCount: newest.fileCount } : null,
    mark: coverageMark(floor, oldest, beside),
  };
}

/** What some texts would cover, as it was read together with their facts. */
export interface CoverageRead {
  rows: Row[];
  limit: number;
}

/** Statement: reads what the texts about these deliveries would cover; and how many messages each counts at most. */
export function coverageOf(deliveryIds: readonly string[], threads: number) {
  const limit = countedAtMost(deliveryIds.length, threads);
  return { statement: selectCovered({ ids: JSON.stringify(deliveryIds), limit }), limit };
}

/**
 * What the texts about some deliveries cover: messages that wait for the person in that thread, are unread, and are in
 * no other text in flight. The rows read are bounded, however many messages wait.
 * @param known what was read of them already, if it was: then only authors may be left to be read
 * @returns by delivery; without those whose person has left the thread
 * @throws when the database fails
 */
export async function loadCovered(
  db: Db,
  deliveries: readonly Pick<DeliveryRecord, 'id' | 'threadId'>[],
  known: CoverageRead | null,
): Promise<Map<string, Covered>> {
  const covered = new Map<string, Covered>();
  const about = deliveries.filter(({ threadId }) => threadId !== null);
  for (const { id, threadId } of deliveries) if (threadId === null) covered.set(id, COVERS_NOTHING);
  if (about.length === 0) return covered;
  const { rows, limit } = known ?? (await readCoverage(db, about));
  const wanted = new Set(about.map(({ id }) => id));
  const leads = rows.filter(({ id }) => wanted.has(id));
  const told = messagesBeside(leads);
  const said =
    told.length === 0 ? [] : await retrying(() => db.all(selectAuthors({ told: JSON.stringify(told) })));
  const byPlace = new Map(said.map((each) => [keyOf(each.threadId, each.seq), each]));
  for (const row of leads) covered.set(row.id, toCovered(row, byPlace, limit));
  return covered;
}

async function readCoverage(
  db: Db,
  about: readonly Pick<DeliveryRecord, 'id' | 'threadId'>[],
): Promise<CoverageRead> {
  const threads = new Set(about.map(({ threadId }) => threadId)).size;
  const { statement, limit } = coverageOf(
    about.map(({ id }) => id),
    threads,
  );
  return { rows: await retrying(() => db.all(statement)), limit };
}
