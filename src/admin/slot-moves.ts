import { driveSlotMove, familiesInRange, type SlotMoveDeps } from '../db/move/drive-slot-move.ts';
import { beginSlotMove, newestSlotMoves, type SlotMove } from '../db/move/slot-move-record.ts';
import { q } from '../db/query.ts';
import { retrying } from '../db/retry.ts';
import { slots } from '../db/schema.ts';
import { MAIN_STORE } from '../db/stores/map.ts';
import { type SlotRange, storesOfRange } from '../db/stores/slots.ts';
import type { Deps } from '../platform/deps.ts';
import { AppError } from '../platform/errors.ts';
import { newId } from '../platform/ids.ts';

/** An isolate keeps 50,000 exceptions in memory, and families are exceptions while their slots are given away. */
const MOST_FAMILIES = 10_000;

const invalid = (field: string, problem: string) =>
  new AppError('invalid_request', 'This range cannot be given there; see GET /api/admin/slots.', {
    details: [{ in: 'body', field, problem }],
  });

/** The map of slots: what no range holds is in the directory's own database. @throws when the directory fails */
export const readRanges = (deps: Deps): Promise<SlotRange[]> =>
  retrying(() =>
    deps.db.directory.all(
      q.select({ first: slots.first, last: slots.last, store: slots.store }).from(slots).orderBy(slots.first),
    ),
  );

/** The newest moves of ranges, the last begun first. @throws when the directory fails */
export const listSlotMoves = (deps: Deps): Promise<SlotMove[]> =>
  retrying(() => deps.db.directory.all(newestSlotMoves()));

/**
 * Begins the move of a range of slots, with all families in them; it goes on by itself.
 * @returns the move's id
 * @throws AppError `invalid_request` for a range that is none, is in several databases or has too many families;
 * `conflict` when one of its slots is on the move
 */
export async function requestSlotMove(
  deps: Deps,
  { first, last, to }: { first: number; last: number; to: string },
): Promise<string> {
  const { db, now } = deps;
  if (first > last) throw invalid('last', 'should not be below first');
  await db.refreshMap();
  const known = db.stores();
  if (!known.includes(to)) throw invalid('to', `should be one of ${known.join(', ')}`);
  const [source, ...others] = storesOfRange(await readRanges(deps), { first, last }, MAIN_STORE);
  if (source === undefined || others.length > 0)
    throw invalid('first', `is part of a range in ${[source, ...others].join(', ')}; give them one by one`);
  if (source === to) throw new AppError('conflict', 'These slots are in this database already.');
  const families = await retrying(() => familiesInRange(db.at(source), { first, last }));
  if (families.length > MOST_FAMILIES)
    throw invalid('last', `makes it ${families.length} families; at most ${MOST_FAMILIES} move at once`);
  const id = newId('slm', now());
  const move = { id, first, last, source, target: to, familiesLeft: families.length };
  const begun = await db.directory.run(beginSlotMove(move, now()));
  if (begun.meta.changes === 0)
    throw new AppError('conflict', 'Some of these slots are on the move; see GET /api/admin/slots.');
  deps.log.info('slot_move.begun', { slotMove: id, first, last, source, target: to });
  return id;
}

/** Takes the move of a range a step further. See {@link driveSlotMove}. @throws when a database fails */
export const takeSlotMoveFurther = (
  deps: Deps,
  id: string,
  settleMs: number,
  drive: SlotMoveDeps['drive'],
): Promise<number | null> =>
  driveSlotMove(
    { db: deps.db, now: deps.now, settleMs, newMoveId: () => newId('mov', deps.now()), drive },
    id,
  );
