import { describe, expect, it } from 'vitest';
import { signDevice } from '../../src/identity/login/known-device.ts';
import { countMiss, refuseGuessers } from '../../src/links/guess-limit.ts';
import { signSessionToken } from '../../src/platform/auth/session.ts';
import { createEdgeLimits } from '../../src/platform/edge-limits.ts';
import { rateLimited } from '../../src/platform/errors.ts';
import { phoneHash } from '../../src/platform/sms/phone-number.ts';
import { endpoints } from '../../src/routes.ts';
import { mountLinkPages } from '../../src/web/link-pages.ts';
import { mountPages } from '../../src/web/pages.ts';
import { edgeCounter } from '../support/edge-counter.ts';
import { sql } from '../support/sql.ts';
import { testApp } from '../worker/app.ts';
import { testDeps } from '../worker/deps.ts';
import { family, freshNumber, verified } from '../worker/numbers.ts';
import { insertWebSession } from '../worker/people.ts';

const EVIL = { Origin: 'https://evil.example' };

function world(settings: Record<string, string> = {}) {
  const deps = testDeps(settings);
  const app = testApp(deps, endpoints, (mounted) => {
    mountLinkPages(mounted);
    mountPages(mounted);
  });
  return { deps, app };
}

/** What anybody may ask for, signed in or not, beside what is static. */
const STRANGERS_POST = endpoints.filter(({ who, method }) => who === 'public' && method !== 'get');
const CODE = '1122222222222222';
const DOORS: [string, string, object?][] = [
  ['GET', `/l/${CODE}1`],
  ['POST', `/l/${CODE}1`],
  ['GET', '/magic?token=a.b.c'],
  ['POST', '/magic'],
  ['GET', '/ul/thread/thr_1?mt=a.b.c'],
  ['POST', '/login'],
  ['POST', '/login/code'],
  ['POST', '/api/links/open', { code: `${CODE}1` }],
  ['POST', '/api/login/start', { phone: '+12025550123' }],
  ['POST', '/api/login/confirm', { phone: '+12025550123', code: '123456' }],
];

describe('a page of another origin', () => {
  it('gets nothing done by any route that is open to everybody', async () => {
    const { deps, app } = world();
    const rosa = await verified(deps, (await family('rosa'))[0]!);
    const bodies: Record<string, object> = {
      '/api/login/start': { phone: rosa.number },
      '/api/login/confirm': { phone: rosa.number, code: '123456', handle: 'AAAAAAAAAAAAAAAAAAAAAA' },
      '/api/links/open': { code: `${CODE}1` },
      '/api/logout': {},
    };
    expect(STRANGERS_POST.map(({ path }) => path).sort()).toEqual(Object.keys(bodies).sort());
    for (const [path, body] of Object.entries(bodies)) {
      for (const Origin of [EVIL.Origin, 'null', 'http://portal.example.com']) {
        const told = await app(path, { method: 'POST', body, headers: { Origin } });
        expect([path, Origin, told.status, told.body.error]).toEqual([path, Origin, 403, 'forbidden']);
      }
    }
    for (const path of ['/login', '/login/code', `/l/${CODE}1`, '/magic']) {
      const form = { 'Content-Type': 'application/x-www-form-urlencoded', ...EVIL };
      const told = await app(path, { method: 'POST', body: `phone=${rosa.number}`, headers: form });
      expect([path, told.status]).toEqual([path, 403]);
    }
    await deps.idle();
    expect(deps.carrier.tried).toEqual([]);
  });
});

describe('the edge’s own limit', () => {
  it.each(DOORS)('stands in front of %s %s, which then asks no database', async (method, path, body) => {
    const { deps, app } = world();
    deps.edge = createEdgeLimits({ DOOR_LIMIT: edgeCounter(0) });
    deps.d1.reset();
    const told = await app(path, { method, body, headers: { Origin: deps.config.PUBLIC_ORIGIN } });
    expect([told.status, deps.d1.trips.length]).toEqual([429, 0]);
    expect(Number(told.headers.get('Retry-After'))).toBeGreaterThan(0);
  });

  it('lets a browser or an app in that was signed in before, whoever else uses up its network, as often as a person may', async () => {
    const { deps, app } = world();
    const rosa = await verified(deps, (await family('rosa'))[0]!);
    const number = await phoneHash(deps.config.PHONE_SECRET, rosa.number);
    const session = { sessionId: 'ses_ended', ...rosa };
    const known = {
      'a device': {
        Cookie: `__Host-fcs_device=${await signDevice(deps.config, { ...rosa, numberHash: number }, deps.now())}`,
      },
      'a session, ended or not': {
        Cookie: `__Host-fcs_session=${await signSessionToken(deps.config.SESSION_SECRET, session)}`,
      },
      'an app’s session': {
        Authorization: `Bearer ${await signSessionToken(deps.config.SESSION_SECRET, session)}`,
      },
    };
    const strange = { Cookie: '__Host-fcs_device=a.b.c; __Host-fcs_session=a.b.c' };
    const ask = (headers: Record<string, string>) => app(`/l/${CODE}1`, { method: 'GET', headers });
    for (const [who, headers] of Object.entries(known)) {
      deps.edge = createEdgeLimits({ BLOCK_LIMIT: edgeCounter(0), PERSON_LIMIT: edgeCounter(2) });
      const told = [await ask(strange), await ask(headers), await ask(headers), await ask(headers)];
      expect([who, ...told.map(({ status }) => status)]).toEqual([who, 429, 404, 404, 429]);
    }
  });
});

describe('the pace of strangers', () => {
  it('stands in front of the same, and hears what was in vain: what was not found, and each sign-in that is begun', async () => {
    const { deps, app } = world();
    const heard: boolean[] = [];
    deps.strangersPace.turn = async () => ({ settle: (inVain) => void heard.push(inVain) });
    const headers = { Origin: deps.config.PUBLIC_ORIGIN };
    const phone = freshNumber();
    await app(`/l/${CODE}1`, { method: 'GET' });
    expect((await app('/login', { method: 'GET' })).status).toBe(200);
    expect((await app('/api/login/start', { method: 'POST', body: { phone }, headers })).status).toBe(200);
    expect(heard).toEqual([true, false, true]);
    deps.strangersPace.turn = async () => {
      throw rateLimited('Try again in a moment.', 1);
    };
    await deps.idle();
    deps.d1.reset();
    for (const [method, path, body] of DOORS) {
      expect([path, (await app(path, { method, body, headers })).status]).toEqual([path, 429]);
    }
    expect(deps.d1.trips).toEqual([]);
  });
});

describe('signing out', () => {
  it('takes its turn, with a session that has ended too: its signature is good for ever', async () => {
    const { deps, app } = world();
    const [rosa] = await family('rosa');
    const token = await signSessionToken(deps.config.SESSION_SECRET, { sessionId: 'ses_ended', ...rosa! });
    const signOut = () =>
      app('/api/logout', { method: 'POST', body: {}, headers: { Authorization: `Bearer ${token}` } });
    expect((await signOut()).status).toBe(200);
    deps.requestPace.turn = async () => {
      throw rateLimited('Go on in a moment.', 1);
    };
    await deps.idle();
    deps.d1.reset();
    expect([(await signOut()).status, deps.d1.trips.length]).toEqual([429, 0]);
  });
});

describe('unknown links', () => {
  const rows = (deps: ReturnType<typeof testDeps>) =>
    deps.unwatched.all(sql`SELECT key FROM rate_counters WHERE key LIKE 'link-miss:2001:db8:aaaa:%'`);

  it('of six hundred networks write no row for any of them', async () => {
    const deps = testDeps();
    deps.edge = createEdgeLimits({ MISS_LIMIT: edgeCounter(5), DOOR_LIMIT: edgeCounter(20) });
    deps.d1.reset();
    for (let i = 0; i < 600; i++) await countMiss(deps, `2001:db8:aaaa:${i.toString(16)}::1`);
    await deps.idle();
    expect(await rows(deps)).toEqual([]);
    expect(deps.d1.trips).toHaveLength(20);
  });

  it.each(['30', '11', '10', '3', '1'])('of one network are %s, and then no more', async (limit) => {
    const deps = testDeps({ LINK_MISSES_PER_ADDRESS_MINUTE: limit });
    deps.edge = createEdgeLimits({ MISS_LIMIT: edgeCounter(5) });
    deps.clock.now += 400 * 86_400_000;
    const address = `2001:db8:bbbb:${limit}::1`;
    for (let i = 0; i < Number(limit); i++) {
      await refuseGuessers(deps, address);
      await countMiss(deps, address);
    }
    await expect(countMiss(deps, address)).rejects.toMatchObject({ code: 'rate_limited' });
    await expect(refuseGuessers(deps, address)).rejects.toMatchObject({ code: 'rate_limited' });
    await refuseGuessers(deps, '2001:db8:cccc::1');
  });
});

describe('what costs little and nothing else holds', () => {
  it('has a budget a person: heartbeats, mutes, read marks, edits, searches, changes of preferences, sockets', async () => {
    const { deps, app } = world();
    const [rosa] = await family('rosa');
    const asks: [string, string, object?][] = [
      ['POST', '/api/presence/heartbeat', {}],
      ['PUT', '/api/threads/thr_none/mute', {}],
      ['DELETE', '/api/threads/thr_none/mute'],
      ['POST', '/api/threads/thr_none/read', {}],
      ['PATCH', '/api/preferences', { preview: 'none' }],
      ['PATCH', '/api/threads/thr_none/messages/msg_none', { body: 'x' }],
      ['DELETE', '/api/threads/thr_none/messages/msg_none'],
      ['GET', '/api/search?q=x'],
      ['POST', '/api/family/members/usr_other/vouch', {}],
    ];
    const limit = edgeCounter(0);
    deps.edge = createEdgeLimits({ PERSON_LIMIT: limit });
    for (const [method, path, body] of asks) {
      const told = await app(path, { method, body, as: rosa! });
      expect([path, told.status, told.body.error]).toEqual([path, 429, 'rate_limited']);
      expect(Number(told.headers.get('Retry-After'))).toBeLessThanOrEqual(60);
    }
    const socket = { as: rosa!, headers: { Upgrade: 'websocket' } };
    expect((await app('/api/presence/socket', socket)).status).toBe(429);
    expect(new Set(limit.asked.map((key) => key.split(':')[0]))).toEqual(
      new Set(['heartbeat', 'mute', 'read', 'preferences', 'socket', 'edit', 'search']),
    );
    expect(deps.familyCalls).toEqual([]);
    // The page is shown around it, with the words that were asked for.
    const { token } = await insertWebSession(rosa!.userId, rosa!.familyId);
    const page = await app('/messages?find=dinner', { cookie: token });
    expect([page.status, page.body.text]).toEqual([429, expect.stringContaining('value="dinner"')]);
    expect(page.body.text).toContain('Too many searches of yours in this minute');
  });
});

describe('signing out everywhere', () => {
  it('ends every session of the person and of nobody else, closes their sockets, and can be repeated', async () => {
    const { deps, app } = world({ CODES_PER_PREFIX_HOUR: '1000' });
    const [rosa, ben] = await Promise.all((await family('rosa', 'ben')).map((each) => verified(deps, each)));
    const signIn = async (number: string) => {
      deps.clock.now += 10 * 60_000;
      const { handle } = (await app('/api/login/start', { body: { phone: number } })).body;
      await deps.idle();
      const code = /code is (\d{6})/.exec(deps.carrier.to(number).at(-1)!)?.[1];
      const told = await app('/api/login/confirm', { body: { phone: number, code, handle } });
      return (told.body.session as { token: string }).token;
    };
    const [one, two, bens] = [
      await signIn(rosa!.number),
      await signIn(rosa!.number),
      await signIn(ben!.number),
    ];
    const told = await app('/api/sessions', { method: 'DELETE', bearer: one });
    await deps.idle();
    expect([told.status, told.body]).toEqual([200, { ok: true, ended: 2 }]);
    expect(told.headers.get('Set-Cookie')).toContain('Max-Age=0');
    for (const token of [one, two]) expect((await app('/api/me', { bearer: token })).status).toBe(401);
    expect((await app('/api/me', { bearer: bens })).status).toBe(200);
    expect(deps.familyCalls.filter((call) => call.includes('disconnectSession'))).toHaveLength(2);
    deps.clock.now += 1;
    const again = await app('/api/sessions', { method: 'DELETE', as: rosa! });
    expect(again.body).toEqual({ ok: true, ended: 0 });
  });
});
