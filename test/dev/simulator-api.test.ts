import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSimulator, type Simulator } from '../../dev/simulator/simulator.ts';
import { twilioSdk } from '../support/twilio-sdk.ts';

const FROM = '+15005550006';
const SHORT_CODE = '22395';
const ROSA = '+14155550101';
const TOM = '+14155550102';
const SERVICE = `MG${'a'.repeat(32)}`;

let simulator: Simulator;
beforeAll(async () => {
  simulator = await createSimulator({
    from: [FROM, '+15005550016', SHORT_CODE],
    keySid: `SK${'1'.repeat(32)}`,
    keySecret: 'key secret',
    messagingServiceSid: SERVICE,
    pace: { sentMs: 0, deliveredMs: 0 },
  });
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

const text = (to = ROSA, body = 'Hello') => twilioSdk(simulator).messages.create({ from: FROM, to, body });

describe('the official SDK', () => {
  it('sends from a short code too', async () => {
    const { from, status } = await twilioSdk(simulator).messages.create({
      from: SHORT_CODE,
      to: ROSA,
      body: 'Hello',
    });
    expect([from, status]).toEqual([SHORT_CODE, 'queued']);
  });

  it('creates a message and fetches it until it is delivered', async () => {
    const created = await text();
    expect(created).toMatchObject({
      accountSid: simulator.settings().accountSid,
      body: 'Hello',
      direction: 'outbound-api',
      errorCode: null,
      from: FROM,
      numMedia: '0',
      numSegments: '1',
      status: 'queued',
      to: ROSA,
    });
    expect(created.sid).toMatch(/^SM[0-9a-f]{32}$/);
    expect(created.dateCreated.getTime()).toBeGreaterThan(0);
    expect(created.dateSent).toBeNull();

    await simulator.idle();
    const fetched = await twilioSdk(simulator).messages(created.sid).fetch();
    expect(fetched.status).toBe('delivered');
    expect(fetched.dateSent?.getTime()).toBeGreaterThanOrEqual(created.dateCreated.getTime());
    expect(fetched.price).toBe('-0.00790');
  });

  it('empties the words of a message that has ended, and of no other; the phone keeps them', async () => {
    const created = await text(ROSA, 'Dinner?');
    await simulator.idle();
    const ofMessage = twilioSdk(simulator).messages(created.sid);
    await expect(ofMessage.update({ body: 'Other words' })).rejects.toMatchObject({ code: 30400 });
    expect((await ofMessage.update({ body: '' })).body).toBe('');
    expect((await ofMessage.fetch()).body).toBe('');
    expect((await ofMessage.update({ body: '' })).status).toBe('delivered');
    expect(simulator.messages({ phone: ROSA }).at(-1)?.body).toBe('Dinner?');
    const nobody = twilioSdk(simulator).messages(`SM${'0'.repeat(32)}`);
    await expect(nobody.update({ body: '' })).rejects.toMatchObject({ status: 404, code: 20404 });
  });

  it('is accepted through a Messaging Service before sender and segments are known', async () => {
    const created = await twilioSdk(simulator).messages.create({
      messagingServiceSid: SERVICE,
      to: ROSA,
      body: 'Hello',
      validityPeriod: 600,
    });
    expect(created).toMatchObject({ status: 'accepted', numSegments: '0', from: null });
    await simulator.idle();
    const fetched = await twilioSdk(simulator).messages(created.sid).fetch();
    expect(fetched).toMatchObject({
      status: 'delivered',
      numSegments: '1',
      from: FROM,
      messagingServiceSid: SERVICE,
    });
  });

  it.each([
    ['a'.repeat(160), '1'],
    ['a'.repeat(161), '2'],
    ['é'.repeat(160), '1'],
    ['ë'.repeat(70), '1'],
    ['ë'.repeat(71), '2'],
    ['€'.repeat(81), '2'],
  ])('counts segments as Twilio does (%#)', async (body, segments) => {
    expect((await text(ROSA, body)).numSegments).toBe(segments);
  });

  it('lists newest first and follows pages to the end', async () => {
    for (let n = 1; n <= 7; n += 1) await text(n % 2 ? ROSA : TOM, `Text ${n}`);
    const all = await twilioSdk(simulator).messages.list({ pageSize: 2 });
    expect(all.map((message) => message.body)).toEqual([7, 6, 5, 4, 3, 2, 1].map((n) => `Text ${n}`));
    const rosas = await twilioSdk(simulator).messages.list({ to: ROSA, pageSize: 3 });
    expect(rosas.map((message) => message.body)).toEqual(['Text 7', 'Text 5', 'Text 3', 'Text 1']);
    expect(await twilioSdk(simulator).messages.list({ from: TOM })).toEqual([]);
    const page = await twilioSdk(simulator).messages.page({ to: ROSA, pageSize: 3 });
    expect(page.instances).toHaveLength(3);
    expect((await page.nextPage())?.instances).toHaveLength(1);
  });

  it('does not shift a page when a text arrives meanwhile', async () => {
    for (let n = 1; n <= 4; n += 1) await text(ROSA, `Text ${n}`);
    const page = await twilioSdk(simulator).messages.page({ pageSize: 2 });
    await text(ROSA, 'Late');
    const next = await page.nextPage();
    expect(next?.instances.map((message) => message.body)).toEqual(['Text 2', 'Text 1']);
  });

  it('filters by the date of sending, which a queued message has not', async () => {
    simulator.configure({ pace: { sentMs: 60_000, deliveredMs: 0 } });
    await text(ROSA, 'Queued');
    simulator.configure({ pace: { sentMs: 0, deliveredMs: 0 } });
    const sent = await text(ROSA, 'Sent');
    await expect.poll(() => simulator.messages({ after: 0 }).at(-1)?.status).toBe('delivered');
    const since = new Date(Date.now() - 60_000);
    const found = await twilioSdk(simulator).messages.list({ dateSentAfter: since });
    expect(found.map((message) => message.sid)).toEqual([sent.sid]);
    expect(await twilioSdk(simulator).messages.list({ dateSentBefore: since })).toEqual([]);
  });

  it('takes an API key, with the account in the path', async () => {
    const key = { username: `SK${'1'.repeat(32)}`, password: 'key secret' };
    const created = await twilioSdk(simulator, key).messages.create({ from: FROM, to: ROSA, body: 'Hi' });
    expect(created.status).toBe('queued');
  });
});

describe('refusals', () => {
  const refused = async (params: Record<string, unknown>) => {
    const { accountSid, authToken } = simulator.settings();
    const form = new URLSearchParams(Object.entries(params).map(([key, value]) => [key, String(value)]));
    const answer = await fetch(`${simulator.origin}/2010-04-01/Accounts/${accountSid}/Messages.json`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}` },
      body: form,
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const good = { To: ROSA, From: FROM, Body: 'Hello' };

  it.each([
    [21604, { From: FROM, Body: 'Hello' }],
    [21211, { ...good, To: '123' }],
    [21211, { ...good, To: '+1415555' }],
    [21211, { ...good, To: '4155550101' }],
    [21603, { To: ROSA, Body: 'Hello' }],
    [21606, { ...good, From: '+14155559999' }],
    [21606, { ...good, From: '22396' }],
    [21211, { ...good, To: SHORT_CODE }],
    [21212, { ...good, From: 'nobody' }],
    [21266, { ...good, To: FROM }],
    [21705, { To: ROSA, Body: 'Hello', MessagingServiceSid: `MG${'b'.repeat(32)}` }],
    [21602, { To: ROSA, From: FROM }],
    [21617, { ...good, Body: 'a'.repeat(1601) }],
    [21609, { ...good, StatusCallback: 'not a url' }],
    [21609, { ...good, StatusCallback: 'https://my_host.example/status' }],
    [21624, { ...good, ValidityPeriod: '0' }],
    [21624, { ...good, ValidityPeriod: '36001' }],
    [21408, { ...good, To: '+15005550003' }],
    [21610, { ...good, To: '+15005550004' }],
    [21614, { ...good, To: '+15005550009' }],
  ])('answers %i with Twilio’s error body (%#)', async (code, params) => {
    const { status, body } = await refused(params);
    expect(status).toBe(400);
    expect(body).toEqual({
      code,
      message: expect.stringMatching(/\S/),
      more_info: `https://www.twilio.com/docs/errors/${code}`,
      status: 400,
    });
    expect(simulator.messages()).toEqual([]);
  });

  it('accepts the longest body, validity and a fragment on the callback', async () => {
    const StatusCallback = 'http://127.0.0.1:9/status?delivery=1#rc=3&rp=5xx';
    const { status } = await refused({
      ...good,
      Body: 'a'.repeat(1600),
      ValidityPeriod: 36_000,
      StatusCallback,
    });
    expect(status).toBe(201);
  });

  it('throws RestExceptions that the SDK understands', async () => {
    await expect(text('+15005550009')).rejects.toMatchObject({
      status: 400,
      code: 21614,
      moreInfo: 'https://www.twilio.com/docs/errors/21614',
    });
    simulator.setNumber(TOM, { refuse: 21635 });
    await expect(text(TOM)).rejects.toMatchObject({ code: 21635 });
  });

  it('knows who may ask', async () => {
    const { accountSid } = simulator.settings();
    const wrong = twilioSdk(simulator, { username: accountSid, password: 'wrong' });
    await expect(wrong.messages.list()).rejects.toMatchObject({ status: 401, code: 20003 });
    const bare = await fetch(`${simulator.origin}/2010-04-01/Accounts/${accountSid}/Messages.json`);
    expect(bare.status).toBe(401);
    expect(simulator.requests().map((request) => request.fault)).toEqual([20003, 20003]);
  });

  it('does not find what is not there', async () => {
    const lost = twilioSdk(simulator).messages(`SM${'0'.repeat(32)}`);
    await expect(lost.fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
    await expect(lost.remove()).rejects.toMatchObject({ status: 405, code: 20004 });
  });

  it('writes down every request', async () => {
    await text(ROSA, 'Hello');
    await expect(text('+15005550009')).rejects.toMatchObject({ code: 21614 });
    await twilioSdk(simulator).messages.list();
    expect(simulator.requests()).toMatchObject([
      { operation: 'create', status: 201, fault: null, params: { To: ROSA, Body: 'Hello' } },
      { operation: 'create', status: 400, fault: 21614, sid: null },
      { operation: 'list', status: 200 },
    ]);
  });
});
