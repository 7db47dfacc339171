import twilio from 'twilio';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSimulator, type Simulator } from '../../dev/simulator/simulator.ts';
import { type FakeApp, startFakeApp } from '../support/fake-app.ts';
import { twilioSdk } from '../support/twilio-sdk.ts';

const FROM = '+15005550006';
const OTHER = '+15005550016';
const ROSA = '+14155550101';
const TOM = '+14155550102';

let app: FakeApp;
let simulator: Simulator;
beforeEach(async () => {
  app = await startFakeApp();
  simulator = await createSimulator({
    publicOrigin: app.origin,
    from: [FROM, OTHER],
    pace: { sentMs: 0, deliveredMs: 0 },
  });
});
afterEach(async () => {
  await simulator.close();
  await app.close();
});

const text = (to = ROSA, from = FROM) => twilioSdk(simulator).messages.create({ from, to, body: 'Hello' });
const replies = (phone = ROSA) =>
  simulator.messages({ phone, direction: 'outbound' }).map((message) => [message.writtenBy, message.body]);
const answerWith = (body: string) =>
  app.answers.push({ body: `<Response><Message>${body}</Message></Response>` });

describe('a text from a phone', () => {
  it('is posted, signed, to the inbound webhook', async () => {
    const { message } = await simulator.sendFromPhone(ROSA, "On my way, don't wait & eat! ünï 🍝");
    const post = app.received[0];
    expect(post?.path).toBe('/api/sms/inbound');
    expect(post?.params).toMatchObject({
      AccountSid: simulator.settings().accountSid,
      ApiVersion: '2010-04-01',
      Body: "On my way, don't wait & eat! ünï 🍝",
      From: ROSA,
      FromCity: '',
      MessageSid: message.sid,
      NumMedia: '0',
      NumSegments: '1',
      SmsSid: message.sid,
      SmsStatus: 'received',
      To: FROM,
    });
    expect(post?.params).not.toHaveProperty('OptOutType');
    expect(post?.params).not.toHaveProperty('MessagingServiceSid');
    const signature = String(post?.headers['x-twilio-signature']);
    const url = `${app.origin}/api/sms/inbound`;
    expect(twilio.validateRequest(simulator.settings().authToken, signature, url, post?.params ?? {})).toBe(
      true,
    );
    const listed = await twilioSdk(simulator).messages(message.sid).fetch();
    expect(listed).toMatchObject({ direction: 'inbound', status: 'received', from: ROSA, to: FROM });
  });

  it('answers the number that texted last, and names the Messaging Service', async () => {
    simulator.configure({ messagingServiceSid: `MG${'a'.repeat(32)}` });
    await text(ROSA, OTHER);
    await simulator.sendFromPhone(ROSA, 'Who is this?');
    expect(app.received[0]?.params).toMatchObject({ To: OTHER, MessagingServiceSid: `MG${'a'.repeat(32)}` });
  });

  it('can be delivered twice with one MessageSid', async () => {
    const { webhooks } = await simulator.sendFromPhone(ROSA, 'Hi', { times: 2 });
    expect(webhooks.map((webhook) => webhook.outcome)).toEqual(['ok', 'ok']);
    expect(new Set(app.received.map((post) => post.params.MessageSid)).size).toBe(1);
    expect(app.received).toHaveLength(2);
  });

  it('gets the application’s TwiML as a text', async () => {
    answerWith('Hello &amp; welcome');
    await simulator.sendFromPhone(ROSA, 'Hi');
    await simulator.idle();
    expect(simulator.messages({ direction: 'outbound' })).toMatchObject([
      {
        direction: 'outbound-reply',
        writtenBy: 'app',
        to: ROSA,
        from: FROM,
        body: 'Hello & welcome',
        status: 'delivered',
      },
    ]);
  });

  it.each([
    [{ status: 500 }, 11200],
    [{ body: '<Response>' }, 12100],
    [{ contentType: 'application/json', body: '{}' }, 12300],
    [{ body: `<Response><Message>${'a'.repeat(1601)}</Message></Response>` }, 21617],
  ])('leaves a notice when the application answers %o', async (answer, code) => {
    app.answers.push(answer);
    await simulator.sendFromPhone(ROSA, 'Hi');
    expect(simulator.notices()).toMatchObject([{ phone: ROSA, code }]);
    expect(replies()).toEqual([]);
  });
});

describe('keywords, by default', () => {
  it.each(['STOP', 'stop', ' StopAll ', 'Unsubscribe', 'CANCEL', 'end', 'Quit', 'REVOKE', 'optout'])(
    '%j blocks the pair and Twilio answers',
    async (word) => {
      await simulator.sendFromPhone(ROSA, word);
      expect(replies()).toEqual([['twilio', expect.stringContaining('successfully been unsubscribed')]]);
      await expect(text()).rejects.toMatchObject({ status: 400, code: 21610 });
      expect(app.received[0]?.params.Body).toBe(word);
    },
  );

  it.each(['STOP please', 'Stop!', 'please stop', 'nonstop', ''])('%j is not a keyword', async (words) => {
    await simulator.sendFromPhone(ROSA, words);
    expect(replies()).toEqual([]);
    await expect(text()).resolves.toMatchObject({ status: 'queued' });
  });

  it('block this pair only', async () => {
    await simulator.sendFromPhone(ROSA, 'STOP', { to: FROM });
    await expect(text(ROSA, OTHER)).resolves.toMatchObject({ status: 'queued' });
    await expect(text(TOM, FROM)).resolves.toMatchObject({ status: 'queued' });
    await expect(text(ROSA, FROM)).rejects.toMatchObject({ code: 21610 });
  });

  it('block every number of a Messaging Service', async () => {
    simulator.configure({ messagingServiceSid: `MG${'a'.repeat(32)}` });
    await simulator.sendFromPhone(ROSA, 'STOP', { to: FROM });
    await expect(text(ROSA, OTHER)).rejects.toMatchObject({ code: 21610 });
  });

  it.each(['START', 'yes', 'Unstop'])('%j unblocks, with an answer', async (word) => {
    await simulator.sendFromPhone(ROSA, 'STOP');
    expect(simulator.isOptedOut(ROSA)).toBe(true);
    await simulator.sendFromPhone(ROSA, word);
    expect(replies().at(-1)).toEqual(['twilio', expect.stringContaining('re-subscribed')]);
    expect(simulator.isOptedOut(ROSA)).toBe(false);
    await expect(text()).resolves.toMatchObject({ status: 'queued' });
  });

  it.each(['HELP', 'info'])('%j is answered and changes nothing', async (word) => {
    await simulator.sendFromPhone(ROSA, word);
    expect(replies()).toEqual([['twilio', 'Reply STOP to unsubscribe. Msg&Data Rates May Apply.']]);
    await expect(text()).resolves.toMatchObject({ status: 'queued' });
  });

  it('refuse the application’s own answer to STOP, and let the one to START arrive on top', async () => {
    answerWith('You are out');
    await simulator.sendFromPhone(ROSA, 'STOP');
    expect(replies().map(([by]) => by)).toEqual(['twilio']);
    expect(simulator.notices()).toMatchObject([{ phone: ROSA, code: 21610 }]);
    answerWith('You are in');
    await simulator.sendFromPhone(ROSA, 'START');
    expect(replies().map(([by]) => by)).toEqual(['twilio', 'twilio', 'app']);
  });
});

describe('keywords otherwise', () => {
  it('carry OptOutType with Advanced Opt-Out', async () => {
    simulator.configure({ optOuts: 'advanced' });
    for (const word of ['quit', 'YES', 'info', 'hello']) await simulator.sendFromPhone(ROSA, word);
    expect(app.received.map((post) => post.params.OptOutType)).toEqual(['STOP', 'START', 'HELP', undefined]);
  });

  it('are left to the application when Twilio’s handling is off', async () => {
    simulator.configure({ optOuts: 'off' });
    answerWith('You are out');
    await simulator.sendFromPhone(ROSA, 'STOP');
    expect(replies()).toEqual([['app', 'You are out']]);
    await expect(text()).resolves.toMatchObject({ status: 'queued' });
  });
});

describe('an address that fails', () => {
  const inbound = (fragment = '') => `${app.origin}/api/sms/inbound${fragment}`;

  it('is tried again by default only when there was no connection', async () => {
    app.answers.push('drop', { status: 503 });
    const { webhooks } = await simulator.sendFromPhone(ROSA, 'Hi');
    expect(webhooks).toMatchObject([{ outcome: 'failed', attempts: ['ct', 503] }]);
  });

  it('is tried again after 5xx and silence too, as its fragment asks', async () => {
    simulator.configure({ inboundUrl: inbound('#rc=3&rp=5xx,ct,rt&rt=500') });
    app.answers.push({ status: 503 }, 'hang', 'drop', {});
    const { webhooks } = await simulator.sendFromPhone(ROSA, 'STOP');
    expect(webhooks).toMatchObject([{ outcome: 'ok', attempts: [503, 'rt', 'ct', 200] }]);
    expect(new Set(app.received.map(({ params }) => params.MessageSid)).size).toBe(1);
    const { path, headers, params } = app.received[0]!;
    expect(path).toBe('/api/sms/inbound');
    const signature = String(headers['x-twilio-signature']);
    expect(twilio.validateRequest(simulator.settings().authToken, signature, inbound(), params)).toBe(true);
  });

  it.each([
    [{ status: 500 }, '11200'],
    [{ body: '<Response>' }, '12100'],
  ])('gives way to the fallback, which hears why (%o)', async (answer, code) => {
    simulator.configure({ inboundUrl: inbound('#rc=0'), inboundFallbackUrl: `${app.origin}/fallback` });
    app.answers.push(answer, { body: '<Response><Message>Got it</Message></Response>' });
    const { webhooks } = await simulator.sendFromPhone(ROSA, 'Hi');
    expect(webhooks).toHaveLength(2);
    const { path, headers, params } = app.received[1]!;
    expect(path).toBe('/fallback');
    expect(params).toMatchObject({ Body: 'Hi', ErrorCode: code, ErrorUrl: inbound() });
    const url = `${app.origin}/fallback`;
    const signature = String(headers['x-twilio-signature']);
    expect(twilio.validateRequest(simulator.settings().authToken, signature, url, params)).toBe(true);
    expect(replies()).toEqual([['app', 'Got it']]);
    expect(simulator.notices()).toEqual([]);
  });
});
