import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { applyReceipt } from '../../src/notifications/deliveries/receipts.ts';
import { handleInbound } from '../../src/sms/inbound-text.ts';
import type { RoundTrip } from '../worker/counting.ts';
import { testDeps } from '../worker/deps.ts';
import { createWorld, type World } from '../worker/world.ts';

const { DB } = env as unknown as { DB: D1Database };

/** Fills the tables with so many messages in another thread of the same family, and their delivery rows. */
async function fill(world: World, count: number): Promise<void> {
  const tag = `${count}${world.familyId}`;
  const numbers = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`;
  const { familyId } = world;
  const [author, reader] = ['rosa', 'p1'].map((id) => world.member(id).userId);
  const thread = world.thread(`busy${count}`);
  await world.mirror(`threads/${thread}`, { familyId, title: 'Busy', memberIds: [author, reader] });
  await DB.batch([
    DB.prepare(`${numbers} INSERT INTO messages (id, family_id, thread_id, seq, author_id, body, client_key, created_at)
      SELECT 'msg_0' || i || '${tag}', '${familyId}', '${thread}', i, '${author}', 'Hello', 'k${count}_' || i, i FROM n`),
    DB.prepare(`UPDATE threads SET last_seq = ${count} WHERE id = '${thread}'`),
    DB.prepare(`${numbers} INSERT INTO sms_delivery_log (id, family_id, kind, user_id, thread_id, message_id, seq, status, created_at)
      SELECT 'dlv_0' || i || '${tag}', '${familyId}', 'message', '${reader}', '${thread}', 'msg_0' || i || '${tag}',
        i, 'delivered', i FROM n`),
  ]);
}

const total = (trips: RoundTrip[]) => ({
  trips: trips.length,
  statements: trips.reduce((sum, { statements }) => sum + statements.length, 0),
  rowsRead: trips.reduce((sum, { rowsRead }) => sum + rowsRead, 0),
  rowsWritten: trips.reduce((sum, { rowsWritten }) => sum + rowsWritten, 0),
});

/**
 * Stops the clock until the end of the test. On a slow machine outcomes that have waited for a second are written by
 * themselves, smaller waves are claimed of a carrier that seems slow, and pauses are read anew: each is a trip more.
 */
function stopClock(): void {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
}

let threads = 0;

/** What a post to a fresh thread of four and its three texts cost. */
async function measure(world: World) {
  const thread = world.thread(`four${threads++}`);
  const memberIds = ['rosa', 'p1', 'p2', 'p3'].map((id) => world.member(id).userId);
  await world.mirror(`threads/${thread}`, { familyId: world.familyId, title: 'Four', memberIds });
  world.watch.reset();
  const path = `/api/threads/${thread}/messages`;
  const { status } = await world.api('POST', path, { as: world.member('rosa'), body: { body: 'Hello' } });
  expect(status).toBe(201);
  const post = total(world.watch.trips);
  world.watch.reset();
  await world.drain();
  return { post, texts: total(world.watch.trips) };
}

async function worldOf(people: number): Promise<World> {
  const world = await createWorld(
    { SMS_FAMILY_DAILY_CAP: '100000', SMS_USER_DAILY_CAP: '100000' },
    people + 10,
  );
  await world.seed([
    { id: 'rosa', name: 'Rosa' },
    ...Array.from({ length: people }, (_, i) => ({
      id: `p${i + 1}`,
      name: `P${i + 1}`,
      phone: world.phone(i),
    })),
  ]);
  return world;
}

describe('what it costs', () => {
  let small: World;
  let large: World;
  beforeAll(async () => {
    small = await worldOf(3);
    await fill(small, 10);
    large = await worldOf(100);
  }, 120_000);

  it('posts in one round trip, and sends three texts in four', async () => {
    stopClock();
    const costs = await measure(small);
    expect(costs.post.trips).toBe(1);
    expect(costs.post.statements).toBe(9); // the last of them: whether the family has left the database
    expect(costs.texts.trips).toBe(4); // facts and (at once) the directory, claim, outcome
    expect(small.jobs).toEqual([]);
  });

  it('costs the same with ten messages in the tables and with a hundred thousand', {
    timeout: 90_000,
  }, async () => {
    // The first text of a minute, of an hour and of its time to be sent makes a counter: here all have the same. It is the
    // next minute, so that whatever was written before is older.
    const minute = Date.now() - (Date.now() % 60_000) + 60_000;
    stopClock();
    // Each message is the newest in its index: the look for more behind it finds none.
    const measureAt = async (second: number) => {
      vi.setSystemTime(minute + second * 1000);
      return await measure(small);
    };
    await measureAt(1);
    const few = await measureAt(2);
    await fill(small, 100_000);
    const many = await measureAt(3);
    expect(many).toEqual(few);
    // Three of them: the counter of each delivery, which its birth adds to; eighteen: the facts that its texts are
    // decided by after the answer.
    expect(few.post.rowsRead).toBeLessThan(75);
    expect(few.post.rowsWritten).toBeLessThan(40);
  });

  // Beside the facts, at the same time: whose opt-outs the family's rows have not followed yet, and what is paused;
  // then, while the object decides, what the texts cover; four claims; the last outcomes.
  it('sends a hundred texts in eight round trips, one query for the facts of all', async () => {
    stopClock();
    const path = `/api/threads/${large.thread()}/messages`;
    await large.api('POST', path, { as: large.member('rosa'), body: { body: 'To all of you' } });
    expect(large.jobs).toHaveLength(100);
    large.watch.reset();
    const before = (await large.texts()).length;
    await large.drain();
    expect((await large.texts()).length - before).toBe(100);
    expect(large.watch.trips).toHaveLength(8);
    expect(large.watch.trips[0]!.statements).toHaveLength(1);
  });

  it('takes an opt-out in two round trips before its answer, and a receipt of a known delivery in one', async () => {
    const deps = testDeps({ TWILIO_API_BASE: small.twilio });
    const row = (await small.rows()).find(({ status }) => status === 'sent')!;
    const to = String(row.phone);
    const receipt = { deliveryId: String(row.id), familyId: small.familyId, sid: String(row.provider_sid) };
    await applyReceipt(deps, { ...receipt, status: 'delivered', errorCode: null, to });
    expect(deps.d1.trips).toHaveLength(1);
    await deps.idle();
    deps.d1.reset();
    const stop = new URLSearchParams({ MessageSid: 'SMstop', From: to, Body: 'STOP', OptOutType: 'STOP' });
    await handleInbound(deps, { get: (name) => stop.get(name) ?? '', query: new URLSearchParams() });
    await deps.idle();
    expect(deps.d1.trips).toHaveLength(3);
    // The third holds up no answer: the directory forgets the update that the family's rows have followed.
    expect(deps.d1.trips[2]!.statements[0]).toMatch(/delete from "family_updates"/i);
  });

  it('asks the object of the family once for a post with all its texts', async () => {
    const calls: string[] = [];
    const { FAMILY } = env as unknown as { FAMILY: DurableObjectNamespace };
    const counted = {
      idFromName: (name: string) => FAMILY.idFromName(name),
      getByName: (name: string) => counted.get(FAMILY.idFromName(name)),
      get: (id: DurableObjectId) =>
        new Proxy(FAMILY.get(id), {
          get: (stub, method) => {
            const value = Reflect.get(stub, method);
            if (typeof value !== 'function') return value;
            return (...parameters: unknown[]) => {
              calls.push(String(method));
              return Reflect.apply(value, stub, parameters);
            };
          },
        }),
    };
    const path = `/api/threads/${small.thread()}/messages`;
    const options = {
      as: small.member('rosa'),
      body: { body: 'Hello' },
      env: { FAMILY: counted as unknown as DurableObjectNamespace },
    };
    await small.api('POST', path, options);
    await small.drain({ env: options.env });
    expect(calls).toEqual(['announce']);
    // A thread that is deleted has nobody left to be told.
    calls.length = 0;
    await small.api('DELETE', `/api/admin/threads/${small.thread()}`, { as: 'service', env: options.env });
    expect(calls).toEqual([]);
  });

  it('puts nobody into the queue who is held back at the post', async () => {
    const world = await worldOf(3);
    const thread = world.thread('held');
    const memberIds = ['rosa', 'p2', 'p3'].map((id) => world.member(id).userId);
    await world.mirror(`threads/${thread}`, { familyId: world.familyId, title: 'Held', memberIds });
    const beat = await world.api('POST', '/api/presence/heartbeat', { as: world.member('p3'), body: {} });
    expect(beat.status).toBe(200);
    const path = `/api/threads/${thread}/messages`;
    const post = await world.api('POST', path, { as: world.member('rosa'), body: { body: 'Hello' } });
    expect(post.status).toBe(201);
    const rows = (await world.rows()).filter(({ thread_id }) => thread_id === thread);
    expect(rows.map(({ status, reason }) => [status, reason]).sort()).toEqual([
      ['deferred', 'online'],
      ['pending', null],
    ]);
    expect(world.jobs.map(({ job }) => job.admitted?.lastToday)).toEqual([false]);
    await world.drain();
  });
});
