import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { EVENT_TYPES } from '../../../src/db/column-values.ts';
import { apiDocument } from '../../../src/docs.tsx';
import { type AppEnv, endpoint, jsonResponse } from '../../../src/platform/http/endpoint.ts';
import { openApiDocument } from '../../../src/platform/http/openapi/document.ts';
import type { JsonSchema } from '../../../src/platform/http/openapi/json-schema.ts';
import type { Operation } from '../../../src/platform/http/openapi/operation.ts';
import { instant, pageSize } from '../../../src/platform/http/validation.ts';
import { mountRoutes } from '../../../src/routes.ts';
import { samplesOf } from '../../../src/web/docs/example.ts';
import { createWorld } from '../../worker/world.ts';

const document = apiDocument();
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

/** Everything in a value that is called so. */
function collect(value: unknown, key: string): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    ...(name === key ? [inner] : []),
    ...collect(inner, key),
  ]);
}

describe('one operation', () => {
  const sample = endpoint({
    method: 'put',
    path: '/api/things/{id}',
    who: 'user',
    tag: 'Things',
    summary: 'Put a thing',
    headers: { 'If-Match': 'An ETag.', Authorization: 'Left out.' },
    params: z.object({ id: z.string() }),
    query: z.object({ limit: pageSize, kind: z.enum(['a', 'b']) }),
    body: z.object({
      until: z.nullish(instant),
      name: z.string().trim().min(1).max(9),
      n: z.int().default(3),
    }),
    answer: {
      status: 201,
      description: 'Put.',
      schema: () => z.object({ id: z.string(), at: z.iso.datetime() }),
    },
    errors: ['conflict', 'thread_not_found', 'phone_in_use'],
    handle: () => jsonResponse({}),
  });
  const { paths } = openApiDocument({
    endpoints: [sample],
    described: [],
    webhooks: [],
    tags: { Things: '' },
    title: 'Things',
  });
  const operation = paths['/api/things/{id}']!.put!;

  it('says what goes in, before transforms', () => {
    expect(operation.parameters).toEqual([
      { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
      {
        name: 'limit',
        in: 'query',
        required: false,
        description: '50 when absent; a page holds 200 at most',
        schema: { type: 'integer', minimum: 1 },
      },
      { name: 'kind', in: 'query', required: true, schema: { type: 'string', enum: ['a', 'b'] } },
      {
        name: 'If-Match',
        in: 'header',
        required: false,
        description: 'An ETag.',
        schema: { type: 'string' },
      },
    ]);
    expect(operation.requestBody).toEqual({
      required: true,
      content: {
        'application/json': {
          schema: {
            type: 'object',
            properties: {
              until: { anyOf: [{ type: 'string', format: 'date-time' }, { type: 'null' }] },
              name: { type: 'string', minLength: 1, maxLength: 9 },
              n: { type: 'integer', default: 3 },
            },
            required: ['name'],
          },
        },
      },
    });
  });

  it('says what comes out, and every error by its code', () => {
    expect(Object.keys(operation.responses)).toEqual([
      '201',
      '400',
      '401',
      '403',
      '404',
      '409',
      '413',
      '415',
      '503',
    ]);
    expect(operation.responses['201']!.content!['application/json']!.schema).toMatchObject({
      properties: { at: { type: 'string', format: 'date-time' } },
      required: ['id', 'at'],
    });
    expect(operation.responses['409']!.description).toBe('conflict, phone_in_use');
    expect(operation.security).toEqual([{ bearer: [] }, { cookie: [] }]);
  });
});

describe('the document', () => {
  it('describes every route that is mounted, and none that is not', () => {
    const app = new Hono<AppEnv>();
    mountRoutes(app);
    const mounted = app.routes
      .filter(({ method, path }) => method !== 'ALL' && !path.endsWith('*'))
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)(\{[^}]*\})?/g, '{$1}')}`);
    // Mounted before all others by the app.
    const others = ['GET /healthz', 'GET /readyz', 'GET /openapi.json', 'GET /docs'];
    const described = operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    // What the portal's own forms and scripts call is no API: it changes with the pages.
    const ofPortal =
      /^(POST \/(messages|settings|login|ops)\b|GET \/(login\/code|ops\/look-up|messages\/\{threadId\}\/items)$)/;
    const toDescribe = mounted.filter((route) => !ofPortal.test(route));
    expect(described.sort()).toEqual([...new Set([...toDescribe, ...others])].sort());
  });

  it('is sound: unique ids, known tags and schemes, references that lead somewhere', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const tags = document.tags.map(({ name }) => name);
    const schemes = Object.keys(document.components.securitySchemes);
    for (const { operation, path, method } of operations) {
      expect(tags, path).toEqual(expect.arrayContaining(operation.tags));
      expect(schemes, path).toEqual(expect.arrayContaining(operation.security.flatMap(Object.keys)));
      const inPath = (operation.parameters ?? [])
        .filter((each) => each.in === 'path')
        .map(({ name }) => name);
      expect(
        inPath.map((name) => `{${name}}`),
        path,
      ).toEqual(path.match(/\{\w+\}/g) ?? []);
      if (method === 'get') expect(operation.requestBody, path).toBeUndefined();
    }
    for (const ref of collect(document, '$ref'))
      expect(
        Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`),
      ).toContain(ref);
  });

  it('names what it shows in several places, and tells every event as a webhook', () => {
    const { schemas } = document.components;
    expect(Object.keys(schemas)).toEqual(
      expect.arrayContaining([
        'Message',
        'Thread',
        'Delivery',
        'HostDelivery',
        'Preferences',
        'Event',
        'Error',
      ]),
    );
    expect(Object.keys(document.webhooks).sort()).toEqual([...EVENT_TYPES].sort());
    for (const [type, { post }] of Object.entries(document.webhooks)) {
      const { $ref } = post.requestBody!.content['application/json']!.schema;
      const payload = schemas[$ref!.replace('#/components/schemas/', '')]!;
      expect(payload.properties!.type!.enum, type).toContain(type);
      expect(post.parameters!.map(({ name }) => name)).toEqual([
        'webhook-id',
        'webhook-timestamp',
        'webhook-signature',
      ]);
    }
  });

  it('leaves no type unsaid', () => {
    const unsaid = operations.flatMap(({ path, operation }) =>
      (collect(operation, 'properties') as Record<string, JsonSchema>[])
        .flatMap((properties) => Object.entries(properties))
        .filter(([, schema]) => !schema.type && !schema.anyOf && !schema.enum && !schema.$ref)
        .filter(([, schema]) => schema.const === undefined)
        .map(([name]) => `${path} ${name}`),
    );
    expect(unsaid).toEqual([]);
  });

  it.each(
    Object.entries({
      'post /api/threads/{id}/messages': ['400', '401', '404', '409', '429'],
      'put /api/admin/users/{id}': ['400', '401', '403', '409'],
      'post /api/links/open': ['404', '429'],
    }),
  )('%s names the errors of the contract', (route, statuses) => {
    const [method, path] = route.split(' ') as [string, string];
    const operation: Operation = document.paths[path]![method]!;
    expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(statuses));
  });
});

it('every sample of /docs is understood', async () => {
  const world = await createWorld();
  const lines = [
    { family: { id: 'fam_1', name: 'The Riveras' } },
    { user: { id: 'usr_ana', familyId: 'fam_1', name: 'Ana' } },
    { user: { id: 'usr_ben', familyId: 'fam_1', name: 'Ben' } },
    { thread: { id: 'thr_1', familyId: 'fam_1', title: 'Dinner', memberIds: ['usr_ana', 'usr_ben'] } },
    { message: { id: 'msg_1', threadId: 'thr_1', authorId: 'usr_ana', body: 'Hi' } },
  ];
  const body = lines.map((line) => JSON.stringify(line)).join('\n');
  const headers = { 'Content-Type': 'application/x-ndjson' };
  await world.send('POST', '/api/admin/import', { as: 'service', body, headers });
  const ana = { userId: 'usr_ana', familyId: 'fam_1' };
  // Moves name a database of this service, of which the tests have none; a socket is not opened by a request alone.
  const others = ['/api/admin/moves', '/api/admin/slots/moves', '/api/presence/socket'];
  const samples = operations
    .filter(({ path }) => path.startsWith('/api/') && !others.includes(path))
    .map(({ method, path, operation }) => samplesOf(method, path, operation, document.components.schemas))
    .flatMap(({ js }) => {
      const found = /^await api\('(\w+) (\S+)'(?:, ([\s\S]*))?\);$/.exec(js ?? '');
      return found ? [found.slice(1)] : [];
    })
    .sort(([a], [b]) => Number(a === 'DELETE') - Number(b === 'DELETE'));
  expect(samples.length).toBeGreaterThan(50);
  const misunderstood: string[] = [];
  for (const [method, path, input = '{}'] of samples) {
    const { params = {}, query = {}, body: sent } = JSON.parse(input);
    const filled = path!.replace(/\{(\w+)\}/g, (_, name: string) => params[name]);
    const as = path!.startsWith('/api/admin/') ? 'service' : ana;
    const { json } = await world.api(method!, `${filled}?${new URLSearchParams(query)}`, { as, body: sent });
    if (['invalid_request', 'unsupported_media_type'].includes(json?.error))
      misunderstood.push(`${method} ${filled}: ${JSON.stringify(json.details)}`);
  }
  expect(misunderstood).toEqual([]);
});
