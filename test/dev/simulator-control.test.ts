import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSimulator, type Simulator } from '../../dev/simulator/simulator.ts';
import type { SimulatedMessage } from '../../dev/simulator/types.ts';
import { type FakeApp, startFakeApp } from '../support/fake-app.ts';
import { twilioSdk } from '../support/twilio-sdk.ts';

const FROM = '+15005550006';
const ROSA = '+14155550101';

let app: FakeApp;
let simulator: Simulator;
beforeAll(async () => {
  app = await startFakeApp();
  simulator = await createSimulator({ publicOrigin: app.origin, pace: { sentMs: 0, deliveredMs: 0 } });
});
beforeEach(() => simulator.reset());
afterAll(async () => {
  await simulator.close();
  await app.close();
});

async function control(method: string, path: string, body?: unknown, headers?: Record<string, string>) {
  const answer = await fetch(`${simulator.origin}/simulator/api${path}`, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}
const text = (body: string) => twilioSdk(simulator).messages.create({ from: FROM, to: ROSA, body });

describe('the control API', () => {
  it('reads and clears the texts', async () => {
    await text('One');
    await simulator.sendFromPhone(ROSA, 'Two');
    const found = await control('GET', `/messages?phone=${encodeURIComponent(ROSA)}&direction=inbound`);
    expect(found.body.messages).toMatchObject([{ body: 'Two', direction: 'inbound' }]);
    await control('DELETE', '/messages');
    expect((await control('GET', '/messages')).body.messages).toEqual([]);
  });

  it('waits for the next text', async () => {
    await text('Before');
    const { lastSeq } = (await control('GET', '/state')).body;
    const waiting = control('GET', `/messages/next?contains=code&after=${lastSeq}`);
    await text('Not this');
    await text('Your code is 123456');
    expect((await waiting).body.message).toMatchObject({ body: 'Your code is 123456' });
    expect((await control('GET', '/messages/next?after=0')).body.message).toMatchObject({ body: 'Before' });
    expect((await control('GET', '/messages/next?timeoutMs=20')).body.message).toBeNull();
  });

  it('sends from a phone', async () => {
    app.answers.push({ body: '<Response><Message>Hello</Message></Response>' });
    const { status, body } = await control('POST', '/inbound', { from: ROSA, body: 'Hi' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ message: { from: ROSA, body: 'Hi' }, webhooks: [{ outcome: 'ok' }] });
    expect((await control('GET', '/messages/next?after=0&direction=outbound')).body.message).toMatchObject({
      body: 'Hello',
      to: ROSA,
    });
  });

  it('sets faults, plans them and takes them back', async () => {
    await control('PATCH', '/faults', { unavailable: 1 });
    await expect(text('No')).rejects.toMatchObject({ status: 503 });
    await control('DELETE', '/faults');
    await control('POST', '/faults/next', { fault: 21614 });
    await expect(text('No')).rejects.toMatchObject({ code: 21614 });
    await expect(text('Yes')).resolves.toMatchObject({ status: 'queued' });
  });

  it('sets numbers, opt-outs and settings', async () => {
    await control('PUT', `/numbers/${ROSA}`, { refuse: 21635 });
    await expect(text('No')).rejects.toMatchObject({ code: 21635 });
    await control('DELETE', `/numbers/${ROSA}`);
    await control('PUT', `/opt-outs/${ROSA}`);
    await expect(text('No')).rejects.toMatchObject({ code: 21610 });
    await control('DELETE', `/opt-outs/${ROSA}`);
    await expect(text('Yes')).resolves.toMatchObject({ status: 'queued' });
    const { body } = await control('PATCH', '/settings', { optOuts: 'off' });
    expect(body.settings).toMatchObject({ optOuts: 'off' });
    await control('PATCH', '/settings', { optOuts: 'twilio' });
  });

  it('shows requests, webhooks and notices', async () => {
    app.answers.push({ status: 500 });
    await simulator.sendFromPhone(ROSA, 'Hi');
    await text('Hello');
    await control('POST', '/idle');
    expect((await control('GET', '/requests')).body.requests).toMatchObject([{ operation: 'create' }]);
    expect((await control('GET', '/webhooks')).body.webhooks).toMatchObject([{ kind: 'inbound' }]);
    expect((await control('GET', '/notices')).body.notices).toMatchObject([{ code: 11200 }]);
  });

  it.each([
    ['PATCH', '/faults', { timeout: 3 }, 400],
    ['PATCH', '/faults', { nonsense: 1 }, 400],
    ['POST', '/inbound', { from: ROSA }, 400],
    ['PUT', `/numbers/${ROSA}`, 'text', 400],
    ['PUT', '/numbers/nobody', { refuse: 21614 }, 400],
    ['PUT', '/opt-outs/12', {}, 400],
    ['PUT', '/opt-outs/%', {}, 400],
    ['POST', '/inbound', { from: 'nobody', body: 'Hi' }, 400],
    ['GET', '/messages?direction=sideways', undefined, 400],
    ['GET', '/nowhere', undefined, 404],
  ])('refuses %s %s %j', async (method, path, body, status) => {
    const answer = await control(method, path, body);
    expect(answer).toEqual({ status, body: { error: expect.stringMatching(/\S/) } });
  });

  it('refuses broken JSON and other sites', async () => {
    const broken = await fetch(`${simulator.origin}/simulator/api/inbound`, { method: 'POST', body: '{' });
    expect(broken.status).toBe(400);
    const foreign = await control('POST', '/reset', {}, { origin: 'https://evil.example' });
    expect(foreign.status).toBe(403);
  });
});

describe('waiting in the same process', () => {
  it('resolves with the next text and rejects when none comes', async () => {
    await text('Before');
    const next = simulator.waitForMessage({ phone: ROSA, direction: 'outbound' });
    await text('After');
    await expect(next).resolves.toMatchObject({ body: 'After' } satisfies Partial<SimulatedMessage>);
    await expect(simulator.waitForMessage({ after: 0 })).resolves.toMatchObject({ body: 'Before' });
    await expect(simulator.waitForMessage({}, 20)).rejects.toThrow('No text within 20 ms');
  });
});
