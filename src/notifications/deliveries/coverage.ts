import { and, eq, exists, gt, gte, isNull, lt, ne, not, type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import { allOf, anyOf, coalesce, iif } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { smsDeliveryLog, type threadMembers } from '../../db/schema.ts';
import type { Status } from './delivery-status.ts';

/** The delivery log under an alias, for statements that join several of its rows. */
export const deliveryAs = <N extends string>(name: N) => alias(smsDeliveryLog, name);

/**
 * The columns of a delivery row that say which messages its text covers: of the table, or of an alias of it.
 */
type Delivery = Pick<
  ReturnType<typeof deliveryAs<string>> | typeof smsDeliveryLog,
  'id' | 'userId' | 'threadId' | 'status' | 'seq' | 'attempts' | 'claimedAt' | 'mergedInto' | 'reason'
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
 * @param except one more row whose own text does not count
 */
export const coveredInFlight = (row: Delivery, except?: Delivery): SQL =>
  isToldBy(row, except && ne(other.id, except.id));

/**
 * The same for a row that the text of `lead` covers: only texts claimed before it count, because it left out
 * what they cover.
 */
export const coveredByEarlierClaim = (row: Delivery, lead: Delivery): SQL =>
  isToldBy(row, lt(other.claimedAt, lead.claimedAt));

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

const WAITING: readonly Status[] = ['pending', 'deferred', 'sending'];

/**
 * Condition: a text about `row` covers the row `w`, which waits for the same person in the same thread, is
 * unread, and is covered by no other text in flight. A text that is retried, because it did not reach the
 * phone, covers again what was merged into it and has not been retracted since.
 * @param member the person's membership of the thread
 */
export function coveredRows(
  w: Delivery,
  row: Delivery,
  member: Pick<typeof threadMembers, 'lastReadSeq'>,
): SQL {
  const whenRetried = iif<Status | null>(gt(row.attempts, 0), 'merged' satisfies Status, null);
  const statuses = sql.join([...WAITING.map((status) => sql`${status}`), whenRetried], sql`, `);
  const isOwnOrFree = anyOf(eq(w.id, row.id), and(ne(w.status, 'sending'), not(coveredInFlight(w, row))));
  return allOf(
    eq(w.userId, row.userId),
    eq(w.threadId, row.threadId),
    sql`${w.status} in (${statuses})`,
    gt(w.seq, member.lastReadSeq),
    iif<boolean>(eq(w.status, 'merged'), and(eq(w.mergedInto, row.id), isNull(w.reason))!, isOwnOrFree),
  );
}
