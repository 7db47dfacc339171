import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { apiDocument } from '../../../src/docs.tsx';
import type { Endpoint } from '../../../src/platform/http/endpoint.ts';
import { jsonSchemaOf } from '../../../src/platform/http/openapi/json-schema.ts';
import { endpoints } from '../../../src/routes.ts';
import { insertWebSession } from '../../worker/people.ts';
import { type BadRequest, JSON_TYPE, refusals } from '../../worker/refusals.ts';
import { createWorld, type World } from '../../worker/world.ts';
import { describeBadPages } from './bad-pages.ts';
import { describeBadWebhooks } from './bad-webhooks.ts';
import { NO_OBJECTS, WRONG_IDS, WRONG_TOKENS, wrongValues } from './wrong-values.ts';

let world: World;
let stranger: World;
let cookie: string;
let token: string;
let service: string;

/** A body for each route that takes one, right in itself: what is wrong is put into it. */
const GOOD: Record<string, () => Record<string, unknown>> = {
  'put /api/admin/families/{id}': () => ({ name: 'The Riveras' }),
  'put /api/admin/users/{id}': () => ({ familyId: world.familyId, name: 'Maya' }),
  'put /api/admin/threads/{id}': () => ({ familyId: world.familyId, title: 'Dinner', memberIds: [] }),
  'post /api/admin/magic': () => ({ userId: world.member('rosa').userId, threadId: world.thread() }),
  'put /api/admin/users/{id}/preferences': () => ({}),
  'put /api/admin/pause': () => ({ scope: 'family:none', reason: 'Because' }),
  'post /api/admin/threads/{id}/messages': () => ({ authorId: world.member('rosa').userId, body: 'Hello' }),
  'post /api/admin/threads/{id}/read': () => ({ userId: world.member('rosa').userId }),
  'post /api/admin/presence': () => ({ present: [] }),
  'patch /api/threads/{id}/messages/{messageId}': () => ({ body: 'Hello' }),
  'post /api/admin/moves': () => ({ familyId: world.familyId, to: 'd1:main' }),
  'post /api/admin/look-up': () => ({ q: world.member('rosa').userId }),
  'post /api/admin/slots/moves': () => ({ first: 0, last: 1, to: 'd1:main' }),
  'post /api/admin/keys': () => ({ name: 'Importer', scopes: ['mirror'] }),
  'post /api/phone/start-verify': () => ({ phone: '+12025550163' }),
  'post /api/phone/confirm': () => ({ code: '123456' }),
  'post /api/login/start': () => ({ phone: '+12025550163' }),
  'post /api/login/confirm': () => ({ phone: '+12025550163', code: '123456' }),
  'patch /api/preferences': () => ({}),
  'post /api/threads': () => ({ title: 'Dinner', memberIds: [] }),
  'post /api/threads/{id}/messages': () => ({ body: 'Hello' }),
  'post /api/threads/{id}/read': () => ({}),
  'put /api/threads/{id}/mute': () => ({}),
  'post /api/links/open': () => ({ code: 'none' }),
  'post /api/presence/heartbeat': () => ({}),
};

const nameOf = ({ method, path }: Endpoint) => `${method} ${path}`;
const good = (route: Endpoint) => GOOD[nameOf(route)]?.() ?? {};

/** The good body as it is sent; none where none is taken. */
const right = (route: Endpoint) => (route.body ? JSON.stringify(good(route)) : undefined);

const those = (which: (route: Endpoint) => unknown) =>
  endpoints.filter(which).map((route) => [nameOf(route), route] as const);

const as = (route: Endpoint): Record<string, string> =>
  route.who === 'public' ? {} : { Authorization: `Bearer ${route.who === 'service' ? service : token}` };

/** The address of a route, each of its ids replaced. */
const address = ({ path }: Endpoint, id = world.thread()) => path.replace(/\{\w+\}/g, id);

/** What a query must hold for a route to answer at all. */
const neededQuery = (route: Parameters<typeof nameOf>[0]) =>
  nameOf(route) === 'get /api/search' ? 'q=x&' : '';

beforeAll(async () => {
  world = await createWorld({ CODES_PER_ADDRESS_HOUR: '100000', LINK_MISSES_PER_ADDRESS_MINUTE: '100000' });
  stranger = await createWorld();
  await world.seed([
    { id: 'rosa', name: 'Grandma Rosa', phone: world.phone(0) },
    { id: 'ben', name: 'Ben' },
  ]);
  await stranger.seed([{ id: 'eve', name: 'Eve', phone: stranger.phone(0) }]);
  const { userId, familyId } = world.member('rosa');
  await world.api('POST', `/api/threads/${world.thread()}/messages`, {
    as: world.member('rosa'),
    body: { body: 'x' },
  });
  cookie = `__Host-fcs_session=${(await insertWebSession(userId, familyId)).token}`;
  token = await world.token(world.member('rosa'));
  service = await world.token('service');
  world.set({ OPERATOR_USER_IDS: userId });
});

it('knows a right body for every route that takes one', () => {
  const taking = endpoints.filter(({ body }) => body).map(nameOf);
  expect(Object.keys(GOOD).sort()).toEqual(taking.sort());
});

describe('a route', () => {
  it.each(those(({ who }) => who !== 'public'))(
    '%s is closed to tokens that are none, and to those who are not meant',
    async (_, route) => {
      const { method } = route;
      const body = right(route);
      const wrong = WRONG_TOKENS.map((Authorization): BadRequest => {
        return {
          method,
          path: address(route),
          headers: { ...JSON_TYPE, Authorization },
          body,
          expected: [401],
        };
      });
      const other = route.who === 'service' ? token : service;
      const foreign = { ...JSON_TYPE, Authorization: `Bearer ${other}` };
      const asks: BadRequest[] = [
        { method, path: address(route), headers: JSON_TYPE, body, expected: [401] },
        {
          method,
          path: address(route),
          headers: { ...JSON_TYPE, Cookie: '__Host-fcs_session=x.y.z' },
          body,
          expected: [401],
        },
        { method, path: address(route), headers: foreign, body, expected: [403] },
        ...(method === 'get'
          ? []
          : ['https://evil.example', 'null', `${world.origin}.evil.example`, undefined].map(
              (origin): BadRequest => {
                const headers = {
                  ...JSON_TYPE,
                  Cookie: cookie,
                  ...(origin === undefined ? {} : { Origin: origin }),
                };
                return { method, path: address(route), headers, body, expected: [403] };
              },
            )),
        ...wrong,
      ];
      expect(await refusals(world, asks)).toEqual([]);
    },
  );

  it.each(those(({ who, method }) => who === 'public' && method !== 'get'))(
    '%s is open to everyone, but not to other pages with our cookie',
    async (_, route) => {
      const { method } = route;
      const body = right(route);
      const ask = (headers: Record<string, string>): BadRequest => ({
        method,
        path: address(route),
        headers: { ...JSON_TYPE, Cookie: cookie, ...headers },
        body,
        expected: [403],
      });
      const foreign = ['https://evil.example', 'null', `${world.origin}.evil.example`];
      const asks = [...foreign.map((Origin) => ask({ Origin })), ask({}), ask({ Cookie: `${cookie}x` })];
      expect(await refusals(world, asks)).toEqual([]);
    },
  );

  it.each(those(({ params }) => params))(
    '%s takes no id that is none, or somebody else’s',
    async (_, route) => {
      const { method } = route;
      const body = right(route);
      const headers = { ...JSON_TYPE, ...as(route) };
      // The host application chooses the ids that it puts: what is no id there is wrong, everything else is new.
      const chosen = route.who === 'service' && method === 'put';
      const others = route.who === 'service' ? [] : [stranger.thread()];
      const ids = chosen ? ['%00', 'x'.repeat(201)] : [...WRONG_IDS, ...others, 'none'];
      const asks = ids.map((id): BadRequest => {
        return { method, path: address(route, id), headers, body, expected: [400, 404] };
      });
      expect(await refusals(world, asks)).toEqual([]);
    },
  );

  it.each(those(({ query }) => query))('%s takes no other query', async (_, route) => {
    const { method, query } = route;
    const names = Object.keys(jsonSchemaOf(query!, 'input').properties ?? {});
    const values = [
      '%00',
      '-1',
      '1.5',
      '1e3',
      '٣',
      '%ED%A0%80',
      '%',
      'x'.repeat(300),
      '9'.repeat(30),
      '[]',
      '{}',
    ];
    const asks = names.flatMap((name) =>
      // An id is opaque, and words are anybody's: only what could be none is wrong.
      (/cursor|Id$|^q$/.test(name) ? ['%00', 'x'.repeat(300)] : values).map((value): BadRequest => {
        const query = name === 'q' ? '' : neededQuery(route);
        return {
          method,
          path: `${address(route)}?${query}${name}=${value}`,
          headers: as(route),
          expected: [400],
        };
      }),
    );
    expect(await refusals(world, asks)).toEqual([]);
  });

  it.each(those(({ body }) => body))('%s takes no other body', async (_, route) => {
    const { method } = route;
    const headers = { ...JSON_TYPE, ...as(route) };
    const path = address(route);
    const { properties = {}, required = [] } = jsonSchemaOf(route.body!, 'input');
    // A number that is none does not refuse what else the host says of a person.
    if (nameOf(route) === 'put /api/admin/users/{id}') delete properties.phone;
    const bodies = Object.entries(properties).flatMap(([name, schema]) =>
      wrongValues(schema).map((value) => ({ ...good(route), [name]: value })),
    );
    const without = required.map((name) => ({ ...good(route), [name]: undefined }));
    const asks = [
      ...[...bodies, ...without].map((value): BadRequest => {
        return { method, path, headers, body: JSON.stringify(value), expected: [400, 404] };
      }),
      ...NO_OBJECTS.map((body): BadRequest => ({ method, path, headers, body, expected: [400] })),
      ...(route.optionalBody ? [] : [{ method, path, headers, body: '', expected: [400] }]),
      // Who reports all who are here may need more room; then it is the contents that are wrong.
      {
        method,
        path,
        headers,
        body: `{"x":"${'x'.repeat(70_000)}"}`,
        expected: nameOf(route) === 'post /api/admin/presence' ? [400] : [413],
      },
      ...[
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'json',
        '',
      ].map(
        (type): BadRequest => ({
          method,
          path,
          headers: { ...headers, 'Content-Type': type },
          body: JSON.stringify(good(route)),
          expected: [415],
        }),
      ),
    ];
    expect(await refusals(world, asks)).toEqual([]);
  });
});

it('takes no other method at a known address', async () => {
  const all = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
  const asks = [...new Set(endpoints.map(({ path }) => path))].flatMap((path) => {
    const known = endpoints.filter((route) => route.path === path).map(({ method }) => method.toUpperCase());
    const headers = { Authorization: `Bearer ${path.startsWith('/api/admin') ? service : token}` };
    return all
      .filter((method) => !known.includes(method))
      .map(
        (method): BadRequest => ({ method, path: path.replace(/\{\w+\}/g, 'x'), headers, expected: [405] }),
      );
  });
  expect(await refusals(world, asks)).toEqual([]);
});

it('takes no key and no tag that is none', async () => {
  const path = `/api/threads/${world.thread()}/messages`;
  const headers = { ...JSON_TYPE, Authorization: `Bearer ${token}` };
  const asks = [
    ...['x'.repeat(201), '', 'tab\there'].map((key): BadRequest => {
      return {
        method: 'POST',
        path,
        headers: { ...headers, 'Idempotency-Key': key },
        body: '{"body":"x"}',
        expected: [400],
      };
    }),
    ...['""', 'W/"1"', 'x', '"1", "2"', '***'].map((tag): BadRequest => {
      return {
        method: 'PATCH',
        path: '/api/preferences',
        headers: { ...headers, 'If-Match': tag },
        body: '{"preview":"none"}',
        expected: [412],
      };
    }),
  ];
  expect(await refusals(world, asks)).toEqual([]);
});

describeBadWebhooks(() => world);
describeBadPages(
  () => world,
  () => stranger,
  () => cookie,
);

// Last, as these change something.
describe('a route for everyone', () => {
  it.each(those(({ who, method }) => who === 'public' && method !== 'get'))(
    '%s wants no Origin of an app, and takes our own',
    async (_, route) => {
      const ways: Record<string, string>[] = [
        {},
        { Cookie: '__Host-fcs_link=x' },
        { Cookie: cookie, Authorization: `Bearer ${token}` },
        { Cookie: '__Host-fcs_session=', Origin: world.origin },
        { Cookie: cookie, Origin: world.origin },
      ];
      for (const headers of ways) {
        const body = route.body && good(route);
        const { status } = await world.api(route.method.toUpperCase(), address(route), { headers, body });
        expect([headers, status]).toEqual([headers, expect.not.toSatisfy((code: number) => code === 403)]);
      }
    },
  );
});

describe('a field that nobody knows', () => {
  it('is ignored in every body, so that a client may be ahead of us', async () => {
    const refused: string[] = [];
    for (const [name, route] of those(({ body, path }) => body && !path.endsWith('/preferences'))) {
      const body = { ...good(route), sentBy: 'a newer client', gadget: { os: 'x' } };
      const { json } = await world.api(route.method.toUpperCase(), address(route, world.thread('new')), {
        headers: as(route),
        body,
      });
      if (json.error === 'invalid_request') refused.push(name);
    }
    expect(refused).toEqual([]);
  });

  it('is refused in a change of preferences: a misspelt one must not seem saved', async () => {
    const before = (await world.api('GET', '/api/preferences', { as: world.member('rosa') })).json;
    const { status, json } = await world.api('PATCH', '/api/preferences', {
      as: world.member('rosa'),
      body: { preview: 'none', quietStrat: 60 },
    });
    expect([status, json.error, json.details]).toEqual([
      400,
      'invalid_request',
      [{ in: 'body', field: '', problem: 'should be without quietStrat' }],
    ]);
    expect((await world.api('GET', '/api/preferences', { as: world.member('rosa') })).json).toEqual(before);
    const { requestBody } = apiDocument().paths['/api/preferences']!.patch!;
    expect(requestBody!.content['application/json']!.schema.additionalProperties).toBe(false);
  });
});

describe('a page of a list', () => {
  const lists = those(
    ({ query }) => 'limit' in (jsonSchemaOf(query ?? z.object({}), 'input').properties ?? {}),
  );

  it.each(lists)('%s holds no more than it can, however much is asked for', async (_, route) => {
    const status = async (limit: string) =>
      (
        await world.send('GET', `${address(route)}?${neededQuery(route)}limit=${limit}`, {
          headers: as(route),
        })
      ).status;
    for (const limit of ['1', '200', '201', '1000', '999999999']) {
      expect([limit, await status(limit)]).toEqual([limit, 200]);
    }
    for (const limit of ['0', '00', '-1', '+1', '1.0', 'ten', '1e3']) {
      expect([limit, await status(limit)]).toEqual([limit, 400]);
    }
  });

  it('holds 200 at most, and says where the next begins', async () => {
    const post = (i: number) =>
      world.api('POST', `/api/threads/${world.thread()}/messages`, {
        as: world.member('rosa'),
        body: { body: `${i}` },
      });
    for (let i = 0; i < 200; i += 20) await Promise.all(Array.from({ length: 20 }, (_, j) => post(i + j)));
    const path = `/api/threads/${world.thread()}/messages?limit=1000`;
    const { json } = await world.api('GET', path, { as: world.member('ben') });
    expect(json.messages).toHaveLength(200);
    expect(json.next).toBe(String(json.messages[199].seq));
  });
});
