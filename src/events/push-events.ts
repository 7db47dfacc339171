import { and, asc, inArray } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { eq, gt, gte, lte } from '../db/comparisons.ts';
import { q } from '../db/query.ts';
import { eventBacklog as backlog, events } from '../db/schema.ts';
import type { StoreName } from '../db/stores/slots.ts';
import { inParallel, within } from '../platform/concurrency.ts';
import { sha256 } from '../platform/crypto.ts';
import type { Deps } from '../platform/deps.ts';
import { errorFields } from '../platform/log.ts';
import { type Barrier, barriersOf, beforeBarriers } from './event-barriers.ts';
import type { EventJson, EventRow } from './event-data.ts';
import { fillAtHome } from './events-at-home.ts';
import { type Held, type Keeper, keepLease, release, takeLease } from './push-lease.ts';
import { type Lane, probe, recordOutcomes } from './push-outcome.ts';
import { handOverEvent } from './receiver.ts';
import { GIVE_UP_MS } from './retry-schedule.ts';

/** No request is begun later than this: what is left waits in the backlog, due at once. */
const TURN_MS = 20_000;
const PAGE = 100;
/** Families of the backlog that one turn tries. */
const FAMILIES = 50;

/**
 * Max. time for reading events from a database, or from that of a family that lives elsewhere; then its events wait.
 */
const FILL_MS = 5_000;
/** When a family is tried again whose database was down. */
const HOME_MS = 15_000;
/** And one whose earlier events wait in the database that it left: as often as its own are old, at least and at most. */
const LEFT_MS = { least: 1_000, most: 15_000 };

/** What there is to push with. */
interface Push {
  deps: Deps;
  db: Db;
  isKept: Keeper;
  /** ms: the end of the turn. */
  until: number;
}

const nothingTaken = (familyId: string): Lane => ({
  familyId,
  next: null,
  taken: 0,
  error: null,
  waitMs: null,
  retryAfterMs: null,
  gone: false,
});

/** One family's events with their data; null when the database in which the family lives now does not give it. */
async function fill(deps: Deps, rows: readonly EventRow[]): Promise<EventJson[] | null> {
  try {
    return await within(FILL_MS, fillAtHome(deps, rows));
  } catch (error) {
    deps.log.error('events.not_filled', { familyId: rows[0]?.familyId, ...errorFields(error) });
    return null;
  }
}

/** Hands over one family's events in order, until one fails, the turn is over or the lease is lost. Never throws. */
async function runLane(push: Push, all: readonly EventRow[], barriers: readonly Barrier[]): Promise<Lane> {
  const { deps, isKept, until } = push;
  const lane = nothingTaken(all[0]!.familyId);
  const { EVENTS_TYPES: wanted } = deps.config;
  const rows = await beforeBarriers(deps, push.db, barriers, all);
  const filled = await fill(deps, rows);
  if (!filled)
    return { ...lane, next: rows[0]!.seq, error: 'the database of the family is down', waitMs: HOME_MS };
  for (const [i, event] of filled.entries()) {
    if (wanted.length > 0 && !wanted.includes(event.type)) continue;
    if (Date.now() >= until || !(await isKept())) return { ...lane, next: rows[i]!.seq };
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
  const behind = all[rows.length];
  if (!behind) return lane;
  const waitMs = Math.min(LEFT_MS.most, Math.max(LEFT_MS.least, deps.now() - behind.at));
  return {
    ...lane,
    next: behind.seq,
    error: 'earlier events wait in the database that the family left',
    waitMs,
  };
}

/** Pushes what is new, in order, except for families that wait in the backlog; answers the new cursor. */
async function pushNew(push: Push, held: Held): Promise<number | null> {
  const { deps, db } = push;
  const page = q.select().from(events).where(gt(events.seq, held.seq)).orderBy(asc(events.seq)).limit(PAGE);
  const rows = await db.all(page);
  if (rows.length === 0) return held.seq;
  const families = [...new Set(rows.map(({ familyId }) => familyId))];
  const { waiting, barriers } = await db.batch({
    waiting: q
      .select({ familyId: backlog.familyId })
      .from(backlog)
      .where(inArray(backlog.familyId, families)),
    barriers: barriersOf(families),
  });
  const skipped = new Set(waiting.map(({ familyId }) => familyId));
  if (skipped.size > 0) await db.run(probe([...skipped], deps.now()));
  const groups = [...Map.groupBy(rows, ({ familyId }) => familyId)].filter(([id]) => !skipped.has(id));
  const barriersOfFamily = Map.groupBy(barriers, ({ familyId }) => familyId);
  const lanes = await inParallel(groups, ([id, group]) =>
    runLane(push, group, barriersOfFamily.get(id) ?? []),
  );
  const seq = rows.at(-1)!.seq;
  const waits = lanes.filter(({ next, taken }) => next !== null || taken > 0);
  return (await recordOutcomes(deps, db, { ...held, seq }, waits, new Map())) ? seq : null;
}

/** Tries the families of the backlog that are due. Answers whether the lease is still ours. */
async function pushBacklog(push: Push, held: Held): Promise<boolean> {
  const { deps, db } = push;
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
    const { rows, barriers } = await db.batch({
      rows: q
        .select()
        .from(events)
        .where(and(eq(events.familyId, familyId), gte(events.seq, fromSeq), lte(events.seq, held.seq)))
        .orderBy(asc(events.seq))
        .limit(PAGE),
      barriers: barriersOf([familyId]),
    });
    if (rows.length === 0) return nothingTaken(familyId);
    const lane = await runLane(push, rows, barriers);
    const more = lane.next === null && rows.length === PAGE;
    return more ? { ...lane, next: rows.at(-1)!.seq + 1 } : lane;
  });
  const attempts = new Map(due.map(({ familyId, attempts: tries }) => [familyId, tries]));
  return await recordOutcomes(deps, db, { ...held, seq: null }, lanes, attempts);
}

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
  // A store that hangs lets the others of its batch go on.
  let held = await within(FILL_MS, takeLease(deps, db, await sha256(url)));
  if (!held) return null;
  const until = Date.now() + TURN_MS;
  const push: Push = { deps, db, isKept: keepLease(deps, db, held.lease), until };
  for (;;) {
    const seq = await pushNew(push, held);
    if (seq === null || !(await pushBacklog(push, { ...held, seq }))) return null; // Somebody else goes on.
    held = { ...held, seq };
    const isOver = Date.now() >= until;
    const [released] = await db.all(release(held.lease, isOver));
    if (!released) return null; // Somebody else goes on.
    if (isOver) return 0;
    if (released.lease === null) break;
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
