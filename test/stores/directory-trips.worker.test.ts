import { env } from 'cloudflare:workers';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type DatabaseBindings, openDatabases } from '../../src/db/client.ts';
import { q } from '../../src/db/query.ts';
import { alerts, deadLetters } from '../../src/db/schema.ts';
import { endpoints } from '../../src/routes.ts';
import { createWorld, type World } from '../worker/world.ts';
import { fillSlots } from './spread.ts';

/** What a step asks; the caller is Rosa, or the service where the path says so. */
interface Asked {
  path?: string;
  body?: unknown;
  who?: 'rosa' | 'maya' | 'tom' | 'nobody';
  headers?: Record<string, string>;
}

const [ALERT, LETTER] = ['alr_1', 'dlv_1'];
let world: World;

const user = (id: string) => world.member(id).userId;
const inThread = (rest = '', thread = 'thread') => `/api/threads/${world.thread(thread)}${rest}`;
const lastText = async (n: number) => (await world.texts(world.phone(n))).at(-1)!.body;
const codeTo = async (n: number) => /\b\d{6}\b/.exec(await lastText(n))![0];

// biome-ignore lint/suspicious/noExplicitAny: the JSON of any endpoint
const told: Record<string, any> = {};
const messageId = () => told['post /api/threads/{id}/messages'].message.id;
const hosted = (path: string) => path.replace('/api/', '/api/admin/');
const keyPath = () => `/api/admin/keys/${told['post /api/admin/keys'].id}`;

/**
 * Each endpoint once, in an order in which each has something to do: how often it asks the directory, until all is done
 * that goes on after the answer, and what is asked. A token of the host needs no look-up there; what is 0 goes on while the
 * directory is down. An act of the service is written into the audit log once.
 */
const STEPS: [route: string, trips: number, asked?: () => Asked | Promise<Asked>][] = [
  ['post /api/threads/{id}/messages', 0, () => ({ path: inThread('/messages'), body: { body: 'Hi' } })],
  ['get /api/threads/{id}/messages', 0, () => ({ path: inThread('/messages') })],
  [
    'get /api/threads/{id}/messages/{messageId}/deliveries',
    0,
    () => ({ path: inThread(`/messages/${messageId()}/deliveries`) }),
  ],
  [
    'patch /api/threads/{id}/messages/{messageId}',
    0,
    () => ({ path: inThread(`/messages/${messageId()}`), body: { body: 'Hello' } }),
  ],
  [
    'post /api/links/open',
    2,
    async () => ({ who: 'nobody', body: { code: /\/l\/(\w+)/.exec(await lastText(1))![1] } }),
  ],
  ['get /api/links/pending', 0, () => ({ who: 'maya' })],
  ['post /api/links/pending', 0, () => ({ who: 'maya' })],
  ['post /api/threads/{id}/read', 0, () => ({ path: inThread('/read'), who: 'maya', body: {} })],
  [
    'delete /api/threads/{id}/messages/{messageId}',
    0,
    () => ({ path: inThread(`/messages/${messageId()}`) }),
  ],
  ['put /api/threads/{id}/mute', 0, () => ({ path: inThread('/mute'), body: {} })],
  ['delete /api/threads/{id}/mute', 0, () => ({ path: inThread('/mute') })],
  ['post /api/threads', 1, () => ({ body: { title: 'Picnic', memberIds: [user('maya')] } })],
  ['get /api/threads', 0],
  ['get /api/threads/{id}', 0, () => ({ path: inThread() })],
  ['get /api/search', 0, () => ({ path: '/api/search?q=Hello' })],
  ['get /api/presence', 0],
  ['post /api/presence/heartbeat', 0, () => ({ body: {} })],
  ['get /api/presence/socket', 0, () => ({ headers: { Upgrade: 'websocket' } })],
  ['get /api/me', 1],
  ['get /api/preferences', 0],
  ['patch /api/preferences', 0, () => ({ body: { preview: 'none' } })],
  ['get /api/consents', 0],
  ['get /api/deliveries', 0],
  ['post /api/sms/test', 0],
  ['post /api/family/members/{id}/vouch', 1, () => ({ path: `/api/family/members/${user('maya')}/vouch` })],
  ['post /api/phone/start-verify', 4, () => ({ who: 'tom', body: { phone: world.phone(2) } })],
  ['post /api/phone/confirm', 5, async () => ({ who: 'tom', body: { code: await codeTo(2) } })],
  ['delete /api/phone', 4, () => ({ who: 'tom' })],
  ['post /api/login/start', 4, () => ({ who: 'nobody', body: { phone: world.phone(0) } })],
  [
    'post /api/login/confirm',
    5,
    async () => ({
      who: 'nobody',
      body: { phone: world.phone(0), code: await codeTo(0), handle: told['post /api/login/start'].handle },
    }),
  ],
  ['get /api/sessions', 0],
  [
    'delete /api/sessions/{id}',
    0,
    () => ({ path: `/api/sessions/${told['get /api/sessions'].sessions[0].id}` }),
  ],
  ['delete /api/sessions', 0],
  ['post /api/logout', 0, () => ({ who: 'nobody' })],

  [
    'put /api/admin/families/{id}',
    0,
    () => ({ path: `/api/admin/families/${world.familyId}`, body: { name: 'F' } }),
  ],
  ['get /api/admin/families/{id}', 1, () => ({ path: `/api/admin/families/${world.familyId}` })],
  [
    'put /api/admin/users/{id}',
    3,
    () => ({ path: `/api/admin/users/${user('maya')}`, body: { familyId: world.familyId, name: 'Maia' } }),
  ],
  ['get /api/admin/users/{id}', 2, () => ({ path: `/api/admin/users/${user('maya')}` })],
  ['post /api/admin/users/{id}/vouch', 2, () => ({ path: `/api/admin/users/${user('maya')}/vouch` })],
  [
    'put /api/admin/users/{id}/preferences',
    1,
    () => ({ path: `/api/admin/users/${user('maya')}/preferences`, body: { preview: 'sender' } }),
  ],
  ['put /api/admin/threads/{id}', 1, () => ({ path: hosted(inThread()), body: { title: 'Lunch' } })],
  ['get /api/admin/threads/{id}', 1, () => ({ path: hosted(inThread()) })],
  [
    'post /api/admin/threads/{id}/messages',
    1,
    () => ({ path: hosted(inThread('/messages')), body: { authorId: user('rosa'), body: 'Ho' } }),
  ],
  [
    'post /api/admin/threads/{id}/read',
    1,
    () => ({ path: hosted(inThread('/read')), body: { userId: user('maya') } }),
  ],
  [
    'delete /api/admin/messages/{id}',
    1,
    () => ({ path: `/api/admin/messages/${told['post /api/admin/threads/{id}/messages'].message.id}` }),
  ],
  ['post /api/admin/magic', 1, () => ({ body: { userId: user('maya'), threadId: world.thread() } })],
  ['post /api/admin/presence', 2, () => ({ body: { present: [user('maya')] } })],
  ['get /api/admin/deliveries', 1],
  ['get /api/admin/stats', 2],
  ['post /api/admin/sweep', 8],
  ['get /api/admin/events', 1],
  [
    'post /api/admin/events/{id}/redeliver',
    1,
    () => ({ path: `/api/admin/events/${told['get /api/admin/events'].events[0].id}/redeliver` }),
  ],
  ['post /api/admin/look-up', 4, () => ({ body: { q: world.phone(1) } })],
  ['get /api/admin/health', 2],
  ['get /api/admin/audit', 1],
  ['get /api/admin/databases', 0],
  ['get /api/admin/slots', 2],
  ['get /api/admin/moves', 1],
  ['put /api/admin/pause', 2, () => ({ body: { scope: 'country:CA', reason: 'Try' } })],
  ['get /api/admin/pause', 1],
  ['delete /api/admin/pause', 2, () => ({ path: '/api/admin/pause?scope=country:CA' })],
  ['post /api/admin/keys', 1, () => ({ body: { name: 'Key', scopes: ['read'] } })],
  ['get /api/admin/keys', 1],
  ['get /api/admin/keys/{id}', 1, () => ({ path: keyPath() })],
  ['delete /api/admin/keys/{id}', 1, () => ({ path: keyPath() })],
  [
    'post /api/admin/import',
    1,
    () => ({
      headers: { 'Content-Type': 'application/x-ndjson' },
      body: JSON.stringify({
        message: { id: 'msg_old', threadId: world.thread(), authorId: user('rosa'), body: 'Old' },
      }),
    }),
  ],
  ['post /api/admin/alerts/{id}/acknowledge', 2, () => ({ path: `/api/admin/alerts/${ALERT}/acknowledge` })],
  ['post /api/admin/deliveries/{id}/retry', 3, () => ({ path: `/api/admin/deliveries/${LETTER}/retry` })],
  [
    'post /api/admin/moves',
    2,
    () => ({
      body: {
        familyId: world.familyId,
        to: told['get /api/admin/families/{id}'].database === 'd1:2' ? 'd1:1' : 'd1:2',
      },
    }),
  ],
  ['post /api/admin/slots/moves', 3, () => ({ body: { first: 0, last: 0, to: 'd1:2' } })],
  ['delete /api/admin/threads/{id}', 2, () => ({ path: hosted(inThread()) })],
  ['delete /api/me', 4, () => ({ who: 'tom' })],
  ['delete /api/admin/users/{id}', 6, () => ({ path: `/api/admin/users/${user('maya')}` })],
  ['delete /api/admin/families/{id}', 2, () => ({ path: `/api/admin/families/${world.familyId}` })],
];

/** Asks it, and counts. */
async function take(route: string, asked: Asked): Promise<number> {
  const [method, path] = route.split(' ') as [string, string];
  const { who = 'rosa', body, headers = {} } = asked;
  const isService = path.startsWith('/api/admin/');
  const as = isService ? ('service' as const) : who === 'nobody' ? null : world.member(who);
  world.watch.reset();
  const answer = await world.send(method.toUpperCase(), asked.path ?? path, {
    as,
    headers,
    ...(body === undefined ? {} : { body }),
  });
  const trips = world.watch.trips.length;
  const text = await answer.text();
  expect(answer.status, `${route}: ${text}`).toBeLessThan(400);
  if (answer.headers.get('Content-Type')?.includes('application/json')) told[route] = JSON.parse(text);
  return trips;
}

// At an hour of its own: nothing is read anew, or due, because time goes by.
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2031-05-05T15:00:00Z') });
  await fillSlots();
  world = await createWorld({
    MAP_SECONDS: '3600',
    EVENTS_URL: 'https://host.example.com/hooks',
    EVENTS_SECRET: `whsec_${btoa('a-secret-of-24-bytes-long')}`,
  });
  world.set({ EVENTS: { sendBatch: async () => undefined } });
  await world.seed([
    { id: 'rosa', name: 'Rosa', phone: world.phone(0) },
    { id: 'maya', name: 'Maya', phone: world.phone(1) },
    { id: 'tom', name: 'Tom' },
  ]);
  const { directory } = openDatabases(env as unknown as DatabaseBindings);
  const [first, kind, message] = [Date.now(), 'sweep_late', 'Late'];
  const times = { firstAt: first, lastAt: first, count: 1 };
  await directory.batch({
    alert: q.insert(alerts).values({ id: ALERT, kind, hourAt: first, message, ...times }),
    letter: q.insert(deadLetters).values({ deliveryId: LETTER, familyId: world.familyId, ...times }),
  });
});

afterAll(() => void vi.useRealTimers());

it('asks the directory no more often than this, endpoint by endpoint', async () => {
  const counted: [string, number][] = [];
  for (const [route, , asked = () => ({})] of STEPS) {
    counted.push([route, await take(route, await asked())]);
    if (route === 'post /api/threads/{id}/messages') await world.drain();
  }
  expect(counted).toEqual(STEPS.map(([route, trips]) => [route, trips]));
  const all = endpoints.map(({ method, path }) => `${method} ${path}`);
  expect(STEPS.map(([route]) => route).sort()).toEqual(all.sort());
});
