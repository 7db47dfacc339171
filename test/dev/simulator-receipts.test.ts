import twilio from 'twilio';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Faults } from '../../dev/simulator/faults.ts';
import { createSimulator, type Simulator } from '../../dev/simulator/simulator.ts';
import { type FakeApp, startFakeApp } from '../support/fake-app.ts';
import { twilioSdk } from '../support/twilio-sdk.ts';

const FROM = '+15005550006';
const ROSA = '+14155550101';
const SERVICE = `MG${'a'.repeat(32)}`;

let app: FakeApp;
let simulator: Simulator;
beforeEach(async () => {
  app = await startFakeApp();
  simulator = await createSimulator({
    publicOrigin: app.origin,
    messagingServiceSid: SERVICE,
    pace: { sentMs: 0, deliveredMs: 0 },
  });
});
afterEach(async () => {
  await simulator.close();
  await app.close();
});

async function send(fragment = '', to = ROSA): Promise<string> {
  const statusCallback = `${app.origin}/api/sms/status?delivery=dlv_1${fragment}`;
  const message = await twilioSdk(simulator).messages.create({ from: FROM, to, body: 'Hi', statusCallback });
  return message.sid;
}

const statuses = () => app.received.map((post) => post.params.MessageStatus);

it('posts signed receipts for sent and delivered, none for the first status', async () => {
  const sid = await send();
  await simulator.idle();
  expect(statuses()).toEqual(['sent', 'delivered']);
  expect(app.received[1]?.params).toEqual({
    AccountSid: simulator.settings().accountSid,
    ApiVersion: '2010-04-01',
    From: FROM,
    MessageSid: sid,
    MessageStatus: 'delivered',
    RawDlrDoneDate: expect.stringMatching(/^\d{10}$/),
    SmsSid: sid,
    SmsStatus: 'delivered',
    To: ROSA,
  });
  for (const { path, headers, params } of app.received) {
    const signature = String(headers['x-twilio-signature']);
    const url = app.origin + path;
    expect(twilio.validateRequest(simulator.settings().authToken, signature, url, params)).toBe(true);
    expect(twilio.validateRequest('another token', signature, url, params)).toBe(false);
  }
});

it('posts queued too when a Messaging Service accepted the message', async () => {
  const statusCallback = `${app.origin}/api/sms/status`;
  await twilioSdk(simulator).messages.create({
    messagingServiceSid: SERVICE,
    to: ROSA,
    body: 'Hi',
    statusCallback,
  });
  await simulator.idle();
  expect(statuses()).toEqual(['queued', 'sent', 'delivered']);
  expect(app.received[0]?.params.MessagingServiceSid).toBe(SERVICE);
});

describe('what becomes of a message', () => {
  it.each([
    [{ undelivered: 30005 }, ['sent', 'undelivered'], '30005'],
    [{ failed: 30007 }, ['failed'], '30007'],
    [{ noFinalReceipt: true }, ['sent'], undefined],
  ])('%o', async (behaviour, expected, code) => {
    simulator.setNumber(ROSA, behaviour);
    const sid = await send();
    await simulator.idle();
    expect(statuses()).toEqual(expected);
    expect(app.received.at(-1)?.params.ErrorCode).toBe(code);
    const fetched = await twilioSdk(simulator).messages(sid).fetch();
    expect(fetched).toMatchObject({
      status: expected.at(-1),
      errorCode: code === undefined ? null : Number(code),
      errorMessage: code === undefined ? null : expect.stringMatching(/\S/),
    });
  });

  it('fails with 21610 when the phone opted out while the message was queued', async () => {
    simulator.configure({ pace: { sentMs: 30, deliveredMs: 0 } });
    await send();
    simulator.optOut(ROSA);
    await simulator.idle();
    expect(app.received.map((post) => [post.params.MessageStatus, post.params.ErrorCode])).toEqual([
      ['failed', '21610'],
    ]);
  });

  it('fails with 30036 when it waited longer than its validity period', async () => {
    simulator.configure({ pace: { sentMs: 1100, deliveredMs: 0 } });
    const statusCallback = `${app.origin}/status`;
    const message = { from: FROM, to: ROSA, body: 'Hi', validityPeriod: 1, statusCallback };
    await twilioSdk(simulator).messages.create(message);
    await simulator.idle();
    expect(app.received.map((post) => post.params.ErrorCode)).toEqual(['30036']);
  });
});

describe('unreliable receipts', () => {
  it.each<[Partial<Faults>, string[]]>([
    [{ receiptLost: 1 }, []],
    [{ receiptDuplicated: 1 }, ['sent', 'sent', 'delivered', 'delivered']],
    [{ receiptReordered: 1 }, ['delivered', 'sent']],
    [{ receiptOrder: ['final', 'queued', 'sent', 'final'] }, ['delivered', 'queued', 'sent', 'delivered']],
  ])('%o', async (faults, expected) => {
    simulator.faults.set(faults);
    await send();
    await simulator.idle();
    expect(statuses()).toEqual(expected);
  });
});

describe('posting again', () => {
  it('tries once more when the connection fails, by default', async () => {
    app.answers.push('drop');
    await send();
    await simulator.idle();
    expect(statuses()).toEqual(['sent', 'sent', 'delivered']);
    expect(simulator.webhooks().map((post) => post.attempts)).toEqual([['ct', 200], [200]]);
  });

  it('takes a 500 for an answer, by default', async () => {
    app.answers.push({ status: 500 });
    await send();
    await simulator.idle();
    expect(statuses()).toEqual(['sent', 'delivered']);
    expect(simulator.webhooks()[0]).toMatchObject({ outcome: 'failed', attempts: [500] });
  });

  it('does what the fragment asks for, which is neither sent nor signed', async () => {
    app.answers.push({ status: 503 }, 'hang', 'drop', {});
    await send('#rc=3&rp=5xx,ct,rt&rt=500');
    await simulator.idle();
    expect(simulator.webhooks()[0]).toMatchObject({ outcome: 'ok', attempts: [503, 'rt', 'ct', 200] });
    const post = app.received[0];
    expect(post?.path).toBe('/api/sms/status?delivery=dlv_1');
    const url = `${app.origin}/api/sms/status?delivery=dlv_1`;
    const signature = String(post?.headers['x-twilio-signature']);
    expect(twilio.validateRequest(simulator.settings().authToken, signature, url, post?.params ?? {})).toBe(
      true,
    );
  });

  it('gives up after the last retry', async () => {
    app.answers.push({ status: 500 }, { status: 500 }, { status: 500 });
    await send('#rc=2&rp=all');
    await simulator.idle();
    expect(simulator.webhooks()[0]).toMatchObject({ outcome: 'failed', attempts: [500, 500, 500] });
  });
});

it('signs the public address and posts to the real one', async () => {
  simulator.configure({ publicOrigin: 'https://portal.example', appOrigin: app.origin });
  const statusCallback = 'https://portal.example/api/sms/status?delivery=dlv_1';
  await twilioSdk(simulator).messages.create({ from: FROM, to: ROSA, body: 'Hi', statusCallback });
  await simulator.idle();
  const post = app.received[0];
  const signature = String(post?.headers['x-twilio-signature']);
  const { authToken } = simulator.settings();
  expect(twilio.validateRequest(authToken, signature, statusCallback, post?.params ?? {})).toBe(true);
});

it('holds webhooks back, signed, for a test that delivers them itself', async () => {
  simulator.configure({ webhooks: 'hold' });
  await send();
  await simulator.idle();
  expect(app.received).toEqual([]);
  expect(simulator.webhooks()).toMatchObject([
    { outcome: 'held', params: { MessageStatus: 'sent' } },
    { outcome: 'held', params: { MessageStatus: 'delivered' } },
  ]);
});
