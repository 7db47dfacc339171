import { not } from 'drizzle-orm';
import type { Databases, Db } from '../client.ts';
import { eq, gt } from '../comparisons.ts';
import { allOf, hasRow } from '../expressions.ts';
import { q } from '../query.ts';
import { families, fences } from '../schema.ts';
import { type SlotRange, slotOfFamily } from '../stores/slots.ts';
import { beginMove } from './move-record.ts';
import {
  dropHomes,
  giveSlots,
  homesIn,
  movesOutOf,
  noteSlotMove,
  pinLate,
  type SlotMove,
  takeSlotMove,
  turnSlotMove,
} from './slot-move-record.ts';

/** What the move of a range needs. */
export interface SlotMoveDeps {
  db: Databases;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** After this time every isolate has reloaded the map. */
  settleMs: number;
  newMoveId: () => string;
  /** Has a family's move driven. */
  drive: (moveId: string) => Promise<void>;
}

/** For how long one driver has a move to itself. */
const LEASE_MS = 30_000;
/** Interval of checks which families have left, and how many move at once. */
const LOOK_MS = 3000;
const AT_ONCE = 8;
const RETRY_MS = 5000;
/** Families of a page. */
const PAGE = 5000;

type Range = Pick<SlotRange, 'first' | 'last'>;

async function inRange(ids: readonly string[], { first, last }: Range): Promise<string[]> {
  const slotted = await Promise.all(ids.map(async (id) => ({ id, slot: await slotOfFamily(id) })));
  return slotted.filter(({ slot }) => first <= slot && slot <= last).map(({ id }) => id);
}

/**
 * The families of a range of slots that a store holds; without those that have moved away.
 * @throws when the database fails
 */
export async function familiesInRange(db: Db, range: Range): Promise<string[]> {
  const hasMoved = hasRow(fences, allOf(eq(fences.familyId, families.id), eq(fences.state, 'moved')));
  const found: string[] = [];
  for (let after = ''; ; ) {
    const page = await db.all(
      q
        .select({ id: families.id })
        .from(families)
        .where(allOf(gt(families.id, after), not(hasMoved)))
        .orderBy(families.id)
        .limit(PAGE),
    );
    found.push(
      ...(await inRange(
        page.map(({ id }) => id),
        range,
      )),
    );
    const last = page.at(-1);
    if (!last || page.length < PAGE) return found;
    after = last.id;
  }
}

/** Begins moves of families that are still at the source, some at once. @returns whether none is left */
async function moveFamilies(deps: SlotMoveDeps, move: SlotMove): Promise<boolean> {
  const { db, now } = deps;
  const { directory } = db;
  const here = await familiesInRange(db.at(move.source), move);
  // Of one that was deleted something may be left, and the map still says where.
  const exceptions = (await directory.all(homesIn(move.source))).map(({ familyId }) => familyId);
  const found = [...new Set([...here, ...(await inRange(exceptions, move))])];
  const states = new Map(
    (await directory.all(movesOutOf(move.source, move.startedAt))).map(({ familyId, state }) => [
      familyId,
      state,
    ]),
  );
  const waiting = found.filter((id) => [undefined, 'cancelled'].includes(states.get(id)));
  if (waiting.length > 0) {
    await directory.run(pinLate(move, waiting));
    await db.refreshMap();
  }
  const open = [...states].filter(([, state]) => !['done', 'cancelled'].includes(state));
  let left = (
    await inRange(
      open.map(([id]) => id),
      move,
    )
  ).length;
  // One that has flipped only waits until its rows can go.
  let busy = open.filter(([, state]) => state !== 'flipped').length;
  for (const familyId of waiting) {
    // One that only comes here, from a third store, is that move's to bring.
    if ((await db.storeOf(familyId)) !== move.source) continue;
    left += 1;
    if (busy >= AT_ONCE) continue;
    busy += 1;
    const id = deps.newMoveId();
    const { source, target } = move;
    const begun = await directory.run(beginMove({ id, familyId, source, target }, now()));
    if (begun.meta.changes > 0) await deps.drive(id);
  }
  await directory.run(noteSlotMove(move.id, now() + LOOK_MS, { familiesLeft: left, problem: null }));
  return left === 0;
}

/** Ends the move: exceptions that only repeat what the map says of the range are deleted. */
async function finish({ db, now }: SlotMoveDeps, move: SlotMove): Promise<void> {
  const exceptions = await db.directory.all(homesIn(move.target));
  const usual = await inRange(
    exceptions.map(({ familyId }) => familyId),
    move,
  );
  await db.directory.batch({
    usual: usual.length > 0 && dropHomes(move.target, usual),
    done: turnSlotMove(move.id, 'moving', 'done', { now: now(), wakeAt: null }),
  });
}

/** Takes a move one step further. @returns when to take the next step, ms; null when it is over */
async function step(deps: SlotMoveDeps, move: SlotMove): Promise<number | null> {
  const { db, now } = deps;
  const settled = move.steppedAt + deps.settleMs;
  if (move.state !== 'moving' && now() < settled) {
    await db.directory.run(noteSlotMove(move.id, settled));
    return settled;
  }
  if (move.state === 'closing') {
    // No family has been made in the range since every isolate knows that it is closed: these are all.
    const found = await familiesInRange(db.at(move.source), move);
    await db.directory.batch(giveSlots(move, found, now()));
    await db.refreshMap();
    return now();
  }
  if (move.state === 'given') {
    await db.directory.run(turnSlotMove(move.id, 'given', 'moving', { now: now(), wakeAt: now() }));
    return now();
  }
  if (!(await moveFamilies(deps, move))) return now() + LOOK_MS;
  await finish(deps, move);
  return null;
}

/**
 * Takes the move of a range of slots a step further: closes the range to new families, gives it to the target with
 * its families as exceptions, then moves these one by one. When the process dies in between, the next driver goes on.
 * @returns when to drive it again, ms; null when it is over, or another process drives it
 * @throws when a database fails; it goes on by itself a little later
 */
export async function driveSlotMove(deps: SlotMoveDeps, id: string): Promise<number | null> {
  const { db, now } = deps;
  const [move] = await db.directory.all(takeSlotMove(id, now(), LEASE_MS));
  if (!move) return null;
  try {
    return await step(deps, move);
  } catch (error) {
    const problem = error instanceof Error ? error.message.slice(0, 300) : String(error);
    await db.directory.run(noteSlotMove(move.id, now() + RETRY_MS, { problem }));
    throw error;
  }
}
