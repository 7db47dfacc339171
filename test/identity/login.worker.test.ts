import { describe, expect, it } from 'vitest';
import { hostEndpoints } from '../../src/admin/host-endpoints.ts';
import { importPhone } from '../../src/identity/phone/import-phone.ts';
import { removePhone } from '../../src/identity/phone/remove-phone.ts';
import { identityEndpoints } from '../../src/identity/routes.ts';
import { recordUnusable } from '../../src/numbers/number-state.ts';
import { phoneHash } from '../../src/platform/sms/phone-number.ts';
import { sql } from '../support/sql.ts';
import { type Ask, type Told, testApp } from '../worker/app.ts';
import { testDeps } from '../worker/deps.ts';
import { family, freshNumber, personRows, type TestPerson, verified } from '../worker/numbers.ts';
import { hostToken, insertWebSession } from '../worker/people.ts';
import { statementName } from '../worker/statement-name.ts';

const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;
const OURS = { Origin: 'https://portal.example.com' };
let addresses = 0;

function world(settings: Record<string, string> = {}) {
  const deps = testDeps({ CODES_PER_PREFIX_HOUR: '1000', ...settings });
  const app = testApp(deps, identityEndpoints);
  const address = `192.0.${++addresses}.7`;
  const ask = async (path: string, how: Ask = {}): Promise<Told> => {
    const told = await app(path, { address, ...how });
    await deps.idle();
    return told;
  };
  /** The handle of the latest sign-in that was started with a number. */
  const handles = new Map<string, string>();
  const start = async (phone: string, more: Ask = {}) => {
    const told = await ask('/api/login/start', { body: { phone }, ...more });
    if (typeof told.body.handle === 'string') handles.set(phone, told.body.handle);
    return told;
  };
  const confirm = (phone: string, code: string, headers: Record<string, string> = OURS) =>
    ask('/api/login/confirm', { body: { phone, code, handle: handles.get(phone) }, headers });
  const codeAt = (number: string) =>
    /code is (\d{6})/.exec(deps.carrier.to(number).at(-1) ?? '')?.[1] ?? 'none';
  const holder = async () => verified(deps, (await family('rosa'))[0]!);
  const signIn = async (person: TestPerson, headers?: Record<string, string>) => {
    expect((await start(person.number)).status).toBe(200);
    return await confirm(person.number, codeAt(person.number), headers);
  };
  return { deps, app, ask, start, confirm, codeAt, holder, signIn };
}

/** The session token that an answer's cookie holds. */
const cookieOf = (told: Told) =>
  /__Host-fcs_session=([^;]*)/.exec(told.headers.get('Set-Cookie') ?? '')?.[1] ?? '';

describe('signing in by phone', () => {
  it('gives a browser a cookie that scripts cannot read, and no token', async () => {
    const { ask, holder, signIn } = world();
    const rosa = await holder();
    const answer = await signIn(rosa);
    expect([answer.status, answer.body]).toEqual([200, { ok: true }]);
    const [session, device, ...others] = answer.headers.getSetCookie();
    expect(session).toMatch(
      /^__Host-fcs_session=[^;]+; Max-Age=2592000; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    expect(device).toMatch(
      /^__Host-fcs_device=[^;]+; Max-Age=34560000; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    expect(others).toEqual([]);
    expect((await ask('/api/me', { cookie: cookieOf(answer) })).body).toMatchObject({ id: rosa.userId });
  });

  it('gives an app the same session as a token', async () => {
    const { deps, ask, holder, signIn } = world();
    const rosa = await holder();
    const { session } = (await signIn(rosa, {})).body as { session: { token: string; expiresAt: string } };
    expect(session.expiresAt).toBe(new Date(deps.clock.now + 30 * DAY).toISOString());
    expect((await ask('/api/me', { bearer: session.token })).body).toMatchObject({ id: rosa.userId });
  });

  it('refuses pages of other origins', async () => {
    const { deps, start, holder, signIn, confirm, codeAt } = world();
    const rosa = await holder();
    const foreign = { headers: { Origin: 'https://evil.example' } };
    expect((await start(rosa.number, foreign)).status).toBe(403);
    expect(deps.carrier.tried).toEqual([]);
    const answer = await signIn(rosa, { Origin: 'https://evil.example' });
    expect([answer.status, answer.body.error, answer.headers.get('Set-Cookie')]).toEqual([
      403,
      'forbidden',
      null,
    ]);
    expect((await confirm(rosa.number, codeAt(rosa.number), { Origin: 'null' })).status).toBe(403);
    expect((await confirm(rosa.number, codeAt(rosa.number))).status).toBe(200);
  });

  it('makes one session of many right codes at once, and counts the wrong ones among them', async () => {
    const { deps, start, confirm, codeAt, holder } = world();
    const rosa = await holder();
    await start(rosa.number);
    const code = codeAt(rosa.number);
    const answers = await Promise.all(Array.from({ length: 10 }, () => confirm(rosa.number, code)));
    expect(answers.map(({ status }) => status)).toEqual(Array<number>(10).fill(200));
    expect(new Set(answers.map(cookieOf)).size).toBe(1);
    const sessions = await deps.unwatched.all(sql`SELECT 1 FROM sessions WHERE user_id = ${rosa.userId}`);
    expect(sessions).toHaveLength(1);
    deps.clock.now += MINUTE;
    await start(rosa.number);
    const right = codeAt(rosa.number);
    const wrong = await Promise.all(
      Array.from({ length: 10 }, () => confirm(rosa.number, right === '111111' ? '222222' : '111111')),
    );
    const left = wrong.map(({ body }) => [body.error, body.attemptsLeft] as const);
    expect(left.filter(([, attempts]) => attempts !== 0).map(String)).toHaveLength(4);
    expect(new Set(left.map(([error]) => error))).toEqual(new Set(['invalid']));
    expect((await confirm(rosa.number, right)).body).toMatchObject({ error: 'invalid', attemptsLeft: 0 });
  });

  it('answers its own repeat with its own session, for a minute, and nobody else’s', async () => {
    const { deps, ask, start, confirm, codeAt, holder } = world();
    const rosa = await holder();
    await start(rosa.number);
    const code = codeAt(rosa.number);
    const first = await confirm(rosa.number, code);
    expect([
      first.status,
      (await confirm(rosa.number, code === '111111' ? '222222' : '111111')).body,
    ]).toMatchObject([200, { error: 'no_code' }]);
    deps.clock.now += MINUTE - 1;
    const again = await confirm(rosa.number, code);
    expect([again.status, cookieOf(again)]).toEqual([200, cookieOf(first)]);
    expect((await ask('/api/me', { cookie: cookieOf(again) })).body).toMatchObject({ id: rosa.userId });
    deps.clock.now += 1;
    const { handle } = (await start(rosa.number)).body;
    const stranger = await ask('/api/login/confirm', { body: { phone: rosa.number, code, handle } });
    expect(stranger.status).toBe(400);
  });

  it('is over a minute after its code was used', async () => {
    const { deps, start, confirm, codeAt, holder } = world();
    const { number } = await holder();
    await start(number);
    expect((await confirm(number, codeAt(number))).status).toBe(200);
    deps.clock.now += MINUTE;
    const late = await confirm(number, codeAt(number));
    expect([late.status, late.body.error]).toEqual([400, 'no_code']);
  });

  it('goes to whoever holds the number when the code comes, not when it was sent', async () => {
    const { deps, ask, start, confirm, codeAt, holder } = world();
    const rosa = await holder();
    await start(rosa.number);
    const [tom] = await family('tom');
    await deps.unwatched.run(
      sql`UPDATE phone_numbers SET user_id = ${tom!.userId}, family_id = ${tom!.familyId} WHERE user_id = ${rosa.userId}`,
    );
    const answer = await confirm(rosa.number, codeAt(rosa.number));
    expect((await ask('/api/me', { cookie: cookieOf(answer) })).body).toMatchObject({ id: tom!.userId });
  });

  it.each<[string, (here: ReturnType<typeof world>, rosa: TestPerson, tom: TestPerson) => Promise<unknown>]>([
    [
      'proved the number',
      async ({ ask, codeAt }, { number }, tom) => {
        await ask('/api/phone/start-verify', { as: tom, body: { phone: number } });
        await ask('/api/phone/confirm', { as: tom, body: { code: codeAt(number) } });
      },
    ],
    [
      'got it by the host',
      async ({ deps }, rosa, tom) => {
        await removePhone(deps, rosa);
        await importPhone(deps, { ...tom, phone: rosa.number, verifiedAt: deps.clock.now });
      },
    ],
  ])('is not possible with a code from before somebody else %s', async (_, move) => {
    const here = world();
    const { deps, start, confirm, codeAt, holder } = here;
    const rosa = await holder();
    await start(rosa.number);
    const old = codeAt(rosa.number);
    const [tom] = await family('tom');
    deps.clock.now += MINUTE;
    await move(here, rosa, tom!);
    expect(await personRows(deps, tom!.userId)).toMatchObject({ phone: rosa.number });
    const answer = await confirm(rosa.number, old);
    expect([answer.status, answer.body.error]).toEqual([400, 'no_code']);
  });
});

describe('a number that moves while its earlier holder signs in', () => {
  it.each([
    ['update verification_codes', 1],
    ['update verification_codes', 2],
    ['insert sessions', 1],
    ['select', 1],
  ])('leaves them no session: moved before %s, number %i', async (moment, nth) => {
    let met = 0;
    const { deps, start, confirm, codeAt, holder } = world();
    const elsewhere = world();
    const rosa = await holder();
    const [tom] = await family('tom');
    await start(rosa.number);
    elsewhere.deps.clock.now += MINUTE;
    await elsewhere.ask('/api/phone/start-verify', { as: tom!, body: { phone: rosa.number } });
    const proof = elsewhere.codeAt(rosa.number);
    let moved = 0;
    deps.d1.faultAt = async () => {
      if (moved || statementName(deps.d1.trips.at(-1)?.statements[0] ?? '') !== moment) return null;
      if (++met < nth) return null;
      moved = -1;
      moved = (await elsewhere.ask('/api/phone/confirm', { as: tom!, body: { code: proof } })).status;
      return null;
    };
    const answer = await confirm(rosa.number, codeAt(rosa.number));
    deps.d1.faultAt = () => null;
    expect([moved, answer.status, answer.body.error]).toEqual([200, 400, 'no_code']);
    const live = await deps.unwatched.all(
      sql`SELECT 1 FROM sessions WHERE user_id IN (${rosa.userId}, ${tom!.userId}) AND revoked_at IS NULL`,
    );
    expect(live).toEqual([]);
  });
});

describe('a stranger who knows a number', () => {
  it('burns none of its holder’s attempts, and learns nothing, without the handle of the sign-in', async () => {
    const { ask, start, confirm, codeAt, holder } = world();
    const { number } = await holder();
    await start(number);
    const code = codeAt(number);
    const guesses = [{}, { handle: '' }, { handle: 'AAAAAAAAAAAAAAAAAAAAAA' }];
    for (let i = 0; i < 6; i++) {
      for (const guess of guesses) {
        const answer = await ask('/api/login/confirm', { body: { phone: number, code, ...guess } });
        expect([answer.status, answer.body.error]).toEqual([400, 'no_code']);
      }
    }
    expect((await confirm(number, code)).status).toBe(200);
  });

  it('neither replaces the code of its holder, nor uses up its attempts, with a sign-in of their own', async () => {
    const { deps, ask, start, confirm, codeAt, holder } = world();
    const { number } = await holder();
    await start(number);
    const code = codeAt(number);
    deps.clock.now += MINUTE;
    const { handle } = (await ask('/api/login/start', { body: { phone: number } })).body;
    const wrong = { phone: number, code: codeAt(number) === '111111' ? '222222' : '111111', handle };
    for (let i = 0; i < 6; i++) await ask('/api/login/confirm', { body: wrong });
    expect((await confirm(number, code)).status).toBe(200);
  });

  it('uses up no code of a browser or app that signed this person in before, nor of one who is signed in', async () => {
    const { deps, ask, start, confirm, codeAt, holder, signIn } = world({ CODES_PER_PREFIX_HOUR: '7' });
    deps.clock.now += 60 * DAY;
    const rosa = await holder();
    const { number } = rosa;
    const { deviceToken } = (await signIn(rosa, {})).body as { deviceToken: string };
    const browser = { headers: { ...OURS, Cookie: `__Host-fcs_device=${deviceToken}` } };
    for (const minutes of [1, 2, 5, 10]) {
      deps.clock.now += minutes * MINUTE;
      expect((await start(number)).status).toBe(200);
    }
    expect((await start(number)).status).toBe(429);
    expect((await start(number, browser)).status).toBe(200);
    expect((await confirm(number, codeAt(number))).status).toBe(200);
    expect((await start(number, browser)).status).toBe(429);
    deps.clock.now += MINUTE;
    expect((await start(number, { body: { phone: number, deviceToken } })).status).toBe(200);
    expect((await ask('/api/phone/start-verify', { as: rosa, body: { phone: number } })).status).toBe(200);
    const tom = await holder();
    expect((await start(tom.number, { ...browser, body: { phone: tom.number, deviceToken } })).status).toBe(
      200,
    );
    expect((await start(tom.number, { ...browser, body: { phone: tom.number, deviceToken } })).status).toBe(
      429,
    );
  });

  it('has no code texted to who said stop; a device of theirs has, but never through the carrier’s block', async () => {
    const { deps, start, confirm, codeAt, holder, signIn } = world();
    const rosa = await holder();
    const { deviceToken } = (await signIn(rosa, {})).body as { deviceToken: string };
    const mark = (column: 'opted_out_at' | 'carrier_opted_out_at') =>
      deps.unwatched.run(
        column === 'opted_out_at'
          ? sql`UPDATE phone_numbers SET opted_out_at = 1 WHERE user_id = ${rosa.userId}`
          : sql`UPDATE phone_numbers SET carrier_opted_out_at = 1 WHERE user_id = ${rosa.userId}`,
      );
    await mark('opted_out_at');
    deps.clock.now += HOUR;
    const sent = deps.carrier.tried.length;
    expect((await start(rosa.number)).status).toBe(200);
    expect(deps.carrier.tried).toHaveLength(sent);
    expect((await start(rosa.number, { body: { phone: rosa.number, deviceToken } })).status).toBe(200);
    expect(deps.carrier.tried).toHaveLength(sent + 1);
    expect((await confirm(rosa.number, codeAt(rosa.number))).status).toBe(200);
    await mark('carrier_opted_out_at');
    deps.clock.now += HOUR;
    expect((await start(rosa.number, { body: { phone: rosa.number, deviceToken } })).status).toBe(200);
    expect(deps.carrier.tried).toHaveLength(sent + 1);
  });

  it('is told to operators when many wrong codes are entered within a minute', async () => {
    const { deps, start, confirm } = world();
    deps.clock.now += 30 * DAY;
    deps.clock.now -= deps.clock.now % MINUTE;
    for (let i = 0; i < 6; i++) {
      const number = freshNumber();
      await start(number);
      for (let guess = 0; guess < 5; guess++) await confirm(number, '000000');
    }
    expect(deps.alerts).toEqual(['wrong_codes']);
  });
});

describe('a number that may be somebody else’s by now', () => {
  const doubts: [
    string,
    (deps: ReturnType<typeof testDeps>, rosa: TestPerson, hash: string) => Promise<unknown>,
  ][] = [
    [
      'was not in service (30005)',
      (deps, _, numberHash) => recordUnusable(deps, { numberHash, strike: true }),
    ],
    ['cannot be reached (30006)', (deps, _, numberHash) => recordUnusable(deps, { numberHash })],
    [
      'was silent for a year',
      async (deps, rosa) => {
        deps.clock.now += 366 * DAY;
        await deps.unwatched.run(
          sql`UPDATE users SET last_seen_at = ${deps.clock.now - 366 * DAY} WHERE id = ${rosa.userId}`,
        );
      },
    ],
  ];
  const hashOf = async (deps: ReturnType<typeof testDeps>, { number }: TestPerson) =>
    await phoneHash(deps.config.PHONE_SECRET, number);

  it.each(doubts)(
    'because it %s, signs nobody in alone; another’s word, or the host’s, is a second sign',
    async (_, doubt) => {
      const { deps, ask, start, confirm, codeAt } = world();
      const app = testApp(deps, hostEndpoints);
      const [member, relative] = await family('rosa', 'ben');
      const [stranger] = await family('eve');
      const rosa = await verified(deps, member!);
      await doubt(deps, rosa, await hashOf(deps, rosa));
      await start(rosa.number);
      const code = codeAt(rosa.number);
      const refused = await confirm(rosa.number, code);
      expect([refused.status, refused.body.error]).toEqual([403, 'second_sign_needed']);
      expect(refused.headers.getSetCookie()).toEqual([]);
      const vouch = (as: TestPerson) =>
        ask(`/api/family/members/${rosa.userId}/vouch`, { method: 'POST', as });
      expect((await vouch(rosa)).status).toBe(403);
      expect((await vouch(stranger!)).status).toBe(404);
      expect((await confirm(rosa.number, code)).status).toBe(403);
      expect((await vouch(relative!)).status).toBe(200);
      expect((await confirm(rosa.number, code)).status).toBe(200);
      await deps.idle();
      await deps.unwatched.run(
        sql`UPDATE phone_numbers SET strikes = 1, vouched_until = NULL WHERE user_id = ${rosa.userId}`,
      );
      deps.clock.now += 2 * MINUTE;
      await start(rosa.number);
      expect((await confirm(rosa.number, codeAt(rosa.number))).status).toBe(403);
      const byHost = await app(`/api/admin/users/${rosa.userId}/vouch`, {
        method: 'POST',
        bearer: await hostToken('svc', 'fam_any', 3600, { scope: 'service' }),
      });
      expect(byHost.status).toBe(200);
      expect((await confirm(rosa.number, codeAt(rosa.number))).status).toBe(200);
    },
  );

  it('signs in where its holder was signed in before, and where they were seen within the year', async () => {
    const { deps, ask, start, codeAt, holder, signIn } = world();
    const rosa = await holder();
    const { deviceToken } = (await signIn(rosa, {})).body as { deviceToken: string };
    await recordUnusable(deps, { numberHash: await hashOf(deps, rosa), strike: true });
    deps.clock.now += HOUR;
    const { handle } = (await start(rosa.number)).body;
    const body = { phone: rosa.number, code: codeAt(rosa.number), handle, deviceToken };
    expect((await ask('/api/login/confirm', { body })).status).toBe(200);
    deps.clock.now += 364 * DAY;
    expect((await signIn(rosa)).status).toBe(200);
    deps.clock.now += 366 * DAY;
    await deps.unwatched.run(
      sql`UPDATE users SET last_seen_at = ${deps.clock.now - DAY} WHERE id = ${rosa.userId}`,
    );
    expect((await signIn(rosa)).status).toBe(200);
  });
});

describe('known and unknown numbers', () => {
  /** An answer without what differs between any two requests. */
  const seen = ({ status, body, headers }: Told) => {
    const {
      expiresAt,
      handle,
      requestId: _,
      ...rest
    } = body as {
      expiresAt?: string;
      handle?: string;
      requestId?: string;
    };
    const names = [...headers].map(([name, value]) =>
      ['content-length', 'x-request-id'].includes(name) ? name : `${name}: ${value}`,
    );
    return { status, body: { ...rest, expires: typeof expiresAt, handle: handle?.length }, names };
  };

  it('get the same answers, limits and attempts, all the way', async () => {
    const { deps, start, confirm, codeAt, holder } = world();
    const rosa = await holder();
    const known = { number: rosa.number, answers: [] as object[] };
    const unknown = { number: freshNumber(), answers: [] as object[] };
    for (const { number, answers } of [known, unknown]) {
      const note = async (told: Promise<Told>) => void answers.push(seen(await told));
      await note(confirm(number, '000000'));
      await note(start(number));
      await note(start(number));
      const code = codeAt(rosa.number);
      for (let i = 0; i < 7; i++)
        await note(confirm(number, String((Number(code) + i + 1) % 1_000_000).padStart(6, '0')));
      deps.clock.now += 5 * MINUTE;
      await note(confirm(number, '000000'));
      await note(start(number));
      deps.clock.now -= 5 * MINUTE;
    }
    expect(unknown.answers).toEqual(known.answers);
    expect(deps.carrier.sent.every(({ to }) => to === rosa.number)).toBe(true);
    expect(deps.carrier.sent).toHaveLength(2);
  });

  it('cost the same trips to the database before the answer', async () => {
    const { deps, app, holder } = world();
    const rosa = await holder();
    const trips = async (number: string) => {
      await deps.idle();
      deps.d1.reset();
      let before = -1;
      const afterwards = deps.afterwards;
      deps.afterwards = (work) => {
        before = Math.max(before, deps.d1.trips.length);
        afterwards(work);
      };
      await app('/api/login/start', { body: { phone: number }, address: '192.0.2.200' });
      deps.afterwards = afterwards;
      return before;
    };
    expect(await trips(freshNumber())).toBe(await trips(rosa.number));
  });

  it('are told apart by no failure of the carrier: the text leaves after the answer', async () => {
    const { deps, app, start, holder } = world();
    const rosa = await holder();
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const send = deps.sms.send;
    deps.sms.send = async (text) => {
      await held;
      return send(text);
    };
    expect(
      (await app('/api/login/start', { body: { phone: rosa.number }, address: '192.0.2.201' })).status,
    ).toBe(200);
    expect(deps.carrier.tried).toEqual([]);
    release();
    await deps.idle();
    expect(deps.carrier.tried).toHaveLength(1);
    deps.sms.send = send;
    for (const outcome of [
      { kind: 'operator', code: '20003' },
      { kind: 'retry', code: '20429' },
      { kind: 'opted_out', code: '21610' },
    ] as const) {
      deps.clock.now += 10 * MINUTE;
      deps.carrier.outcomes.push(outcome);
      expect((await start(rosa.number)).status).toBe(200);
      expect((await start(rosa.number)).status).toBe(429);
    }
    expect(await personRows(deps, rosa.userId)).toMatchObject({ blockedAt: deps.clock.now });
    expect(deps.alerts).toEqual(['twilio_credentials']);
  });

  it('let one of thirty parallel requests send a text', async () => {
    const { deps, app, holder } = world();
    const rosa = await holder();
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        app('/api/login/start', { body: { phone: rosa.number }, address: `198.18.${i}.1` }),
      ),
    );
    await deps.idle();
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(deps.carrier.tried).toHaveLength(1);
  });
});

describe('sessions', () => {
  it('of somebody else end when one signs in over them in their browser; one’s own do not', async () => {
    const { deps, ask, holder, signIn } = world();
    const [rosa, tom] = [await holder(), await holder()];
    const hers = cookieOf(await signIn(rosa));
    const withHers = { ...OURS, Cookie: `__Host-fcs_session=${hers}` };
    const his = cookieOf(await signIn(tom, withHers));
    expect((await ask('/api/me', { cookie: hers })).status).toBe(401);
    expect((await ask('/api/me', { cookie: his })).body).toMatchObject({ id: tom.userId });
    deps.clock.now += MINUTE;
    await signIn(tom, { ...OURS, Cookie: `__Host-fcs_session=${his}` });
    expect((await ask('/api/me', { cookie: his })).status).toBe(200);
  });

  it('are listed, and end with the next request, sockets and all', async () => {
    const { deps, ask, holder, signIn } = world();
    const rosa = await holder();
    const here = cookieOf(await signIn(rosa));
    deps.clock.now += MINUTE;
    const there = cookieOf(await signIn(rosa));
    const list = (await ask('/api/sessions', { cookie: here })).body.sessions as {
      id: string;
      current: boolean;
    }[];
    expect(list.map(({ current }) => current)).toEqual([false, true]);
    expect(list[0]).toMatchObject({ kind: 'web', userAgent: 'test' });
    expect(JSON.stringify(list)).not.toContain(there);
    const other = list[0]!.id;
    expect((await ask(`/api/sessions/${other}`, { cookie: here, method: 'DELETE' })).body).toEqual({
      ok: true,
    });
    expect((await ask('/api/me', { cookie: there })).status).toBe(401);
    expect((await ask('/api/me', { cookie: here })).status).toBe(200);
    expect(deps.familyCalls).toEqual([`${rosa.familyId} disconnectSession ${other}`]);
    deps.clock.now += 1;
    const again = await ask(`/api/sessions/${other}`, { cookie: here, method: 'DELETE' });
    expect([again.status, again.body.error]).toEqual([404, 'session_not_found']);
  });

  it('of somebody else, in the family or not, do not exist', async () => {
    const { ask } = world();
    const [ana, ben] = await family('ana', 'ben');
    const [tom] = await family('tom');
    const session = await insertWebSession(ana!.userId, ana!.familyId);
    for (const as of [ben!, tom!]) {
      const answer = await ask(`/api/sessions/${session.id}`, { as, method: 'DELETE' });
      expect([answer.status, answer.body.error]).toEqual([404, 'session_not_found']);
      expect((await ask('/api/sessions', { as })).body).toEqual({ sessions: [] });
    }
    expect((await ask('/api/me', { cookie: session.token })).status).toBe(200);
  });

  it('end at logout, for good', async () => {
    const { deps, ask, holder, signIn } = world();
    const rosa = await holder();
    const token = cookieOf(await signIn(rosa));
    const foreign = await ask('/api/logout', {
      method: 'POST',
      headers: { Cookie: `__Host-fcs_session=${token}`, Origin: 'https://evil.example' },
    });
    expect(foreign.status).toBe(403);
    const answer = await ask('/api/logout', { method: 'POST', cookie: token });
    expect([answer.status, answer.body]).toEqual([200, { ok: true }]);
    expect(answer.headers.get('Set-Cookie')).toMatch(/^__Host-fcs_session=; Max-Age=0; .*Secure; /);
    expect((await ask('/api/me', { cookie: token })).status).toBe(401);
    expect(deps.familyCalls).toHaveLength(1);
    expect((await ask('/api/logout', { method: 'POST' })).status).toBe(200);
    expect((await ask('/api/logout', { method: 'POST', cookie: token })).status).toBe(200);
  });

  it('live thirty days from their last use', async () => {
    const { deps, ask, holder, signIn } = world();
    const token = cookieOf(await signIn(await holder()));
    deps.clock.now += 29 * DAY;
    expect((await ask('/api/me', { cookie: token })).status).toBe(200);
    deps.clock.now += 29 * DAY;
    expect((await ask('/api/me', { cookie: token })).status).toBe(200);
    deps.clock.now += 30 * DAY;
    expect((await ask('/api/me', { cookie: token })).status).toBe(401);
  });

  it('live as long in the browser: its cookie is set again, at most once an hour', async () => {
    const { deps, ask, holder, signIn } = world();
    const token = cookieOf(await signIn(await holder()));
    const rolled = async () => cookieOf(await ask('/api/me', { cookie: token }));
    deps.clock.now += HOUR - 1;
    expect(await rolled()).toBe('');
    deps.clock.now += 1;
    expect([await rolled(), await rolled()]).toEqual([token, '']);
    deps.clock.now += HOUR;
    expect((await ask('/api/me', { bearer: token })).headers.get('Set-Cookie')).toBeNull();
  });

  it('close their sockets even when the object fails at first', async () => {
    const { deps, ask, holder, signIn } = world();
    const token = cookieOf(await signIn(await holder()));
    const family = deps.family;
    let calls = 0;
    deps.family = (id) => {
      if (++calls === 1) throw new Error('Network connection lost.');
      return family(id);
    };
    await ask('/api/logout', { method: 'POST', cookie: token });
    expect(deps.familyCalls).toHaveLength(1);
  });
});
