import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test';
import { SignJWT } from 'jose';
import { Webhook } from 'standardwebhooks';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { readDevice, signDevice } from '../../src/identity/login/known-device.ts';
import type { SessionSecrets } from '../../src/platform/auth/session.ts';
import { twilioSignature } from '../../src/platform/sms/twilio-signature.ts';
import worker from '../../src/worker.ts';
import { createWorld, type TestEnv, type World } from '../worker/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld({}, 40);
  await world.seed([
    { id: 'rosa', name: 'Rosa', phone: world.phone(0) },
    { id: 'maya', name: 'Maya', phone: world.phone(1) },
  ]);
});

const ROTATED = 'a-new-secret-0123456789-0123456789-0123456789';
/** The environment after a secret was rotated, with the previous one or without it. */
const rotated = (name: string, keep = true): Partial<TestEnv> => ({
  [name]: ROTATED,
  ...(keep ? { [`${name}_PREVIOUS`]: world.env[name] } : {}),
});

it('a token of the host is good until the previous AUTH_SECRET is taken away', async () => {
  const as = world.member('rosa');
  for (const who of [as, 'service'] as const) {
    const path = who === 'service' ? '/api/admin/stats' : '/api/me';
    const ask = async (env: Partial<TestEnv>) => (await world.api('GET', path, { as: who, env })).status;
    expect(await ask(rotated('AUTH_SECRET'))).toBe(200);
    expect(await ask(rotated('AUTH_SECRET', false))).toBe(401);
  }
});

/** Signs Maya in by a magic link in the browser, and answers her cookie. */
async function cookieOfMaya(): Promise<string> {
  const { userId } = world.member('maya');
  const opened = await world.api('POST', '/api/links/open', { body: { token: await magicToken(userId) } });
  return `__Host-fcs_session=${opened.json.session.token}`;
}

async function magicToken(userId: string): Promise<string> {
  const body = { userId, threadId: world.thread() };
  return (await world.api('POST', '/api/admin/magic', { as: 'service', body })).json.token;
}

describe('a session', () => {
  it('lives through a rotation of SESSION_SECRET, and its cookie is signed anew when it is renewed', async () => {
    const cookie = await cookieOfMaya();
    const ask = (env: Partial<TestEnv>, Cookie = cookie) =>
      world.api('GET', '/api/me', { env, headers: { Cookie } });
    expect((await ask(rotated('SESSION_SECRET', false))).status).toBe(401);
    expect((await ask(rotated('SESSION_SECRET'))).status).toBe(200);
    const ago = Date.now() - 2 * 3_600_000;
    await world.env.DB.prepare('UPDATE sessions SET last_used_at = ? WHERE user_id = ?')
      .bind(ago, world.member('maya').userId)
      .run();
    const renewed = (await ask(rotated('SESSION_SECRET'))).headers.getSetCookie()[0]!.split(';')[0]!;
    expect(renewed).not.toBe(cookie);
    expect((await ask(rotated('SESSION_SECRET', false), renewed)).status).toBe(200);
  });
});

describe('a rotation of MAGIC_SECRET', () => {
  it('leaves magic links good', async () => {
    const token = await magicToken(world.member('maya').userId);
    const open = (env: Partial<TestEnv>) => world.api('POST', '/api/links/open', { body: { token }, env });
    expect((await open(rotated('MAGIC_SECRET', false))).status).toBe(404);
    expect(await open(rotated('MAGIC_SECRET'))).toMatchObject({
      status: 200,
      json: { session: expect.anything() },
    });
  });

  it('leaves the links in texts good', async () => {
    const path = `/api/threads/${world.thread()}/messages`;
    await world.api('POST', path, { as: world.member('rosa'), body: { body: 'Hi', urgent: true } });
    await world.drain();
    const [text] = await world.texts(world.phone(1));
    const code = /\/l\/(\w+)/.exec(text!.body)![1];
    const opened = await world.api('POST', '/api/links/open', {
      body: { code },
      env: rotated('MAGIC_SECRET', false),
    });
    expect(opened).toMatchObject({ status: 200, json: { threadId: world.thread() } });
  });

  it('leaves a one-time code good', async () => {
    const as = world.member('rosa');
    const start = await world.api('POST', '/api/phone/start-verify', { as, body: { phone: world.phone(2) } });
    expect(start.status).toBe(200);
    const [text] = await world.texts(world.phone(2));
    const code = /\b\d{6}\b/.exec(text!.body)![0];
    const confirm = (env: Partial<TestEnv>) =>
      world.api('POST', '/api/phone/confirm', { as, body: { code }, env });
    expect((await confirm(rotated('MAGIC_SECRET', false))).json.error).toBe('invalid');
    expect((await confirm(rotated('MAGIC_SECRET'))).status).toBe(200);
  });
});

/**
 * The isolates that answer at the same moment while a secret is rotated as README says: the new one becomes the previous
 * one everywhere, then the two change places.
 */
function rollout(name: string, next = ROTATED, old = world.env[name]): Partial<TestEnv>[][] {
  const before = { [name]: old };
  const knowing = { ...before, [`${name}_PREVIOUS`]: next };
  const after = { [name]: next, [`${name}_PREVIOUS`]: old };
  return [[before], [before, knowing], [knowing], [knowing, after], [after]];
}

/** A token that the host signs for Rosa. */
const hostToken = (secret: string) =>
  new SignJWT({ familyId: world.familyId })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(world.member('rosa').userId)
    .setExpirationTime('5m')
    .sign(new TextEncoder().encode(secret));

const at = '2026-01-31T12:00:00Z';

/** Somebody who was never texted, in a thread with Rosa: no window holds back the text. @returns the id of both */
async function newReader(n: number): Promise<string> {
  const { familyId } = world;
  const { userId } = world.member(`reader${n}`);
  const smsConsent = { at, source: 'signup form', version: '2026-01' };
  const number = { phone: world.phone(3 + n), phoneVerifiedAt: at, smsConsent };
  await world.mirror(`users/${userId}`, { familyId, name: `Reader ${n}`, ...number });
  const memberIds = [world.member('rosa').userId, userId];
  await world.mirror(`threads/${userId}`, { familyId, title: 'Two', memberIds });
  return userId;
}

let readers = 0;

describe.each(['AUTH_SECRET', 'SESSION_SECRET', 'MAGIC_SECRET'])('%s, rotated while people chat', (name) => {
  it('refuses nobody and sends nothing twice, whichever isolate made what, and whichever reads it', async () => {
    const refused: string[] = [];
    const posted: string[] = [];
    const ask = async (wanted: number, ...request: Parameters<World['api']>) => {
      const answer = await world.api(...request);
      if (answer.status !== wanted) refused.push(`${request[0]} ${request[1]}: ${answer.status}`);
      return answer.json;
    };
    for (const [step, isolates] of rollout(name).entries()) {
      // The host signs with the new secret once all isolates know it.
      const signers =
        name === 'AUTH_SECRET' && step > 2 ? [ROTATED, world.env[name]] : [world.env.AUTH_SECRET];
      const tokens = await Promise.all(signers.map((secret) => hostToken(secret as string)));
      await Promise.all(
        isolates.map(async (maker, i) => {
          const reader = await newReader(readers++);
          posted.push(reader);
          const headers = { Authorization: `Bearer ${tokens[i % tokens.length]}` };
          const post = { env: maker, headers, body: { body: `Step ${step}` } };
          await ask(201, 'POST', `/api/threads/${reader}/messages`, post);
          const link = { as: 'service', env: maker, body: { userId: reader, threadId: reader } } as const;
          const { token } = await ask(200, 'POST', '/api/admin/magic', link);
          const other = isolates.at(-1 - i)!;
          const { session } = await ask(200, 'POST', '/api/links/open', { env: other, body: { token } });
          for (const env of isolates)
            for (const bearer of [...tokens, session.token])
              await ask(200, 'GET', '/api/me', { env, headers: { Authorization: `Bearer ${bearer}` } });
        }),
      );
      // A queue delivers a job more than once: here to every isolate at the same time.
      await Promise.all(isolates.map((env) => world.drain({ keep: true, env })));
      world.jobs.length = 0;
    }
    expect(refused).toEqual([]);
    const texts = await world.texts();
    const isReader = (user: unknown) => posted.includes(user as string);
    const rows = (await world.rows()).filter(({ user_id }) => isReader(user_id));
    expect(rows.map(({ status }) => status)).toEqual(posted.map(() => 'sent'));
    for (const { provider_sid } of rows)
      expect(texts.filter(({ sid }) => sid === provider_sid)).toHaveLength(1);
    const numbers = texts.slice(-posted.length).map(({ to }) => to);
    expect(new Set(numbers).size).toBe(posted.length);
    expect(texts.filter(({ to }) => numbers.includes(to))).toHaveLength(posted.length);
  });
});

it('a device that once signed in is known to every isolate while SESSION_SECRET is rotated', async () => {
  const person = { userId: 'usr_rosa', numberHash: 'hash' };
  const now = Date.now();
  for (const isolates of rollout('SESSION_SECRET')) {
    const configs = isolates.map((env) => ({ ...world.env, ...env }) as unknown as SessionSecrets);
    for (const maker of configs) {
      const token = await signDevice(maker, person, now);
      for (const reader of configs)
        expect(await readDevice(reader, token, person.numberHash, now)).toMatchObject(person);
    }
  }
});

it('EVENTS_SECRET, rotated while events are pushed: the receiver changes its own in between, and takes all', async () => {
  const url = 'https://host.example.com/rotation';
  const [old, next] = ['a-secret-of-24-bytes-long', 'another-of-24-bytes-long'].map(
    (secret) => `whsec_${btoa(secret)}`,
  ) as [string, string];
  let verifier = new Webhook(old);
  const heard = new Set<string>();
  const refused: string[] = [];
  const real = globalThis.fetch;
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    if (String(input) !== url) return await real(input as RequestInfo, init as RequestInit);
    const headers = Object.fromEntries(new Headers(init!.headers as HeadersInit));
    try {
      const { data } = verifier.verify(String(init!.body), headers) as { data: { message: { id: string } } };
      heard.add(data.message.id);
      return new Response(null, { status: 204 });
    } catch (error) {
      refused.push(String(error));
      return new Response(null, { status: 401 });
    }
  });
  const EVENTS = { sendBatch: async () => undefined };
  const pushing = { ...world.env, EVENTS_URL: url, EVENTS_TYPES: 'message.created', EVENTS };
  await world.env.DB.prepare(
    'INSERT INTO event_cursors (id, seq) SELECT 1, max(seq) FROM events WHERE true ON CONFLICT DO UPDATE SET seq = excluded.seq',
  ).run();
  const push = async (env: Partial<TestEnv>, id: string) => {
    const body = { store: 'd1:main' };
    const batch = createMessageBatch('fcs-events', [{ id, timestamp: new Date(), attempts: 1, body }]);
    const ctx = createExecutionContext();
    await worker.queue?.(batch, { ...pushing, ...env } as TestEnv, ctx);
    await getQueueResult(batch, ctx);
  };
  const posted: string[] = [];
  const steps = rollout('EVENTS_SECRET', next, old);
  for (const [step, isolates] of [...steps, [{ EVENTS_SECRET: next }]].entries()) {
    // The receiver may change once every isolate signs with both.
    if (step === 3) verifier = new Webhook(next);
    for (const [i, env] of isolates.entries()) {
      const path = `/api/threads/${world.thread()}/messages`;
      const post = { as: world.member('rosa'), body: { body: `Event ${step} ${i}` } };
      posted.push((await world.api('POST', path, post)).json.message.id);
      await push(env, `${step}-${i}`);
    }
  }
  vi.restoreAllMocks();
  expect(refused).toEqual([]);
  expect([...heard]).toEqual(posted);
});

it('the token of Twilio, rotated while texts travel: the second one is set first, then it is promoted, and no receipt is refused', async () => {
  const [old, next] = [String(world.env.TWILIO_AUTH), 'the-secondary-token'];
  const before = { TWILIO_AUTH: old };
  const after = { TWILIO_AUTH: next, TWILIO_AUTH_SECONDARY: old };
  // Twilio signs with its primary token: with the old one until the other is promoted.
  const steps = [
    { isolates: [before], signs: old },
    { isolates: [before, after], signs: old },
    { isolates: [after], signs: next },
    { isolates: [{ TWILIO_AUTH: next }], signs: next },
  ];
  for (const [step, { isolates, signs }] of steps.entries()) {
    if (signs === next) await world.control('PATCH', 'settings', { authToken: next });
    const reader = await newReader(readers++);
    const path = `/api/threads/${reader}/messages`;
    const post = { as: world.member('rosa'), body: { body: `Step ${step}` } };
    expect((await world.api('POST', path, post)).status).toBe(201);
    await world.drain({ env: isolates[0]! });
    const row = (await world.rows()).find(({ user_id }) => user_id === reader)!;
    const text = (await world.texts()).find(({ sid }) => sid === row.provider_sid)!;
    const params = [
      ['MessageSid', text.sid],
      ['MessageStatus', 'delivered'],
    ] as const;
    const { pathname, search } = new URL(text.statusCallback!);
    const signature = await twilioSignature(signs, world.origin + pathname + search, params);
    for (const env of isolates) {
      const receipt = await world.send('POST', pathname + search, {
        env,
        body: new URLSearchParams(params.map((pair) => [...pair])).toString(),
        headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'X-Twilio-Signature': signature },
      });
      expect(receipt.status).toBeLessThan(300);
    }
    expect((await world.rows()).find(({ user_id }) => user_id === reader)!.status).toBe('delivered');
  }
});
