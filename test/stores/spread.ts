import { env } from 'cloudflare:workers';
import { type DatabaseBindings, openDatabases } from '../../src/db/client.ts';
import { q } from '../../src/db/query.ts';
import { slots } from '../../src/db/schema.ts';
import { evenRanges, type StoreName, slotOfFamily, storeOfSlot } from '../../src/db/stores/slots.ts';

/** The family databases of the tests. */
export const STORES: readonly StoreName[] = ['d1:0', 'd1:1', 'd1:2'];

/** Spreads all slots over them; worlds that are created afterwards know it, and whoever opens the bindings themselves. */
export async function fillSlots(): Promise<void> {
  const { directory, refreshMap } = openDatabases(env as unknown as DatabaseBindings);
  await directory.run(q.insert(slots).values(evenRanges(STORES)).onConflictDoNothing());
  await refreshMap();
}

let made = 0;

/** A new family's id, whose slot is in this store. */
export async function familyIn(store: StoreName): Promise<string> {
  for (;;) {
    const id = `fam_spread_${made++}`;
    if (storeOfSlot(evenRanges(STORES), await slotOfFamily(id)) === store) return id;
  }
}
