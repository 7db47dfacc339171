import { inArray, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { eq, gt, gte, lte } from '../db/comparisons.ts';
import { allOf, hasRow } from '../db/expressions.ts';
import { insertFrom } from '../db/insert-from.ts';
import { q } from '../db/query.ts';
import { eventBacklog as backlog, eventCursors as cursor } from '../db/schema.ts';
import type { Deps } from '../platform/deps.ts';
import { type Held, isOurs, PUSH_LEASE_MS } from './push-lease.ts';
import { retryWait } from './retry-schedule.ts';

/** What came of one family's events: `next` is the first that still waits, null when none does. */
export interface Lane {
  familyId: string;
  next: number | null;
  taken: number;
  error: string | null;
  /** When it is tried again because of something that is no fault of the receiver, ms from now; null otherwise. */
  waitMs: number | null;
  retryAfterMs: number | null;
  gone: boolean;
}

/** Whether it ended with an event that the receiver did not take. */
const isRefused = ({ error, waitMs }: Lane) => error !== null && waitMs === null;

/** The statements that keep what came of lanes; all of them only while the lease is ours. */
function outcomes(deps: Deps, lease: string, lanes: readonly Lane[], attempts: ReadonlyMap<string, number>) {
  const now = deps.now();
  const ours = hasRow(cursor, isOurs(lease));
  return Object.fromEntries(
    lanes.map((lane, i) => {
      if (lane.next === null) {
        return [`done${i}`, q.delete(backlog).where(allOf(eq(backlog.familyId, lane.familyId), ours))];
      }
      const failed = isRefused(lane);
      const tries = failed ? (lane.taken > 0 ? 0 : (attempts.get(lane.familyId) ?? 0)) + 1 : 0;
      const wait = failed ? retryWait(tries, lane.retryAfterMs) : (lane.waitMs ?? 0);
      const nextAt = now + wait;
      const row = {
        fromSeq: lane.next,
        attempts: tries,
        nextAt,
        notBefore: lane.retryAfterMs === null ? 0 : nextAt,
        error: lane.error,
      };
      const waits = insertFrom(
        backlog,
        { familyId: lane.familyId, ...row },
        sql`where ${ours}`,
      ).onConflictDoUpdate({ target: backlog.familyId, set: row });
      return [`waits${i}`, waits];
    }),
  );
}

/** What the receiver's health is after lanes. */
function health(deps: Deps, lanes: readonly Lane[], receiver: string) {
  const now = deps.now();
  const failed = lanes.filter(isRefused);
  const taken = lanes.some((lane) => lane.taken > 0);
  return {
    ...(taken ? { lastSuccessAt: now, failures: 0 } : {}),
    ...(failed[0]
      ? {
          lastFailureAt: now,
          lastError: failed[0].error,
          ...(taken ? {} : { failures: sql`${cursor.failures} + ${failed.length}` }),
        }
      : {}),
    ...(lanes.some(({ gone }) => gone) ? { goneReceiver: receiver } : {}),
  };
}

/** How many failures in a row mean that the receiver was down, and not one family's event refused. */
const DOWN = 3;

/** Statement: the receiver is back, so whoever waited for a failure of it need not wait any longer. */
const wakeBacklog = (now: number) =>
  q
    .update(backlog)
    .set({ nextAt: now })
    .where(
      allOf(
        gt(backlog.nextAt, now),
        lte(backlog.notBefore, now),
        hasRow(cursor, allOf(eq(cursor.id, 1), gte(cursor.failures, DOWN))),
      ),
    );

/** Min. time after a refusal before a failing receiver is tried again, beside the schedule of retries. */
const PROBE_MS = 5_000;

/**
 * Statement: while the receiver takes nothing at all, a family with news is tried before its time, one of them and not
 * often: so an outage ends soon after the receiver is back, and not at the end of a long wait.
 */
export function probe(families: string[], now: number) {
  const first = q
    .select({ familyId: backlog.familyId })
    .from(backlog)
    .where(allOf(inArray(backlog.familyId, families), gt(backlog.nextAt, now), lte(backlog.notBefore, now)))
    .limit(1);
  const isDown = allOf(
    eq(cursor.id, 1),
    lte(cursor.lastFailureAt, now - PROBE_MS),
    sql`${cursor.lastFailureAt} > coalesce(${cursor.lastSuccessAt}, 0)`,
  );
  return q
    .update(backlog)
    .set({ nextAt: now })
    .where(allOf(inArray(backlog.familyId, first), hasRow(cursor, isDown)));
}

/**
 * Keeps what came of lanes, and moves the cursor. Answers false when the lease was lost meanwhile.
 * @throws when the database fails
 */
export async function recordOutcomes(
  deps: Deps,
  db: Db,
  { lease, receiver, seq }: Omit<Held, 'seq'> & { seq: number | null },
  lanes: readonly Lane[],
  attempts: ReadonlyMap<string, number>,
): Promise<boolean> {
  const { now } = deps;
  const moved = q
    .update(cursor)
    .set({
      leaseUntil: now() + PUSH_LEASE_MS,
      ...(seq === null ? {} : { seq }),
      ...health(deps, lanes, receiver),
    })
    .where(isOurs(lease))
    .returning({ id: cursor.id });
  const results: Record<string, unknown> = await db.batch({
    ...outcomes(deps, lease, lanes, attempts),
    woken: lanes.some(({ taken }) => taken > 0) && wakeBacklog(now()),
    moved,
  });
  if (lanes.some(({ gone }) => gone)) {
    await deps.alert(
      'events_gone',
      'The receiver of events answered 410: nothing is posted to it until EVENTS_URL is another address.',
    );
  }
  return (results.moved as unknown[]).length > 0;
}
