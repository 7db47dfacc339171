import { createServer, type Server } from 'node:http';
import { base64url, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type TokenDeps, verifyHostToken as verify } from '../../../src/platform/auth/host-token.ts';
import { failureOf } from '../../support/failure-of.ts';

const SECRET = 'test-auth-secret-0123456789-0123456789';
const utf8 = (text: string) => new TextEncoder().encode(text);
const config = {
  AUTH_SECRET: SECRET,
  AUTH_SECRET_PREVIOUS: undefined,
  AUTH_JWKS_URL: undefined,
  AUTH_ISSUER: undefined,
  AUTH_AUDIENCE: undefined,
};
type TokenConfig = TokenDeps['config'];

/** What was left to go on after the answer, and comes to what it fails with: nobody waits for it. */
let background: Promise<unknown>[] = [];
const verifyHostToken = (token: string, settings: TokenConfig) =>
  verify(token, {
    config: settings,
    afterwards: (work) => void background.push(failureOf(work)),
  });

const user = { familyId: 'fam_1', name: 'Rosa' };

const hs256 = (payload: Record<string, unknown> = user, alg = 'HS256') =>
  new SignJWT(payload).setProtectedHeader({ alg }).setSubject('usr_1').setExpirationTime('1h');
const signed = async (jwt: SignJWT, secret = SECRET) => await jwt.sign(utf8(secret));

/** The code of the error that a token is refused with. */
async function refusal(token: string, settings: TokenConfig = config): Promise<string> {
  try {
    await verifyHostToken(token, settings);
    return 'accepted';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('tokens under the shared secret', () => {
  it('name a person and their family, or the service', async () => {
    expect(await verifyHostToken(await signed(hs256()), config)).toMatchObject({
      scope: 'user',
      userId: 'usr_1',
      familyId: 'fam_1',
    });
    expect(await verifyHostToken(await signed(hs256({ scope: 'service' })), config)).toEqual({
      scope: 'service',
      scopes: ['mirror', 'post', 'read', 'magic', 'ops'],
      subject: 'usr_1',
    });
  });

  it.each<[string, () => Promise<string> | string]>([
    ['not a token', () => 'abc'],
    ['three empty parts', () => '..'],
    ['another secret', () => signed(hs256(), 'another-secret-0123456789-0123456789-x')],
    ['expired', () => signed(hs256().setExpirationTime('-1m'))],
    ['expired this very second', () => signed(hs256().setExpirationTime(new Date()))],
    ['expired a second ago', () => signed(hs256().setExpirationTime('-1s'))],
    ['with more than a day to live', () => signed(hs256().setExpirationTime('1441m'))],
    [
      'of the service, with a year to live',
      () => signed(hs256({ scope: 'service' }).setExpirationTime('1y')),
    ],
    ['without exp', () => signed(new SignJWT(user).setProtectedHeader({ alg: 'HS256' }).setSubject('usr_1'))],
    [
      'without sub',
      () => signed(new SignJWT(user).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('1h')),
    ],
    ['without a family', () => signed(hs256({ name: 'Rosa' }))],
    ['a family that is no text', () => signed(hs256({ familyId: 7 }))],
    ['not yet valid', () => signed(hs256().setNotBefore('1h'))],
    [
      'algorithm none',
      () =>
        `${base64url.encode('{"alg":"none"}')}.${base64url.encode(JSON.stringify({ ...user, sub: 'usr_1', exp: 9e9 }))}.`,
    ],
    ['HS512', () => signed(hs256(user, 'HS512'))],
    ['RS256 without a key set', () => `${base64url.encode('{"alg":"RS256"}')}.e30.AA`],
  ])('%s: refused', async (_, token) => {
    expect(await refusal(await token())).toBe('unauthenticated');
  });
});

describe('a token of a day', () => {
  it('is taken, by a clock that is a little behind too', async () => {
    const exp = Math.floor(Date.now() / 1000) + 24 * 3600;
    expect(await refusal(await signed(hs256().setExpirationTime(exp)))).toBe('accepted');
    expect(await refusal(await signed(hs256().setExpirationTime(exp + 3)))).toBe('accepted');
  });
});

describe('tokens under the shared secret, where issuer and audience are set', () => {
  const named = { ...config, AUTH_ISSUER: 'https://host.example', AUTH_AUDIENCE: 'fcs' };
  const claiming = (claims: Record<string, unknown>) => signed(hs256({ ...user, ...claims }));

  it.each<Record<string, unknown>>([
    {},
    { iss: 'https://host.example' },
    { aud: 'fcs' },
    { iss: 'https://host.example', aud: ['other', 'fcs'] },
  ])('are taken with %j', async (claims) => {
    expect(await refusal(await claiming(claims), named)).toBe('accepted');
  });

  it.each<Record<string, unknown>>([
    { iss: 'https://evil.example' },
    { iss: '' },
    { iss: null },
    { aud: 'other' },
    { aud: [] },
    { aud: ['other'] },
    { iss: 'https://host.example', aud: 'other' },
    { iss: 'https://evil.example', aud: 'fcs' },
    { scope: 'service', iss: 'https://evil.example' },
  ])('are refused with %j, which is another’s', async (claims) => {
    expect(await refusal(await claiming(claims), named)).toBe('unauthenticated');
    expect(await refusal(await claiming(claims))).toBe('accepted');
  });
});

describe('tokens through a key set', () => {
  let server: Server;
  let keys: JWK[] = [];
  let fails = false;
  let asked = 0;
  let settings: TokenConfig;

  async function key(alg: string, kid: string) {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
    return { jwk: { ...(await exportJWK(publicKey)), alg, kid, use: 'sig' }, privateKey };
  }
  const sign = (
    alg: string,
    kid: string,
    privateKey: Parameters<SignJWT['sign']>[0],
    issuer = 'https://host.example',
  ) =>
    new SignJWT(user)
      .setProtectedHeader({ alg, kid })
      .setSubject('usr_1')
      .setIssuer(issuer)
      .setAudience('fcs')
      .setExpirationTime('1h')
      .sign(privateKey);

  beforeAll(async () => {
    server = createServer(({ url }, response) => {
      asked++;
      if (url?.endsWith('?moved')) response.writeHead(302, { Location: '/jwks.json' }).end();
      else if (fails) response.writeHead(503).end();
      else response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ keys }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    settings = {
      AUTH_SECRET: SECRET,
      AUTH_SECRET_PREVIOUS: undefined,
      AUTH_JWKS_URL: `http://127.0.0.1:${address.port}/jwks.json`,
      AUTH_ISSUER: 'https://host.example',
      AUTH_AUDIENCE: 'fcs',
    };
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it('are taken in RS256, ES256 and EdDSA, and the set is fetched once', async () => {
    const made = await Promise.all(
      ['RS256', 'ES256', 'EdDSA'].map(async (alg) => ({ alg, ...(await key(alg, `k-${alg}`)) })),
    );
    keys = made.map(({ jwk }) => jwk);
    for (const { alg, privateKey } of made) {
      const claims = await verifyHostToken(await sign(alg, `k-${alg}`, privateKey), settings);
      expect(claims).toMatchObject({ scope: 'user', userId: 'usr_1' });
    }
    expect(asked).toBe(1);
    expect(await verifyHostToken(await signed(hs256()), settings)).toMatchObject({ userId: 'usr_1' });
  });

  it('are refused with another key, or with the public key as a secret', async () => {
    const [rsa] = keys;
    const stranger = await key('RS256', 'k-RS256');
    const es = await key('ES256', 'k-ES256');
    expect(await refusal(await sign('RS256', 'k-RS256', stranger.privateKey), settings)).toBe(
      'unauthenticated',
    );
    expect(await refusal(await sign('ES256', 'k-ES256', es.privateKey), settings)).toBe('unauthenticated');
    const confused = await new SignJWT({ ...user, exp: 9e9 })
      .setProtectedHeader({ alg: 'HS256', kid: 'k-RS256' })
      .setSubject('usr_1')
      .sign(utf8(JSON.stringify(rsa)));
    expect(await refusal(confused, settings)).toBe('unauthenticated');
  });

  it('are refused from another issuer, or for another audience', async () => {
    const { jwk, privateKey } = await key('ES256', 'own');
    keys = [jwk];
    const own = { ...settings, AUTH_JWKS_URL: `${settings.AUTH_JWKS_URL}?own` };
    const token = await sign('ES256', 'own', privateKey);
    expect(await refusal(token, own)).toBe('accepted');
    expect(await refusal(token, { ...own, AUTH_AUDIENCE: 'others' })).toBe('unauthenticated');
    expect(await refusal(await sign('ES256', 'own', privateKey, 'https://evil.example'), own)).toBe(
      'unauthenticated',
    );
  });

  it.each(['another name', 'the same name'])(
    'are taken under a new key of %s at once, without a restart',
    async (name) => {
      const [first, second] = await Promise.all([
        key('ES256', 'first'),
        key('ES256', name === 'the same name' ? 'first' : 'second'),
      ]);
      keys = [first.jwk];
      const rotating = { ...settings, AUTH_JWKS_URL: `${settings.AUTH_JWKS_URL}?${name.length}` };
      expect(await refusal(await sign('ES256', 'first', first.privateKey), rotating)).toBe('accepted');
      keys = [second.jwk];
      expect(await refusal(await sign('ES256', second.jwk.kid, second.privateKey), rotating)).toBe(
        'accepted',
      );
      expect(await refusal(await sign('ES256', 'first', first.privateKey), rotating)).toBe('unauthenticated');
    },
  );

  it('are not proven by keys from wherever the address of the set redirects to', async () => {
    const { jwk, privateKey } = await key('ES256', 'moved');
    keys = [jwk];
    const moved = { ...settings, AUTH_JWKS_URL: `${settings.AUTH_JWKS_URL}?moved` };
    expect(await refusal(await sign('ES256', 'moved', privateKey), moved)).toBe('unavailable');
  });

  it('do not have the set fetched for each unknown key', async () => {
    const stranger = await key('ES256', 'stranger');
    const token = await sign('ES256', 'stranger', stranger.privateKey);
    const before = asked;
    const answers = await Promise.all(Array.from({ length: 20 }, () => refusal(token, settings)));
    expect(new Set(answers)).toEqual(new Set(['unauthenticated']));
    expect(asked - before).toBeLessThanOrEqual(3);
    for (let i = 0; i < 5; i++) expect(await refusal(token, settings)).toBe('unauthenticated');
    expect(asked - before).toBeLessThanOrEqual(5);
  });

  it('need no name', async () => {
    expect(await refusal(await signed(hs256({ familyId: 'fam_1', name: null })), settings)).toBe('accepted');
  });

  it('are neither taken nor called forged while the set cannot be fetched', async () => {
    fails = true;
    const lost = await key('ES256', 'lost');
    const other = { ...settings, AUTH_JWKS_URL: `${settings.AUTH_JWKS_URL}?other` };
    expect(await refusal(await sign('ES256', 'lost', lost.privateKey), other)).toBe('unavailable');
    fails = false;
    keys = 'none' as never;
    expect(await refusal(await sign('ES256', 'lost', lost.privateKey), other)).toBe('unavailable');
  });

  describe('while the set cannot be fetched', () => {
    const MINUTE = 60_000;
    let token: () => Promise<string>;
    let before: number;
    let own: TokenConfig;

    beforeEach(async () => {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
      const { jwk, privateKey } = await key('ES256', 'kept');
      keys = [jwk];
      fails = false;
      token = () => sign('ES256', 'kept', privateKey);
      own = { ...settings, AUTH_JWKS_URL: `${settings.AUTH_JWKS_URL}?outage=${asked}` };
      expect(await refusal(await token(), own)).toBe('accepted');
      before = asked;
      background = [];
      fails = true;
    });
    afterEach(async () => {
      await Promise.all(background);
      fails = false;
      vi.useRealTimers();
    });

    const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);
    const askOften = async (times: number) => {
      const valid = await token();
      return new Set(await Promise.all(Array.from({ length: times }, () => refusal(valid, own))));
    };

    it('old keys go on for an hour, and one fetch at a time looks for new ones', async () => {
      pass(11 * MINUTE);
      expect(await askOften(50)).toEqual(new Set(['accepted']));
      await Promise.all(background);
      expect(asked - before).toBe(1);
      pass(58 * MINUTE);
      expect(await askOften(50)).toEqual(new Set(['accepted']));
      pass(2 * MINUTE);
      expect(await askOften(50)).toEqual(new Set(['unavailable']));
    });

    it('it is asked less and less often, with keys and without', async () => {
      for (const age of [11 * MINUTE, 60 * MINUTE]) {
        pass(age);
        before = asked;
        for (let second = 0; second < 60; second++) {
          await askOften(2);
          await Promise.all(background);
          pass(1000);
        }
        expect(asked - before).toBeGreaterThan(0);
        expect(asked - before).toBeLessThanOrEqual(7);
      }
    });

    it('an answer does not wait for the fetch, and new keys are taken once it has ended', async () => {
      fails = false;
      const successor = await key('ES256', 'successor');
      keys = [successor.jwk];
      pass(11 * MINUTE);
      const old = await token();
      expect(await refusal(old, own)).toBe('accepted');
      await Promise.all(background);
      expect(await refusal(await sign('ES256', 'successor', successor.privateKey), own)).toBe('accepted');
      expect(asked - before).toBe(1);
      expect(await refusal(old, own)).toBe('unauthenticated');
    });
  });

  it('that are forged have each of their fetches go on when their sender hangs up: others wait for it', async () => {
    const stranger = await key('ES256', 'hung-up');
    keys = [(await key('ES256', 'genuine')).jwk];
    const own = { ...settings, AUTH_JWKS_URL: `${settings.AUTH_JWKS_URL}?hung-up` };
    const before = asked;
    background = [];
    expect(await refusal(await sign('ES256', 'hung-up', stranger.privateKey), own)).toBe('unauthenticated');
    expect(asked - before).toBe(2);
    expect(background).toHaveLength(2);
  });

  it('that come together before there are keys have the set fetched once', async () => {
    const { jwk, privateKey } = await key('ES256', 'together');
    keys = [jwk];
    const own = { ...settings, AUTH_JWKS_URL: `${settings.AUTH_JWKS_URL}?together` };
    const token = await sign('ES256', 'together', privateKey);
    const before = asked;
    const answers = await Promise.all(Array.from({ length: 20 }, () => refusal(token, own)));
    expect(new Set(answers)).toEqual(new Set(['accepted']));
    expect(asked - before).toBe(1);
  });
});
