import { and, desc, not, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { eq, gt, lt, lte } from '../db/comparisons.ts';
import { allOf, anyOf, hasRow, iif } from '../db/expressions.ts';
import { q } from '../db/query.ts';
import { eventBacklog as backlog, eventCursors as cursor, events } from '../db/schema.ts';
import type { Deps } from '../platform/deps.ts';
import { newId } from '../platform/ids.ts';
import { errorFields } from '../platform/log.ts';
import { HOUR_MS } from '../platform/time.ts';

/** How long a lease on pushing a store's events lasts; a process that dies holds them up for this time. */
export const PUSH_LEASE_MS = 20_000;
/** A lease that is older is renewed before the next request; what is left of it outlasts the longest request (10 s). */
const RENEW_MS = 5_000;

/** The right to push a store's events. */
export interface Held {
  lease: string;
  /** The hash of the receiver's address. */
  receiver: string;
  /** Every event up to it was handed over, or waits in the backlog. */
  seq: number;
}

/** Condition: the lease is still ours. */
export const isOurs = (lease: string) => allOf(eq(cursor.id, 1), eq(cursor.lease, lease));

/**
 * Takes the lease of a store, if there is something to do; the cursor begins an hour ago, not with all history.
 * @throws when the database fails
 */
export async function takeLease(deps: Deps, db: Db, receiver: string): Promise<Held | null> {
  const now = deps.now();
  const lease = newId('lse', now);
  const before = q
    .select({ seq: events.seq })
    .from(events)
    .where(and(gt(events.seq, 0), lt(events.at, Date.now() - HOUR_MS)))
    .orderBy(desc(events.seq))
    .limit(1);
  const { held } = await db.batch({
    begin: q
      .insert(cursor)
      .values({ id: 1, seq: sql`coalesce(${before}, 0)` })
      .onConflictDoNothing({ target: cursor.id }),
    held: q
      .update(cursor)
      .set({ lease, leaseUntil: now + PUSH_LEASE_MS })
      .where(
        allOf(
          eq(cursor.id, 1),
          lte(cursor.leaseUntil, now),
          sql`${cursor.goneReceiver} is not ${receiver}`,
          anyOf(hasRow(events, gt(events.seq, cursor.seq)), hasRow(backlog, lte(backlog.nextAt, now))),
        ),
      )
      .returning({ seq: cursor.seq }),
  });
  return held[0] ? { lease, receiver, seq: held[0].seq } : null;
}

/** Tells whether a lease is still ours, and renews it when it is not young any more. Never throws: a doubt is a no. */
export type Keeper = () => Promise<boolean>;

/** Keeps a lease that was just taken, for requests of several families at once. */
export function keepLease(deps: Pick<Deps, 'now' | 'log'>, db: Db, lease: string): Keeper {
  let renewedAt = deps.now();
  let isKept = Promise.resolve(true);
  const renew = async (until: number) => {
    try {
      const renewed = q.update(cursor).set({ leaseUntil: until }).where(isOurs(lease));
      return (await db.all(renewed.returning({ id: cursor.id }))).length > 0;
    } catch (error) {
      deps.log.error('events.lease_not_renewed', errorFields(error));
      return false;
    }
  };
  return () => {
    const now = deps.now();
    if (now - renewedAt >= RENEW_MS) {
      renewedAt = now;
      isKept = renew(now + PUSH_LEASE_MS);
    }
    return isKept;
  };
}

/** Statement: ends the lease, unless an event has come that nobody would push then. Answers no row when it was lost. */
export function release(lease: string, whatever: boolean) {
  const ends = anyOf(sql`${whatever}`, not(hasRow(events, gt(events.seq, cursor.seq))));
  return q
    .update(cursor)
    .set({
      lease: iif<string | null>(ends, null, cursor.lease),
      leaseUntil: iif<number>(ends, 0, cursor.leaseUntil),
    })
    .where(isOurs(lease))
    .returning({ lease: cursor.lease });
}
