import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Bindings } from '../../src/platform/deps.ts';
import { endpoints } from '../../src/routes.ts';
import { insertWebSession } from '../worker/people.ts';
import { createWorld, type World } from '../worker/world.ts';

const { DB } = env as unknown as Bindings;

let world: World;
let elsewhere: World;
let messageId: string;
let sessionId: string;

beforeAll(async () => {
  world = await createWorld();
  await world.seed([
    { id: 'rosa', name: 'Rosa', phone: world.phone(0) },
    { id: 'ben', name: 'Ben', phone: world.phone(1) },
  ]);
  // Of the same family, but not in the thread.
  await world.mirror(`users/${world.member('eve').userId}`, { familyId: world.familyId, name: 'Eve' });
  elsewhere = await createWorld();
  await elsewhere.seed([{ id: 'mallory', name: 'Mallory', phone: elsewhere.phone(0) }]);
  const posted = await world.api('POST', `/api/threads/${world.thread()}/messages`, {
    as: world.member('rosa'),
    body: { body: 'Between us' },
  });
  messageId = posted.json.message.id;
  sessionId = (await insertWebSession(world.member('rosa').userId, world.familyId)).id;
});

/** All that a stranger could have changed. */
async function rows(): Promise<string> {
  const tables = ['threads', 'thread_members', 'messages', 'sessions', 'sms_delivery_log', 'links', 'users'];
  const results = await DB.batch(
    tables.map((table) =>
      DB.prepare(`SELECT * FROM ${table} WHERE family_id = ? ORDER BY 1, 2`).bind(world.familyId),
    ),
  );
  return JSON.stringify(results.map((result) => result.results));
}

const strangers: [string, () => { userId: string; familyId: string }][] = [
  ['somebody of another family', () => elsewhere.member('mallory')],
  ['a relative who is not in the thread', () => world.member('eve')],
  [
    'a member whose token names another family',
    () => ({ ...world.member('ben'), familyId: elsewhere.familyId }),
  ],
];

/** What each route's ids are, where they exist and where they do not. */
const address = (path: string, real: boolean) => {
  const own = path.includes('/sessions/') ? sessionId : world.thread();
  return path
    .replace('{id}', real ? own : 'no_such_id')
    .replace('{messageId}', real ? messageId : 'no_such_id');
};

const bodyOf = (path: string, real: boolean) =>
  path.endsWith('/read') ? { messageId: real ? messageId : 'no_such_id' } : { body: 'Let me in' };

const routes = endpoints
  .filter(({ params, who }) => params && who !== 'service')
  .map(({ method, path, body }) => [method.toUpperCase(), path, body !== undefined] as const);

describe.each(strangers)('to %s', (_, stranger) => {
  it.each(routes)('what exists is as if it did not: %s %s', async (method, path, hasBody) => {
    const before = await rows();
    const ask = (real: boolean) =>
      world.api(method, address(path, real), {
        as: stranger(),
        ...(hasBody ? { body: path.endsWith('/mute') ? {} : bodyOf(path, real) } : {}),
      });
    const [real, made] = [await ask(true), await ask(false)];
    expect([401, 404]).toContain(real.status);
    const { requestId } = real.json;
    expect([real.status, real.json]).toEqual([made.status, { ...made.json, requestId }]);
    expect(await rows()).toBe(before);
  });

  it('ids in a body open nothing either', async () => {
    const before = await rows();
    const as = stranger();
    const member = world.member('rosa').userId;
    const asked = [
      await world.api('POST', '/api/threads', {
        as: elsewhere.member('mallory'),
        body: { title: 'Us', memberIds: [member] },
      }),
      await world.api('PATCH', '/api/preferences', {
        as,
        body: { perThreadMute: { [world.thread()]: true } },
      }),
      await world.api('POST', '/api/admin/magic', { as, body: { userId: member, threadId: world.thread() } }),
    ];
    for (const { status } of asked) expect([401, 403, 404]).toContain(status);
    const list = await world.api('GET', `/api/deliveries?cursor=${encodeURIComponent('~')}`, { as });
    expect(list.json.deliveries ?? []).toEqual([]);
    expect(await rows()).toBe(before);
  });
});

describe('the family that a socket is opened to', () => {
  it.each([
    [
      'X-Family-Upgrade',
      () =>
        encodeURIComponent(
          JSON.stringify({
            ...world.member('rosa'),
            sessionId: null,
            expiresAt: null,
            state: 'active',
            protocol: null,
          }),
        ),
    ],
    ['X-Family-Id', () => world.familyId],
  ])('is not the one that the client names in %s', async (name, value) => {
    const answer = await world.send('GET', '/api/presence/socket', {
      as: elsewhere.member('mallory'),
      headers: { Upgrade: 'websocket', [name]: value() },
    });
    expect(answer.status).toBe(101);
    answer.webSocket?.accept();
    const { json } = await world.api('GET', '/api/presence', { as: world.member('rosa') });
    expect(json).toEqual({ online: [] });
    answer.webSocket?.close();
  });
});
