import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createSimulator, type Simulator } from '../../../dev/simulator/simulator.ts';
import { createTwilio, type OutgoingText } from '../../../src/platform/sms/twilio.ts';
import { errorRule } from '../../../src/platform/sms/twilio-errors.ts';

let twilio: Simulator;
const TO = '+12025550123';
const text = (body = 'Hello'): OutgoingText => ({
  to: TO,
  body,
  statusCallback: 'https://portal.example.com/api/sms/status?delivery=dlv_1#rc=3&rp=5xx,ct,rt',
  validitySeconds: 14_400,
});

/** Our client, with the simulator's account unless told otherwise. */
function client(settings: Record<string, string | number> = {}) {
  const { accountSid, authToken, from } = twilio.settings();
  return createTwilio(
    {
      TWILIO_SID: accountSid,
      TWILIO_AUTH: authToken,
      TWILIO_KEY_SID: undefined,
      TWILIO_KEY_SECRET: undefined,
      TWILIO_FROM: from[0],
      TWILIO_MESSAGING_SERVICE_SID: undefined,
      TWILIO_API_BASE: twilio.origin,
      TWILIO_TIMEOUT_SECONDS: 1,
      ...settings,
    },
    () => Date.now(),
  );
}

beforeAll(async () => {
  twilio = await createSimulator({
    webhooks: 'hold',
    keySid: 'SK00000000000000000000000000000001',
    keySecret: 'key-secret',
    messagingServiceSid: 'MG00000000000000000000000000000001',
  });
});
afterAll(() => twilio.close());
afterEach(() => twilio.reset());

describe('sending', () => {
  it('asks for what the text needs', async () => {
    const outcome = await client().send(text());
    const [message] = twilio.messages();
    expect(outcome).toMatchObject({ kind: 'accepted', text: { sid: message!.sid, segments: 1 } });
    expect(message).toMatchObject({
      to: TO,
      from: twilio.settings().from[0],
      body: 'Hello',
      validityPeriod: 14_400,
      statusCallback: text().statusCallback,
    });
  });

  it('signs in with an API key where there is one, and through a messaging service', async () => {
    const key = {
      TWILIO_KEY_SID: 'SK00000000000000000000000000000001',
      TWILIO_KEY_SECRET: 'key-secret',
      TWILIO_AUTH: 'wrong',
    };
    expect((await client(key).send(text())).kind).toBe('accepted');
    const service = { TWILIO_MESSAGING_SERVICE_SID: 'MG00000000000000000000000000000001' };
    // A messaging service does not know the segments yet.
    expect(await client(service).send(text())).toMatchObject({ kind: 'accepted', text: { segments: null } });
  });

  it.each([
    ['rateLimited', { kind: 'retry', code: '20429', retryAfterSeconds: 7, pausesSender: true }],
    ['serverError', { kind: 'ambiguous', code: '20500' }],
    ['serverErrorAfter', { kind: 'ambiguous', code: '20500' }],
    ['unavailable', { kind: 'ambiguous', code: '20503' }],
    ['timeout', { kind: 'ambiguous', code: 'timeout' }],
    ['timeoutAfter', { kind: 'ambiguous', code: 'timeout' }],
    ['dropBefore', { kind: 'ambiguous', code: 'network' }],
    ['dropAfter', { kind: 'ambiguous', code: 'network' }],
    [21211, { kind: 'permanent', code: '21211' }],
    [21610, { kind: 'opted_out', code: '21610' }],
    [21212, { kind: 'operator', code: '21212' }],
    [21606, { kind: 'operator', code: '21606' }],
    [21659, { kind: 'operator', code: '21659' }],
    [21660, { kind: 'operator', code: '21660' }],
    [21661, { kind: 'operator', code: '21661' }],
    [30001, { kind: 'retry', code: '30001', pausesSender: true }],
  ] as const)('after %s', async (fault, outcome) => {
    twilio.faults.set({ retryAfterSeconds: 7 });
    twilio.faults.next({ fault });
    expect(await client().send(text())).toEqual(outcome);
  });

  it('tells wrong credentials, a wrong account and an unreachable host apart from refusals', async () => {
    expect(await client({ TWILIO_AUTH: 'wrong' }).send(text())).toMatchObject({
      kind: 'operator',
      code: '20003',
    });
    expect((await client({ TWILIO_SID: `AC${'9'.repeat(32)}` }).send(text())).kind).toBe('operator');
    expect((await client({ TWILIO_API_BASE: 'http://127.0.0.1:1' }).send(text())).kind).toBe('ambiguous');
  });
});

describe('finding', () => {
  it('finds a text by its reference, on whatever page, and only at its number', async () => {
    const sms = client();
    const since = Date.now();
    await sms.send(text('The one: code-abc'));
    for (let i = 0; i < 130; i++) await sms.send(text(`Other ${i}`));
    await sms.send({ ...text('Elsewhere: code-xyz'), to: '+12025550124' });
    expect(await sms.find({ to: TO, reference: 'code-abc', since })).toMatchObject({
      body: 'The one: code-abc',
    });
    expect(await sms.find({ to: TO, reference: 'code-xyz', since })).toBeNull();
  });

  it('does not take a text for the one it is looking for when it is older than the claim', async () => {
    const sms = client();
    await sms.send(text('code-abc'));
    expect(await sms.find({ to: TO, reference: 'code-abc', since: Date.now() + 120_000 })).toBeNull();
  });

  it.each(['serverError', 'unavailable', 'rateLimited', 'timeout', 'dropBefore'] as const)(
    'throws after %s',
    async (fault) => {
      twilio.faults.next({ fault, operation: 'read' });
      await expect(client().find({ to: TO, reference: 'code', since: 0 })).rejects.toThrow();
    },
  );

  /** A list as somebody else might give it. @returns the paths that were asked for, after the first */
  async function listing(answer: string): Promise<{ paths: string[]; error: Error }> {
    const paths: string[] = [];
    const server = createServer((request, response) => {
      paths.push(request.url ?? '');
      response.setHeader('Content-Type', 'application/json').end(answer);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const sms = client({ TWILIO_API_BASE: `http://127.0.0.1:${port}` });
    const error = await sms.find({ to: TO, reference: 'code', since: 0 }).then(
      () => new Error('It found something'),
      (thrown: Error) => thrown,
    );
    server.close();
    return { paths: paths.slice(1), error };
  }

  it.each(['.evil.example/next', '@evil.example/next', 'https://evil.example/next'])(
    'does not take our credentials elsewhere: the next page is not %s',
    async (next_page_uri) => {
      const { paths, error } = await listing(JSON.stringify({ messages: [], next_page_uri }));
      expect([paths, error.message]).toEqual([
        [],
        "The carrier's list goes on at an address that is not its own",
      ]);
    },
  );

  it.each(['Dear Rosa', '{"messages":"Dear Rosa"}', ''])(
    'says nothing of what it cannot read: %s',
    async (answer) => {
      expect((await listing(answer)).error.message).toBe("The carrier's list cannot be read");
    },
  );
});

describe('what codes mean', () => {
  it.each([
    [20003, 401, 'operator'],
    [null, 401, 'operator'],
    [30002, 0, 'operator'],
    [null, 429, 'retry'],
    [null, 500, 'ambiguous'],
    [null, 503, 'ambiguous'],
    [null, 404, 'operator'],
    [20404, 404, 'operator'],
    [21612, 400, 'permanent'],
    [99_999, 400, 'permanent'],
  ])('%s with status %i: %s', (code, status, meaning) => {
    expect(errorRule(code, status)).toMatchObject({ meaning, advice: expect.stringMatching(/\w{4}/) });
  });

  it.each([
    [21211, 'unusable'],
    [21614, 'unusable'],
    [21635, 'unusable'],
    [30006, 'unusable'],
    [30005, 'strike'],
    [21612, undefined],
  ])('%i says of the number: %s', (code, number) => {
    expect(errorRule(code, 0).number).toBe(number);
  });
});
