import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import { optIn, startNumber } from '../../src/consent/opt-in-out.ts';
import { sweep } from '../../src/notifications/operate/sweep.ts';
import type { Bindings } from '../../src/platform/deps.ts';
import { receiptsUrl } from '../../src/platform/sms/twilio.ts';
import { twilioSignature } from '../../src/platform/sms/twilio-signature.ts';
import { mountSms } from '../../src/sms/routes.ts';
import { sql } from '../support/sql.ts';
import { type TestDeps, testDeps } from '../worker/deps.ts';
import {
  family,
  freshNumber,
  ledgerOf,
  personRows,
  sweepUpdates,
  type TestPerson,
  verified,
} from '../worker/numbers.ts';

const EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>';
const client = { address: '203.0.113.9', userAgent: null };

interface Post {
  headers?: Record<string, string>;
  token?: string;
  /** Signed in place of what is sent. */
  signed?: { path?: string; params?: [string, string][] };
  signature?: string | null;
}

/** Posts a form as Twilio does. */
async function post(deps: TestDeps, path: string, params: [string, string][], how: Post = {}) {
  const app = createApp(() => deps);
  mountSms(app);
  const origin = deps.config.PUBLIC_ORIGIN;
  const signature =
    how.signature === undefined
      ? await twilioSignature(
          how.token ?? deps.config.TWILIO_AUTH,
          origin + (how.signed?.path ?? path),
          how.signed?.params ?? params,
        )
      : how.signature;
  // Another host than the public one: what the runtime sees behind a proxy.
  const request = new Request(`http://10.0.0.1:8787${path}`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      ...(signature === null ? {} : { 'X-Twilio-Signature': signature }),
      ...how.headers,
    },
    body: new URLSearchParams(params).toString(),
  });
  const answer = await app.fetch(request, env as unknown as Bindings, createExecutionContext());
  await deps.idle();
  return { status: answer.status, type: answer.headers.get('Content-Type'), text: await answer.text() };
}

const sid = () => `SM${crypto.randomUUID().replaceAll('-', '')}`;
const inbound = (
  from: string,
  body: string,
  more: [string, string][] = [],
  messageSid = sid(),
): [string, string][] => [
  ['MessageSid', messageSid],
  ['AccountSid', 'AC00000000000000000000000000000001'],
  ['From', from],
  ['To', '+14155550100'],
  ['Body', body],
  ['NumMedia', '0'],
  ...more,
];
const text = (
  deps: TestDeps,
  from: string,
  body: string,
  more: [string, string][] = [],
  messageSid?: string,
) => post(deps, '/api/sms/inbound', inbound(from, body, more, messageSid));

async function consenting(deps: TestDeps): Promise<TestPerson> {
  const [rosa] = await family('rosa');
  await verified(deps, rosa!);
  await optIn(deps, { ...rosa!, source: 'api', client, version: 'v1' });
  await deps.idle();
  deps.carrier.sent.length = 0;
  return rosa!;
}

describe('an inbound text', () => {
  it('that says STOP stops texts, blocks, and is answered by Twilio alone', async () => {
    const deps = testDeps();
    const rosa = await consenting(deps);
    const answer = await text(deps, rosa.number, 'Stop');
    expect(answer).toEqual({ status: 200, type: 'text/xml; charset=utf-8', text: EMPTY });
    const now = deps.clock.now;
    expect(await personRows(deps, rosa.userId)).toMatchObject({
      enabled: 0,
      optedOutAt: now,
      blockedAt: now,
    });
    expect(await ledgerOf(deps, rosa.userId)).toEqual(['opt_in api', 'opt_out keyword']);
  });

  it('that says START undoes it, block and all, without a confirmation text', async () => {
    const deps = testDeps();
    const rosa = await consenting(deps);
    await text(deps, rosa.number, 'STOP');
    expect((await text(deps, rosa.number, 'start')).text).toBe(EMPTY);
    expect(await personRows(deps, rosa.userId)).toMatchObject({
      enabled: 1,
      optedOutAt: null,
      blockedAt: null,
      version: 'v1',
    });
    expect(await ledgerOf(deps, rosa.userId)).toEqual(['opt_in api', 'opt_out keyword', 'opt_in keyword']);
    expect(deps.carrier.sent).toEqual([]);
  });

  it('that says START with a dot cannot lift a block that Twilio holds', async () => {
    const deps = testDeps();
    const rosa = await consenting(deps);
    await text(deps, rosa.number, 'STOP');
    expect((await text(deps, rosa.number, 'Start.')).text).toBe(EMPTY);
    expect(await personRows(deps, rosa.userId)).toMatchObject({ enabled: 0 });
  });

  it.each(['please stop texting me', 'Stop!', 'ARRET'])(
    'that says %s in either mode opts out and is answered once',
    async (words) => {
      for (const mode of ['twilio', 'app']) {
        const deps = testDeps({ OPT_OUT_REPLIES: mode });
        const rosa = await consenting(deps);
        const first = await text(deps, rosa.number, words);
        expect(first.text).toMatch(
          /^<\?xml.*<Response><Message>FamilyCircleSecure: [^<]*START[^<]*<\/Message><\/Response>$/,
        );
        expect(await personRows(deps, rosa.userId)).toMatchObject({ enabled: 0, blockedAt: null });
        expect((await text(deps, rosa.number, words)).text).toBe(EMPTY);
        expect(await ledgerOf(deps, rosa.userId)).toEqual(['opt_in api', 'opt_out keyword']);
      }
    },
  );

  it.each([
    ['STOP', /opted out/],
    ['START', /alerts/],
    ['HELP', /help@example\.com.*portal\.example\.com\/help/],
  ])('that says %s is answered in words where Twilio does not answer', async (word, words) => {
    const deps = testDeps({ OPT_OUT_REPLIES: 'app' });
    const rosa = await consenting(deps);
    expect((await text(deps, rosa.number, word)).text).toMatch(words);
  });

  it.each(['STOP', 'START', 'HELP'])('that says %s is left to Twilio otherwise', async (word) => {
    const deps = testDeps();
    const rosa = await consenting(deps);
    expect((await text(deps, rosa.number, word)).text).toBe(EMPTY);
  });

  it('is read as Twilio read it, where Twilio says how', async () => {
    const deps = testDeps();
    const rosa = await consenting(deps);
    await text(deps, rosa.number, 'basta', [['OptOutType', 'STOP']]);
    expect(await personRows(deps, rosa.userId)).toMatchObject({ enabled: 0, blockedAt: deps.clock.now });
  });

  it.each([
    ["don't stop", true],
    ['See you at six', true],
    ['stop by the store', true],
    ['Yes 👍', true],
    ['Le gustó “FamilyCircleSecure: Rosa: "Hello" https://portal.example.com/l/x”', false],
    ['', false],
  ])(
    'that says "%s" changes nothing, and whoever said something learns that nobody reads it',
    async (words, isAnswered) => {
      const deps = testDeps({ OPT_OUT_REPLIES: 'app' });
      const rosa = await consenting(deps);
      const answer = (await text(deps, rosa.number, words)).text;
      if (isAnswered) expect(answer).toMatch(/nobody reads.*portal\.example\.com/);
      else expect(answer).toBe(EMPTY);
      expect(answer).not.toContain('again');
      expect(await personRows(deps, rosa.userId)).toMatchObject({ enabled: 1 });
      expect(await ledgerOf(deps, rosa.userId)).toEqual(['opt_in api']);
    },
  );

  it('that says nothing to anybody is answered five times an hour, and not at all where texts were stopped', async () => {
    const deps = testDeps();
    const rosa = await consenting(deps);
    const answers = [];
    for (let i = 0; i < 7; i++)
      answers.push((await text(deps, rosa.number, `I am late ${i}`)).text !== EMPTY);
    expect(answers).toEqual([true, true, true, true, true, false, false]);
    const tom = await consenting(deps);
    await text(deps, tom.number, 'Stop!');
    expect((await text(deps, tom.number, 'Are you there')).text).toBe(EMPTY);
    expect((await text(deps, freshNumber(), 'Are you there')).text).toBe(EMPTY);
  });

  it('that says START or YES lifts an opt-out, and says "again" only then', async () => {
    const deps = testDeps({ OPT_OUT_REPLIES: 'app' });
    const rosa = await consenting(deps);
    const never = (await text(deps, rosa.number, 'START')).text;
    expect(never).toContain('you get family chat alerts.');
    await text(deps, rosa.number, 'Stop!');
    expect((await text(deps, rosa.number, 'Yes!')).text).toContain('again');
    expect(await personRows(deps, rosa.userId)).toMatchObject({ enabled: 1 });
  });

  it.each([
    ['STOP', []],
    ['please stop texting me', []],
    ['basta', [['OptOutType', 'STOP']]],
  ] as [string, [string, string][]][])(
    'by RCS that says %s stops texts to the number',
    async (words, more) => {
      const deps = testDeps();
      const rosa = await consenting(deps);
      expect((await text(deps, `rcs:${rosa.number}`, words, more)).status).toBe(200);
      expect(await personRows(deps, rosa.userId)).toMatchObject({ enabled: 0 });
      expect(await ledgerOf(deps, rosa.userId)).toEqual(['opt_in api', 'opt_out keyword']);
    },
  );

  it('by another channel is refused by name, and an opt-out there is an alert', async () => {
    const deps = testDeps();
    const rosa = await consenting(deps);
    expect((await text(deps, `whatsapp:${rosa.number}`, 'Hello')).text).toMatch(/by whatsapp .*STOP/);
    expect(deps.alerts).toEqual([]);
    expect((await text(deps, `whatsapp:${rosa.number}`, 'STOP')).text).toMatch(/by whatsapp .*STOP/);
    expect((await text(deps, 'messenger:1234', 'please stop texting me')).text).toMatch(/by messenger/);
    expect((await text(deps, '12345', 'STOP')).text).toBe(EMPTY);
    expect(deps.alerts).toEqual(['opt_out_unplaced', 'opt_out_unplaced', 'opt_out_unplaced']);
    expect(await personRows(deps, rosa.userId)).toMatchObject({ enabled: 1 });
  });

  it('has its effect once a MessageSid, and every repeat the same answer', async () => {
    const deps = testDeps({ OPT_OUT_REPLIES: 'app' });
    const rosa = await consenting(deps);
    const id = sid();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => text(deps, rosa.number, 'STOP', [], id)),
    );
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
    expect(answers[0]!.text).toContain('opted out');
    await text(deps, rosa.number, 'START');
    expect((await text(deps, rosa.number, 'STOP', [], id)).text).toBe(answers[0]!.text);
    expect(await personRows(deps, rosa.userId)).toMatchObject({ enabled: 1 });
    expect(await ledgerOf(deps, rosa.userId)).toEqual(['opt_in api', 'opt_out keyword', 'opt_in keyword']);
  });

  it('has no second effect in a year either: a captured START must not undo a STOP', async () => {
    const deps = testDeps();
    const rosa = await consenting(deps);
    const ids = { START: sid(), HELP: sid(), 'See you at eight': sid(), STOP: sid() };
    for (const [body, id] of Object.entries(ids)) await text(deps, rosa.number, body, [], id);
    deps.clock.now += 365 * 24 * 3_600_000;
    await sweep(deps);
    const kept = await deps.unwatched.all<{ sid: string }>(sql`SELECT message_sid AS sid FROM inbound_texts
      WHERE message_sid IN (SELECT value FROM json_each(${JSON.stringify(Object.values(ids))}))`);
    expect(kept.map((row) => row.sid).sort()).toEqual([ids.START, ids.STOP].sort());
    await text(deps, rosa.number, 'START', [], ids.START);
    expect(await personRows(deps, rosa.userId)).toMatchObject({ enabled: 0 });
    expect((await ledgerOf(deps, rosa.userId)).at(-1)).toBe('opt_out keyword');
  });

  it('counts in the end, wherever the process died', async () => {
    for (const when of ['before', 'after'] as const) {
      for (let fail = 0; ; fail++) {
        const deps = testDeps();
        const rosa = await consenting(deps);
        const id = sid();
        deps.d1.reset();
        deps.d1.faultAt = (trip) => (trip === fail ? { when, message: 'killed' } : null);
        const first = await text(deps, rosa.number, 'please stop texting me', [], id);
        const over = deps.d1.trips.length <= fail;
        deps.d1.faultAt = () => null;
        if (first.status !== 200) expect(first.status).toBe(503);
        // Either Twilio repeats the text, or nobody does and the sweep comes by, once the batch was there.
        if (fail % 2 === 0) await text(deps, rosa.number, 'please stop texting me', [], id);
        else await sweepUpdates(deps);
        expect(await personRows(deps, rosa.userId)).toMatchObject({ enabled: 0 });
        expect(await ledgerOf(deps, rosa.userId)).toEqual(['opt_in api', 'opt_out keyword']);
        if (over) break;
      }
    }
  });

  it('from a number that nobody holds is remembered for whoever verifies it', async () => {
    const deps = testDeps();
    const [rosa] = await family('rosa');
    await text(deps, rosa!.number, 'STOP');
    await verified(deps, rosa!);
    await expect(optIn(deps, { ...rosa!, source: 'web', client, version: 'v1' })).rejects.toMatchObject({
      code: 'carrier_opted_out',
    });
  });

  it('gets no more than five answers an hour: two machines shall not talk to each other', async () => {
    const deps = testDeps({ OPT_OUT_REPLIES: 'app' });
    const number = freshNumber();
    const answers = [];
    for (let i = 0; i < 7; i++) answers.push((await text(deps, number, 'HELP')).text !== EMPTY);
    expect(answers).toEqual([true, true, true, true, true, false, false]);
    expect((await text(deps, number, 'STOP')).text).toContain('opted out');
    deps.clock.now += 3_600_001;
    expect((await text(deps, number, 'HELP')).text).not.toBe(EMPTY);
  });

  it('that says stop and start in turns stops each time, and is told so no more than thirty times an hour', async () => {
    const deps = testDeps();
    const rosa = await consenting(deps);
    let told = 0;
    for (let i = 0; i < 33; i++) {
      await text(deps, rosa.number, 'START');
      if ((await text(deps, rosa.number, 'please stop texting me')).text !== EMPTY) told++;
      expect(await personRows(deps, rosa.userId)).toMatchObject({ enabled: 0 });
    }
    expect(told).toBe(30);
  });

  it('by another channel is told five times an hour that nobody reads there, and an alert all the same', async () => {
    const deps = testDeps();
    const from = `whatsapp:${freshNumber()}`;
    const told = [];
    for (let i = 0; i < 7; i++) told.push((await text(deps, from, 'STOP')).text !== EMPTY);
    expect(told).toEqual([true, true, true, true, true, false, false]);
    expect(deps.alerts).toHaveLength(7);
    expect((await text(deps, 'messenger:1234', 'hi')).text).not.toBe(EMPTY);
    deps.clock.now += 3_600_001;
    expect((await text(deps, from, 'hi')).text).not.toBe(EMPTY);
  });

  it('leaves neither words nor number in log or tables', async () => {
    const deps = testDeps();
    const number = freshNumber();
    const id = sid();
    await text(deps, number, 'the secret ingredient is cinnamon', [], id);
    const rows = await deps.unwatched.all(sql`SELECT * FROM inbound_texts WHERE message_sid = ${id}`);
    expect(rows).toHaveLength(1);
    const kept = JSON.stringify([deps.logged, rows]);
    expect(kept).not.toContain('cinnamon');
    expect(kept).not.toContain(number);
  });
});

describe('a webhook', () => {
  const params = inbound('+12025550199', 'STOP');

  it.each<[string, Post]>([
    ['without a signature', { signature: null }],
    ['with an empty signature', { signature: '' }],
    ['with a made-up signature', { signature: 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=' }],
    ['signed with another token', { token: 'somebody-elses' }],
    ['signed with an API key', { token: 'test-key-secret' }],
    ['signed for another address', { signed: { path: '/api/sms/status' } }],
    ['with a parameter more than was signed', { signed: { params: params.slice(0, -1) } }],
    ['with a parameter less than was signed', { signed: { params: [...params, ['OptOutType', 'STOP']] } }],
    ['with another text than was signed', { signed: { params: inbound('+12025550199', 'hello') } }],
    [
      'in JSON without the hash of its body',
      { headers: { 'Content-Type': 'application/json' }, signed: { params: [] } },
    ],
  ])('%s is refused and has no effect', async (_, how) => {
    const deps = testDeps({ TWILIO_KEY_SID: 'SK0001', TWILIO_KEY_SECRET: 'test-key-secret' });
    for (const path of ['/api/sms/inbound', '/api/sms/status?delivery=dlv_1']) {
      const sent = how.signed?.path && path.startsWith(how.signed.path) ? '/api/sms/inbound' : path;
      const answer = await post(deps, sent, params, how);
      expect([answer.status, JSON.parse(answer.text).error]).toEqual([403, 'forbidden']);
    }
    const kept = await deps.unwatched.all(
      sql`SELECT 1 FROM inbound_texts WHERE message_sid = ${params[0]![1]}`,
    );
    expect(kept).toEqual([]);
  });

  it.each([
    ['with the second token during a rotation', { token: 'the-next-token' }],
    ['over the address with its default port', { signed: { path: ':443/api/sms/inbound' } }],
  ])('signed %s is taken', async (_, how) => {
    const deps = testDeps({ TWILIO_AUTH_SECONDARY: 'the-next-token' });
    expect((await post(deps, '/api/sms/inbound', inbound(freshNumber(), 'hi'), how)).status).toBe(200);
  });

  it('is taken when the address was signed as we gave it, with the fragment that Twilio leaves out', async () => {
    const deps = testDeps();
    const address = receiptsUrl(deps.config, { delivery: 'dlv_1', family: 'fam_1' });
    const { pathname, search, hash } = new URL(address);
    const how = (fragment: string): Post => ({ signed: { path: pathname + search + fragment } });
    const params: [string, string][] = [
      ['MessageSid', sid()],
      ['MessageStatus', 'sent'],
    ];
    expect((await post(deps, pathname + search, params, how(''))).status).toBe(200);
    expect((await post(deps, pathname + search, params, how(hash))).status).toBe(200);
    expect((await post(deps, pathname + search, params, how('#rc=9'))).status).toBe(403);
  });

  it.each(["?note=it's", '?q="a"<b>', '?from=the office', '?family=Peña'])(
    'is taken when its address has characters that this runtime escapes: %s',
    async (search) => {
      const deps = testDeps();
      const params = inbound(freshNumber(), 'HELP');
      const path = `/api/sms/inbound${search}`;
      expect(await post(deps, path, params)).toMatchObject({ status: 200 });
      const elsewhere = { signed: { path: `${path}'` } };
      expect(await post(deps, path, params, elsewhere)).toMatchObject({ status: 403 });
    },
  );

  it('in JSON is taken by the hash of its body', async () => {
    const deps = testDeps();
    const rosa = await consenting(deps);
    const body = JSON.stringify(Object.fromEntries(inbound(rosa.number, 'STOP')));
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(body)));
    const hash = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    const path = `/api/sms/inbound?bodySHA256=${hash}`;
    const signature = await twilioSignature(deps.config.TWILIO_AUTH, deps.config.PUBLIC_ORIGIN + path, []);
    const app = createApp(() => deps);
    mountSms(app);
    const send = (content: string) =>
      app.fetch(
        new Request(`https://internal${path}`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', 'X-Twilio-Signature': signature },
          body: content,
        }),
        env as unknown as Bindings,
        createExecutionContext(),
      );
    expect((await send(body.replace('STOP', 'hey!'))).status).toBe(403);
    expect(await personRows(deps, rosa.userId)).toMatchObject({ enabled: 1 });
    expect((await send(body)).status).toBe(200);
    expect(await personRows(deps, rosa.userId)).toMatchObject({ enabled: 0 });
  });

  it.each<[string, [string, string][], Post, number]>([
    ['too large', inbound('+12025550199', 'x'.repeat(70_000)), {}, 413],
    ['of more fields than Twilio sends', Array.from({ length: 501 }, (_, n) => [`p${n}`, '']), {}, 413],
    ['of a type that Twilio does not send', params, { headers: { 'Content-Type': 'text/plain' } }, 415],
    ['without MessageSid', params.slice(1), {}, 400],
    ['with a MessageSid that is none', [['MessageSid', "x' OR 1=1"], ...params.slice(1)], {}, 400],
  ])('%s is refused by name', async (_, fields, how, status) => {
    const deps = testDeps();
    for (const path of ['/api/sms/inbound', '/api/sms/status']) {
      expect((await post(deps, path, fields, how)).status).toBe(status);
    }
  });

  it.each(['12345', 'TACOS', '', '+1', "'; DROP TABLE users"])(
    'about a sender that is no number (%s) is taken and does nothing',
    async (from) => {
      const deps = testDeps();
      expect(await text(deps, from, 'STOP')).toMatchObject({ status: 200, text: EMPTY });
    },
  );

  it('by another method is refused', async () => {
    const deps = testDeps();
    const app = createApp(() => deps);
    mountSms(app);
    const answer = await app.fetch(
      new Request('https://portal.example.com/api/sms/inbound'),
      env as unknown as Bindings,
      createExecutionContext(),
    );
    expect([answer.status, answer.headers.get('Allow')]).toEqual([405, 'POST']);
  });
});

describe('a receipt', () => {
  const receipt = (
    to: string,
    code: string,
    messageSid = sid(),
    status = 'undelivered',
  ): [string, string][] => [
    ['MessageSid', messageSid],
    ['MessageStatus', status],
    ['To', to],
    ['ErrorCode', code],
  ];

  it('about an RCS text keeps channel and sender, marks its number, and may say READ without a status', async () => {
    const deps = testDeps({ TWILIO_FROM: '', TWILIO_MESSAGING_SERVICE_SID: `MG${'0'.repeat(32)}` });
    const rosa = await consenting(deps);
    const path = `/api/sms/status?delivery=dlv_rcs_${rosa.userId}&family=${rosa.familyId}`;
    await deps.unwatched.run(sql`INSERT INTO sms_delivery_log
      (id, family_id, kind, user_id, status, claim, claimed_at, sent_at, attempts, phone, provider_sid, created_at)
      VALUES (${`dlv_rcs_${rosa.userId}`}, ${rosa.familyId}, 'test', ${rosa.userId}, 'sent', 'clm_1', 1, 1, 1,
        ${rosa.number}, 'SMrcs1', ${deps.clock.now})`);
    const read: [string, string][] = [
      ['MessageSid', 'SMrcs1'],
      ['EventType', 'READ'],
      ['From', 'rcs:family_agent'],
      ['To', `rcs:${rosa.number}`],
    ];
    expect((await post(deps, path, read)).status).toBe(200);
    const [row] = await deps.unwatched.all(
      sql`SELECT status, channel, sender FROM sms_delivery_log WHERE id = ${`dlv_rcs_${rosa.userId}`}`,
    );
    expect(row).toEqual({ status: 'delivered', channel: 'rcs', sender: 'family_agent' });
    await post(deps, '/api/sms/status', receipt(`rcs:${rosa.number}`, '21610'));
    expect(await ledgerOf(deps, rosa.userId)).toEqual(['opt_in api', 'opt_out carrier']);
  });

  it('behind a messaging service names the number to text START to: not an RCS agent, nor a name', async () => {
    const deps = testDeps({ TWILIO_FROM: '', TWILIO_MESSAGING_SERVICE_SID: `MG${'0'.repeat(32)}` });
    const rosa = await consenting(deps);
    const told: (string | null)[] = [];
    for (const [n, from] of ['+14155550111', 'FAMILY', 'rcs:family_agent', '+14155550122'].entries()) {
      told.push(await startNumber(deps, rosa));
      const [id, messageSid] = [`dlv_${n}_${rosa.userId}`, sid()];
      await deps.unwatched.run(sql`INSERT INTO sms_delivery_log
        (id, family_id, kind, user_id, status, claim, claimed_at, sent_at, attempts, phone, provider_sid, created_at)
        VALUES (${id}, ${rosa.familyId}, 'test', ${rosa.userId}, 'sent', 'clm_1', 1, 1, 1,
          ${rosa.number}, ${messageSid}, ${deps.clock.now})`);
      const to = from.startsWith('rcs:') ? `rcs:${rosa.number}` : rosa.number;
      await post(deps, `/api/sms/status?delivery=${id}&family=${rosa.familyId}`, [
        ['MessageSid', messageSid],
        ['MessageStatus', 'delivered'],
        ['From', from],
        ['To', to],
      ]);
    }
    await text(deps, rosa.number, 'STOP');
    told.push(await startNumber(deps, rosa));
    expect(told).toEqual([null, '+14155550111', '+14155550111', '+14155550111', '+14155550122']);
  });

  for (const path of ['/api/sms/status', '/api/sms/status?delivery=dlv_unknown&family=fam_unknown']) {
    it.each(['30006', '21614', '21211'])(`of ${path} with %s marks the number unusable`, async (code) => {
      const deps = testDeps();
      const rosa = await consenting(deps);
      expect((await post(deps, path, receipt(rosa.number, code))).status).toBe(200);
      expect(await personRows(deps, rosa.userId)).toMatchObject({ unusableAt: deps.clock.now, enabled: 1 });
    });

    it(`of ${path} with 30005 does so the second time, and not when it is repeated`, async () => {
      const deps = testDeps();
      const rosa = await consenting(deps);
      const id = sid();
      for (let i = 0; i < 3; i++) await post(deps, path, receipt(rosa.number, '30005', id));
      expect(await personRows(deps, rosa.userId)).toMatchObject({ unusableAt: null });
      await post(deps, path, receipt(rosa.number, '30005'));
      expect(await personRows(deps, rosa.userId)).toMatchObject({ unusableAt: deps.clock.now });
    });

    it(`of ${path} with 21610 is an opt-out by the carrier`, async () => {
      const deps = testDeps();
      const rosa = await consenting(deps);
      await post(deps, path, receipt(rosa.number, '21610', sid(), 'failed'));
      expect(await personRows(deps, rosa.userId)).toMatchObject({ enabled: 0, blockedAt: deps.clock.now });
      expect(await ledgerOf(deps, rosa.userId)).toEqual(['opt_in api', 'opt_out carrier']);
    });

    it(`of ${path} that comes again undoes no START`, async () => {
      const deps = testDeps();
      const rosa = await consenting(deps);
      const late = receipt(rosa.number, '21610', sid(), 'failed');
      await post(deps, path, late);
      await text(deps, rosa.number, 'START');
      await post(deps, path, late);
      expect(await personRows(deps, rosa.userId)).toMatchObject({ enabled: 1, blockedAt: null });
      await post(deps, path, receipt(rosa.number, '21610', sid(), 'failed'));
      expect(await personRows(deps, rosa.userId)).toMatchObject({ enabled: 0 });
    });
  }

  it('of a code that our registration stopped alerts operators', async () => {
    const deps = testDeps();
    await post(deps, '/api/sms/status', receipt(freshNumber(), '30034'));
    expect(deps.alerts).toEqual(['twilio_sender']);
  });

  it.each([
    ['no status', [['MessageSid', sid()]], 400],
    [
      'a status that is none',
      [
        ['MessageSid', sid()],
        ['MessageStatus', '<b>'],
      ],
      400,
    ],
    [
      'a code that is none',
      [
        ['MessageSid', sid()],
        ['MessageStatus', 'failed'],
        ['ErrorCode', 'x1'],
      ],
      200,
    ],
    [
      'no number',
      [
        ['MessageSid', sid()],
        ['MessageStatus', 'failed'],
        ['ErrorCode', '30006'],
      ],
      200,
    ],
  ] as [string, [string, string][], number][])('with %s is answered %#', async (_, params, status) => {
    expect((await post(testDeps(), '/api/sms/status', params)).status).toBe(status);
  });
});
