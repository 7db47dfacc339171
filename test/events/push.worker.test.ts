import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import worker from '../../src/worker.ts';
import { createWorld, type TestEnv, type World } from '../worker/world.ts';

const URL_OF_HOST = 'https://host.example.com/hooks';
let world: World;
let jobs: { store?: string; redeliver?: string }[];
let heard: { id: string; type: string; data: Record<string, Record<string, unknown>> }[];
let answer: (event: (typeof heard)[number]) => Response | Promise<Response>;

beforeEach(async () => {
  jobs = [];
  heard = [];
  answer = () => new Response(null, { status: 204 });
  const real = globalThis.fetch;
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    if (String(input) !== URL_OF_HOST) return await real(input as RequestInfo, init as RequestInit);
    const headers = new Headers(init!.headers as HeadersInit);
    const event = { id: headers.get('webhook-id')!, ...JSON.parse(String(init!.body)) };
    heard.push(event);
    return await answer(event);
  });
  world = await createWorld({
    EVENTS_URL: URL_OF_HOST,
    EVENTS_SECRET: `whsec_${btoa('a-secret-of-24-bytes-long')}`,
  });
  const queue = {
    sendBatch: async (messages: Iterable<{ body: object }>) => {
      for (const { body } of messages) jobs.push(body);
    },
  };
  world.set({ EVENTS: queue });
  await world.env.DB.batch([
    world.env.DB.prepare('DELETE FROM event_cursors WHERE id = 1'),
    world.env.DB.prepare("DELETE FROM event_backlog WHERE family_id > ''"),
    world.env.DB.prepare('INSERT INTO event_cursors (id, seq) SELECT 1, coalesce(max(seq), 0) FROM events'),
  ]);
  await world.seed([
    { id: 'rosa', name: 'Rosa' },
    { id: 'maya', name: 'Maya', phone: world.phone(0) },
  ]);
});
afterEach(() => vi.restoreAllMocks());

/** Hands the queue's jobs to the consumer. */
async function consume(env: Partial<TestEnv> = {}) {
  const messages = jobs.splice(0).map((body, i) => ({
    id: `e${i}`,
    timestamp: new Date(),
    attempts: 1,
    body,
  }));
  const batch = createMessageBatch('fcs-events', messages);
  const ctx = createExecutionContext();
  await worker.queue?.(batch, { ...world.env, ...env } as TestEnv, ctx);
  return await getQueueResult(batch, ctx);
}
const post = (body: string) =>
  world.api('POST', `/api/threads/${world.thread()}/messages`, { as: world.member('rosa'), body: { body } });
const types = () => heard.map(({ type }) => type);
const due = () => world.env.DB.prepare("UPDATE event_backlog SET next_at = 0 WHERE family_id > ''").run();
const state = () =>
  world.env.DB.prepare('SELECT * FROM event_cursors WHERE id = 1').first<Record<string, unknown>>();

describe('the receiver', () => {
  it('hears every event once, in order, as the API shows it', async () => {
    await consume();
    expect(types()).toEqual(['phone.verified', 'consent.given', 'thread.created']);
    const { json } = await post('Dinner?');
    expect(jobs).toEqual([{ store: 'd1:main' }]);
    await consume();
    expect(heard[3]).toMatchObject({ type: 'message.created', data: { message: json.message } });
    const pulled = await world.api('GET', `/api/admin/events?familyId=${world.familyId}`, { as: 'service' });
    expect(pulled.json.events.map(({ id }: { id: string }) => id)).toEqual(heard.map(({ id }) => id));
    jobs.push({ store: 'd1:main' });
    await consume();
    expect(heard).toHaveLength(4);
    expect(await state()).toMatchObject({ failures: 0, lease_until: 0 });
  });

  it('that fails hears the same event again, then what followed, and nothing twice', async () => {
    await consume();
    heard.length = 0;
    answer = () => new Response(null, { status: 500 });
    const first = (await post('One')).json.message;
    const second = (await post('Two')).json.message;
    await consume();
    expect(heard.map(({ data }) => data.message?.id)).toEqual([first.id]);
    await consume(); // Too early.
    expect(heard).toHaveLength(1);
    answer = () => new Response(null, { status: 200 });
    await due();
    jobs.push({ store: 'd1:main' });
    await consume();
    expect(heard.map(({ data }) => data.message?.id)).toEqual([first.id, first.id, second.id]);
    expect(heard[0]!.id).toBe(heard[1]!.id);
    await post('Three');
    await consume();
    expect(types()).toHaveLength(4);
  });

  it('that takes an event and never says so hears it again, by the same id, before what followed', async () => {
    await consume();
    heard.length = 0;
    answer = () => Promise.reject(new DOMException('The operation timed out', 'TimeoutError'));
    for (const body of ['One', 'Two']) await post(body);
    await consume();
    answer = () => new Response(null, { status: 200 });
    await due();
    jobs.push({ store: 'd1:main' });
    await consume();
    expect(heard.map(({ data }) => data.message?.body)).toEqual(['One', 'One', 'Two']);
    expect(heard[0]!.id).toBe(heard[1]!.id);
    expect(await state()).toMatchObject({ last_error: 'TimeoutError', failures: 0 });
  });

  it('that answers 500 for an hour is asked less and less often, and then hears all in order', async () => {
    await consume();
    heard.length = 0;
    answer = () => new Response(null, { status: 500 });
    await post('One');
    jobs.length = 0;
    const real = Date.now.bind(Date);
    let passed = 0;
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => real() + passed);
    for (; passed < 3_600_000; passed += 60_000) {
      jobs.push({ store: 'd1:main' });
      await consume();
      if (passed === 1_800_000) await post('Two');
      jobs.length = 0;
    }
    const asked = heard.map(({ data }) => data.message?.body);
    expect(asked.every((body) => body === 'One')).toBe(true);
    // Eight times by the schedule, and for what is new in the middle of it.
    expect(asked.length).toBeLessThanOrEqual(10);
    answer = () => new Response(null, { status: 200 });
    passed += 3_600_000;
    jobs.push({ store: 'd1:main' });
    await consume();
    clock.mockRestore();
    expect(heard.slice(asked.length).map(({ data }) => data.message?.body)).toEqual(['One', 'Two']);
  });

  it('hears all, whoever pushes: what a process that lost its lease learns too late changes nothing', async () => {
    await consume();
    heard.length = 0;
    const hung = Promise.withResolvers<Response>();
    answer = () => hung.promise;
    await post('One');
    const stale = consume();
    await vi.waitFor(() => expect(heard).toHaveLength(1), { timeout: 15_000 });
    // The lease is over, as if the process had died; another goes on, and the receiver takes one and refuses the next.
    await world.env.DB.prepare('UPDATE event_cursors SET lease_until = 0 WHERE id = 1').run();
    answer = ({ data }) => new Response(null, { status: data.message?.body === 'Two' ? 500 : 200 });
    await post('Two');
    await consume();
    const backlog = () =>
      world.env.DB.prepare('SELECT from_seq, attempts FROM event_backlog WHERE family_id = ?')
        .bind(world.familyId)
        .first();
    const waits = await backlog();
    expect(waits).toMatchObject({ attempts: 1 });
    hung.resolve(new Response(null, { status: 204 }));
    await stale;
    expect(await backlog()).toEqual(waits);
    answer = () => new Response(null, { status: 204 });
    await due();
    jobs.push({ store: 'd1:main' });
    await consume();
    expect(heard.map(({ data }) => data.message?.body)).toEqual(['One', 'One', 'Two', 'Two']);
  });

  it('that does not answer makes no text late', async () => {
    await consume();
    heard.length = 0;
    const hung = Promise.withResolvers<Response>();
    answer = () => hung.promise;
    await post('Dinner?');
    const pushing = consume();
    await vi.waitFor(() => expect(heard).toHaveLength(1), { timeout: 15_000 });
    await world.drain();
    expect(await world.texts(world.phone(0))).toHaveLength(1);
    hung.resolve(new Response(null, { status: 204 }));
    await pushing;
    expect(types()).toEqual(['message.created', 'delivery.sent']);
  });

  it('holds up its own family alone', async () => {
    await consume();
    heard.length = 0;
    const other = await createWorld();
    await other.seed([{ id: 'ann', name: 'Ann' }]);
    answer = ({ data }) =>
      new Response(null, { status: data.message?.threadId === world.thread() ? 500 : 200 });
    await post('One');
    await other.api('POST', `/api/threads/${other.thread()}/messages`, {
      as: other.member('ann'),
      body: { body: 'Hi' },
    });
    jobs.push({ store: 'd1:main' });
    await consume();
    expect(heard.filter(({ data }) => data.message?.threadId === other.thread())).toHaveLength(1);
  });

  it('is asked no sooner than it wants', async () => {
    await consume();
    answer = () => new Response(null, { status: 429, headers: { 'Retry-After': '3600' } });
    await post('One');
    await consume();
    const row = await world.env.DB.prepare('SELECT next_at FROM event_backlog WHERE family_id = ?')
      .bind(world.familyId)
      .first<{ next_at: number }>();
    expect(row!.next_at - Date.now()).toBeGreaterThan(3_500_000);
  });

  it('that answers 410 is asked no more, until its address is another', async () => {
    await consume();
    heard.length = 0;
    answer = () => new Response(null, { status: 410 });
    await post('One');
    await consume();
    await post('Two');
    await due();
    await consume();
    expect(heard).toHaveLength(1);
    const alert = await world.env.DB.prepare("SELECT kind FROM alerts WHERE kind = 'events_gone'").first();
    expect(alert).not.toBeNull();
  });

  it('that was down is tried again with the next news, but not too often, and never sooner than it asked', async () => {
    await consume();
    heard.length = 0;
    answer = () => new Response(null, { status: 500 });
    const first = (await post('One')).json.message;
    await consume();
    await post('Two');
    await consume();
    expect(heard, 'five seconds have not passed').toHaveLength(1);
    const later = (column: string) =>
      world.env.DB.batch([
        world.env.DB.prepare(
          'UPDATE event_cursors SET last_failure_at = last_failure_at - 5001, last_success_at = last_success_at - 5001 WHERE id = 1',
        ),
        world.env.DB.prepare(`UPDATE event_backlog SET ${column} = ? WHERE family_id = ?`).bind(
          Date.now() + 3_600_000,
          world.familyId,
        ),
      ]);
    await later('not_before');
    await post('Three');
    await consume();
    expect(heard, 'it asked for an hour').toHaveLength(1);
    await world.env.DB.prepare("UPDATE event_backlog SET not_before = 0 WHERE family_id > ''").run();
    await later('next_at');
    answer = () => new Response(null, { status: 200 });
    const last = (await post('Four')).json.message;
    await consume();
    expect(heard[1]!.data.message).toMatchObject({ id: first.id });
    expect(heard.at(-1)!.data.message).toMatchObject({ id: last.id });
    expect(heard.filter(({ type }) => type === 'message.created')).toHaveLength(5);
  });

  it('is given up for one event after three days, with an alert, and hears what followed', async () => {
    await consume();
    heard.length = 0;
    answer = ({ data }) => new Response(null, { status: data.message?.body === 'One' ? 500 : 200 });
    await post('One');
    await post('Two');
    await world.env.DB.prepare(
      "UPDATE events SET at = at - 259200001 WHERE seq = (SELECT min(seq) FROM events WHERE family_id = ? AND type = 'message.created')",
    )
      .bind(world.familyId)
      .run();
    await consume();
    expect(heard.map(({ data }) => data.message?.body)).toEqual(['One', 'Two']);
    const alert = "SELECT kind FROM alerts WHERE kind = 'events_given_up'";
    expect(await world.env.DB.prepare(alert).first()).not.toBeNull();
  });

  it('hears only the types that it wants', async () => {
    jobs.push({ store: 'd1:main' });
    await consume({ EVENTS_TYPES: 'thread.created' } as Partial<TestEnv>);
    expect(types()).toEqual(['thread.created']);
  });

  it('hears an event again when somebody asks for it', async () => {
    await consume();
    const again = (id: string) => world.api('POST', `/api/admin/events/${id}/redeliver`, { as: 'service' });
    expect((await again(heard[0]!.id)).status).toBe(202);
    await consume();
    expect(heard.at(-1)).toEqual(heard[0]);
    expect((await again('evt_1_0000000000000000')).json.error).toBe('event_not_found');
  });
});

it('finds events whose queue message was lost, by the cron and when somebody asks for the sweep', async () => {
  jobs.length = 0;
  const ctx = createExecutionContext();
  await worker.scheduled?.({} as ScheduledController, world.env, ctx);
  expect(jobs).toContainEqual({ store: 'd1:main' });
  jobs.length = 0;
  expect((await world.api('POST', '/api/admin/sweep', { as: 'service' })).status).toBe(200);
  expect(jobs).toContainEqual({ store: 'd1:main' });
  await consume();
  expect(types()).toContain('thread.created');
});
