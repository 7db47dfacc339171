import { env } from 'cloudflare:workers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Bindings } from '../../src/platform/deps.ts';
import { twilioSignature } from '../../src/platform/sms/twilio-signature.ts';
import { workerSettings } from '../support/settings.ts';
import { createWorld, type World } from '../worker/world.ts';

const { DB } = env as unknown as Bindings;
const lines: string[] = [];
const spies = (['log', 'info', 'warn', 'error', 'debug'] as const).map((level) =>
  vi
    .spyOn(console, level)
    .mockImplementation((...parts: unknown[]) => void lines.push(parts.map(String).join(' '))),
);
afterAll(() => {
  for (const spy of spies) spy.mockRestore();
});

const WORDS = 'xylophone rehearsal';
const TITLE = 'Zanzibar plans';
const EMAIL = 'rosa.unmistakable@example.com';
const NAME = 'Rosamunda';

let world: World;
/** What must not be found where it does not belong, by what it is. */
const secrets: Record<string, string[]> = {
  words: [WORDS, TITLE, EMAIL, NAME],
  numbers: [],
  codes: [],
  tokens: [],
};

const plan = (fault: Record<string, unknown>) => world.control('POST', 'faults/next', fault);
const codeOf = (body: string) => /#(\d{6})$/.exec(body)?.[1] ?? 'none';

async function webhook(path: string, params: Record<string, string>) {
  const form = new URLSearchParams(params);
  const signature = await twilioSignature(workerSettings(0).TWILIO_AUTH!, world.origin + path, form);
  return world.send('POST', path, {
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'X-Twilio-Signature': signature },
    body: form.toString(),
  });
}

/** Urgent, so that no window is in its way; and made ordinary afterwards, so that the day has room for more. */
async function post() {
  const path = `/api/threads/${world.thread()}/messages`;
  await world.api('POST', path, { as: world.member('rosa'), body: { body: WORDS, urgent: true } });
  await world.drain();
  await DB.prepare('UPDATE messages SET urgent = 0 WHERE family_id = ?').bind(world.familyId).run();
}

async function confirmNumber() {
  const as = world.member('mia');
  const phone = world.phone(2);
  secrets.numbers!.push(phone.slice(-7));
  await world.api('POST', '/api/phone/start-verify', { as, body: { phone } });
  const code = codeOf((await world.texts(phone)).at(-1)!.body);
  secrets.codes!.push(code);
  const wrong = code === '000000' ? '000001' : '000000';
  await world.api('POST', '/api/phone/confirm', { as, body: { code: wrong } });
  const { status } = await world.api('POST', '/api/phone/confirm', { as, body: { code, smsConsent: true } });
  expect(status).toBe(200);
}

async function signIn() {
  const phone = world.phone(0);
  const { handle } = (await world.api('POST', '/api/login/start', { body: { phone } })).json;
  secrets.tokens!.push(handle);
  const code = codeOf((await world.texts(phone)).at(-1)!.body);
  secrets.codes!.push(code);
  const { json } = await world.api('POST', '/api/login/confirm', { body: { phone, code, handle } });
  secrets.tokens!.push(json.session.token, json.deviceToken);
}

/** Everything that goes wrong says so in the log; nothing of it may hold what is somebody's. */
async function trouble() {
  world.queue.fails = true;
  await post();
  world.queue.fails = false;
  for (const fault of ['rateLimited', 'serverErrorAfter', 'dropBefore', 30_034, 20_003, 30_003, 21_610]) {
    // A carrier that was busy slows the sender: without rest the faults after it would strike nothing on a fast machine.
    await world.rested();
    await plan({ fault, to: world.phone(2) });
    await post();
    await DB.prepare(
      "UPDATE sms_delivery_log SET wake_at = 0, due_at = 0 WHERE family_id = ? AND status IN ('sending', 'pending')",
    )
      .bind(world.familyId)
      .run();
    await plan({ fault: 'serverError', operation: 'read', times: 1 });
    await world.rested();
    await world.api('POST', '/api/admin/sweep', { as: 'service' });
    await world.drain();
  }
  for (let trip = 0; trip < 12; trip++) {
    world.watch.reset();
    const message = `D1_ERROR: NOT NULL constraint failed: ${world.phone(0)}`;
    world.watch.faultAt = (at) => (at === trip ? { when: 'before', message } : null);
    await post();
    await webhook('/api/sms/inbound', {
      MessageSid: `SMt${trip}`,
      From: world.phone(1),
      Body: `STOP ${WORDS}`,
    });
    world.watch.faultAt = () => null;
  }
}

beforeAll(async () => {
  world = await createWorld({ TWILIO_TIMEOUT_SECONDS: '1' });
  await world.seed([
    { id: 'rosa', name: NAME, phone: world.phone(0) },
    { id: 'ben', name: 'Ben', phone: world.phone(1) },
    { id: 'mia', name: 'Mia' },
  ]);
  const rosa = world.member('rosa').userId;
  await world.mirror(`users/${rosa}`, { familyId: world.familyId, email: EMAIL });
  await world.mirror(`threads/${world.thread()}`, { familyId: world.familyId, title: TITLE });
  secrets.numbers!.push(world.phone(0).slice(-7), world.phone(1).slice(-7));
  await confirmNumber();
  await signIn();
  await post();
  for (const { body } of await world.texts(world.phone(1))) {
    const code = /\/l\/(\w+)/.exec(body)?.[1] ?? 'none';
    secrets.codes!.push(code);
    await world.send('GET', `/l/${code}`);
    await world.send('GET', `/l/${code.slice(1)}x`);
    const { json } = await world.api('POST', '/api/links/open', { body: { code } });
    secrets.tokens!.push(json.session.token);
  }
  const magic = await world.api('POST', '/api/admin/magic', {
    as: 'service',
    body: { userId: rosa, threadId: world.thread() },
  });
  secrets.tokens!.push(magic.json.token, await world.token(world.member('rosa')));
  await world.send('GET', `/magic?token=${magic.json.token}`);
  await webhook('/api/sms/inbound', { MessageSid: 'SM1', From: world.phone(1), Body: WORDS });
  await webhook('/api/sms/inbound', {
    MessageSid: 'SM2',
    From: world.phone(1),
    Body: 'please stop texting me',
  });
  await webhook('/api/sms/status?delivery=x', {
    MessageSid: 'SM3',
    MessageStatus: 'failed',
    ErrorCode: '30006',
    To: world.phone(1),
  });
  await world.send('POST', '/api/sms/inbound', {
    headers: { 'X-Twilio-Signature': 'forged' },
    body: `Body=${WORDS}`,
  });
  await trouble();
  await world.api('DELETE', '/api/me', { as: world.member('ben') });
}, 60_000);

const found = (text: string, kinds: string[]) =>
  kinds.flatMap((kind) => secrets[kind]!.filter((secret) => text.includes(secret)));

describe('the log', () => {
  it('tells of all that happened', () => {
    const events = lines.map((line) => JSON.parse(line).event);
    for (const event of [
      'code.texted',
      'delivery.sent',
      'delivery.not_sent',
      'inbound.taken',
      'delivery.receipt',
      'alert',
      'request.failed',
      'afterwards.failed',
      'delivery.not_looked_up',
    ]) {
      expect(events).toContain(event);
    }
  });

  it('holds no number, word, name, code, token or secret of a setting', () => {
    // The sender's own number, by which operators find it, ends as one of the people's does.
    const log = lines.join('\n').replaceAll(String(workerSettings(0).TWILIO_FROM), '');
    expect(found(log, ['words', 'numbers', 'codes', 'tokens'])).toEqual([]);
    const settings = Object.entries(workerSettings(0)).filter(([name]) => /SECRET|AUTH|KEY/.test(name));
    expect(settings.filter(([, value]) => log.includes(value)).map(([name]) => name)).toEqual([]);
  });
});

describe('the database', () => {
  it('holds no code and no token in clear, and words only where they were said', async () => {
    const tables = await DB.prepare(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'",
    ).all<{ name: string }>();
    for (const { name } of tables.results) {
      const { results } = await DB.prepare(`SELECT * FROM ${name}`).all();
      const text = JSON.stringify(results);
      expect([name, found(text, ['tokens'])]).toEqual([name, []]);
      const codes = secrets.codes!.filter((code) => new RegExp(`(?<![\\w])${code}(?![\\w])`).test(text));
      expect([name, codes]).toEqual([name, []]);
      if (!['messages', 'threads', 'users'].includes(name))
        expect([name, found(text, ['words'])]).toEqual([name, []]);
      if (!['users', 'phone_numbers', 'sms_delivery_log', 'family_updates'].includes(name))
        expect([name, found(text, ['numbers'])]).toEqual([name, []]);
    }
  });
});
