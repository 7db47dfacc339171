import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSimulator, type Simulator } from '../../dev/simulator/simulator.ts';
import { type FakeApp, startFakeApp } from '../support/fake-app.ts';
import { twilioSdk } from '../support/twilio-sdk.ts';

const FROM = '+15005550006';
const ROSA = '+14155550101';
const SERVICE = `MG${'a'.repeat(32)}`;
const AGENT = 'rcs:family_circle_agent';

let app: FakeApp;
let simulator: Simulator;
beforeEach(async () => {
  app = await startFakeApp();
  simulator = await createSimulator({
    publicOrigin: app.origin,
    messagingServiceSid: SERVICE,
    pace: { sentMs: 0, deliveredMs: 0 },
  });
  simulator.setNumber(ROSA, { rcs: true });
});
afterEach(async () => {
  await simulator.close();
  await app.close();
});

const send = () =>
  twilioSdk(simulator).messages.create({
    messagingServiceSid: SERVICE,
    to: ROSA,
    body: 'Hi',
    statusCallback: `${app.origin}/api/sms/status`,
  });

describe('receipts of a phone on RCS', () => {
  it('bear the prefix, name the sender, and end with a READ that has no status', async () => {
    const { sid } = await send();
    await simulator.idle();
    const params = app.received.map((post) => post.params);
    expect(params.map(({ MessageStatus, EventType }) => MessageStatus ?? EventType)).toEqual([
      'queued',
      'sent',
      'delivered',
      'READ',
    ]);
    for (const each of params)
      expect(each).toMatchObject({ From: AGENT, To: `rcs:${ROSA}`, MessageSid: sid });
    expect(params.at(-1)).not.toHaveProperty('MessageStatus');
    expect(params.at(-1)).not.toHaveProperty('SmsStatus');
    await expect(twilioSdk(simulator).messages(sid).fetch()).resolves.toMatchObject({ status: 'read' });
  });

  it('name the number that sent, behind a Messaging Service too, on SMS', async () => {
    simulator.setNumber(ROSA, {});
    await send();
    await simulator.idle();
    for (const { params } of app.received) expect(params).toMatchObject({ From: FROM, To: ROSA });
  });

  it('end with delivered where read receipts are switched off', async () => {
    simulator.setNumber(ROSA, { rcs: true, reads: false });
    await send();
    await simulator.idle();
    expect(app.received.at(-1)?.params.MessageStatus).toBe('delivered');
  });
});

describe('the list', () => {
  it('shows plain numbers, or prefixes when told so', async () => {
    const { sid } = await send();
    const list = (to: string) => twilioSdk(simulator).messages.list({ to });
    expect(await list(ROSA)).toMatchObject([{ sid, to: ROSA }]);
    simulator.configure({ rcsListed: 'prefixed' });
    expect(await list(ROSA)).toEqual([]);
    expect(await list(`rcs:${ROSA}`)).toMatchObject([{ sid, to: `rcs:${ROSA}`, from: AGENT }]);
  });
});

describe('a text from a phone on RCS', () => {
  it('comes with prefixes, and is answered on the same channel', async () => {
    app.answers.push({ body: '<Response><Message>Welcome</Message></Response>' });
    await simulator.sendFromPhone(ROSA, 'Hi');
    expect(app.received[0]?.params).toMatchObject({ From: `rcs:${ROSA}`, To: AGENT });
    expect(simulator.messages({ direction: 'outbound' })).toMatchObject([
      { channel: 'rcs', body: 'Welcome' },
    ]);
  });

  it.each(['STOP', 'HELP'])('carries OptOutType when the chip %s is pressed', async (word) => {
    await simulator.sendFromPhone(ROSA, word, { suggestion: true });
    expect(app.received[0]?.params).toMatchObject({
      From: `rcs:${ROSA}`,
      Body: word,
      ButtonText: word,
      OptOutType: word,
    });
    expect(simulator.isOptedOut(ROSA)).toBe(word === 'STOP');
  });

  it('carries none when the word is typed and Advanced Opt-Out is off', async () => {
    await simulator.sendFromPhone(ROSA, 'STOP');
    expect(app.received[0]?.params).not.toHaveProperty('OptOutType');
    expect(simulator.isOptedOut(ROSA)).toBe(true);
  });

  it('may come over another channel than the phone’s', async () => {
    simulator.setNumber(ROSA, {});
    await simulator.sendFromPhone(ROSA, 'Hi', { channel: 'rcs' });
    expect(app.received[0]?.params.From).toBe(`rcs:${ROSA}`);
  });
});
