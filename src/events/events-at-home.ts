import type { Deps } from '../platform/deps.ts';
import { type EventJson, type EventRow, fillEvents } from './event-data.ts';

/**
 * Events with their data, in the order of their rows. An event stays in the store in which its fact was made; what it
 * tells of is where its family lives now, who may have moved since.
 * @throws when a database fails
 */
export async function fillAtHome(
  { db, now }: Pick<Deps, 'db' | 'now'>,
  rows: readonly EventRow[],
): Promise<EventJson[]> {
  const located = await Promise.all(
    rows.map(async (row, index) => ({ row, index, store: await db.storeOf(row.familyId) })),
  );
  const filled: EventJson[] = [];
  await Promise.all(
    [...Map.groupBy(located, ({ store }) => store)].map(async ([store, group]) => {
      const events = await fillEvents(
        db.at(store),
        group.map(({ row }) => row),
        now(),
      );
      for (const [i, { index }] of group.entries()) filled[index] = events[i]!;
    }),
  );
  return filled;
}
