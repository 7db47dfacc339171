import { and, asc, desc, exists, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { alias, unionAll } from 'drizzle-orm/sqlite-core';
import { eq, gt, gte, lt, lte, ne } from '../../db/comparisons.ts';
import { allOf, coalesce, greatest, hasRow, jsonArray, scalar } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { smsDeliveryLog, threadMembers } from '../../db/schema.ts';
import type { Status } from './delivery-status.ts';

/** The delivery log under an alias, for statements that join several of its rows. */
export const deliveryAs = <N extends string>(name: N) => alias(smsDeliveryLog, name);

/**
 * The columns of a delivery row that say which messages its text covers: of the table, or of an alias of it.
 */
type Delivery = Pick<
  ReturnType<typeof deliveryAs<string>> | typeof smsDeliveryLog,
  'id' | 'userId' | 'threadId' | 'status' | 'seq' | 'coversSeq' | 'claimedAt'
>;

/** Another row, whose text is in flight. */
const other = deliveryAs('o');

/** `other` is in flight, to the same person about the same thread. */
const underWayBeside = (row: Delivery): SQL =>
  allOf(
    eq(other.userId, row.userId),
    eq(other.threadId, row.threadId),
    eq(other.status, 'sending'),
    ne(other.id, row.id),
  );

const one = { one: sql<number>`1`.as('one') };

/**
 * Another text in flight covers `row`, and `condition` holds for it. One index lookup, however long the log is.
 */
const isToldBy = (row: Delivery, condition?: SQL): SQL =>
  exists(
    q
      .select(one)
      .from(other)
      .where(and(underWayBeside(row), gte(other.coversSeq, row.seq), condition)),
  );

/**
 * Condition: another text, in flight or in doubt, covers the row already; no second text may cover it until the
 * outcome is known.
 */
export const coveredInFlight = (row: Delivery): SQL => isToldBy(row);

/**
 * The same for a row that the text of `lead` covers: only texts claimed before it count, because it left out
 * what they cover.
 */
export const coveredByEarlierClaim = (row: Delivery, lead: Delivery): SQL =>
  isToldBy(row, lt(other.claimedAt, lead.claimedAt));

/**
 * Condition: the person has read the message. Such a row waits only when it came back from a text that did not arrive, and no
 * text tells of it any more.
 */
export const isRead = (row: Delivery): SQL =>
  hasRow(
    threadMembers,
    allOf(
      eq(threadMembers.threadId, row.threadId),
      eq(threadMembers.userId, row.userId),
      gte(threadMembers.lastReadSeq, row.seq),
    ),
  );

/**
 * The min. claim time (ms) of a row: later than the claims of texts in flight to the same person about the same
 * thread, by processes whose clocks may be ahead; 0 when there are none.
 */
export const minClaimTime = (row: Delivery): SQL<number> =>
  coalesce<number>(
    q
      .select({ at: sql<number>`max(${other.claimedAt}) + 1`.as('at') })
      .from(other)
      .where(underWayBeside(row)),
    0,
  );

/**
 * What no text about `row` covers: seqs up to this one are read, or another text in flight covers them.
 * @param lastReadSeq how far the person has read the thread
 */
export const coverageFloor = (row: Delivery, lastReadSeq: SQLWrapper): SQL<number> =>
  greatest(
    lastReadSeq,
    coalesce<number>(
      q
        .select({ seq: sql`max(${other.coversSeq})`.as('seq') })
        .from(other)
        .where(underWayBeside(row)),
      0,
    ),
  );

/**
 * The seqs that a text about `row` covers beside its own: rows above the floor that wait for the same person in the same
 * thread. Read from the index in the order of `seq`, so that with a limit it costs the same however many wait.
 * @param floor see {@link coverageFloor}
 * @param upTo leaves out later ones
 */
export function coveredBeside(
  row: Delivery,
  floor: SQL<number>,
  { order, limit, upTo }: { order: 'newest' | 'oldest'; limit: number; upTo?: SQL<number | null> },
) {
  const w = deliveryAs('w');
  const waits = (status: Status) =>
    q
      .select({ seq: w.seq })
      .from(w)
      .where(
        and(
          eq(w.status, status),
          eq(w.userId, row.userId),
          eq(w.threadId, row.threadId),
          gt(w.seq, floor),
          ne(w.seq, row.seq),
          upTo && lte(w.seq, upTo),
        ),
      );
  return unionAll(waits('pending'), waits('deferred'))
    .orderBy(({ seq }) => (order === 'newest' ? desc(seq) : asc(seq)))
    .limit(limit)
    .as('beside');
}

/** How many of the newest covered rows a claim compares one by one. */
export const COMPARED = 12;

/** The oldest row that a text about `row` covers beside its own; null for none. */
export function oldestBeside(row: Delivery, floor: SQL<number>, upTo?: SQL<number | null>) {
  const beside = coveredBeside(row, floor, { order: 'oldest', limit: 1, ...(upTo && { upTo }) });
  return scalar<number>(q.select({ seq: beside.seq }).from(beside));
}

/** The newest of them, as a JSON array. */
export function newestBeside(row: Delivery, floor: SQL<number>, limit: number, upTo?: SQL<number | null>) {
  const beside = coveredBeside(row, floor, { order: 'newest', limit, ...(upTo && { upTo }) });
  return q.select({ seqs: jsonArray<number>(beside.seq).as('seqs') }).from(beside);
}
