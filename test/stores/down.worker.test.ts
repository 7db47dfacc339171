import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { DatabaseBindings } from '../../src/db/client.ts';
import { FENCE_TRIGGERS } from '../../src/db/stores/family-tables.ts';
import worker from '../../src/worker.ts';
import { createWorld, type TestEnv, type World } from '../worker/world.ts';
import { broken, WAYS } from './broken.ts';
import { familyIn, fillSlots } from './spread.ts';

beforeAll(fillSlots);

const bindings = env as unknown as DatabaseBindings & Record<string, D1Database>;
const as = 'service' as const;

/** A family of two with a thread, in a store. */
async function familyOfTwo({ mirror, phone }: World, store: string, n: number) {
  const familyId = await familyIn(store);
  const [ana, ben] = [`usr_ana_${familyId}`, `usr_ben_${familyId}`];
  const at = new Date(Date.now() - 86_400_000).toISOString();
  const smsConsent = { at, source: 'form', version: '1' };
  await mirror(`families/${familyId}`, { name: familyId });
  await mirror(`users/${ana}`, { familyId, name: 'Ana' });
  await mirror(`users/${ben}`, {
    familyId,
    name: 'Ben',
    phone: phone(n),
    phoneVerifiedAt: at,
    smsConsent,
  });
  await mirror(`threads/thr_${familyId}`, { familyId, title: 'T', memberIds: [ana, ben] });
  return { familyId, ana: { userId: ana, familyId }, ben: { userId: ben, familyId }, number: phone(n) };
}

describe.each(['fails', 'hangs'] as const)('a database that %s', (way) => {
  it('holds up no family of another: they post, are texted, signed in, swept and counted', async () => {
    const world = await createWorld();
    const up = await familyOfTwo(world, 'd1:0', 0);
    const down = await familyOfTwo(world, 'd1:1', 1);
    const post = (family: typeof up) =>
      world.api('POST', `/api/threads/thr_${family.familyId}/messages`, {
        as: family.ana,
        body: { body: 'Hi' },
      });
    expect([(await post(up)).status, (await post(down)).status]).toEqual([201, 201]);

    const without: Partial<TestEnv> = { FAMILY_DB_1: broken(WAYS[way]) };
    expect((await post(up)).status).toBe(201);
    const ask = (path: string, method = 'GET') => world.api(method, path, { as, env: without });
    const [drained, swept, stats, databases, search, ready, me] = await Promise.all([
      world.drain({ env: without }),
      ask('/api/admin/sweep', 'POST'),
      ask('/api/admin/stats'),
      ask('/api/admin/databases'),
      ask('/api/admin/deliveries?status=pending'),
      world.send('GET', '/readyz', { env: without }),
      world.api('GET', '/api/me', { as: up.ben, env: without }),
    ]);
    const retried = drained.result.retryMessages.length;
    // The second message of the one family waits for the window, and never became a job.
    expect([retried, drained.jobs.length - retried]).toEqual([1, 1]);
    expect(await world.texts(up.number)).toHaveLength(1);
    expect(await world.texts(down.number)).toEqual([]);
    expect([swept.status, me.status, search.status]).toEqual([200, 200, 200]);
    expect([stats.status, stats.json.databases]).toEqual([200, { down: ['d1:1'] }]);
    expect([ready.status, await ready.json()]).toMatchObject([
      200,
      { ok: true, databases: { down: ['d1:1'] } },
    ]);
    // Somebody signs in, by the text's link and by a code.
    const [text] = await world.texts(up.number);
    const code = /\/l\/(\w+)/.exec(text!.body)![1];
    const signIn = (path: string, body: object) => world.api('POST', path, { body, env: without });
    const opened = await signIn('/api/links/open', { code });
    expect([opened.status, opened.json.session]).toEqual([
      200,
      {
        token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
        expiresAt: expect.stringMatching(/^\d{4}-.*Z$/),
      },
    ]);
    const { handle } = (await signIn('/api/login/start', { phone: up.number })).json;
    const texted = /\b\d{6}\b/.exec((await world.texts(up.number)).at(-1)!.body)![0];
    const confirmed = await signIn('/api/login/confirm', { phone: up.number, code: texted, handle });
    expect([confirmed.status, confirmed.json.ok]).toEqual([200, true]);
    const states = databases.json.databases.map(({ name, state }: Record<string, string>) => [name, state]);
    expect(states).toEqual([
      ['d1:0', 'up'],
      ['d1:1', 'down'],
      ['d1:2', 'up'],
    ]);
    // Back again, what was taken back leaves.
    world.jobs.push({
      job: drained.jobs.find(({ familyId }) => familyId === down.familyId)!,
      delaySeconds: 0,
    });
    await world.drain();
    expect(await world.texts(down.number)).toHaveLength(1);
  });
});

/** A receiver of events, and a world that posts to it. */
async function hearingWorld(
  take: (event: {
    id: string;
    data: { message: { threadId?: string; body?: string; id: string } };
  }) => number,
) {
  const receiver = 'https://host.example.com/hooks';
  const real = globalThis.fetch;
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    if (String(input) !== receiver) return await real(input as RequestInfo, init as RequestInit);
    const id = new Headers(init!.headers as HeadersInit).get('webhook-id')!;
    return new Response(null, { status: take({ id, ...JSON.parse(String(init!.body)) }) });
  });
  const world = await createWorld({
    EVENTS_URL: receiver,
    EVENTS_SECRET: `whsec_${btoa('a-secret-of-24-bytes-long')}`,
    EVENTS_TYPES: 'message.created',
  });
  /** Pushes these stores in one batch of the queue. @returns how many jobs are to come again */
  const push = async (stores: readonly string[], env: Partial<TestEnv> = {}) => {
    const messages = stores.map((store, i) => ({
      id: `e${i}`,
      timestamp: new Date(),
      attempts: 1,
      body: { store },
    }));
    const EVENTS = { sendBatch: async () => undefined };
    const batch = createMessageBatch('fcs-events', messages);
    const ctx = createExecutionContext();
    await worker.queue?.(batch, { ...world.env, EVENTS, ...env } as TestEnv, ctx);
    return (await getQueueResult(batch, ctx)).retryMessages.length;
  };
  return { world, push };
}

describe.each(['fails', 'hangs'] as const)('events while a database %s and the receiver too', (way) => {
  it('are heard at once where it can be, and all of them, each family’s in order, once it is back', async () => {
    const heard = new Map<string, string>();
    let status = 500;
    const { world, push } = await hearingWorld(({ id, data: { message } }) => {
      if (status < 300) heard.set(id, `${message.threadId} ${message.body}`);
      return status;
    });
    const up = await familyOfTwo(world, 'd1:0', 7);
    const down = await familyOfTwo(world, 'd1:1', 8);
    const post = async (family: typeof up, body: string) => {
      const path = `/api/threads/thr_${family.familyId}/messages`;
      expect((await world.api('POST', path, { as: family.ana, body: { body } })).status).toBe(201);
    };
    const of = (family: typeof up) =>
      [...heard.values()].flatMap((said) => said.split(`thr_${family.familyId} `)[1] ?? []);
    await post(up, 'One');
    await post(down, 'One');
    expect(await push(['d1:0', 'd1:1'])).toBe(0); // Both are refused.
    await post(down, 'Two');
    await post(up, 'Two');
    await bindings.FAMILY_DB_0!.prepare("UPDATE event_backlog SET next_at = 0 WHERE family_id > ''").run();
    status = 204;
    const FAMILY_DB_1 = broken(WAYS[way]);
    const page = (after: string, env: Partial<TestEnv> = {}) =>
      world.api('GET', `/api/admin/events?types=message.created&limit=200&after=${after}`, { as, env });
    const { next } = (await page('')).json;
    await post(up, 'Three');
    await post(down, 'Three');
    const [again, drained, listed] = await Promise.all([
      push(['d1:1', 'd1:0'], { FAMILY_DB_1 }),
      world.drain({ env: { FAMILY_DB_1 } }),
      page(next, { FAMILY_DB_1 }),
    ]);
    expect([again, of(up), of(down)]).toEqual([1, ['One', 'Two', 'Three'], []]);
    expect(drained.result.retryMessages.length).toBeGreaterThan(0);
    expect(await world.texts(up.number)).toHaveLength(1);
    const bodies = ({ json }: typeof listed) =>
      json.events.map(({ data }: { data: { message: { body: string } } }) => data.message.body);
    expect([listed.status, bodies(listed)]).toEqual([200, ['Three']]);
    const known = listed.json.events[0].id;
    const redeliver = (id: string, env: Partial<TestEnv>) =>
      world.api('POST', `/api/admin/events/${id}/redeliver`, { as, env });
    const EVENTS = { sendBatch: async () => undefined } as unknown as TestEnv['EVENTS'];
    expect((await redeliver(known, { FAMILY_DB_1: broken(WAYS.fails), EVENTS })).status).toBe(202);
    // Back again.
    await bindings.FAMILY_DB_1!.prepare("UPDATE event_backlog SET next_at = 0 WHERE family_id > ''").run();
    expect(await push(['d1:1'])).toBe(0);
    expect(of(down)).toEqual(['One', 'Two', 'Three']);
    const rest = await page(listed.json.next);
    expect(bodies(rest)).toEqual(['Three']);
    vi.restoreAllMocks();
  });
});

it('events of a family that has moved to a database that hangs wait, and those of the others are heard', async () => {
  const heard: string[] = [];
  const { world, push } = await hearingWorld(({ data: { message } }) => {
    heard.push(message.threadId ?? message.id);
    return 204;
  });
  const up = await familyOfTwo(world, 'd1:0', 4);
  const moved = await familyOfTwo(world, 'd1:1', 5);
  const start = (await world.api('GET', '/api/admin/events?types=family.deleted', { as })).json.next;
  // An event stays where it was written, though its family lives elsewhere now.
  await bindings
    .FAMILY_DB_0!.prepare(
      "INSERT INTO events (nonce, family_id, type, subject, at) VALUES ('00', ?, 'message.created', 'msg_1', ?)",
    )
    .bind(moved.familyId, Date.now())
    .run();
  await world.api('POST', `/api/threads/thr_${up.familyId}/messages`, { as: up.ana, body: { body: 'Hi' } });
  await push(['d1:0'], { FAMILY_DB_1: broken(WAYS.hangs) });
  expect(heard).toContain(`thr_${up.familyId}`);
  expect(heard).not.toContain('msg_1');
  // So do they in the list: what stands behind them in their database waits too, and all others are there.
  const elsewhere = await familyOfTwo(world, 'd1:2', 6);
  const list = async (after: string, env: Partial<TestEnv> = {}) => {
    const path = `/api/admin/events?types=message.created&limit=200&after=${after}`;
    const { status, json } = await world.api('GET', path, { as, env });
    const told = json.events.map(({ familyId }: { familyId: string }) => familyId);
    return { status, told, next: json.next as string };
  };
  const path = `/api/threads/thr_${elsewhere.familyId}/messages`;
  await world.api('POST', path, { as: elsewhere.ana, body: { body: 'Hi' } });
  const page = await list(start, { FAMILY_DB_1: broken(WAYS.hangs) });
  expect([page.status, page.told]).toEqual([200, [elsewhere.familyId]]);
  expect((await list(page.next)).told).toEqual([moved.familyId, up.familyId]);
  await bindings.FAMILY_DB_0!.prepare("UPDATE event_backlog SET next_at = 0 WHERE family_id > ''").run();
  await push(['d1:0']);
  expect(heard).toContain('msg_1');
  vi.restoreAllMocks();
});

it('newer events of a family that has moved are not listed before older ones in a database that fails', async () => {
  const heard: string[] = [];
  const { world, push } = await hearingWorld(({ data: { message } }) => {
    heard.push(message.body ?? message.id);
    return 204;
  });
  const moved = await familyOfTwo(world, 'd1:1', 9);
  const elsewhere = await familyOfTwo(world, 'd1:2', 10);
  const list = async (after: string, env: Partial<TestEnv> = {}) => {
    const path = `/api/admin/events?types=message.created&limit=200&after=${after}`;
    const { status, json } = await world.api('GET', path, { as, env });
    const told = json.events.map(({ data }: { data: { message: { body?: string; id: string } } }) => {
      return data.message.body ?? data.message.id;
    });
    return { status, told, next: json.next as string };
  };
  const { next: start } = await list('');
  const post = (family: typeof moved, body: string) =>
    world.api('POST', `/api/threads/thr_${family.familyId}/messages`, { as: family.ana, body: { body } });
  // What it left behind in the first database, and what has come about since, in the second.
  const left = await bindings
    .FAMILY_DB_0!.prepare(
      "INSERT INTO events (nonce, family_id, type, subject, at) VALUES ('00', ?, 'message.created', 'msg_old', ?) RETURNING seq",
    )
    .bind(moved.familyId, Date.now() - 1000)
    .first<{ seq: number }>();
  await bindings
    .FAMILY_DB_1!.prepare(
      `INSERT INTO event_barriers (move_id, family_id, from_seq, behind_store, behind_seq, at)
      SELECT 'mov_list', ?, max(seq) + 1, 'd1:0', ?, ? FROM events`,
    )
    .bind(moved.familyId, left!.seq, Date.now())
    .run();
  for (const [family, body] of [
    [moved, 'New'],
    [elsewhere, 'Elsewhere'],
  ] as const)
    expect((await post(family, body)).status).toBe(201);
  const FAMILY_DB_0 = broken(WAYS.fails);
  const page = await list(start, { FAMILY_DB_0 });
  expect([page.status, page.told]).toEqual([200, ['Elsewhere']]);
  // Not either once the receiver has heard of all: who lists has not.
  for (const store of ['d1:0', 'd1:1', 'd1:1']) await push([store]);
  expect(heard.slice(-2)).toEqual(['msg_old', 'New']);
  expect((await list(start, { FAMILY_DB_0 })).told).toEqual(['Elsewhere']);
  const rest = await list(page.next);
  expect(rest.told).toEqual(['msg_old', 'New']);
  // Whoever has read what was left behind waits for that database no more.
  await post(moved, 'Newer');
  expect((await list(rest.next, { FAMILY_DB_0 })).told).toEqual(['Newer']);
  vi.restoreAllMocks();
});

describe('queues of groups of databases', () => {
  it('carry the jobs of their own; one that takes nothing holds up no family of another', async () => {
    const world = await createWorld();
    const [first, second] = [await familyOfTwo(world, 'd1:0', 2), await familyOfTwo(world, 'd1:1', 3)];
    const taken: Record<string, string[]> = { DELIVERIES_0: [], DELIVERIES_1: [] };
    let isFull = false;
    const queueOf = (name: string) => ({
      sendBatch: async (messages: Iterable<{ body: { familyId: string } }>) => {
        if (isFull && name === 'DELIVERIES_1') throw new Error('Queue is overloaded');
        taken[name]!.push(...[...messages].map(({ body }) => body.familyId));
      },
    });
    const queues = Object.fromEntries(Object.keys(taken).map((name) => [name, queueOf(name)]));
    const post = (family: typeof first) =>
      world.api('POST', `/api/threads/thr_${family.familyId}/messages`, {
        as: family.ana,
        body: { body: 'Hi' },
        env: queues,
      });
    for (const family of [first, second]) expect((await post(family)).status).toBe(201);
    expect(taken).toEqual({ DELIVERIES_0: [first.familyId], DELIVERIES_1: [second.familyId] });

    isFull = true;
    for (const store of ['FAMILY_DB_0', 'FAMILY_DB_1'])
      await bindings[store]!.prepare(
        "UPDATE sms_delivery_log SET wake_at = 1 WHERE status = 'pending'",
      ).run();
    await world.api('POST', '/api/admin/sweep', { as, env: queues });
    expect(taken.DELIVERIES_0!.filter((familyId) => familyId === first.familyId)).toHaveLength(2);
    expect(taken.DELIVERIES_1).toEqual([second.familyId]);
    expect(world.jobs).toEqual([]);
  });
});

it('a database that lacks any of its fences turns the service unready, by name', async () => {
  const world = await createWorld();
  const store = bindings.FAMILY_DB_2!;
  const all = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'fence_%'";
  const { results: fences } = await store.prepare(all).all<{ name: string; sql: string }>();
  expect(fences).toHaveLength(FENCE_TRIGGERS);
  // An isolate looks twice a second once it was asked very often.
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const ready = () => {
    vi.setSystemTime(Date.now() + 1000);
    return world.send('GET', '/readyz');
  };
  for (const { name, sql } of fences) {
    await store.prepare(`DROP TRIGGER ${name}`).run();
    const answer = await ready();
    await store.prepare(sql).run();
    expect([name, answer.status]).toEqual([name, 503]);
    expect(await answer.json()).toMatchObject({ details: [{ check: 'fences', name: 'd1:2' }] });
  }
  expect((await ready()).status).toBe(200);
});
