import { base64url, CompactSign, exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareSession, readSessionToken } from '../../src/platform/auth/session.ts';
import { insertWebSession } from '../worker/people.ts';
import { createWorld, type World } from '../worker/world.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);

let world: World;
let session: string;
let magic: string;
let host: string;

beforeAll(async () => {
  world = await createWorld();
  await world.seed([{ id: 'rosa', name: 'Rosa', phone: world.phone(0) }]);
  const { userId } = world.member('rosa');
  session = (await insertWebSession(userId, world.familyId)).token;
  const minted = await world.api('POST', '/api/admin/magic', {
    as: 'service',
    body: { userId, threadId: world.thread() },
  });
  magic = minted.json.token;
  host = await world.token(world.member('rosa'));
});

/** What a token says when it is given at a door. @returns the status that came back */
const ENTRY_POINTS = {
  bearer: async (token: string) =>
    (await world.send('GET', '/api/me', { headers: { Authorization: `Bearer ${token}` } })).status,
  service: async (token: string) =>
    (await world.send('GET', '/api/admin/stats', { headers: { Authorization: `Bearer ${token}` } })).status,
  post: async (token: string) => {
    const headers = { Authorization: `Bearer ${token}` };
    const path = `/api/threads/${world.thread()}/messages`;
    return (await world.send('POST', path, { headers, body: { body: 'Hi' } })).status;
  },
  cookie: async (token: string) => {
    const headers = { Cookie: `__Host-fcs_session=${token}; fcs_session=${token}`, Origin: world.origin };
    return (await world.send('GET', '/api/me', { headers })).status;
  },
  socket: async (token: string) => {
    const headers = { Upgrade: 'websocket', 'Sec-WebSocket-Protocol': `fcs.v1, bearer.${token}` };
    const answer = await world.send('GET', '/api/presence/socket', { headers });
    answer.webSocket?.accept();
    answer.webSocket?.close();
    return answer.status;
  },
  link: async (token: string) => (await world.send('POST', '/api/links/open', { body: { token } })).status,
};
type EntryPoint = keyof typeof ENTRY_POINTS;
const entryPoints = Object.keys(ENTRY_POINTS) as EntryPoint[];

const sign = (
  secret: string,
  claims: Record<string, unknown> = {},
  header: Partial<JWTHeaderParameters> & Record<string, unknown> = {},
) =>
  new SignJWT({ familyId: world.familyId, exp: Math.floor(Date.now() / 1000) + 600, ...claims })
    .setProtectedHeader({ alg: 'HS256', ...header })
    .setSubject(world.member('rosa').userId)
    .sign(utf8(world.env[secret] as string), { crit: { 'x-any': true } });

const sessionClaims = (token: string) =>
  JSON.parse(atob(token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/')));
const part = (value: unknown) => base64url.encode(JSON.stringify(value));

describe('a genuine token', () => {
  it.each<[string, () => string, Partial<Record<EntryPoint, number>>]>([
    ['of the host application', () => host, { bearer: 200, post: 201, socket: 101 }],
    ['of a session', () => session, { bearer: 200, post: 201, cookie: 200, socket: 101 }],
    ['of a link', () => magic, { link: 200 }],
  ])('%s opens its own entry points and no others', async (_, token, open) => {
    for (const entryPoint of entryPoints) {
      const refusal = entryPoint === 'link' ? 404 : entryPoint === 'service' && open.bearer ? 403 : 401;
      expect([entryPoint, await ENTRY_POINTS[entryPoint](token())]).toEqual([
        entryPoint,
        open[entryPoint] ?? refusal,
      ]);
    }
  });
});

it('a session is proven by a secret of 16 bytes too', async () => {
  const who = { userId: 'usr_1', familyId: 'fam_1' };
  const { id, token } = await prepareSession('0123456789abcdef', who, Date.now());
  expect(
    await readSessionToken({ SESSION_SECRET: '0123456789abcdef', SESSION_SECRET_PREVIOUS: undefined }, token),
  ).toEqual({
    sessionId: id,
    ...who,
  });
  expect(
    await readSessionToken({ SESSION_SECRET: '0123456789abcdeg', SESSION_SECRET_PREVIOUS: undefined }, token),
  ).toBeNull();
});

describe('a token that opens nothing', () => {
  it.each<[string, () => string | Promise<string>]>([
    [
      'a session’s under the secret of links',
      () => sign('MAGIC_SECRET', sessionClaims(session), { typ: 'fcs-session+jwt' }),
    ],
    ['a session’s without its type', () => sign('SESSION_SECRET', sessionClaims(session))],
    ['a host’s under the secret of sessions', () => sign('SESSION_SECRET')],
    ['a host’s under the secret of numbers', () => sign('PHONE_SECRET')],
    [
      'a link’s under the secret of the host',
      () => sign('AUTH_SECRET', { ...sessionClaims(magic), familyId: undefined }, { typ: 'fcs-magic+jwt' }),
    ],
    ['a link’s without its type', () => sign('MAGIC_SECRET', sessionClaims(magic))],
    ...(['aud', 'purpose', 'exp', 'jti', 'tid'] as const).map((claim): [string, () => Promise<string>] => [
      `a link’s without its ${claim}`,
      () => sign('MAGIC_SECRET', { ...sessionClaims(magic), [claim]: undefined }, { typ: 'fcs-magic+jwt' }),
    ]),
    ...(['aud', 'purpose', 'tid'] as const).map((claim): [string, () => Promise<string>] => [
      `a link’s with another ${claim}`,
      () => sign('MAGIC_SECRET', { ...sessionClaims(magic), [claim]: 'another' }, { typ: 'fcs-magic+jwt' }),
    ]),
    [
      'a link’s for somebody else',
      () =>
        new SignJWT({ ...sessionClaims(magic), sub: 'somebody_else' })
          .setProtectedHeader({ alg: 'HS256', typ: 'fcs-magic+jwt' })
          .sign(utf8(world.env.MAGIC_SECRET as string)),
    ],
    [
      'a link’s in HS512',
      () => sign('MAGIC_SECRET', sessionClaims(magic), { alg: 'HS512', typ: 'fcs-magic+jwt' }),
    ],
    ['one whose end is a text', () => sign('AUTH_SECRET', { exp: '9999999999' })],
    ['one without an end', () => sign('AUTH_SECRET', { exp: undefined })],
    ['one whose end is no number', () => sign('AUTH_SECRET', { exp: undefined, nbf: 0 })],
    ['one that is not valid yet', () => sign('AUTH_SECRET', { nbf: Math.floor(Date.now() / 1000) + 600 })],
    ['one without a family', () => sign('AUTH_SECRET', { familyId: undefined })],
    ['one with a list for a family', () => sign('AUTH_SECRET', { familyId: [world.familyId] })],
    ['one with a critical extension', () => sign('AUTH_SECRET', {}, { crit: ['x-any'], 'x-any': 1 })],
    ['HS512 under the right secret', () => sign('AUTH_SECRET', {}, { alg: 'HS512' })],
    [
      'a key of its own in the header',
      async () => {
        const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
        const jwk = await exportJWK(publicKey);
        return new SignJWT({ familyId: world.familyId })
          .setProtectedHeader({
            alg: 'ES256',
            jwk: { kty: 'EC', crv: 'P-256', x: jwk.x!, y: jwk.y! },
            jku: 'https://evil.example/keys',
          })
          .setSubject(world.member('rosa').userId)
          .setExpirationTime('1h')
          .sign(privateKey);
      },
    ],
    ['alg none', () => `${part({ alg: 'none' })}.${host.split('.')[1]}.`],
    ['alg None with the signature', () => `${part({ alg: 'None' })}.${host.split('.').slice(1).join('.')}`],
    [
      'another payload under the old signature',
      () => {
        const [head, , signature] = host.split('.');
        return `${head}.${part({ ...sessionClaims(host), scope: 'service' })}.${signature}`;
      },
    ],
    [
      'a session’s payload under the old signature',
      () => {
        const [head, , signature] = session.split('.');
        return `${head}.${part({ ...sessionClaims(session), sub: 'somebody_else' })}.${signature}`;
      },
    ],
    [
      'a signed text that is no claims',
      () =>
        new CompactSign(utf8('"service"'))
          .setProtectedHeader({ alg: 'HS256' })
          .sign(utf8(world.env.AUTH_SECRET as string)),
    ],
    ['nothing', () => '..'],
  ])('%s', async (_, token) => {
    const given = await token();
    for (const entryPoint of entryPoints) {
      expect([entryPoint, await ENTRY_POINTS[entryPoint](given)]).toEqual([
        entryPoint,
        entryPoint === 'link' ? 404 : 401,
      ]);
    }
  });

  it('in a cookie is whatever the host signed, even in the dress of a session', async () => {
    const claims = { sid: 'ses_1', fam: world.familyId };
    expect(await ENTRY_POINTS.cookie(await sign('AUTH_SECRET', claims, { typ: 'fcs-session+jwt' }))).toBe(
      401,
    );
  });

  it('for the service is whatever is not exactly its scope', async () => {
    for (const scope of [['service'], 'Service', 'service admin', ' service', true]) {
      const status = await ENTRY_POINTS.service(await sign('AUTH_SECRET', { scope }));
      expect([scope, [401, 403].includes(status)]).toEqual([scope, true]);
    }
    expect(
      await ENTRY_POINTS.service(await sign('AUTH_SECRET', { scope: 'service' }, { kid: '../../dev/null' })),
    ).toBe(200);
    expect(await ENTRY_POINTS.bearer(await sign('AUTH_SECRET', { scope: 'service' }))).toBe(403);
    expect(await ENTRY_POINTS.socket(await sign('AUTH_SECRET', { scope: 'service' }))).toBe(403);
    expect(await ENTRY_POINTS.cookie(await sign('AUTH_SECRET', { scope: 'service' }))).toBe(401);
  });
});

describe('a request with the session cookie', () => {
  const me = (headers: Record<string, string>) =>
    world.api('GET', '/api/me', { headers: { Cookie: `__Host-fcs_session=${session}`, ...headers } });

  it('is refused a socket that other pages open', async () => {
    for (const origin of ['null', 'https://evil.example', 'https://portal.example.com:8443']) {
      const headers = { Cookie: `__Host-fcs_session=${session}`, Upgrade: 'websocket', Origin: origin };
      expect((await world.send('GET', '/api/presence/socket', { headers })).status).toBe(403);
    }
  });

  it('is never told to share its answer with other origins', async () => {
    const { headers } = await me({ Origin: 'https://evil.example' });
    expect(headers.get('Access-Control-Allow-Credentials')).toBeNull();
    expect(headers.get('Access-Control-Allow-Origin')).toBe('*');
    expect(headers.get('Cache-Control')).toBe('no-store');
  });

  it('does not become somebody else by a second cookie or a bearer token that is none', async () => {
    const both = { Cookie: `__Host-fcs_session=x; fcs_session=${session}; __Host-fcs_session=${session}` };
    expect((await me(both)).status).toBe(401);
    expect((await me({ Authorization: 'Bearer x' })).status).toBe(401);
  });
});
