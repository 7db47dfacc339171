import { and, getTableName, sql } from 'drizzle-orm';
import type { Databases, Db } from '../client.ts';
import { eq } from '../comparisons.ts';
import { q } from '../query.ts';
import { families, smsDeliveryLog } from '../schema.ts';
import { slotOfFamily } from '../stores/slots.ts';
import { keepEventOrder } from './event-order.ts';
import { clearRows, copyRows, differingTables } from './family-rows.ts';
import { raiseFence, turnFence } from './move-fences.ts';
import { beginMove, flipHome, type Move, noteMove, renewMove, takeMove, turnMove } from './move-record.ts';

/** What a move needs. */
export interface MoveDeps {
  db: Databases;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Max. wait for texts in flight to the carrier: one request's time-out. */
  drainMs: number;
  /** After this time every isolate has reloaded the map, and none reads the source any more. */
  settleMs: number;
  /** Makes the id of a further move that the end of a move begins, such as `mov_01J…`. */
  newMoveId: () => string;
  pause: (ms: number) => Promise<void>;
}

/** For how long one driver has a move to itself. Two of them would do no harm: every step can be repeated. */
const LEASE_MS = 5000;
/** Interval of checks whether texts in flight have left. */
const LOOK_MS = 200;
/** Max. time for which a family's writes are blocked; then the move is cancelled. */
const FROZEN_MS = 60_000;
/** Max. time for which a move waits to begin; then it is cancelled. */
const DRAINING_MS = 600_000;
const RETRY_MS = 2000;

/** Source and target do not hold the same rows. */
class CopyDiffersError extends Error {
  constructor(tables: readonly string[]) {
    super(`The copy differs in: ${tables.join(', ')}.`);
    this.name = 'CopyDiffersError';
  }
}

const textsUnderWay = (familyId: string) =>
  q
    .select({ count: sql<number>`count(*)`.as('count') })
    .from(smsDeliveryLog)
    .where(and(eq(smsDeliveryLog.familyId, familyId), eq(smsDeliveryLog.status, 'sending')));

/** Clears the target, lets no new text begin at the source, waits for those that have, then closes the source. */
async function drain(deps: MoveDeps, move: Move, source: Db, target: Db): Promise<void> {
  const { now } = deps;
  await target.run(raiseFence(move, 'clearing', now()));
  await clearRows(target, move, 'clearing');
  await target.run(turnFence(move, ['clearing'], 'incoming', now()));
  await source.run(raiseFence(move, 'draining', now()));
  for (let waited = 0; waited < deps.drainMs; waited += LOOK_MS) {
    if ((await source.first(textsUnderWay(move.familyId)))?.count === 0) break;
    await deps.db.directory.run(noteMove(move.id, now() + LEASE_MS));
    await deps.pause(LOOK_MS);
  }
  await source.run(turnFence(move, ['draining'], 'frozen', now()));
  await deps.db.directory.run(
    turnMove(move.id, ['draining'], 'copying', { now: now(), wakeAt: now() + LEASE_MS }),
  );
}

/** Copies the rows, compares them, and points the map to the target. */
async function copy(deps: MoveDeps, move: Move, source: Db, target: Db): Promise<void> {
  await copyRows(source, target, move);
  const differing = await differingTables(source, target, move.familyId);
  if (differing.length > 0) throw new CopyDiffersError(differing.map(getTableName));
  const now = deps.now();
  await keepEventOrder(source, target, move, now);
  const slot = await slotOfFamily(move.familyId);
  await deps.db.directory.batch(flipHome(move, slot, now, now + LEASE_MS));
}

/** Whether a family was deleted while it moved. */
async function isDeleted(target: Db, familyId: string): Promise<boolean> {
  const row = q.select({ id: families.id }).from(families).where(eq(families.id, familyId));
  return (await target.first(row)) === undefined;
}

/** Opens the target; once nobody can be reading the source any more, clears it. @returns whether that is done */
async function finishMove(deps: MoveDeps, move: Move, source: Db, target: Db): Promise<boolean> {
  const { now } = deps;
  await target.run(turnFence(move, ['incoming'], 'open', now()));
  await source.run(turnFence(move, ['frozen'], 'moved', now()));
  await deps.db.refreshMap();
  const due = move.steppedAt + deps.settleMs;
  if (now() < due) {
    await deps.db.directory.run(noteMove(move.id, due));
    return false;
  }
  await clearRows(source, move, 'moved');
  const { familyId, target: store } = move;
  const usual = await deps.db.usualStoreOf(familyId);
  // What is left of a deleted family goes where its slot is: it is no exception for ever.
  const goesHome = usual !== store && (await isDeleted(target, familyId));
  await deps.db.directory.batch({
    done: turnMove(move.id, ['flipped'], 'done', { now: now(), wakeAt: null }),
    home: goesHome && beginMove({ id: deps.newMoveId(), familyId, source: store, target: usual }, now()),
  });
  return true;
}

/** Gives a move up: the source opens again, and what was copied goes. */
async function cancel(deps: MoveDeps, move: Move, source: Db, target: Db): Promise<void> {
  const { now } = deps;
  await source.run(turnFence(move, ['draining', 'frozen'], 'open', now()));
  await target.run(turnFence(move, ['clearing', 'incoming'], 'moved', now()));
  await clearRows(target, move, 'moved');
  await deps.db.directory.run(turnMove(move.id, ['cancelling'], 'cancelled', { now: now(), wakeAt: null }));
}

/** Records a failed step; a move that has blocked its family for too long is to be cancelled. */
async function fail({ db, now }: MoveDeps, move: Move, error: unknown): Promise<void> {
  const at = now();
  const problem = error instanceof Error ? error.message.slice(0, 300) : String(error);
  const patience = move.state === 'draining' ? DRAINING_MS : FROZEN_MS;
  const isHopeless = move.state !== 'flipped' && at - move.steppedAt >= patience;
  await db.directory.run(
    isHopeless
      ? turnMove(move.id, ['draining', 'copying'], 'cancelling', { now: at, wakeAt: at, problem })
      : noteMove(move.id, at + RETRY_MS, problem),
  );
}

/**
 * Drives a move as far as it can go now. When the process dies in between, the next driver goes on.
 * @returns when to drive it again, ms; null when it is over, or another process drives it
 * @throws when a database fails; it goes on by itself a little later
 */
export async function driveMove(deps: MoveDeps, id: string): Promise<number | null> {
  const { directory } = deps.db;
  let [move] = await directory.all(takeMove(id, deps.now(), LEASE_MS));
  while (move) {
    const [source, target] = [deps.db.at(move.source), deps.db.at(move.target)];
    try {
      if (move.state === 'draining') await drain(deps, move, source, target);
      else if (move.state === 'copying') await copy(deps, move, source, target);
      else if (move.state === 'cancelling') await cancel(deps, move, source, target);
      else if (!(await finishMove(deps, move, source, target))) return move.steppedAt + deps.settleMs;
    } catch (error) {
      await fail(deps, move, error);
      throw error;
    }
    [move] = await directory.all(renewMove(id, deps.now(), LEASE_MS));
  }
  return null;
}
