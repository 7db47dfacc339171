import { SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { endpoints } from '../../src/routes.ts';
import { createWorld, type World } from '../worker/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await world.seed([{ id: 'rosa', name: 'Rosa', phone: world.phone(0) }]);
});

const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });
const make = (body: unknown, options: object = { as: 'service' }) =>
  world.api('POST', '/api/admin/keys', { ...options, body });
const key = async (...scopes: string[]) => (await make({ name: 'Test', scopes })).json.key as string;
const scoped = (scope: string) =>
  new SignJWT({ scope })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('5m')
    .sign(new TextEncoder().encode(world.env.AUTH_SECRET as string));

/** One route of each scope, and what it answers to who may call it. */
const ROUTES = {
  mirror: () => ['PUT', `/api/admin/families/${world.familyId}`, { name: 'The Riveras' }, 200],
  magic: () => [
    'POST',
    '/api/admin/magic',
    { userId: world.member('rosa').userId, threadId: world.thread() },
    200,
  ],
  read: () => ['GET', '/api/admin/deliveries?limit=1', undefined, 200],
  ops: () => ['GET', '/api/admin/stats', undefined, 200],
} as const satisfies Record<string, () => readonly [string, string, unknown, number]>;
type Routed = keyof typeof ROUTES;
const routed = Object.keys(ROUTES) as Routed[];

const opens = async (token: string) => {
  const open: string[] = [];
  for (const scope of routed) {
    const [method, path, body, status] = ROUTES[scope]();
    const answer = await world.api(method, path, { ...bearer(token), body });
    if (answer.status === status) open.push(scope);
    else {
      expect(answer).toMatchObject({ status: 403, json: { error: 'forbidden' } });
      expect(answer.json.message).toContain(`"${scope}"`);
    }
  }
  return open;
};

it('declares a scope on every route of the service', () => {
  const without = endpoints.filter((each) => each.who === 'service' && !('scope' in each && each.scope));
  expect(without.map(({ path }) => path)).toEqual([]);
});

describe('a key', () => {
  it.each(routed)('with the scope %s opens that part of the service and no other', async (scope) => {
    expect(await opens(await key(scope))).toEqual([scope]);
  });

  it('with several scopes opens each of them', async () => {
    expect(await opens(await key('mirror', 'ops', 'mirror'))).toEqual(['mirror', 'ops']);
  });

  it('is shown once, and kept as a hash', async () => {
    const made = await make({ name: '  Importer ', scopes: ['mirror'], expiresAt: '2099-01-01T00:00:00Z' });
    expect(made.status).toBe(201);
    expect(made.json).toEqual({
      id: expect.stringMatching(/^key_/),
      key: expect.stringMatching(/^fcs_sk_[\w-]{43}$/),
      name: 'Importer',
      scopes: ['mirror'],
      createdAt: expect.any(String),
      expiresAt: '2099-01-01T00:00:00.000Z',
      lastUsedAt: null,
    });
    const { key: shownOnce, ...rest } = made.json;
    const all = await world.api('GET', '/api/admin/keys', { as: 'service' });
    expect(all.json.keys).toContainEqual(rest);
    expect(await world.api('GET', `/api/admin/keys/${rest.id}`, { as: 'service' })).toMatchObject({
      status: 200,
      json: rest,
    });
    const stored = await world.env.DB.prepare('SELECT * FROM service_keys WHERE id = ?')
      .bind(rest.id)
      .first();
    expect(JSON.stringify([stored, all.json])).not.toContain(shownOnce);
  });

  it('tells when it was last used', async () => {
    const made = await make({ name: 'Used', scopes: ['ops'] });
    const look = () => world.api('GET', `/api/admin/keys/${made.json.id}`, { as: 'service' });
    expect((await look()).json.lastUsedAt).toBeNull();
    await world.api('GET', '/api/admin/stats', bearer(made.json.key));
    expect(Date.parse((await look()).json.lastUsedAt)).toBeGreaterThan(Date.now() - 60_000);
  });

  it('opens nothing once it is deleted or has ended', async () => {
    const made = await make({ name: 'Gone', scopes: ['ops'] });
    const use = () => world.api('GET', '/api/admin/stats', bearer(made.json.key));
    expect((await use()).status).toBe(200);
    const end = world.env.DB.prepare('UPDATE service_keys SET expires_at = ? WHERE id = ?');
    await end.bind(Date.now() - 1, made.json.id).run();
    expect((await use()).status).toBe(401);
    await end.bind(null, made.json.id).run();
    const remove = () => world.api('DELETE', `/api/admin/keys/${made.json.id}`, { as: 'service' });
    expect((await remove()).status).toBe(200);
    expect((await use()).status).toBe(401);
    expect((await remove()).json.error).toBe('key_not_found');
  });

  it('that is none of ours is refused, and asks no database', async () => {
    const ours = await key('ops');
    world.watch.reset();
    const other = ours[20] === 'A' ? 'B' : 'A';
    for (const none of [
      'fcs_sk_',
      'fcs_sk_x',
      `fcs_sk_${'A'.repeat(43)}`,
      ours.slice(0, -1),
      `${ours}A`,
      `${ours.slice(0, 20)}${other}${ours.slice(21)}`,
    ])
      expect((await world.api('GET', '/api/admin/stats', bearer(none))).status).toBe(401);
    expect(world.watch.trips).toEqual([]);
  });

  it('opens nothing of a person', async () => {
    expect((await world.api('GET', '/api/me', bearer(await key('read')))).status).toBe(403);
  });

  it('makes no key with more than it has, and none at all without the scope ops', async () => {
    const body = { name: 'More', scopes: ['ops', 'magic'] };
    expect(await make(body, bearer(await key('ops')))).toMatchObject({
      status: 403,
      json: { message: expect.stringContaining('"magic"') },
    });
    expect((await make({ name: 'Same', scopes: ['ops'] }, bearer(await key('ops')))).status).toBe(201);
    expect((await make({ name: 'Same', scopes: ['mirror'] }, bearer(await key('mirror')))).status).toBe(403);
  });

  it.each([
    [{}],
    [{ name: 'x' }],
    [{ name: 'x', scopes: [] }],
    [{ name: 'x', scopes: ['everything'] }],
    [{ name: '', scopes: ['ops'] }],
    [{ name: 'x', scopes: ['ops'], expiresAt: 'tomorrow' }],
    [{ name: 'x', scopes: ['ops'], expiresAt: '2020-01-01T00:00:00Z' }],
  ])('is not made of %j', async (body) => {
    const before = await world.api('GET', '/api/admin/keys', { as: 'service' });
    expect((await make(body)).json.error).toBe('invalid_request');
    expect((await world.api('GET', '/api/admin/keys', { as: 'service' })).json).toEqual(before.json);
  });
});

describe('a service token', () => {
  it.each([
    ['service', routed],
    ['service:mirror', ['mirror']],
    ['service:mirror service:ops', ['mirror', 'ops']],
    ['service:mirror ops', ['mirror', 'ops']],
    ['service:post', []],
  ])('with the scope "%s" opens that much', async (scope, parts) => {
    expect(await opens(await scoped(scope))).toEqual(parts);
  });

  it.each([
    'service:',
    'service:everything',
    'service:mirror admin',
    'mirror',
    'service: mirror',
    'services',
  ])('with the scope "%s" opens nothing', async (scope) => {
    expect((await world.api('GET', '/api/admin/stats', bearer(await scoped(scope)))).status).toBe(401);
  });
});
