import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createWorld, type World } from '../../worker/world.ts';

let world: World;

beforeAll(async () => {
  world = await createWorld();
  await world.seed([{ id: 'rosa', name: 'Rosa', phone: world.phone(0) }]);
});
afterEach(() => vi.restoreAllMocks());

/** The log's lines so far, while the console is being listened to. */
function listen(): () => Record<string, unknown>[] {
  const spies = (['log', 'warn', 'error'] as const).map((level) =>
    vi.spyOn(console, level).mockImplementation(() => undefined),
  );
  return () => spies.flatMap((spy) => spy.mock.calls.map(([line]) => JSON.parse(String(line))));
}

describe('every answer carries the id of its request', () => {
  it.each<[string, string, Parameters<World['send']>[2]?]>([
    ['GET', '/healthz'],
    ['GET', '/login'],
    ['GET', '/docs'],
    ['GET', '/messages'],
    ['GET', '/nothing/here'],
    ['GET', '/nothing/here', { headers: { Accept: 'text/html' } }],
    ['GET', '/l/AAAAAAAAAAAAAAAAA'],
    ['GET', '/api/me'],
    ['PUT', '/api/me'],
    [
      'OPTIONS',
      '/api/me',
      { headers: { Origin: 'https://x.example', 'Access-Control-Request-Method': 'GET' } },
    ],
    ['POST', '/api/login/start', { body: '{' }],
    ['POST', '/api/sms/inbound', { body: 'Body=x' }],
  ])('%s %s', async (method, path, options) => {
    const answer = await world.send(method, path, options);
    const id = answer.headers.get('X-Request-Id');
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    const isJson = answer.headers.get('Content-Type')?.includes('json');
    if (answer.status >= 400 && isJson) expect(await answer.json()).toMatchObject({ requestId: id });
    const again = await world.send(method, path, options);
    expect(again.headers.get('X-Request-Id')).not.toBe(id);
  });

  it('GET /api/me of somebody who is known', async () => {
    const { status, headers } = await world.api('GET', '/api/me', { as: world.member('rosa') });
    expect([status, headers.get('X-Request-Id')]).toEqual([200, expect.stringMatching(/^[0-9a-f-]{36}$/)]);
  });

  it('also when settings are wrong', async () => {
    listen();
    const answer = await world.send('GET', '/api/me', { env: { PUBLIC_ORIGIN: 'nowhere' } });
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({
      error: 'unavailable',
      requestId: answer.headers.get('X-Request-Id'),
    });
  });
});

describe('the id of a request', () => {
  it('is Cloudflare’s where there is one', async () => {
    const answer = await world.send('GET', '/api/me', { headers: { 'CF-Ray': '230b030023ae2822-SJC' } });
    expect(answer.headers.get('X-Request-Id')).toBe('230b030023ae2822-SJC');
    expect(await answer.json()).toMatchObject({ requestId: '230b030023ae2822-SJC' });
  });

  it.each<Record<string, string>>([
    { 'X-Request-Id': 'mine' },
    { 'CF-Ray': 'two words' },
    { 'CF-Ray': 'x'.repeat(65) },
  ])('is not what a caller makes up: %j', async (headers) => {
    const answer = await world.send('GET', '/healthz', { headers });
    expect(answer.headers.get('X-Request-Id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('can be read by pages of other origins', async () => {
    const answer = await world.send('GET', '/api/me', { headers: { Origin: 'https://app.example' } });
    expect(answer.headers.get('Access-Control-Expose-Headers')).toContain('X-Request-Id');
  });

  it('stands on the page that says it is our fault', async () => {
    listen();
    const env = {
      DB: {
        prepare: () => {
          throw new Error('D1 is on fire');
        },
      } as unknown as D1Database,
    };
    const headers = { Accept: 'text/html', Cookie: '__Host-fcs_zone=x' };
    const answer = await world.send('GET', '/l/AAAAAAAAAAAAAAAAA', { env, headers });
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain(answer.headers.get('X-Request-Id'));
  });
});

describe('a log line of a request', () => {
  it('names the request, its method and the pattern of its address, but not the address', async () => {
    const lines = listen();
    const env = {
      DB: {
        prepare: () => {
          throw new Error('D1 is on fire');
        },
      } as unknown as D1Database,
    };
    const code = 'AAAAAAAAAAAAAAAAA';
    const answer = await world.send('GET', `/l/${code}?next=secret`, { env });
    expect(lines()).toContainEqual(
      expect.objectContaining({
        event: 'request.failed',
        requestId: answer.headers.get('X-Request-Id'),
        method: 'GET',
        route: '/l/:code',
      }),
    );
    expect(JSON.stringify(lines())).not.toMatch(/AAAAAAA|secret/);
  });

  it('says so for what happens after the answer too', async () => {
    const lines = listen();
    const { userId } = world.member('rosa');
    const answer = await world.send('PUT', `/api/admin/users/${userId}`, {
      as: 'service',
      body: { phone: world.phone(1), phoneVerifiedAt: '2026-01-31T12:00:00Z' },
    });
    expect(answer.status).toBe(200);
    for (const line of lines().filter(({ event }) => event !== 'sweep')) {
      expect(line).toMatchObject({
        requestId: answer.headers.get('X-Request-Id'),
        route: '/api/admin/users/:id',
      });
    }
  });
});
