import { createExecutionContext, createMessageBatch } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { and, count, eq, gt, isNull } from 'drizzle-orm';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { type DatabaseBindings, openDatabases } from '../../src/db/client.ts';
import { driveMove } from '../../src/db/move/drive-move.ts';
import { q } from '../../src/db/query.ts';
import {
  eventBacklog,
  eventBarriers,
  events,
  fences,
  homes,
  people,
  smsDeliveryLog,
} from '../../src/db/schema.ts';
import { FAMILY_TABLES, familyColumn } from '../../src/db/stores/family-tables.ts';
import { twilioSignature } from '../../src/platform/sms/twilio-signature.ts';
import worker from '../../src/worker.ts';
import { watchD1 } from '../worker/counting.ts';
import { createWorld, type TestEnv, type World } from '../worker/world.ts';
import { type Life, mortal } from './mortal.ts';
import { fillSlots, STORES } from './spread.ts';

const bindings = env as unknown as DatabaseBindings;
/** The driver is killed behind every statement in the long form, behind some of them in `npm test`. */
const STEP = (env as unknown as { FAULTS_LONG: string }).FAULTS_LONG === '1' ? 1 : 5;
const db = openDatabases(bindings);
const SETTLE_MS = 1000;

beforeAll(fillSlots);

/** Drives a move as a process of its own, some time later than the last one. */
function mover(world: World) {
  let later = 0;
  return async (id: string, life: Life = { left: Number.POSITIVE_INFINITY }) => {
    later += 10_000;
    const deps = {
      db: openDatabases(mortal(bindings, life)),
      now: () => Date.now() + later,
      drainMs: 400,
      settleMs: SETTLE_MS,
      newMoveId: () => `mov_${crypto.randomUUID()}`,
      pause: async () => void (await world.drain()),
    };
    return await driveMove(deps, id);
  };
}

const rowsIn = async (store: string, familyId: string) => {
  const counts = await Promise.all(
    FAMILY_TABLES.map((table) =>
      db.at(store).first(
        q
          .select({ n: count() })
          .from(table)
          .where(eq(familyColumn(table), familyId)),
      ),
    ),
  );
  return counts.reduce((sum, row) => sum + row!.n, 0);
};
const eventsIn = async (store: string, familyId: string) =>
  (await db.at(store).all(q.select({ type: events.type }).from(events).where(eq(events.familyId, familyId))))
    .length;

const as = 'service' as const;
const move = (world: World, familyId: string, to: unknown) =>
  world.api('POST', '/api/admin/moves', { as, body: { familyId, to } });
const home = async (world: World) =>
  (await world.api('GET', `/api/admin/families/${world.familyId}`, { as })).json.database as string;
const another = (store: string) => STORES[(STORES.indexOf(store) + 1) % STORES.length]!;

/** @param settings of isolates whose maps are read anew each time, for what happens long after a move */
async function chattingWorld(settings: Record<string, string> = {}) {
  const world = await createWorld(settings);
  await world.seed([
    { id: 'ana', name: 'Ana' },
    { id: 'ben', name: 'Ben', phone: world.phone(0) },
  ]);
  const path = `/api/threads/${world.thread()}/messages`;
  const post = (body: string) => world.api('POST', path, { as: world.member('ana'), body: { body } });
  const read = () => world.api('GET', `${path}?limit=100`, { as: world.member('ben') });
  return { world, post, read };
}

describe('moving a family', () => {
  it('is refused by name where it cannot be', async () => {
    const { world } = await chattingWorld();
    const here = await home(world);
    const there = another(here);
    expect((await move(world, 'fam_nowhere', there)).json.error).toBe('family_not_found');
    expect((await move(world, world.familyId, 'd1:99')).status).toBe(400);
    expect((await move(world, world.familyId, undefined)).status).toBe(400);
    expect((await move(world, world.familyId, here)).status).toBe(409);
    const begun = await move(world, world.familyId, there);
    expect([begun.status, begun.json]).toEqual([202, { id: expect.stringMatching(/^mov_/) }]);
    expect((await move(world, world.familyId, there)).status).toBe(409);
    const { json } = await world.api('GET', '/api/admin/moves', { as });
    expect(json.moves[0]).toMatchObject({
      id: begun.json.id,
      familyId: world.familyId,
      from: here,
      to: there,
      state: 'draining',
    });
    await mover(world)(begun.json.id);
  });

  it('takes all its rows, makes no event of it, and leaves links that were texted before as good as they were', async () => {
    const { world, post, read } = await chattingWorld();
    const source = await home(world);
    const target = another(source);
    expect((await post('Before')).status).toBe(201);
    await world.drain();
    const before = [await rowsIn(source, world.familyId), await eventsIn(source, world.familyId)];
    const { json } = await move(world, world.familyId, target);
    const drive = mover(world);
    expect(await drive(json.id)).toEqual(expect.any(Number)); // It waits for maps to grow old.
    expect([await rowsIn(target, world.familyId), await eventsIn(target, world.familyId)]).toEqual([
      before[0],
      0,
    ]);
    expect((await read()).json.messages).toHaveLength(1);
    expect((await post('After')).json.message.seq).toBe(2);
    expect(await drive(json.id)).toBeNull();
    expect(await rowsIn(source, world.familyId)).toBe(0);
    expect(await home(world)).toBe(target);
    await world.drain();
    const texts = await world.texts();
    expect(texts).toHaveLength(1); // The second waits for its window.
    for (const { body } of texts) {
      const code = /\/l\/(\w+)/.exec(body)![1]!;
      expect((await world.send('GET', `/l/${code}`)).status).toBe(200);
      const opened = await world.api('POST', '/api/links/open', { body: { code } });
      expect([opened.status, opened.json.threadId]).toEqual([200, world.thread()]);
    }
    const listed = await world.api('GET', `/api/admin/events?familyId=${world.familyId}`, { as });
    const said = listed.json.events.filter(({ type }: { type: string }) => type === 'message.created');
    expect(said.map(({ data }: { data: { message: { body: string } } }) => data.message.body)).toEqual([
      'Before',
      'After',
    ]);
  });

  it('is met by isolates that do not know of it yet: what has come since is found, changed and deleted by them', async () => {
    const { world, post } = await chattingWorld({ MAP_SECONDS: '3600' });
    const service = (method: string, path: string, more: object = {}) =>
      world.api(method, `/api/admin/${path}`, { as, ...more });
    /** An isolate of its own, that has read its map now. */
    const isolate = async () => {
      const env = { DB: watchD1(bindings.DB).d1 };
      await world.api('GET', '/api/threads', { as: world.member('ana'), env });
      return { env };
    };
    await post('Before');
    await world.drain();
    // Where another family has gone before, every isolate looks for links; what it finds there is not where it thinks.
    const target = another(await home(world));
    await db.directory.run(q.insert(homes).values({ familyId: `${world.familyId}_before`, store: target }));
    const stale = await Promise.all(Array.from({ length: 8 }, isolate));
    const { json } = await move(world, world.familyId, target);
    const drive = mover(world);
    await drive(json.id); // Flipped, not cleared yet.
    const now = await isolate();
    const { familyId } = world;
    const [cleo, thread] = [world.member('cleo'), world.thread('later')];
    const memberIds = ['ana', 'ben', 'cleo'].map((id) => world.member(id).userId);
    await service('PUT', `users/${cleo.userId}`, { ...now, body: { familyId, name: 'Cleo' } });
    await service('PUT', `threads/${thread}`, { ...now, body: { familyId, title: 'Later', memberIds } });
    const messages = `/api/threads/${thread}/messages`;
    const said = { as: world.member('ana'), body: { body: 'After' } };
    expect((await world.api('POST', messages, { ...said, ...now })).status).toBe(201);
    // A consumer that does not find the row hands its job on at once, instead of leaving it to the sweep.
    const { result } = await world.drain({ keep: true, ...stale[7]! });
    expect(result.retryMessages).toHaveLength(1);
    await world.drain(stale[7]!);
    const text = (await world.texts()).find(({ body }) => body.includes('After'))!;
    const code = /\/l\/(\w+)/.exec(text.body)![1]!;

    // A receipt, a link, a post, and what the host asks for.
    const callback = new URL(text.statusCallback!);
    const params = [
      ['MessageSid', text.sid],
      ['MessageStatus', 'delivered'],
      ['To', text.to],
      ['From', text.from],
    ] as [string, string][];
    const path = callback.pathname + callback.search;
    const receipt = await world.send('POST', path, {
      ...stale[0]!,
      headers: {
        'Content-Type': 'application/x-www-form-urlencoded',
        'X-Twilio-Signature': await twilioSignature(
          String(world.env.TWILIO_AUTH),
          world.origin + path,
          params,
        ),
      },
      body: new URLSearchParams(params).toString(),
    });
    expect(receipt.status).toBeLessThan(300);
    const isText = eq(smsDeliveryLog.id, callback.searchParams.get('delivery')!);
    const status = q.select({ status: smsDeliveryLog.status }).from(smsDeliveryLog).where(isText);
    await db.refreshMap();
    expect(await db.forFamily(familyId).first(status)).toEqual({ status: 'delivered' });
    const opened = await world.api('POST', '/api/links/open', { ...stale[1]!, body: { code } });
    expect([opened.status, opened.json.threadId]).toEqual([200, thread]);
    expect((await world.api('POST', messages, { ...said, as: cleo, ...stale[2]! })).json.message.seq).toBe(2);
    expect((await service('GET', `users/${cleo.userId}`, stale[3]!)).json.name).toBe('Cleo');
    expect((await service('DELETE', `threads/${thread}`, stale[4]!)).status).toBe(200);
    expect((await world.api('GET', `/api/threads/${thread}`, { as: cleo, ...now })).status).toBe(404);
    expect((await service('DELETE', `families/${familyId}`, stale[5]!)).status).toBe(200);
    expect((await service('DELETE', `families/${familyId}`, stale[6]!)).status).toBe(404);
    expect(await rowsIn(await db.storeOf(familyId), familyId)).toBe(1); // The ledger: Ben’s consent.
    while ((await drive(json.id)) !== null);
  });

  it('there and back keeps the order in which its events are heard, whatever database is pushed first after an outage', async () => {
    const receiver = 'https://host.example.com/hooks';
    const { world, post } = await chattingWorld({
      ...{ EVENTS_URL: receiver, EVENTS_TYPES: 'message.created', MAP_SECONDS: '0' },
      EVENTS_SECRET: `whsec_${btoa('a-secret-of-24-bytes-long')}`,
    });
    const heard: string[] = [];
    let status = 500;
    const real = globalThis.fetch;
    const spy = vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
      if (String(input) !== receiver) return await real(input as RequestInfo, init as RequestInit);
      const { message } = JSON.parse(String(init!.body)).data;
      if (status < 300 && message.threadId === world.thread()) heard.push(message.body);
      return new Response(null, { status });
    });
    const push = async (store: string) => {
      const messages = [{ id: 'e', timestamp: new Date(), attempts: 1, body: { store } }];
      const env = { ...world.env, EVENTS: { sendBatch: async () => undefined } } as unknown as TestEnv;
      await db.at(store).run(q.update(eventBacklog).set({ nextAt: 0 }).where(gt(eventBacklog.familyId, '')));
      await worker.queue?.(createMessageBatch('fcs-events', messages), env, createExecutionContext());
    };
    const drive = mover(world);
    const moveTo = async (store: string) => {
      const { json } = await move(world, world.familyId, store);
      await drive(json.id);
      expect(await drive(json.id)).toBeNull();
    };
    const here = await home(world);
    const there = another(here);
    await post('One');
    await push(here); // Refused.
    await moveTo(there);
    await post('Two');
    await moveTo(here);
    await post('Three');
    await push(there);
    status = 204;
    for (const [store, then] of [
      [there, []],
      [here, ['One']],
      [here, ['One']],
      [there, ['One', 'Two']],
      [there, ['One', 'Two']],
      [here, ['One', 'Two', 'Three']],
      [there, ['One', 'Two', 'Three']],
    ] as const) {
      await push(store);
      expect(heard).toEqual(then);
    }
    for (const store of [here, there]) {
      const left = q
        .select({ moveId: eventBarriers.moveId })
        .from(eventBarriers)
        .where(and(eq(eventBarriers.familyId, world.familyId), isNull(eventBarriers.passedAt)));
      expect(await db.at(store).all(left)).toEqual([]);
    }
    spy.mockRestore();
  });

  it('ends with the family: the map keeps no exception, and no fence, of one that was deleted', async () => {
    const isException = async ({ familyId }: World) =>
      (await db.directory.all(q.select().from(homes).where(eq(homes.familyId, familyId)))).length === 1;
    const fencesOf = async ({ familyId }: World) => {
      const row = q.select({ state: fences.state }).from(fences).where(eq(fences.familyId, familyId));
      return (await Promise.all(STORES.map((store) => db.at(store).all(row)))).flat().length;
    };
    const remove = (world: World) => world.api('DELETE', `/api/admin/families/${world.familyId}`, { as });
    const newestMove = async (world: World) =>
      (await world.api('GET', '/api/admin/moves', { as })).json.moves.find(
        ({ familyId }: { familyId: string }) => familyId === world.familyId,
      ) as { id: string; to: string; state: string };
    const end = async (drive: ReturnType<typeof mover>, id: string) => {
      while ((await drive(id)) !== null);
    };

    for (const isDeletedOnTheWay of [false, true]) {
      const { world } = await chattingWorld({ MAP_SECONDS: '0' });
      const source = await home(world);
      const { json } = await move(world, world.familyId, another(source));
      const drive = mover(world);
      await drive(json.id); // Flipped.
      if (!isDeletedOnTheWay) await end(drive, json.id);
      expect(await isException(world)).toBe(true);
      expect((await remove(world)).status).toBe(200);
      expect((await remove(world)).json.error).toBe('family_not_found');
      await end(drive, json.id);
      const back = await newestMove(world);
      expect(back).toMatchObject({ to: source, state: 'draining' });
      await end(drive, back.id);
      expect([await isException(world), (await newestMove(world)).state]).toEqual([false, 'done']);
      // The ledger: Ben’s consent.
      const ledger = [await rowsIn(source, world.familyId), await rowsIn(another(source), world.familyId)];
      expect(ledger).toEqual([1, 0]);

      // A claim that a deletion which died has left is ended by the next.
      await db.directory.run(
        q.insert(people).values({ id: `usr_left_${world.familyId}`, familyId: world.familyId, claimedAt: 0 }),
      );
      expect((await remove(world)).status).toBe(200);
      expect((await remove(world)).status).toBe(404);

      expect(await fencesOf(world)).toBe(2);
      for (const store of STORES)
        await db.at(store).run(
          q
            .update(fences)
            .set({ since: Date.now() - 91 * 86_400_000 })
            .where(eq(fences.familyId, world.familyId)),
        );
      await world.api('POST', '/api/admin/sweep', { as });
      expect(await fencesOf(world)).toBe(0);
    }
  });

  it('is told of once while its rows are in two databases: by search, statistics and the list of databases', async () => {
    const { world, post } = await chattingWorld({ MAP_SECONDS: '0' });
    await post('Once');
    const deferred = { status: 'deferred' as const, dueAt: 1, wakeAt: 1 };
    const isOurs = eq(smsDeliveryLog.familyId, world.familyId);
    await db.forFamily(world.familyId).run(q.update(smsDeliveryLog).set(deferred).where(isOurs));
    const seen = async () => {
      const read = async (path: string) => (await world.api('GET', `/api/admin/${path}`, { as })).json;
      const [search, stats, { databases }] = await Promise.all([
        read('deliveries?limit=100'),
        read('stats'),
        read('databases'),
      ]);
      const ids = search.deliveries
        .filter(({ familyId }: { familyId: string }) => familyId === world.familyId)
        .map(({ id }: { id: string }) => id);
      const families = databases.reduce((sum: number, each: { families: number }) => sum + each.families, 0);
      return { ids, waiting: stats.waiting.count, byStatus: stats.byStatus, families };
    };
    const before = await seen();
    expect(before.ids).toHaveLength(1);
    const source = await home(world);
    const { json } = await move(world, world.familyId, another(source));
    const drive = mover(world);
    await drive(json.id);
    expect(await rowsIn(source, world.familyId)).toBe(await rowsIn(another(source), world.familyId));
    expect(await seen()).toEqual(before);
    while ((await drive(json.id)) !== null);
    expect(await seen()).toEqual(before);
  }, 60_000);

  it('takes a text in doubt along, which is found at the carrier afterwards', async () => {
    const { world, post } = await chattingWorld({ MAP_SECONDS: '0' });
    await world.control('POST', 'faults/next', { fault: 'dropAfter' });
    await post('Did it leave?');
    await world.drain();
    const isOurs = eq(smsDeliveryLog.familyId, world.familyId);
    const status = async () =>
      (await db
        .forFamily(world.familyId)
        .first(q.select({ status: smsDeliveryLog.status }).from(smsDeliveryLog).where(isOurs)))!.status;
    expect(await status()).toBe('sending');
    const { json } = await move(world, world.familyId, another(await home(world)));
    const drive = mover(world);
    while ((await drive(json.id)) !== null);
    await db.refreshMap();
    expect(await status()).toBe('sending');
    const old = { wakeAt: 1, dueAt: 1, claimedAt: Date.now() - 100_000 };
    await db.forFamily(world.familyId).run(q.update(smsDeliveryLog).set(old).where(isOurs));
    await world.api('POST', '/api/admin/sweep', { as });
    await world.drain();
    expect(['sent', 'delivered']).toContain(await status());
    // The sweep takes up what others have left, too.
    const ours = (await world.texts()).filter(({ statusCallback }) =>
      statusCallback?.includes(world.familyId),
    );
    expect(ours).toHaveLength(1);
  }, 60_000);

  it('lets a change wait, and says so when it has waited long enough, while reads go on', async () => {
    const { world, post, read } = await chattingWorld();
    const source = await home(world);
    await db
      .at(source)
      .run(q.insert(fences).values({ familyId: world.familyId, moveId: 'mov_x', state: 'frozen', since: 1 }));
    const refused = await post('Now?');
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([503, '2']);
    expect((await read()).status).toBe(200);
    await db.at(source).run(q.delete(fences).where(eq(fences.familyId, world.familyId)));
    expect((await post('Now')).json.message.seq).toBe(1);
  });

  it('loses nothing and doubles nothing, whichever statement its driver dies behind', async () => {
    const { world, post, read } = await chattingWorld();
    const drive = mover(world);
    let posts = 0;
    let died = true;
    for (let statement = 1; died; statement += STEP) {
      const target = another(await home(world));
      const begun = await move(world, world.familyId, target);
      expect(begun.status).toBe(202);
      died = await drive(begun.json.id, { left: statement }).then(
        () => false,
        () => true,
      );
      if (statement % 2 === 0) {
        const answer = await post(`Post ${posts + 1}`);
        if (answer.status === 201) expect(answer.json.message.seq).toBe(++posts);
        else expect(answer.status).toBe(503);
        await world.drain();
      }
      for (let i = 0; i < 3 && (await drive(begun.json.id)) !== null; i++);
      expect(await home(world)).toBe(target);
      expect((await read()).json.messages).toHaveLength(posts);
    }
    const here = await home(world);
    for (const store of STORES) expect((await rowsIn(store, world.familyId)) > 0).toBe(store === here);
    // Whatever waited, in whichever store it was asked for, leaves now.
    const statuses = q
      .select({ status: smsDeliveryLog.status })
      .from(smsDeliveryLog)
      .where(eq(smsDeliveryLog.familyId, world.familyId));
    await db
      .at(here)
      .run(q.update(smsDeliveryLog).set({ wakeAt: 1 }).where(eq(smsDeliveryLog.status, 'pending')));
    await world.api('POST', '/api/admin/sweep', { as });
    await world.drain();
    const ends = (await db.at(here).all(statuses)).map(({ status }) => status);
    expect(ends).toHaveLength(posts);
    expect(ends.filter((status) => ['pending', 'sending'].includes(status))).toEqual([]);
    // What was looked up at the carrier says what the carrier says of it.
    const told = ends.filter((status) => ['sent', 'delivered'].includes(status));
    const ours = (await world.texts()).filter(({ statusCallback }) =>
      statusCallback?.includes(world.familyId),
    );
    const codes = ours.map(({ body }) => /\/l\/(\w+)/.exec(body)?.[1]);
    expect([codes.length, new Set(codes).size]).toEqual([told.length, told.length]);
  }, 120_000);
});
