import '../support/provided.ts';
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { parseConfig } from '../../src/platform/config.ts';
import { createTwilio, type SendOutcome, type Sms } from '../../src/platform/sms/twilio.ts';
import { workerSettings } from '../support/settings.ts';
import { createCarrier, type SendFault } from './carrier.ts';

const TO = '+12025550199';
const OTHER = '+12025550198';

/** A carrier, and how to make it misbehave. */
interface Tested {
  sms: Sms;
  next: (fault: SendFault) => Promise<void>;
  block: (number: string) => Promise<void>;
  breakList: () => Promise<void>;
}

/** The simulated Twilio over HTTP, by the product's own client. */
async function simulated(): Promise<Tested> {
  const { origin } = await fetch(`http://127.0.0.1:${inject('twilioPort')}/`, { method: 'POST' }).then(
    (answer) => answer.json() as Promise<{ origin: string }>,
  );
  const control = async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(`${origin}/simulator/api/${path}`, {
      method,
      headers: { 'Content-Type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    });
    expect(answer.ok).toBe(true);
    await answer.text();
  };
  const names = { lost: 'dropBefore', unanswered: 'dropAfter', late: 'dropAfter' } as const;
  const config = parseConfig({ ...workerSettings(1), TWILIO_API_BASE: origin });
  return {
    sms: createTwilio(config, Date.now),
    next: (fault) =>
      control('POST', 'faults/next', { fault: fault.kind === 'refused' ? fault.code : names[fault.kind] }),
    block: (number) => control('PUT', `opt-outs/${number}`),
    breakList: () => control('POST', 'faults/next', { fault: 'unavailable', operation: 'read' }),
  };
}

/** The stand-in that the fault tests and the histories use. */
async function standIn(): Promise<Tested> {
  const carrier = createCarrier(Date.now);
  return {
    sms: carrier,
    next: async (fault) => void carrier.faults.push(fault),
    block: async (number) => void carrier.blocked.add(number),
    breakList: async () => {
      carrier.listDown = true;
    },
  };
}

describe.each([
  ['the simulated Twilio', simulated],
  ['its stand-in in memory', standIn],
])('%s', (_, open) => {
  let tested: Tested;
  beforeEach(async () => {
    tested = await open();
  });
  const send = (reference = 'ref1', to = TO) =>
    tested.sms.send({
      to,
      body: `Words /l/${reference} more words`,
      statusCallback: 'https://portal.example.com/api/sms/status?delivery=d',
      validitySeconds: 600,
    });
  const find = (reference = 'ref1', to = TO, since = Date.now()) => tested.sms.find({ to, reference, since });
  const sidOf = (outcome: SendOutcome) => (outcome.kind === 'accepted' ? outcome.text.sid : null);

  it('finds what it accepted by number and reference, and nothing else', async () => {
    const outcome = await send();
    expect(outcome.kind).toBe('accepted');
    expect((await find())?.sid).toBe(sidOf(outcome));
    expect(await find('ref2')).toBeNull();
    expect(await find('ref1', OTHER)).toBeNull();
    expect(await find('ref1', TO, Date.now() + 120_000)).toBeNull();
  });

  it('finds the newest of several', async () => {
    await send();
    const second = await send();
    await send('ref2');
    expect((await find())?.sid).toBe(sidOf(second));
  });

  it('does not know what it never took, and knows what it took without an answer', async () => {
    await tested.next({ kind: 'lost' });
    expect(await send()).toMatchObject({ kind: 'ambiguous' });
    expect(await find()).toBeNull();
    await tested.next({ kind: 'unanswered' });
    expect(await send()).toMatchObject({ kind: 'ambiguous' });
    expect(await find()).not.toBeNull();
  });

  it.each([
    [20429, 'retry'],
    [21611, 'retry'],
    [21612, 'permanent'],
    [21614, 'permanent'],
    [20003, 'operator'],
  ])('refuses with %i, which means %s, and takes nothing', async (code, kind) => {
    await tested.next({ kind: 'refused', code });
    expect(await send()).toMatchObject({ kind, code: String(code) });
    expect(await find()).toBeNull();
    expect(await send()).toMatchObject({ kind: 'accepted' });
  });

  it('refuses whoever said STOP', async () => {
    await tested.block(TO);
    expect(await send()).toMatchObject({ kind: 'opted_out', code: '21610' });
    expect(await send('ref1', OTHER)).toMatchObject({ kind: 'accepted' });
    expect(await find()).toBeNull();
  });

  it('says so when its list cannot be asked', async () => {
    await send();
    await tested.breakList();
    await expect(find()).rejects.toThrow(/list answered 503/);
  });
});
