import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TextOutcome } from '../../dev/simulator/numbers.ts';
import { createSimulator, type Simulator } from '../../dev/simulator/simulator.ts';
import { type FakeApp, startFakeApp } from '../support/fake-app.ts';
import { twilioSdk } from '../support/twilio-sdk.ts';

const FROM = '+15005550006';
const OTHER = '+15005550016';
const ROSA = '+14155550101';
const TOM = '+14155550102';
const SERVICE = `MG${'a'.repeat(32)}`;

let app: FakeApp;
let simulator: Simulator;
beforeEach(async () => {
  app = await startFakeApp();
  simulator = await createSimulator({
    publicOrigin: app.origin,
    from: [FROM, OTHER],
    messagingServiceSid: SERVICE,
    pace: { sentMs: 0, deliveredMs: 0 },
  });
});
afterEach(async () => {
  await simulator.close();
  await app.close();
});

const create = (fields: { to?: string; from?: string; validityPeriod?: number } = {}) =>
  twilioSdk(simulator).messages.create({
    from: FROM,
    to: ROSA,
    body: 'Hi',
    statusCallback: `${app.origin}/api/sms/status`,
    ...fields,
  });
const createByService = (to = ROSA) =>
  twilioSdk(simulator).messages.create({
    messagingServiceSid: SERVICE,
    to,
    body: 'Hi',
    statusCallback: `${app.origin}/api/sms/status`,
  });
const endings = () =>
  app.received
    .filter(({ params }) => ['delivered', 'undelivered', 'failed'].includes(params.MessageStatus ?? ''))
    .map(({ params }) => [params.MessageStatus, params.ErrorCode]);

describe('a list that is late', () => {
  it('shows a message only when the delay is over, while its sid finds it at once', async () => {
    simulator.faults.set({ listDelaySeconds: 90 });
    const { sid } = await create();
    await expect(twilioSdk(simulator).messages.list({ to: ROSA })).resolves.toEqual([]);
    await expect(twilioSdk(simulator).messages(sid).fetch()).resolves.toMatchObject({ sid });
    simulator.faults.set({ listDelaySeconds: 0 });
    await expect(twilioSdk(simulator).messages.list({ to: ROSA })).resolves.toMatchObject([{ sid }]);
  });
});

describe('receipts with an error code', () => {
  it.each<[TextOutcome, string[][]]>([
    [{ failed: 30001 }, [['failed', '30001']]],
    [{ failed: 30036 }, [['failed', '30036']]],
    [{ undelivered: 30022 }, [['undelivered', '30022']]],
    [{ undelivered: 63_036 }, [['undelivered', '63036']]],
    [{ noFinalReceipt: true }, []],
  ])('come for the next text to a number: %o', async (outcome, expected) => {
    simulator.faults.next({ fault: outcome, to: ROSA });
    await create({ to: TOM });
    await simulator.idle();
    await create();
    await simulator.idle();
    expect(endings()).toEqual([['delivered', undefined], ...expected]);
    expect(simulator.requests().at(-1)?.fault).toBe(Object.entries(outcome)[0]?.join(' '));
    await create();
    await simulator.idle();
    expect(endings().at(-1)).toEqual(['delivered', undefined]);
  });

  it('come for as many texts as planned, whoever they are for', async () => {
    simulator.faults.next({ fault: { undelivered: 30003 }, times: 2 });
    for (const to of [ROSA, TOM, ROSA]) await create({ to });
    await simulator.idle();
    expect(simulator.messages().map(({ status }) => status)).toEqual([
      'undelivered',
      'undelivered',
      'delivered',
    ]);
  });

  it('come at a rate, with one of several codes, and the same again with the same seed', async () => {
    const history = async (): Promise<unknown[]> => {
      const seeded = await createSimulator({
        from: FROM,
        seed: 5,
        pace: { sentMs: 0, deliveredMs: 0 },
        faults: { failing: 0.5, endings: [{ failed: 30023 }, { undelivered: 30003 }] },
      });
      const { messages } = twilioSdk(seeded);
      for (let n = 0; n < 20; n += 1) await messages.create({ from: FROM, to: ROSA, body: 'Hi' });
      await seeded.idle();
      await seeded.close();
      return seeded.messages().map(({ errorCode }) => errorCode);
    };
    const first = await history();
    expect(new Set(first)).toEqual(new Set([null, 30023, 30003]));
    expect(await history()).toEqual(first);
  });
});

describe('a sender with a rate', () => {
  const ends = () => simulator.messages().map(({ status, errorCode }) => errorCode ?? status);

  it('lets texts go one after the other, each sender by itself', async () => {
    simulator.faults.set({ senderPerSecond: 0.01 });
    await create();
    await create();
    await create({ from: OTHER });
    await expect.poll(ends).toEqual(['delivered', 'queued', 'delivered']);
  });

  it('refuses with 21611 what no longer fits into the queue of a number', async () => {
    simulator.faults.set({ senderPerSecond: 0.01, senderQueueSeconds: 100 });
    await create();
    await create();
    await expect(create()).rejects.toMatchObject({ code: 21611 });
    await expect(create({ from: OTHER })).resolves.toMatchObject({ status: 'queued' });
  });

  it('fails it with 30001 by receipt behind a Messaging Service', async () => {
    simulator.faults.set({ senderPerSecond: 0.01, senderQueueSeconds: 100 });
    for (let n = 0; n < 3; n += 1) await createByService();
    await expect.poll(ends).toEqual(['delivered', 'queued', 30001]);
    await expect.poll(endings).toContainEqual(['failed', '30001']);
  });

  it('fails with 30036 what waited longer than its validity, and loses no time with it', async () => {
    simulator.faults.set({ senderPerSecond: 0.5 });
    for (const validityPeriod of [60, 1, 1, 60]) await create({ validityPeriod });
    await expect.poll(ends, { timeout: 10_000 }).toEqual(['delivered', 30036, 30036, 'delivered']);
  });
});

describe('too much at once', () => {
  it('refuses what comes on top of the requests in hand with 429, unprocessed', async () => {
    simulator.faults.set({ concurrent: 2, latencyMs: 300, retryAfterSeconds: null });
    const answers = await Promise.allSettled([create(), create(), create()]);
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(answers.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 20429 } });
    expect(simulator.messages()).toHaveLength(2);
    await expect(create()).resolves.toMatchObject({ status: 'queued' });
  });

  it('leaves Retry-After out when told so', async () => {
    const { accountSid, authToken } = simulator.settings();
    const ask = async (): Promise<string | null> => {
      simulator.faults.next({ fault: 'rateLimited', operation: 'read' });
      const answer = await fetch(`${simulator.origin}/2010-04-01/Accounts/${accountSid}/Messages.json`, {
        headers: { authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}` },
      });
      return answer.headers.get('retry-after');
    };
    expect(await ask()).toBe('1');
    simulator.faults.set({ retryAfterSeconds: null });
    expect(await ask()).toBeNull();
  });
});

it('refuses a plan that is none', () => {
  expect(() => simulator.faults.next({ fault: { undelivered: 0 } })).toThrow();
  expect(() => simulator.faults.set({ endings: [] })).toThrow();
});
