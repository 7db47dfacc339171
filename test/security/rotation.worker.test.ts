import { SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type TestEnv, type World } from '../worker/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld({}, 30);
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
function rollout(name: string): Partial<TestEnv>[][] {
  const old = world.env[name];
  const before = {};
  const knowing = { [`${name}_PREVIOUS`]: ROTATED };
  const after = { [name]: ROTATED, [`${name}_PREVIOUS`]: old };
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
