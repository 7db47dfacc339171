import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { CREATE_TABLES } from '../../src/db/object/object-tables.ts';
import { upgradeRequest } from '../../src/family/sockets/upgrade.ts';
import type { Bindings } from '../../src/platform/deps.ts';
import type { FamilyRpc, LiveEvent } from '../../src/platform/family/family-rpc.ts';
import type { Family } from '../../src/worker.ts';
import { passingFacts } from '../support/passing-facts.ts';
import { hostToken, insertFamily, insertThread, insertWebSession } from '../worker/people.ts';
import { call, closeSockets, ORIGIN, openSocket, type TestSocket } from '../worker/sockets.ts';

const { DB, FAMILY } = env as unknown as Bindings;
const TTL = 60_000;
const GRACE = 10_000;

let families = 0;
let fam = '';
let thread = '';
const person = (name: string) => `${name}-${fam}`;
const stub = () => FAMILY.get(FAMILY.idFromName(fam)) as unknown as FamilyRpc & DurableObjectStub<Family>;

async function upgrade(userId: string, headers: Record<string, string> = {}, query = ''): Promise<Response> {
  const token = await hostToken(userId, fam);
  return await call(`/api/presence/socket${query}`, {
    headers: { Upgrade: 'websocket', Authorization: `Bearer ${token}`, ...headers },
  });
}
const connect = async (name: string, query = '') => openSocket(await upgrade(person(name), {}, query));

/** Moves the clock; automatic pongs keep the real one, as if nobody had pinged since. */
const later = (ms: number) => vi.setSystemTime(Date.now() + ms);
const ring = () => runDurableObjectAlarm(stub());
const alarmIn = async () =>
  await runInDurableObject(
    stub(),
    async (_, { storage }) => ((await storage.getAlarm()) ?? Number.NaN) - Date.now(),
  );
const states = async () =>
  Object.fromEntries((await stub().presence()).map(({ userId, state }) => [userId.split('-')[0], state]));
const message = (seq: number, by = 'rosa'): LiveEvent => ({
  type: 'message',
  threadId: thread,
  message: { seq, authorId: person(by) },
});

/** Waits until what was sent to a socket before has arrived. */
async function settled(...sockets: TestSocket[]): Promise<void> {
  await Promise.all(sockets.map((socket) => socket.ping()));
}

/** Waits until the real clock, which pongs go by, has moved on. */
async function nextMillisecond(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1));
}

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  fam = `fam${++families}`;
  thread = `thr-${fam}`;
  await insertFamily(fam, ['rosa', 'leo', 'mia'].map(person));
  await insertThread(thread, fam, ['rosa', 'leo'].map(person));
});
afterEach(() => {
  closeSockets();
  vi.useRealTimers();
});

describe('connecting', () => {
  it('begins with a snapshot of who is here, oneself included', async () => {
    await connect('rosa');
    const leo = await connect('leo');
    expect(await leo.until('snapshot')).toEqual({
      type: 'snapshot',
      online: [
        { userId: person('rosa'), state: 'online' },
        { userId: person('leo'), state: 'online' },
      ],
    });
    expect(leo.frames[0]?.type).toBe('snapshot');
  });

  it('takes a session cookie from our own pages, and from no others', async () => {
    const { token } = await insertWebSession(person('rosa'), fam);
    const open = (origin?: string) =>
      call('/api/presence/socket', {
        headers: {
          Upgrade: 'websocket',
          Cookie: `__Host-fcs_session=${token}`,
          ...(origin ? { Origin: origin } : {}),
        },
      });
    const answers = await Promise.all([open(ORIGIN), open('https://evil.example'), open('null'), open()]);
    expect(answers.map(({ status }) => status)).toEqual([101, 403, 403, 403]);
    expect(await answers[1]!.json()).toMatchObject({ error: 'forbidden' });
  });

  it('takes a token as a subprotocol and answers fcs.v1', async () => {
    const token = await hostToken(person('rosa'), fam);
    const answer = await call('/api/presence/socket', {
      headers: { Upgrade: 'websocket', 'Sec-WebSocket-Protocol': `fcs.v1, bearer.${token}` },
    });
    expect([answer.status, answer.headers.get('Sec-WebSocket-Protocol')]).toEqual([101, 'fcs.v1']);
    await openSocket(answer).until('snapshot');
  });

  it('refuses everyone else before the upgrade, by name', async () => {
    const rosa = person('rosa');
    await insertFamily(`other-${fam}`, []);
    const { id, token } = await insertWebSession(rosa, fam);
    await DB.prepare('UPDATE sessions SET revoked_at = 1 WHERE id = ?').bind(id).run();
    const good = await hostToken(rosa, fam);
    const mine = `__Host-fcs_session=${(await insertWebSession(rosa, fam)).token}`;
    const bearer = async (value: Promise<string> | string) => ({ Authorization: `Bearer ${await value}` });
    const cases: [number, string, Record<string, string>][] = [
      [401, 'unauthenticated', {}],
      [401, 'unauthenticated', await bearer('nonsense')],
      [401, 'unauthenticated', await bearer(hostToken(rosa, fam, -60))],
      [401, 'unauthenticated', await bearer(hostToken(rosa, `other-${fam}`))],
      [401, 'unauthenticated', await bearer(hostToken('nobody', fam))],
      [401, 'unauthenticated', await bearer(token)],
      [401, 'unauthenticated', { Cookie: `__Host-fcs_session=${token}`, Origin: ORIGIN }],
      [401, 'unauthenticated', { 'Sec-WebSocket-Protocol': 'fcs.v1, bearer.nonsense' }],
      [
        401,
        'unauthenticated',
        { ...(await bearer('nonsense')), 'Sec-WebSocket-Protocol': `fcs.v1, bearer.${good}` },
      ],
      [
        401,
        'unauthenticated',
        { Cookie: mine, Origin: ORIGIN, 'Sec-WebSocket-Protocol': 'fcs.v1, bearer.nonsense' },
      ],
      [403, 'forbidden', await bearer(hostToken('host', fam, 60, { scope: 'service' }))],
      [400, 'invalid_request', { ...(await bearer(hostToken(rosa, fam))), Upgrade: 'h2c' }],
    ];
    for (const [status, error, headers] of cases) {
      const answer = await call('/api/presence/socket', { headers: { Upgrade: 'websocket', ...headers } });
      expect([answer.status, answer.webSocket ?? null, await answer.json()]).toEqual([
        status,
        null,
        expect.objectContaining({ error }),
      ]);
    }
    expect(await states()).toEqual({});
  });

  it('does not believe an identity that the client claims in headers', async () => {
    const claimed = { userId: person('leo'), familyId: fam, sessionId: null, expiresAt: null };
    const details = encodeURIComponent(JSON.stringify({ ...claimed, state: 'active', protocol: null }));
    openSocket(await upgrade(person('rosa'), { 'X-Family-Upgrade': details }));
    expect(await states()).toEqual({ rosa: 'online' });
  });

  it('gives the place of the oldest to the eleventh device of a person', async () => {
    const devices: TestSocket[] = [];
    for (let i = 0; i < 11; i++) {
      devices.push(await connect('rosa'));
      later(1);
    }
    expect(await devices[0]!.closed).toMatchObject({ code: 4001 });
    await settled(...devices.slice(1));
    expect(await states()).toEqual({ rosa: 'online' });
  });

  it('takes two hundred sockets a family, and one more only in the place of a silent one', async () => {
    const join = (guest: number) =>
      stub().fetch(
        upgradeRequest({
          userId: `guest${guest}`,
          familyId: fam,
          sessionId: null,
          expiresAt: null,
          state: 'active',
          protocol: null,
        }),
      );
    for (let i = 0; i < 200; i++) openSocket(await join(i % 20));
    const refused = await join(20);
    expect([refused.status, await refused.json(), refused.headers.get('Retry-After')]).toEqual([
      429,
      expect.objectContaining({ error: 'rate_limited' }),
      '60',
    ]);
    later(TTL);
    await openSocket(await join(20)).until('snapshot');
  });
});

describe('presence', () => {
  it('is told to the others as it changes', async () => {
    const rosa = await connect('rosa');
    const leo = await connect('leo');
    expect(await rosa.until('presence')).toMatchObject({ userId: person('leo'), state: 'online' });
    leo.send({ type: 'state', state: 'away' });
    expect(await rosa.until('presence', 2)).toMatchObject({ userId: person('leo'), state: 'away' });
    leo.send({ type: 'state', state: 'active' });
    expect(await rosa.until('presence', 3)).toMatchObject({ userId: person('leo'), state: 'online' });
    await settled(leo);
    expect(leo.of('presence').map(({ state }) => state)).toEqual(['away', 'online']);
  });

  it('is away only with all devices', async () => {
    const desk = await connect('leo');
    const phone = await connect('leo', '?state=away');
    desk.send({ type: 'state', state: 'away' });
    await phone.until('presence');
    expect(await states()).toEqual({ leo: 'away' });
    phone.send({ type: 'state', state: 'active' });
    await phone.until('presence', 2);
    expect(await states()).toEqual({ leo: 'online' });
  });

  it('outlasts a reload: a proper goodbye counts for the grace', async () => {
    const rosa = await connect('rosa');
    const leo = await connect('leo');
    leo.ws.close(1000, 'reload');
    await leo.closed;
    later(GRACE - 1);
    expect(await states()).toEqual({ rosa: 'online', leo: 'online' });
    const again = await connect('leo');
    later(GRACE);
    expect(await states()).toEqual({ rosa: 'online', leo: 'online' });
    again.ws.close(1001);
    await again.closed;
    later(GRACE);
    await ring();
    expect(await rosa.until('presence', 2)).toMatchObject({ userId: person('leo'), state: 'offline' });
    expect(rosa.of('presence').map(({ state }) => state)).toEqual(['online', 'offline']);
  });

  it('ends when nothing is heard for the TTL, and the alarm tells; pings that were heard count', async () => {
    const rosa = await connect('rosa');
    await connect('leo');
    later(TTL - 1);
    expect(await states()).toEqual({ rosa: 'online', leo: 'online' });
    rosa.send({ type: 'state', state: 'active' });
    await settled(rosa);
    later(1);
    await ring();
    expect(await rosa.until('presence', 2)).toMatchObject({ userId: person('leo'), state: 'offline' });
    expect(await states()).toEqual({ rosa: 'online' });
  });

  it('comes back with a ping of a socket that was silent', async () => {
    vi.setSystemTime(Date.now() - TTL - 1);
    const rosa = await connect('rosa');
    later(TTL + 1);
    expect(await states()).toEqual({});
    await rosa.ping();
    expect(await states()).toEqual({ rosa: 'online' });
  });

  it('closes a socket that stays silent', async () => {
    const rosa = await connect('rosa');
    later(5 * TTL);
    await ring();
    expect(await rosa.closed).toMatchObject({ code: 1001 });
  });

  it('is kept by heartbeats alone, each device for itself, over HTTP', async () => {
    const headers = { Authorization: `Bearer ${await hostToken(person('mia'), fam)}` };
    const beat = (body?: unknown) =>
      call('/api/presence/heartbeat', {
        method: 'POST',
        headers: { ...headers, 'Content-Type': 'application/json' },
        body: body === undefined ? null : JSON.stringify(body),
      });
    const since = new Date(Date.now()).toISOString();
    expect(await (await beat()).json()).toEqual({
      online: [{ userId: person('mia'), state: 'online', since }],
    });
    later(TTL - 1);
    expect(await (await beat({ state: 'away' })).json()).toMatchObject({ online: [{ state: 'away' }] });
    expect((await beat({ state: 'gone' })).status).toBe(400);
    await stub().heartbeat(person('mia'), 'active', 'tablet');
    later(TTL - 1);
    expect(await (await call('/api/presence', { headers })).json()).toMatchObject({
      online: [{ state: 'online' }],
    });
    later(1);
    expect(await (await call('/api/presence', { headers })).json()).toEqual({ online: [] });
  });

  it('writes last_seen_at on leaving, not before', async () => {
    const seen = async () =>
      (
        await DB.prepare('SELECT last_seen_at AS at FROM users WHERE id = ?')
          .bind(person('rosa'))
          .first<{ at: number }>()
      )?.at ?? null;
    const rosa = await connect('rosa');
    await rosa.ping();
    rosa.send({ type: 'state', state: 'away' });
    await rosa.until('presence');
    expect(await seen()).toBeNull();
    rosa.ws.close(1000);
    await rosa.closed;
    const leftAt = Date.now();
    later(GRACE);
    await ring();
    await vi.waitFor(async () => expect(await seen()).toBe(leftAt));
  });
});

describe('a departure', () => {
  it('that the database did not take is told again', async () => {
    const rename = (from: string, to: string) => DB.prepare(`ALTER TABLE ${from} RENAME TO ${to}`).run();
    const at = Date.now();
    await stub().heartbeat(person('rosa'), 'active');
    await rename('users', 'users_elsewhere');
    later(TTL);
    await ring();
    expect(await states()).toEqual({});
    await rename('users_elsewhere', 'users');
    expect(await alarmIn()).toBe(30_000);
    later(30_000);
    await ring();
    const seen = DB.prepare('SELECT last_seen_at AS at FROM users WHERE id = ?').bind(person('rosa'));
    await vi.waitFor(async () => expect(await seen.first()).toEqual({ at }));
    await vi.waitFor(async () => expect(await alarmIn()).toBeNaN());
  });
});

describe('hibernation', () => {
  it('keeps sockets, identity, state and conduct', async () => {
    const rosa = await connect('rosa');
    const leo = await connect('leo');
    leo.send({ type: 'state', state: 'away' });
    for (let i = 0; i < 4; i++) leo.send('garbage');
    await leo.until('error', 4);
    await evictDurableObject(stub());
    expect(await states()).toEqual({ rosa: 'online', leo: 'away' });
    leo.send({ type: 'typing', threadId: thread });
    expect(await rosa.until('typing')).toMatchObject({ userId: person('leo') });
    leo.send('garbage');
    expect(await leo.closed).toMatchObject({ code: 1008 });
  });

  it('is not disturbed by pings', async () => {
    const rosa = await connect('rosa');
    await evictDurableObject(stub());
    for (let i = 0; i < 3; i++) await rosa.ping();
    await expect(evictDurableObject(stub())).rejects.toThrow();
    await stub().presence();
    await evictDurableObject(stub());
  });

  it('counts pings that came meanwhile', async () => {
    vi.setSystemTime(Date.now() - TTL + 1);
    const rosa = await connect('rosa');
    await rosa.ping();
    await evictDurableObject(stub());
    await rosa.ping();
    later(TTL);
    expect(await states()).toEqual({ rosa: 'online' });
  });
});

describe('a socket that is lost without a goodbye', () => {
  it.each<[string, (object: Family, ws: WebSocket) => Promise<void>]>([
    ['a line that broke', (object, ws) => object.webSocketClose(ws, 1006, '', false)],
    ['half a close', (object, ws) => object.webSocketClose(ws, 1000, '', false)],
    ['an error', (object, ws) => object.webSocketError(ws)],
  ])('counts for the TTL, not the grace: %s', async (_, lose) => {
    await connect('leo');
    await runInDurableObject(stub(), async (object: Family, state) => {
      for (const ws of state.getWebSockets()) await lose(object, ws);
    });
    later(TTL - 1);
    expect(await states()).toEqual({ leo: 'online' });
    later(1);
    expect(await states()).toEqual({});
  });
});

describe('a restart that drops every socket', () => {
  it('makes nobody offline before the TTL, and then does', async () => {
    const rosa = await connect('rosa');
    await connect('leo', '?state=away');
    await evictDurableObject(stub(), { webSockets: 'close' });
    await rosa.closed;
    later(1000);
    expect(await states()).toEqual({ rosa: 'online', leo: 'away' });
    await evictDurableObject(stub());
    later(TTL - 1);
    expect(await states()).toEqual({ rosa: 'online', leo: 'away' });
    later(1);
    expect(await states()).toEqual({});
  });

  it('that the alarm is the first to notice counts from when it was due', async () => {
    const rosa = await connect('rosa');
    await evictDurableObject(stub(), { webSockets: 'close' });
    await rosa.closed;
    later(TTL + 5000);
    await ring();
    expect(await states()).toEqual({ rosa: 'online' });
    later(TTL - 5000);
    await ring();
    expect(await states()).toEqual({});
  });

  it('is unnoticed by the others when the client is back in time', async () => {
    await connect('rosa');
    await evictDurableObject(stub(), { webSockets: 'close' });
    later(30_000);
    const leo = await connect('leo');
    await connect('rosa');
    later(TTL - 1);
    await ring();
    await settled(leo);
    expect(leo.of('presence')).toEqual([]);
    expect(await states()).toMatchObject({ rosa: 'online' });
  });

  it('does not bring back someone who had been silent before', async () => {
    await connect('rosa');
    later(TTL);
    expect(await states()).toEqual({});
    await evictDurableObject(stub(), { webSockets: 'close' });
    expect(await states()).toEqual({});
  });

  it('long ago, with nobody looking since, does not count as a sign of life', async () => {
    await connect('rosa');
    await evictDurableObject(stub(), { webSockets: 'close' });
    later(3 * TTL);
    expect(await states()).toEqual({});
  });
});

describe('events', () => {
  it('reach the people named, on all their devices', async () => {
    const [rosa, leo, tablet, mia] = [
      await connect('rosa'),
      await connect('leo'),
      await connect('leo'),
      await connect('mia'),
    ];
    const events: LiveEvent[] = [
      message(1),
      { type: 'read', threadId: thread, userId: person('leo'), seq: 1 },
      { type: 'thread', thread: { id: thread, title: 'Dinner' } },
    ];
    await stub().publish(events.map((event) => ({ event, to: [person('rosa'), person('leo')] })));
    await settled(rosa, leo, tablet, mia);
    for (const socket of [rosa, leo, tablet]) {
      expect(socket.frames.filter(({ type }) => ['message', 'read', 'thread'].includes(type))).toEqual(
        events,
      );
    }
    expect(mia.frames.map(({ type }) => type)).toEqual(['snapshot']);
  });

  it('read what is attached to a socket once after the object woke', async () => {
    const sockets = [await connect('rosa'), await connect('leo'), await connect('mia')];
    await evictDurableObject(stub());
    const reading = vi.spyOn(WebSocket.prototype, 'deserializeAttachment');
    const to = [person('rosa'), person('leo'), person('mia')];
    await stub().publish([1, 2].map((seq) => ({ event: message(seq), to })));
    await stub().publish([{ event: message(3), to }]);
    await settled(...sockets);
    const reads = reading.mock.calls.length;
    reading.mockRestore();
    expect(sockets.map(({ frames }) => frames.filter(({ type }) => type === 'message').length)).toEqual([
      3, 3, 3,
    ]);
    expect(reads).toBe(sockets.length);
  });

  it('take six readings of the storage when the object wakes, and from then on a write for what changed', async () => {
    const exec = await runInDurableObject(stub(), (_, { storage }) => {
      storage.sql.exec(CREATE_TABLES); // As in any object that was asked before.
      return vi.spyOn(Object.getPrototypeOf(storage.sql) as SqlStorage, 'exec');
    });
    onTestFinished(() => exec.mockRestore());
    await evictDurableObject(stub());
    const asked: number[] = [];
    for (const seq of [1, 2]) {
      exec.mockClear();
      const candidates = ['leo', 'mia'].map((name) => ({
        deliveryId: `dlv-${name}-${seq}`,
        userId: person(name),
        threadId: thread,
        authorId: person('rosa'),
        urgent: false,
        kind: 'message' as const,
        facts: passingFacts(Date.now()),
      }));
      const to = ['rosa', 'leo', 'mia'].map(person);
      const admissions = await stub().announce({ event: message(seq), to }, candidates);
      expect(admissions.map(({ verdict }) => verdict.action)).toEqual(['send', 'send']);
      asked.push(exec.mock.calls.length);
      later(3_600_000);
    }
    const written = 3; // How far the thread was published, and two texts.
    expect(asked).toEqual([6 + written, written]);
  });

  it('come in the order of the messages, even when posts overtake each other or the object is new', async () => {
    const leo = await connect('leo');
    const post = (seq: number) => stub().publish([{ event: message(seq), to: [person('leo')] }]);
    await post(1);
    await Promise.all([post(3), post(4), post(2)]);
    await evictDurableObject(stub());
    await Promise.all([post(7), post(6), post(5)]);
    await leo.until('message', 7);
    expect(leo.of('message').map(({ message }) => (message as { seq: number }).seq)).toEqual([
      1, 2, 3, 4, 5, 6, 7,
    ]);
  });

  it('of typing are throttled, and go to the other members alone', async () => {
    const [rosa, leo, mia] = [await connect('rosa'), await connect('leo'), await connect('mia')];
    const typing = { type: 'typing', threadId: thread };
    rosa.send(typing);
    rosa.send(typing);
    await leo.until('typing');
    later(3000);
    rosa.send(typing);
    await leo.until('typing', 2);
    mia.send(typing);
    expect(await mia.until('error')).toMatchObject({ error: 'thread_not_found' });
    await settled(rosa, leo, mia);
    expect([rosa, leo, mia].map((socket) => socket.of('typing').length)).toEqual([0, 2, 0]);
  });

  it('of typing follow the members: to those who joined, at once, and not to those who left', async () => {
    const [rosa, leo, mia] = [await connect('rosa'), await connect('leo'), await connect('mia')];
    const typing = { type: 'typing', threadId: thread };
    rosa.send(typing);
    await leo.until('typing');
    await DB.prepare('UPDATE thread_members SET user_id = ? WHERE user_id = ?')
      .bind(person('mia'), person('leo'))
      .run();
    const changed: LiveEvent = { type: 'thread', thread: { id: thread, title: 'Dinner' } };
    await stub().publish([{ event: changed, to: [person('rosa'), person('mia')] }]);
    later(3000);
    rosa.send(typing);
    await mia.until('typing');
    leo.send(typing);
    expect(await leo.until('error')).toMatchObject({ error: 'thread_not_found' });
    await settled(rosa, leo, mia);
    expect([rosa, leo, mia].map((socket) => socket.of('typing').length)).toEqual([0, 1, 1]);
  });

  it('do not pile up for a client that is silent: it is let go', async () => {
    const [silent, alive] = [await connect('leo'), await connect('leo')];
    const text = 'x'.repeat(60_000);
    for (let seq = 1; seq <= 10; seq++) {
      await alive.ping();
      const event = {
        type: 'message',
        threadId: thread,
        message: { seq, authorId: person('rosa'), text },
      } as const;
      await stub().publish([{ event, to: [person('leo')] }]);
      await nextMillisecond(); // A pong is a sign of life only when its time differs from the one before.
    }
    expect(await silent.closed).toMatchObject({ code: 1013 });
    await alive.until('message', 10);
  });
});

describe('frames', () => {
  it.each<[string, (socket: TestSocket) => void, string]>([
    ['malformed', (socket) => socket.send('{'), 'invalid_frame'],
    ['unknown', (socket) => socket.send({ type: 'message', body: 'hi' }), 'invalid_frame'],
    ['binary', (socket) => socket.ws.send(new Uint8Array(8)), 'unsupported_data'],
    ['oversized', (socket) => socket.send('x'.repeat(5000)), 'too_large'],
  ])('that are %s get an error and, repeated, a close; nobody else notices', async (_, send, error) => {
    const rosa = await connect('rosa');
    const leo = await connect('leo');
    send(rosa);
    expect(await rosa.until('error')).toEqual({ type: 'error', error });
    rosa.send({ type: 'state', state: 'away' });
    await leo.until('presence');
    for (let i = 0; i < 9; i++) send(rosa);
    expect(await rosa.closed).toMatchObject({ code: 1008, reason: error });
    expect(rosa.of('error')).toHaveLength(5);
    await settled(leo);
    expect(leo.frames.map(({ type }) => type)).toEqual(['snapshot', 'presence']);
  });

  it('beyond twenty in ten seconds are over the budget', async () => {
    const rosa = await connect('rosa');
    const away = { type: 'state', state: 'away' };
    for (let i = 0; i < 20; i++) rosa.send(away);
    await settled(rosa);
    expect(rosa.of('error')).toEqual([]);
    rosa.send(away);
    expect(await rosa.until('error')).toMatchObject({ error: 'rate_limited' });
    later(10_000);
    rosa.send(away);
    await settled(rosa);
    expect(rosa.of('error')).toHaveLength(1);
    for (let i = 0; i < 40; i++) rosa.send(away);
    expect(await rosa.closed).toMatchObject({ code: 1008, reason: 'rate_limited' });
  });

  it('after the close change nothing', async () => {
    const rosa = await connect('rosa');
    const leo = await connect('leo');
    for (let i = 0; i < 5; i++) rosa.send('{');
    rosa.send({ type: 'state', state: 'away' });
    await rosa.closed;
    await settled(leo);
    expect(leo.of('presence')).toEqual([]);
  });
});

describe('an end', () => {
  it('of a session closes its sockets and no others, at once', async () => {
    const { id, token } = await insertWebSession(person('rosa'), fam);
    const headers = { Upgrade: 'websocket', Cookie: `__Host-fcs_session=${token}`, Origin: ORIGIN };
    const browser = openSocket(await call('/api/presence/socket', { headers }));
    const leo = await connect('leo');
    await stub().heartbeat(person('rosa'), 'active', id);
    await stub().disconnectSession(id);
    expect(await browser.closed).toEqual({ code: 1008, reason: 'session ended' });
    expect(await leo.until('presence')).toMatchObject({ userId: person('rosa'), state: 'offline' });
    await settled(leo);
  });

  it('that nobody told of, as the process died, is noticed within three minutes', async () => {
    const open = async (token: string) =>
      openSocket(await upgrade(person('rosa'), { Authorization: `Bearer ${token}` }));
    const [early, late, alive] = await Promise.all(
      [1, 2, 3].map(() => insertWebSession(person('rosa'), fam)),
    );
    const sockets = [await open(early!.token), await open(late!.token), await open(alive!.token)] as const;
    const [leo, mia] = [await connect('leo'), await connect('mia')];
    const end = (table: string, column: string, id: string) =>
      DB.prepare(`UPDATE ${table} SET ${column} = 1 WHERE id = ?`).bind(id).run();
    await end('sessions', 'revoked_at', early!.id);
    await ring();
    expect(await sockets[0].closed).toEqual({ code: 1008, reason: 'session ended' });

    await end('sessions', 'expires_at', late!.id);
    await end('users', 'deleted_at', person('mia'));
    later(60_000);
    await ring();
    await settled(sockets[1], mia); // Not asked for at every look.
    later(120_000);
    await ring();
    expect(await sockets[1].closed).toEqual({ code: 1008, reason: 'session ended' });
    expect(await mia.closed).toEqual({ code: 1008, reason: 'session ended' });
    await settled(sockets[2], leo);
  });

  it('of a session is asked for again soon when the database did not answer', async () => {
    const { id, token } = await insertWebSession(person('rosa'), fam);
    const rosa = openSocket(await upgrade(person('rosa'), { Authorization: `Bearer ${token}` }));
    await DB.prepare('UPDATE sessions SET revoked_at = 1 WHERE id = ?').bind(id).run();
    await DB.prepare('ALTER TABLE sessions RENAME TO sessions_away').run();
    later(TTL);
    await ring();
    await settled(rosa);
    await DB.prepare('ALTER TABLE sessions_away RENAME TO sessions').run();
    later(TTL);
    await ring();
    expect(await rosa.closed).toEqual({ code: 1008, reason: 'session ended' });
  });

  it('of a token closes its sockets when it comes', async () => {
    const token = await hostToken(person('rosa'), fam, 30);
    const rosa = openSocket(
      await call('/api/presence/socket', {
        headers: { Upgrade: 'websocket', Authorization: `Bearer ${token}` },
      }),
    );
    later(31_000);
    await ring();
    expect(await rosa.closed).toEqual({ code: 1008, reason: 'token expired' });
  });

  it('of a person closes their sockets and leaves nothing behind', async () => {
    const rosa = await connect('rosa');
    const leo = await connect('leo');
    await stub().forgetUser(person('rosa'));
    expect(await rosa.closed).toMatchObject({ code: 1008 });
    expect(await leo.until('presence')).toMatchObject({ userId: person('rosa'), state: 'offline' });
    const left = await runInDurableObject(stub(), (_, { storage }) =>
      ['devices', 'people', 'departures', 'sends'].map(
        (table) =>
          storage.sql.exec(`SELECT * FROM ${table} WHERE user_id = ?`, person('rosa')).toArray().length,
      ),
    );
    expect(left).toEqual([0, 0, 0, 0]);
  });
});

describe('the alarm', () => {
  it('is set to the earliest of everything that waits, and not at all when nothing does', async () => {
    const token = await hostToken(person('rosa'), fam, 30);
    const headers = { Upgrade: 'websocket', Authorization: `Bearer ${token}` };
    vi.setSystemTime(Math.floor(Date.now() / 1000) * 1000);
    await connect('leo');
    expect(await alarmIn()).toBe(TTL);
    const rosa = openSocket(await call('/api/presence/socket', { headers }));
    expect(await alarmIn()).toBeLessThanOrEqual(31_000);
    rosa.ws.close(1000);
    await rosa.closed;
    expect(await alarmIn()).toBe(GRACE);
    later(5 * TTL);
    await ring();
    await vi.waitFor(async () => expect(await alarmIn()).toBeNaN());
  });

  it('may ring twice, or early, without telling anything twice', async () => {
    const rosa = await connect('rosa');
    const leo = await connect('leo');
    leo.ws.close(1000);
    await leo.closed;
    await ring();
    expect(await alarmIn()).toBe(GRACE);
    later(GRACE);
    await runInDurableObject(stub(), (object: Family) => Promise.all([object.alarm(), object.alarm()]));
    await settled(rosa);
    expect(rosa.of('presence').map(({ state }) => state)).toEqual(['online', 'offline']);
    expect(await alarmIn()).toBeGreaterThan(0);
  });

  it('that got stuck is set anew by the next call', async () => {
    await connect('rosa');
    await runInDurableObject(stub(), (_, { storage }) => storage.deleteAlarm());
    expect(await alarmIn()).toBeNaN();
    later(TTL + 5000);
    const leo = await connect('leo');
    await settled(leo);
    expect(await alarmIn()).toBeGreaterThan(0);
    expect(await states()).toEqual({ leo: 'online' });
  });
});
