import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { FamilyMovingError, openDatabases } from '../../src/db/client.ts';
import { q } from '../../src/db/query.ts';
import { families, fences, homes, slots } from '../../src/db/schema.ts';
import { evenRanges, groupOfSlot, slotOfFamily, storeOfSlot } from '../../src/db/stores/slots.ts';

const bindings = env as unknown as Record<'DB' | 'FAMILY_DB_0' | 'FAMILY_DB_1' | 'FAMILY_DB_2', D1Database>;
const STORES = ['d1:0', 'd1:1', 'd1:2'];
let made = 0;
/** A family's id, in the store that the even spread says. */
async function familyIn(store: string): Promise<string> {
  for (;;) {
    const id = `fam_stores_${made++}`;
    if (storeOfSlot(evenRanges(STORES), await slotOfFamily(id)) === store) return id;
  }
}
/** Databases as a fresh isolate opens them: with a map of its own. */
const freshIsolate = (mapSeconds = 15) =>
  openDatabases(
    {
      ...bindings,
      DB: {
        prepare: (s: string) => bindings.DB.prepare(s),
        batch: (l: D1PreparedStatement[]) => bindings.DB.batch(l),
      } as D1Database,
    },
    mapSeconds,
  );
const insert = (id: string) => q.insert(families).values({ id, name: 'F', createdAt: 1 });
const byId = (id: string) => q.select({ name: families.name }).from(families).where(eq(families.id, id));

beforeEach(async () => {
  const { directory } = freshIsolate();
  await directory.batch({
    gone: q.delete(slots).where(eq(slots.first, slots.first)),
    homeless: q.delete(homes).where(eq(homes.familyId, homes.familyId)),
    slots: q.insert(slots).values(evenRanges(STORES)),
  });
});

describe('families spread over stores', () => {
  it('are each in the store of their slot, and in no other', async () => {
    const db = freshIsolate();
    expect(db.stores()).toEqual([...STORES, 'd1:main']);
    for (const store of STORES) {
      const id = await familyIn(store);
      await db.forFamily(id).run(insert(id));
      expect(await db.storeOf(id)).toBe(store);
      for (const other of db.stores()) {
        expect(await db.at(other).all(byId(id))).toEqual(other === store ? [{ name: 'F' }] : []);
      }
      expect(await db.storesOfGroup(groupOfSlot(await slotOfFamily(id)))).toContain(store);
    }
  });

  it('are all in the directory when no slot was ever given away', async () => {
    const db = freshIsolate();
    await db.directory.run(q.delete(slots).where(eq(slots.first, slots.first)));
    const id = await familyIn('d1:0');
    expect(await db.storeOf(id)).toBe('d1:main');
  });

  it('are found where they moved to as soon as a fence has told that the map is stale', async () => {
    const stale = freshIsolate(3600);
    const id = await familyIn('d1:0');
    expect(await stale.storeOf(id)).toBe('d1:0');
    const mover = freshIsolate();
    await mover.directory.run(q.insert(homes).values({ familyId: id, store: 'd1:2' }));
    await mover.at('d1:0').run(q.insert(fences).values({ familyId: id, state: 'moved', since: 1 }));
    await stale.forFamily(id).run(insert(id));
    expect(await mover.at('d1:0').all(byId(id))).toEqual([]);
    expect(await mover.at('d1:2').all(byId(id))).toEqual([{ name: 'F' }]);
  });

  it('refuse a change for good once it has waited long enough for a family that is frozen', async () => {
    const db = freshIsolate();
    const id = await familyIn('d1:1');
    await db.forFamily(id).run(insert(id));
    await db.at('d1:1').run(q.insert(fences).values({ familyId: id, state: 'frozen', since: 1 }));
    const rename = q.update(families).set({ name: 'G' }).where(eq(families.id, id));
    await expect(db.forFamily(id).run(rename)).rejects.toBeInstanceOf(FamilyMovingError);
    expect(await db.forFamily(id).first(byId(id))).toEqual({ name: 'F' });
    await db.at('d1:1').run(q.delete(fences).where(eq(fences.familyId, id)));
    expect((await db.forFamily(id).run(rename)).meta.changes).toBe(1);
  });
});
