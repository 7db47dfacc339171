import { and, asc, desc, eq, gt, gte, inArray, lt, lte, or, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { allOf, anyOf, hasRow } from '../db/expressions.ts';
import { q } from '../db/query.ts';
import { eventBacklog, eventCursors, events } from '../db/schema.ts';
import { hot } from '../db/statement.ts';
import type { StoreName } from '../db/stores/slots.ts';
import { sha256 } from '../platform/crypto.ts';
import type { Deps } from '../platform/deps.ts';
import { newId } from '../platform/ids.ts';
import { inParallel } from '../platform/in-parallel.ts';
import { DAY_MS, HOUR_MS } from '../platform/time.ts';
import type { EventRow } from './event-data.ts';
import { fillAtHome } from './events-at-home.ts';
import { handOverEvent } from './receiver.ts';
import { GIVE_UP_MS, retryWait } from './retry-schedule.ts';

/** Nobody else pushes a store's events meanwhile; longer than a turn and one request. */
const LEASE_MS = 60_000;
/** No request is begun after so long: what is left waits in the backlog, due at once. */
const TURN_MS = 20_000;
const PAGE = 100;
/** Families of the backlog that one turn tries. */
const FAMILIES = 50;

const cursor = eventCursors;
const backlog = eventBacklog;

/** Takes the lease of a store, if there is something to do; the cursor begins an hour ago, not with all history. */
async function takeLease(deps: Deps, db: Db, receiver: string) {
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
      .set({ lease, leaseUntil: now + LEASE_MS })
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
  return held[0] ? { lease, seq: held[0].seq } : null;
}

/** What came of one family's events: `next` is the first that still waits, null when none does. */
interface Lane {
  familyId: string;
  next: number | null;
  taken: number;
  error: string | null;
  retryAfterMs: number | null;
  gone: boolean;
}

/** Hands over one family's events in order, until one fails or the turn is over. */
async function runLane(deps: Deps, rows: readonly EventRow[], until: number): Promise<Lane> {
  const lane: Lane = {
    familyId: rows[0]!.familyId,
    next: null,
    taken: 0,
    error: null,
    retryAfterMs: null,
    gone: false,
  };
  const { EVENTS_TYPES: wanted } = deps.config;
  const filled = await fillAtHome(deps, rows);
  for (const [i, event] of filled.entries()) {
    if (wanted.length > 0 && !wanted.includes(event.type)) continue;
    if (Date.now() >= until) return { ...lane, next: rows[i]!.seq };
    const handover = await handOverEvent(deps.config, event, deps.now());
    if (handover.kind === 'taken') {
      lane.taken += 1;
      continue;
    }
    if (handover.kind === 'gone') return { ...lane, next: rows[i]!.seq, gone: true, error: 'HTTP 410' };
    const { error, retryAfterMs } = handover;
    deps.log.warn('event.not_taken', { eventId: event.id, familyId: lane.familyId, error });
    if (deps.now() - rows[i]!.at < GIVE_UP_MS) return { ...lane, next: rows[i]!.seq, error, retryAfterMs };
    await deps.alert('events_given_up', 'The receiver of events has refused one for three days; see /ops.');
  }
  return lane;
}

/** The statements that keep what came of lanes; all of them only while the lease is ours. */
function outcomes(deps: Deps, lanes: readonly Lane[], attempts: ReadonlyMap<string, number>) {
  const now = deps.now();
  return Object.fromEntries(
    lanes.map((lane, i) => {
      if (lane.next === null) {
        return [`done${i}`, q.delete(backlog).where(eq(backlog.familyId, lane.familyId))];
      }
      const tries = lane.error === null ? 0 : (lane.taken > 0 ? 0 : (attempts.get(lane.familyId) ?? 0)) + 1;
      const nextAt = lane.error === null ? now : now + retryWait(tries, lane.retryAfterMs);
      const row = {
        fromSeq: lane.next,
        attempts: tries,
        nextAt,
        notBefore: lane.retryAfterMs === null ? 0 : nextAt,
        error: lane.error,
      };
      const waits = q
        .insert(backlog)
        .values({ familyId: lane.familyId, ...row })
        .onConflictDoUpdate({ target: backlog.familyId, set: row });
      return [`waits${i}`, waits];
    }),
  );
}

/** What the receiver's health is after lanes. */
function health(deps: Deps, lanes: readonly Lane[], receiver: string) {
  const now = deps.now();
  const failed = lanes.filter(({ error }) => error !== null);
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

/** A receiver that takes nothing is asked no sooner than so long after it last refused, but for the schedule. */
const PROBE_MS = 5_000;

/**
 * Statement: while the receiver takes nothing at all, a family with news is tried before its time, one of them and not
 * often: so an outage ends soon after the receiver is back, and not at the end of a long wait.
 */
function probe(families: string[], now: number) {
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

/** Keeps what came of lanes, and moves the cursor. Answers false when the lease was lost meanwhile. */
async function settle(
  deps: Deps,
  db: Db,
  { lease, receiver, seq }: { lease: string; receiver: string; seq: number | null },
  lanes: readonly Lane[],
  attempts: ReadonlyMap<string, number>,
): Promise<boolean> {
  const { now } = deps;
  const moved = q
    .update(cursor)
    .set({ leaseUntil: now() + LEASE_MS, ...(seq === null ? {} : { seq }), ...health(deps, lanes, receiver) })
    .where(allOf(eq(cursor.id, 1), eq(cursor.lease, lease)))
    .returning({ id: cursor.id });
  const results: Record<string, unknown> = await db.batch({
    ...outcomes(deps, lanes, attempts),
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

/** Pushes what is new, in order, except for families that wait in the backlog; answers the new cursor. */
async function pushNew(deps: Deps, db: Db, held: Held, until: number): Promise<number | null> {
  const page = q.select().from(events).where(gt(events.seq, held.seq)).orderBy(asc(events.seq)).limit(PAGE);
  const rows = await db.all(page);
  if (rows.length === 0) return held.seq;
  const families = [...new Set(rows.map(({ familyId }) => familyId))];
  const waiting = await db.all(
    q.select({ familyId: backlog.familyId }).from(backlog).where(inArray(backlog.familyId, families)),
  );
  const skipped = new Set(waiting.map(({ familyId }) => familyId));
  if (skipped.size > 0) await db.run(probe([...skipped], deps.now()));
  const groups = [...Map.groupBy(rows, ({ familyId }) => familyId)].filter(([id]) => !skipped.has(id));
  const lanes = await inParallel(groups, ([, group]) => runLane(deps, group, until));
  const seq = rows.at(-1)!.seq;
  const waits = lanes.filter(({ next, taken }) => next !== null || taken > 0);
  return (await settle(deps, db, { ...held, seq }, waits, new Map())) ? seq : null;
}

/** Tries the families of the backlog that are due. Answers whether the lease is still ours. */
async function pushBacklog(deps: Deps, db: Db, held: Held, until: number): Promise<boolean> {
  const due = await db.all(
    q
      .select()
      .from(backlog)
      .where(lte(backlog.nextAt, deps.now()))
      .orderBy(asc(backlog.nextAt))
      .limit(FAMILIES),
  );
  if (due.length === 0) return true;
  const lanes = await inParallel(due, async ({ familyId, fromSeq }) => {
    const rows = await db.all(
      q
        .select()
        .from(events)
        .where(and(eq(events.familyId, familyId), gte(events.seq, fromSeq), lte(events.seq, held.seq)))
        .orderBy(asc(events.seq))
        .limit(PAGE),
    );
    if (rows.length === 0)
      return { familyId, next: null, taken: 0, error: null, retryAfterMs: null, gone: false };
    const lane = await runLane(deps, rows, until);
    const more = lane.next === null && rows.length === PAGE;
    return more ? { ...lane, next: rows.at(-1)!.seq + 1 } : lane;
  });
  const attempts = new Map(due.map(({ familyId, attempts: tries }) => [familyId, tries]));
  return await settle(deps, db, { ...held, seq: null }, lanes, attempts);
}

interface Held {
  lease: string;
  receiver: string;
  seq: number;
}

/** Statement: ends the lease, unless an event has come that nobody would push then. */
const release = (lease: string, whatever: boolean) =>
  q
    .update(cursor)
    .set({ lease: null, leaseUntil: 0 })
    .where(
      allOf(
        eq(cursor.id, 1),
        eq(cursor.lease, lease),
        or(sql`${whatever}`, sql`not ${hasRow(events, gt(events.seq, cursor.seq))}`),
      ),
    )
    .returning({ id: cursor.id });

/**
 * Pushes the events of one store to the receiver, oldest first and in order a family, six families at once. One process
 * does it at a time, under a lease; one that dies has its page pushed again. A family whose event is not taken waits in
 * the backlog with all that follows, and the others go on.
 * @returns seconds after which to go on; null when there is nothing left, or nothing before the next sweep
 * @throws when the database fails
 */
export async function pushEvents(deps: Deps, store: StoreName): Promise<number | null> {
  const { EVENTS_URL: url } = deps.config;
  if (!url) return null;
  const db = deps.db.at(store);
  const receiver = await sha256(url);
  const taken = await takeLease(deps, db, receiver);
  if (!taken) return null;
  let held: Held = { ...taken, receiver };
  const until = Date.now() + TURN_MS;
  for (;;) {
    const seq = await pushNew(deps, db, held, until);
    if (seq === null || !(await pushBacklog(deps, db, { ...held, seq }, until))) return null; // Somebody else goes on.
    held = { ...held, seq };
    const isOver = Date.now() >= until;
    if ((await db.all(release(held.lease, isOver))).length > 0) {
      if (isOver) return 0;
      break;
    }
  }
  const [first] = await db.all(
    q
      .select({ nextAt: backlog.nextAt })
      .from(backlog)
      .where(gt(backlog.nextAt, 0))
      .orderBy(asc(backlog.nextAt))
      .limit(1),
  );
  const wait = first ? Math.max(1, Math.ceil((first.nextAt - deps.now()) / 1000)) : null;
  return wait !== null && wait <= 60 ? wait : null;
}

const FORGOTTEN = 1000;

const oldestEvent = hot<Record<never, never>>()(() =>
  q.select({ at: events.at }).from(events).where(gt(events.seq, 0)).orderBy(asc(events.seq)).limit(1),
);

/** Deletes a page of the events that were kept long enough; never the newest, whose number must not come twice. */
export async function forgetEvents(deps: Deps, store: StoreName): Promise<void> {
  const db = deps.db.at(store);
  const before = Date.now() - deps.config.KEEP_EVENTS_DAYS * DAY_MS;
  const oldest = await db.first(oldestEvent({}));
  if (!oldest || oldest.at >= before) return;
  const page = await db.all(
    q
      .select({ seq: events.seq, at: events.at })
      .from(events)
      .where(gt(events.seq, 0))
      .orderBy(asc(events.seq))
      .limit(FORGOTTEN + 1),
  );
  const old = page.slice(0, -1).filter(({ at }) => at < before);
  const last = old.at(-1);
  if (last) await db.run(q.delete(events).where(allOf(lte(events.seq, last.seq), lt(events.at, before))));
}
