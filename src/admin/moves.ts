import { eq } from '../db/comparisons.ts';
import { driveMove } from '../db/move/drive-move.ts';
import { beginMove, idleMoves, type Move, newestMoves } from '../db/move/move-record.ts';
import { idleSlotMoves } from '../db/move/slot-move-record.ts';
import { q } from '../db/query.ts';
import { retrying } from '../db/retry.ts';
import { families } from '../db/schema.ts';
import type { Deps } from '../platform/deps.ts';
import { AppError } from '../platform/errors.ts';
import { newId } from '../platform/ids.ts';
import { type MoveJob, moveJob } from '../platform/jobs.ts';
import { errorFields } from '../platform/log.ts';
import { requestSlotMove, takeSlotMoveFurther } from './slot-moves.ts';

/** Beyond the life of an isolate's map: what a request that began with the old one may still take. */
const LAST_REQUEST_MS = 10_000;

const unknownDatabase = (known: readonly string[]) =>
  new AppError('invalid_request', 'There is no such database; see GET /api/admin/databases.', {
    details: [{ in: 'body', field: 'to', problem: `should be one of ${known.join(', ')}` }],
  });

/**
 * Begins the move of a family to another database; it goes on by itself, and {@link listMoves} tells how far it is.
 * @returns the move's id
 * @throws AppError `family_not_found`, `invalid_request` for a database that is none, `conflict` when the family is
 * there already or is being moved
 */
export async function requestMove(deps: Deps, familyId: string, to: string): Promise<string> {
  const { db } = deps;
  await db.refreshMap();
  const stores = await db.familyStores();
  if (!stores.includes(to)) throw unknownDatabase(stores);
  const byId = q.select({ id: families.id }).from(families).where(eq(families.id, familyId));
  if (!(await retrying(() => db.forFamily(familyId).first(byId))))
    throw new AppError('family_not_found', 'There is no such family.');
  const source = await db.storeOf(familyId);
  if (source === to) throw new AppError('conflict', 'The family is in this database already.');
  const id = await startMove(deps, { familyId, source, target: to });
  if (id === null) throw new AppError('conflict', 'The family is being moved; see GET /api/admin/moves.');
  return id;
}

/** @returns the move's id; null when the family is being moved already */
async function startMove(
  deps: Deps,
  move: Pick<Move, 'familyId' | 'source' | 'target'>,
): Promise<string | null> {
  const id = newId('mov', deps.now());
  const begun = await retrying(() => deps.db.directory.run(beginMove({ id, ...move }, deps.now())));
  if (begun.meta.changes === 0) return null;
  deps.log.info('move.begun', { move: id, ...move });
  await enqueueOrLeave(deps, { move: id });
  return id;
}

/**
 * Has what is left of a deleted family, its ledger, moved to the database of its slot: the map needs no exception for it
 * then. One that is on the move when it is deleted is sent there by that move's end.
 * @returns whether a move was begun
 * @throws when a database or the directory fails
 */
export async function sendHome(deps: Deps, familyId: string): Promise<boolean> {
  const { db } = deps;
  const [source, target] = [await db.storeOf(familyId), await db.usualStoreOf(familyId)];
  return source !== target && (await startMove(deps, { familyId, source, target })) !== null;
}

/** The newest moves, the last begun first. @throws when the directory fails */
export const listMoves = (deps: Deps): Promise<Move[]> =>
  retrying(() => deps.db.directory.all(newestMoves(deps.now())));

/**
 * Begins the move of a range of slots, and has it driven. See {@link requestSlotMove}.
 * @throws as {@link requestSlotMove}
 */
export async function startSlotMove(
  deps: Deps,
  range: Parameters<typeof requestSlotMove>[1],
): Promise<string> {
  const slotMove = await requestSlotMove(deps, range);
  await enqueueOrLeave(deps, { slotMove });
  return slotMove;
}

/** Has a move driven; without the queue the sweep does it. */
async function enqueueOrLeave(deps: Deps, job: MoveJob, delaySeconds = 0): Promise<void> {
  try {
    await deps.enqueueMove(job, delaySeconds);
  } catch (error) {
    deps.log.warn('move.left_to_sweep', { ...job, ...errorFields(error) });
  }
}

/** After this time every isolate has reloaded the map, and every request that began before has ended. */
const settleMs = ({ config }: Deps) => config.MAP_SECONDS * 1000 + LAST_REQUEST_MS;

/** Takes a family's move as far as it goes. @returns when it goes on, ms; null: not by this driver */
const driveFamily = (deps: Deps, id: string): Promise<number | null> =>
  driveMove(
    {
      db: deps.db,
      now: deps.now,
      drainMs: deps.config.TWILIO_TIMEOUT_SECONDS * 1000,
      settleMs: settleMs(deps),
      newMoveId: () => newId('mov', deps.now()),
      pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    },
    id,
  );

/** Takes the move of a range a step further. @returns when it goes on, ms; null: not by this driver */
const driveSlots = (deps: Deps, id: string): Promise<number | null> =>
  takeSlotMoveFurther(deps, id, settleMs(deps), (move) => enqueueOrLeave(deps, { move }));

/** Takes a move as far as it goes, and has it called again when it waits. Never throws. */
async function drive(deps: Deps, job: MoveJob): Promise<void> {
  try {
    const until = await ('move' in job ? driveFamily(deps, job.move) : driveSlots(deps, job.slotMove));
    if (until === null) deps.log.info('move.driven', job);
    else await enqueueOrLeave(deps, job, Math.max(1, Math.ceil((until - deps.now()) / 1000)));
  } catch (error) {
    deps.log.warn('move.failed', { ...job, ...errorFields(error) });
    await enqueueOrLeave(deps, job, 3);
  }
}

/** The consumer of the queue of moves. A message that is lost, or dies, is made up for by the sweep. Never throws. */
export async function consumeMoves(deps: Deps, batch: MessageBatch<unknown>): Promise<void> {
  for (const message of batch.messages) {
    const job = moveJob.safeParse(message.body);
    if (job.success) await drive(deps, job.data);
    else deps.log.error('move_job.malformed', { messageId: message.id });
    message.ack();
  }
}

/** Finds moves that nobody drives. @throws when the directory fails */
export async function sweepMoves(deps: Deps): Promise<void> {
  const { families, slots } = await retrying(() =>
    deps.db.directory.batch({ families: idleMoves(deps.now()), slots: idleSlotMoves(deps.now()) }),
  );
  for (const { id } of families) await enqueueOrLeave(deps, { move: id });
  for (const { id } of slots) await enqueueOrLeave(deps, { slotMove: id });
}
