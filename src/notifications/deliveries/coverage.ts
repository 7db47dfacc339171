import { and, eq, exists, gt, gte, lt, ne, not, type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import { allOf, anyOf, coalesce, iif } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { smsDeliveryLog, type threadMembers } from '../../db/schema.ts';
import type { Status } from './delivery-status.ts';

/** The delivery log under a name of its own, for statements that know several of its rows. */
export const deliveryAs = <N extends string>(name: N) => alias(smsDeliveryLog, name);

/** The columns of a delivery row that tell what its text is about: of the table, or of an alias of it. */
type Delivery = Pick<
  ReturnType<typeof deliveryAs<string>> | typeof smsDeliveryLog,
  'id' | 'userId' | 'threadId' | 'status' | 'seq' | 'attempts' | 'claimedAt' | 'mergedInto'
>;

/** Another row: the one whose text is under way. */
const other = deliveryAs('o');

/** `other` is being sent, to the same person about the same thread. */
const underWayBeside = (row: Delivery): SQL =>
  allOf(
    eq(other.userId, row.userId),
    eq(other.threadId, row.threadId),
    eq(other.status, 'sending'),
    ne(other.id, row.id),
  );

const one = { one: sql<number>`1`.as('one') };

/** Another text is being sent that tells of `row`, and for which `condition` holds. A look into the index, whatever the log holds. */
const isToldBy = (row: Delivery, condition?: SQL): SQL =>
  exists(
    q
      .select(one)
      .from(other)
      .where(and(underWayBeside(row), gte(other.coversSeq, row.seq), condition)),
  );

/**
 * Holds when a text that is under way or in doubt tells of a row already: until its outcome is known, no other text
 * may tell of it.
 * @param except one more row whose own text does not count
 */
export const coveredInFlight = (row: Delivery, except?: Delivery): SQL =>
  isToldBy(row, except && ne(other.id, except.id));

/** The same for a row that `lead` would tell of: only texts claimed before it count, it left out what they tell. */
export const coveredByEarlierClaim = (row: Delivery, lead: Delivery): SQL =>
  isToldBy(row, lt(other.claimedAt, lead.claimedAt));

/**
 * The earliest time (ms) by which a row may be claimed to have been claimed after the texts under way to the same
 * person about the same thread, whose process's clock may be ahead; 0 when there is none.
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
 * Whether a text about `row` tells of the row `w`: it waits for the same person in the same thread, is unread, and no
 * other text on its way tells of it. A text that is tried again, since it did not reach the phone, tells once more
 * what was merged into it.
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
    iif<boolean>(eq(w.status, 'merged'), eq(w.mergedInto, row.id), isOwnOrFree),
  );
}
