import { env } from 'cloudflare:workers';
import { eq, inArray } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { type DatabaseBindings, openDatabases } from '../../src/db/client.ts';
import { driveMove } from '../../src/db/move/drive-move.ts';
import { driveSlotMove } from '../../src/db/move/drive-slot-move.ts';
import { idleMoves } from '../../src/db/move/move-record.ts';
import { q } from '../../src/db/query.ts';
import { families, homes, moves } from '../../src/db/schema.ts';
import { slotOfFamily } from '../../src/db/stores/slots.ts';
import { createWorld, type World } from '../worker/world.ts';
import { type Life, mortal } from './mortal.ts';
import { familyIn, fillSlots, STORES } from './spread.ts';

const bindings = env as unknown as DatabaseBindings;
const db = openDatabases(bindings);
const as = 'service' as const;
const SETTLE_MS = 1000;
/** The driver is killed behind every statement in the long form, behind some of them in `npm test`. */
const STEP = (env as unknown as { FAULTS_LONG: string }).FAULTS_LONG === '1' ? 1 : 5;

beforeAll(fillSlots);

const newMoveId = () => `mov_${crypto.randomUUID()}`;

/**
 * Drives the move of a range as a process of its own, some time later. The families' moves that it begins do not die with
 * it: that is another test's.
 */
function driver() {
  let later = 0;
  return async (id: string, life: Life = { left: Number.POSITIVE_INFINITY }) => {
    later += 60_000;
    const opened = openDatabases(mortal(bindings, life));
    const now = () => Date.now() + later;
    const drive = async (moveId: string) => {
      const deps = { db, now, drainMs: 0, settleMs: -1, newMoveId, pause: async () => undefined };
      await driveMove(deps, moveId);
    };
    // As the sweep does with what a driver that died has left.
    for (const { id: idle } of await db.directory.all(idleMoves(now()))) await drive(idle);
    return await driveSlotMove({ db: opened, now, settleMs: SETTLE_MS, newMoveId, drive }, id);
  };
}

const request = (world: World, range: object) =>
  world.api('POST', '/api/admin/slots/moves', { as, body: range });
const map = async (world: World) => (await world.api('GET', '/api/admin/slots', { as })).json;
const databaseOf = async (world: World, familyId: string) =>
  (await world.api('GET', `/api/admin/families/${familyId}`, { as })).json.database;
const holders = async (familyId: string) => {
  const row = q.select({ id: families.id }).from(families).where(eq(families.id, familyId));
  const found = await Promise.all(
    STORES.map(async (store) => ((await db.at(store).first(row)) ? store : null)),
  );
  return found.filter((store) => store !== null);
};

/** A range of one slot with a family in it that has said something, and a second that is not made yet. */
async function rangeOf(world: World, store: string) {
  const familyId = await familyIn(store);
  const slot = await slotOfFamily(familyId);
  const ana = `usr_${familyId}`;
  await world.mirror(`families/${familyId}`, { name: 'Here' });
  await world.mirror(`users/${ana}`, { familyId, name: 'Ana' });
  await world.mirror(`threads/thr_${familyId}`, { familyId, title: 'T', memberIds: [ana] });
  const path = `/api/threads/thr_${familyId}/messages`;
  const post = (body: string) => world.api('POST', path, { as: { userId: ana, familyId }, body: { body } });
  let other = '';
  for (let i = 0; (await slotOfFamily(other)) !== slot; i++) other = `fam_late_${i}`;
  return { familyId, slot, post, other };
}

describe('moving a range of slots', () => {
  it('is refused by name where it cannot be', async () => {
    const world = await createWorld({ MAP_SECONDS: '0' });
    const ranges = (await map(world)).slots;
    expect(ranges.map(({ database }: { database: string }) => database)).toEqual(STORES);
    const { first, last } = ranges[0];
    for (const range of [
      { first, last, to: 'd1:99' },
      { first: 5, last: 4, to: 'd1:1' },
      { first, last: last + 1, to: 'd1:2' },
      { first: 0, last: 16_384, to: 'd1:1' },
    ])
      expect((await request(world, range)).status).toBe(400);
    expect((await request(world, { first, last, to: 'd1:0' })).json.error).toBe('conflict');
  });

  it('takes its families along, and makes new ones where they will be; none is anywhere twice', async () => {
    const world = await createWorld({ MAP_SECONDS: '0' });
    const { familyId, slot, post, other } = await rangeOf(world, 'd1:0');
    expect((await post('Before')).json.message.seq).toBe(1);
    const before = (await map(world)).slots;
    const begun = await request(world, { first: slot, last: slot, to: 'd1:2' });
    expect([begun.status, begun.json]).toEqual([202, { id: expect.stringMatching(/^slm_/) }]);
    expect((await request(world, { first: slot, last: slot, to: 'd1:1' })).json.error).toBe('conflict');

    // Closed: no family is made in it, alone or by an import; those that are there go on.
    const put = (id: string, body: object) => world.api('PUT', `/api/admin/families/${id}`, { as, body });
    const late = await put(other, { name: 'Late' });
    expect([late.status, late.headers.get('Retry-After')]).toEqual([503, '10']);
    const imported = await world.send('POST', '/api/admin/import', {
      as,
      body: [{ family: { id: other, name: 'Late' } }, { family: { id: familyId, name: 'Still here' } }]
        .map((line) => JSON.stringify(line))
        .join('\n'),
      headers: { 'Content-Type': 'application/x-ndjson' },
    });
    const lines = (await imported.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { line: 1, error: 'unavailable' },
      { line: 2, ok: true },
    ]);

    const drive = driver();
    await drive(begun.json.id);
    expect((await map(world)).moves[0]).toMatchObject({
      state: 'given',
      familiesLeft: 1,
      from: 'd1:0',
      to: 'd1:2',
    });
    expect([await databaseOf(world, familyId), (await post('Between')).json.message.seq]).toEqual([
      'd1:0',
      2,
    ]);
    await drive(begun.json.id);
    expect((await put(other, { name: 'Late' })).status).toBe(200);
    expect(await databaseOf(world, other)).toBe('d1:2');
    for (let i = 0; i < 5 && (await drive(begun.json.id)) !== null; i++);

    const after = await map(world);
    expect(after.moves[0]).toMatchObject({ state: 'done', familiesLeft: 0, problem: null });
    expect(after.slots).toEqual(
      before.flatMap((range: { first: number; last: number; database: string }) =>
        range.database !== 'd1:0'
          ? [range]
          : [
              { ...range, last: slot - 1 },
              { first: slot, last: slot, database: 'd1:2' },
              { ...range, first: slot + 1 },
            ],
      ),
    );
    expect([await databaseOf(world, familyId), (await post('After')).json.message.seq]).toEqual(['d1:2', 3]);
    expect([await holders(familyId), await holders(other)]).toEqual([['d1:2'], ['d1:2']]);
    const exceptions = q
      .select()
      .from(homes)
      .where(inArray(homes.familyId, [familyId, other]));
    expect(await db.directory.all(exceptions)).toEqual([]);
  }, 60_000);

  it('loses no family, whichever statement its driver dies behind', async () => {
    const world = await createWorld({ MAP_SECONDS: '0' });
    const { familyId, slot, post, other } = await rangeOf(world, 'd1:1');
    await world.mirror(`families/${other}`, { name: 'Other' });
    let posts = 0;
    let died = true;
    for (let statement = 1; died; statement += STEP) {
      const here = await databaseOf(world, familyId);
      const to = STORES[(STORES.indexOf(here) + 1) % STORES.length];
      const { json } = await request(world, { first: slot, last: slot, to });
      const drive = driver();
      const life = { left: statement };
      died = false;
      for (let i = 0, next: number | null = 0; i < 20 && next !== null; i++) {
        next = await drive(json.id, died ? undefined : life).catch(() => {
          died = true;
          return 0;
        });
      }
      expect([await holders(familyId), await holders(other)]).toEqual([[to], [to]]);
      expect((await post('Still here')).json.message.seq).toBe(++posts);
      // They were begun by drivers whose clocks are ahead of the one that begins the next.
      await db.directory.run(q.delete(moves).where(inArray(moves.familyId, [familyId, other])));
    }
    expect(posts).toBeGreaterThan(3);
  }, 120_000);
});
