import { Hono } from 'hono';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AppEnv } from '../../../src/platform/http/endpoint.ts';
import { endpoints, mountRoutes } from '../../../src/routes.ts';
import { insertWebSession } from '../../worker/people.ts';
import { JSON_TYPE } from '../../worker/refusals.ts';
import { createWorld, type World } from '../../worker/world.ts';

const HTML = { Accept: 'text/html' };
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'REPORT'];
/** Answered before anything else, and files of the API's description. */
const APART = ['/healthz', '/readyz', '/docs', '/openapi.json'];

const app = new Hono<AppEnv>();
mountRoutes(app);
const routes = [...app.routes, ...APART.map((path) => ({ method: 'GET', path }))];
const methodsOf = (path: string) =>
  new Set(routes.filter((route) => route.path === path).map(({ method }) => method));
const addresses = [...new Set(routes.map(({ path }) => path))];
const filled = (path: string) => path.replace(/:\w+/g, 'x');

let world: World;
let cookie: string;

beforeAll(async () => {
  world = await createWorld();
  await world.seed([{ id: 'rosa', name: 'Rosa', phone: world.phone(0) }]);
  const { userId, familyId } = world.member('rosa');
  cookie = `__Host-fcs_session=${(await insertWebSession(userId, familyId)).token}`;
});

describe('a method that an address does not take', () => {
  it.each(addresses)('%s is refused by name, with those it takes', async (path) => {
    const known = methodsOf(path);
    const allowed = [...known, ...(known.has('GET') ? ['HEAD'] : [])].sort();
    for (const method of METHODS.filter((each) => !known.has(each))) {
      // A browser asks before it sends: the answer is about other origins.
      if (method === 'OPTIONS' && path.startsWith('/api/')) continue;
      const answer = await world.send(method, filled(path));
      const allow = (answer.headers.get('Allow') ?? '').split(', ').sort();
      expect([method, answer.status, allow]).toEqual([method, 405, allowed]);
      expect(await answer.json()).toEqual({
        error: 'method_not_allowed',
        message: expect.stringMatching(/^This address takes [A-Z, ]+\.$/),
        requestId: answer.headers.get('X-Request-Id'),
      });
    }
  });

  it('gets a page in a browser, with the same header', async () => {
    for (const path of ['/login', '/messages/x', '/settings', '/l/x', '/docs', '/help']) {
      const answer = await world.send('DELETE', path, { headers: HTML });
      expect([path, answer.status]).toEqual([path, 405]);
      expect(answer.headers.get('Allow')).toContain('GET');
      expect(answer.headers.get('Content-Type')).toContain('text/html');
      expect(await answer.text()).toContain('This address takes');
    }
  });
});

describe('an address where nothing is', () => {
  it.each([
    '/nothing',
    '/api',
    '/api/nothing',
    '/api/threads/x/nothing',
    '/.well-known/nothing',
    '/assets/nothing.js',
  ])('%s is a named 404, whatever the method', async (path) => {
    for (const method of METHODS) {
      if (method === 'OPTIONS' && path.startsWith('/api')) continue;
      const answer = await world.send(method, path);
      expect([method, answer.status, answer.headers.get('Allow')]).toEqual([method, 404, null]);
      expect(await answer.json()).toMatchObject({ error: 'not_found' });
    }
  });

  it('is a kind page in a browser, and JSON below /api all the same', async () => {
    const page = await world.send('GET', '/nothing', { headers: HTML });
    expect(page.status).toBe(404);
    expect(await page.text()).toContain('There is nothing here');
    expect(await (await world.send('GET', '/api/nothing', { headers: HTML })).json()).toMatchObject({
      error: 'not_found',
    });
  });
});

describe('HEAD', () => {
  const PUBLIC = ['/', '/login', '/help', '/terms', '/privacy', '/healthz', '/docs', '/openapi.json'];
  const FILES = ['/.well-known/apple-app-site-association', '/.well-known/assetlinks.json'];

  it.each([...PUBLIC, ...FILES])('%s has the headers of GET and no body', async (path) => {
    const [head, get] = [await world.send('HEAD', path), await world.send('GET', path)];
    expect([head.status, get.status]).toEqual([200, 200]);
    expect(head.headers.get('Content-Type')).toBe(get.headers.get('Content-Type'));
    expect(head.headers.get('Content-Type')).not.toBeNull();
    expect(await head.text()).toBe('');
    expect(await get.text()).not.toBe('');
  });
});

describe('the same address with a slash at its end', () => {
  it('is behind the same authentication', async () => {
    for (const { method, path, who, body } of endpoints.filter((each) => each.who !== 'public')) {
      const address = `${path.replace(/\{\w+\}/g, 'x')}/`;
      const sent = body ? '{}' : undefined;
      const ask = async (headers: Record<string, string>) =>
        (
          await world.send(method.toUpperCase(), address, {
            headers: { ...JSON_TYPE, ...headers },
            body: sent,
          })
        ).status;
      expect([address, await ask({})]).toEqual([address, 401]);
      if (method === 'get') continue;
      expect([address, await ask({ Cookie: cookie, Origin: 'https://evil.example' })]).toEqual([
        address,
        403,
      ]);
      if (who !== 'service') continue;
      const person = await world.token(world.member('rosa'));
      expect([address, await ask({ Authorization: `Bearer ${person}` })]).toEqual([address, 403]);
    }
  });

  it('is the same thing, and no second one', async () => {
    const as = world.member('rosa');
    const me = await world.api('GET', '/api/me', { as });
    expect((await world.api('GET', '/api/me/', { as })).json).toEqual(me.json);
    const path = `/api/threads/${world.thread()}/messages`;
    const headers = { 'Idempotency-Key': 'slash' };
    const first = await world.api('POST', path, { as, headers, body: { body: 'Hi' } });
    const second = await world.api('POST', `${path}/`, { as, headers, body: { body: 'Hi' } });
    expect([first.status, second.status, second.json]).toEqual([201, 201, first.json]);
  });
});
