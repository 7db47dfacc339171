import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Faults, NO_FAULTS, pickFault } from '../../dev/simulator/faults.ts';
import { createSimulator, type Simulator } from '../../dev/simulator/simulator.ts';
import { failureOf } from '../support/failure-of.ts';
import { twilioSdk } from '../support/twilio-sdk.ts';

const FROM = '+15005550006';
const ROSA = '+14155550101';
const TOM = '+14155550102';

const open: Simulator[] = [];
async function start(options: Parameters<typeof createSimulator>[0] = {}): Promise<Simulator> {
  const simulator = await createSimulator({ pace: { sentMs: 0, deliveredMs: 0 }, ...options });
  open.push(simulator);
  return simulator;
}
afterEach(() => Promise.all(open.splice(0).map((simulator) => simulator.close())));

/** One create call by plain fetch: its HTTP status, or `null` when no answer came. */
async function send(simulator: Simulator, to = ROSA, timeoutMs = 10_000): Promise<Response | null> {
  const { accountSid, authToken } = simulator.settings();
  const answer = fetch(`${simulator.origin}/2010-04-01/Accounts/${accountSid}/Messages.json`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}` },
    body: new URLSearchParams({ To: to, From: FROM, Body: 'Hello' }),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const failure = await failureOf(answer);
  if (failure === null) return await answer;
  // No answer is one of the outcomes: the connection ended, or it took too long.
  expect(String(failure)).toMatch(/^(TypeError: fetch failed|TimeoutError: )/);
  return null;
}

describe('planned faults', () => {
  it.each([
    ['rateLimited', 429, 0],
    ['serverError', 500, 0],
    ['unavailable', 503, 0],
    ['timeout', null, 0],
    ['dropBefore', null, 0],
    ['dropAfter', null, 1],
    ['timeoutAfter', null, 1],
    ['serverErrorAfter', 500, 1],
    [21614, 400, 0],
    [20003, 401, 0],
    ['none', 201, 1],
  ] as const)('%s answers %s and accepts %i', async (fault, status, accepted) => {
    const simulator = await start();
    simulator.faults.next({ fault });
    // Only what never answers may be given up on soon; a busy machine answers late.
    const patience = String(fault).startsWith('timeout') ? 300 : undefined;
    expect((await send(simulator, ROSA, patience))?.status ?? null).toBe(status);
    await expect.poll(() => simulator.messages()).toHaveLength(accepted);
    expect(simulator.requests().at(-1)?.sid ?? null).toBe(simulator.messages()[0]?.sid ?? null);
    expect((await send(simulator))?.status).toBe(201);
  });

  it('gives 429 with Retry-After and a code that the SDK reads', async () => {
    const simulator = await start();
    simulator.faults.set({ retryAfterSeconds: 7 });
    simulator.faults.next({ fault: 'rateLimited', times: 2 });
    expect((await send(simulator))?.headers.get('retry-after')).toBe('7');
    const message = twilioSdk(simulator).messages.create({ from: FROM, to: ROSA, body: 'Hello' });
    await expect(message).rejects.toMatchObject({ status: 429, code: 20429 });
  });

  it('last for so many requests, of one kind, to one number', async () => {
    const simulator = await start();
    simulator.faults.next({ fault: 'unavailable', times: 2, to: ROSA });
    simulator.faults.next({ fault: 'serverError', operation: 'read' });
    // Twilio’s longest code.
    expect(() => simulator.faults.next({ fault: 216_602, to: '+12025550199' })).not.toThrow();
    const statuses = [await send(simulator, TOM), await send(simulator), await send(simulator)];
    statuses.push(await send(simulator));
    expect(statuses.map((answer) => answer?.status)).toEqual([201, 503, 503, 201]);
    await expect(twilioSdk(simulator).messages.list()).rejects.toMatchObject({ status: 500, code: 20500 });
    await expect(twilioSdk(simulator).messages.list()).resolves.toHaveLength(2);
  });
});

describe('rates', () => {
  const some: Partial<Faults> = { rateLimited: 0.2, serverError: 0.2, dropAfter: 0.1 };
  const history = async (seed: number): Promise<unknown[]> => {
    const simulator = await start({ seed, faults: some });
    for (let n = 0; n < 40; n += 1) await send(simulator);
    return simulator.requests().map((request) => request.fault);
  };

  it('repeat with the same seed and differ with another', async () => {
    const first = await history(7);
    expect(await history(7)).toEqual(first);
    expect(await history(8)).not.toEqual(first);
    expect(new Set(first)).toEqual(new Set([null, 'rateLimited', 'serverError', 'dropAfter']));
  });

  it('lie end to end on one draw', () => {
    const faults = { ...NO_FAULTS, rateLimited: 0.25, dropAfter: 0.5 };
    expect([0, 0.24, 0.25, 0.74, 0.75, 0.99].map((drawn) => pickFault(faults, 'create', drawn))).toEqual([
      'rateLimited',
      'rateLimited',
      'dropAfter',
      'dropAfter',
      'none',
      'none',
    ]);
    expect(pickFault({ ...faults, on: 'read' }, 'create', 0)).toBe('none');
  });

  it('of 1 hit every request, until reset', async () => {
    const simulator = await start({ faults: { unavailable: 1 } });
    expect((await send(simulator))?.status).toBe(503);
    simulator.faults.reset();
    expect((await send(simulator))?.status).toBe(201);
  });

  it('refuse what is no rate', async () => {
    const simulator = await start();
    expect(() => simulator.faults.set({ timeout: 2 })).toThrow();
    expect(simulator.faults.get()).toEqual(NO_FAULTS);
  });
});

describe('latency', () => {
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await createSimulator({ faults: { latencyMs: 60_000 } });
  });
  afterAll(() => simulator.close());

  it('holds the answer back, and a caller that gives up has sent nothing', async () => {
    expect(await send(simulator, ROSA, 100)).toBeNull();
    expect(simulator.messages()).toEqual([]);
    expect(simulator.requests()).toMatchObject([{ operation: 'create', status: null }]);
  });
});
