import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JournalError, replay } from '../../dev/simulator/journal.ts';
import { createSimulator, type Simulator } from '../../dev/simulator/simulator.ts';
import { type FakeApp, startFakeApp } from '../support/fake-app.ts';
import { twilioSdk } from '../support/twilio-sdk.ts';

const FROM = '+15005550006';
const ROSA = '+14155550101';
const TOM = '+14155550102';

let dir: string;
let journal: string;
let app: FakeApp;
const open: Simulator[] = [];
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'fcs-journal-'));
  journal = path.join(dir, 'simulator.jsonl');
  app = await startFakeApp();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((simulator) => simulator.close()));
  await app.close();
  await rm(dir, { recursive: true });
});

/** A simulator on the journal; several at a time, as after a kill: the first one never gets to close it. */
async function start(pace = { sentMs: 0, deliveredMs: 0 }): Promise<Simulator> {
  const simulator = await createSimulator({ journal, publicOrigin: app.origin, pace });
  open.push(simulator);
  return simulator;
}
const text = (simulator: Simulator, to = ROSA, body = 'Hi') =>
  twilioSdk(simulator).messages.create({ from: FROM, to, body, statusCallback: `${app.origin}/status` });

describe('after a restart', () => {
  it('texts, notices, opt-outs and peculiarities are there again, faults are not', async () => {
    const before = await start();
    before.faults.set({ rateLimited: 0.5 });
    before.faults.next({ fault: 'none', times: 2 });
    await text(before, ROSA, 'Dinner? 🍝');
    before.setNumber(TOM, { undelivered: 30005, rcs: true });
    await text(before, TOM);
    await before.idle();
    app.answers.push({ status: 500 });
    await before.sendFromPhone(ROSA, 'STOP');
    await before.idle();

    const after = await start();
    expect(after.messages()).toEqual(before.messages());
    expect(after.notices()).toEqual(before.notices());
    expect(after.notices()).toHaveLength(1);
    expect([after.isOptedOut(ROSA), after.isOptedOut(TOM)]).toEqual([true, false]);
    expect(after.faults.get().rateLimited).toBe(0);
    await after.sendFromPhone(ROSA, 'START');
    const { sid } = await text(after, TOM);
    await after.idle();
    expect(after.messages().at(-1)).toMatchObject({ sid, status: 'undelivered', channel: 'rcs' });
    expect(new Set(after.messages().map(({ seq }) => seq)).size).toBe(after.messages().length);
  });

  it('what was cleared is gone', async () => {
    const before = await start();
    await text(before);
    before.optOut(TOM);
    before.reset();
    await text(before, TOM, 'New');
    await before.idle();
    const after = await start();
    expect(after.messages()).toMatchObject([{ body: 'New' }]);
    expect(after.isOptedOut(TOM)).toBe(false);
  });

  it('deliveries that were under way go on where they were, when told to', async () => {
    const before = await start({ sentMs: 60_000, deliveredMs: 60_000 });
    await text(before, ROSA, 'queued');
    before.configure({ pace: { sentMs: 0, deliveredMs: 60_000 } });
    await text(before, TOM, 'sent');
    await expect.poll(() => app.received.length).toBe(1);

    const after = await start();
    expect(after.messages().map(({ status }) => status)).toEqual(['queued', 'sent']);
    after.resume();
    await after.idle();
    expect(after.messages().map(({ status }) => status)).toEqual(['delivered', 'delivered']);
    const receipts = app.received.map(({ params }) => `${params.To} ${params.MessageStatus}`);
    expect(receipts.sort()).toEqual([`${ROSA} delivered`, `${ROSA} sent`, `${TOM} delivered`, `${TOM} sent`]);
  });

  it('the journal is as short as it can be', async () => {
    const before = await start();
    for (let n = 0; n < 5; n += 1) await text(before);
    await before.idle();
    const lines = async () => (await readFile(journal, 'utf8')).split('\n').length - 1;
    expect(await lines()).toBeGreaterThan(10);
    await start();
    expect(await lines()).toBe(6);
  });
});

describe('a journal that was cut off', () => {
  it('loses the line that was being written, and no other', async () => {
    const before = await start();
    await text(before);
    await before.idle();
    await appendFile(journal, '{"message":{"seq":2,');
    const after = await start();
    expect(after.messages()).toMatchObject([{ body: 'Hi' }]);
    await text(after, TOM);
    await after.idle();
    expect((await start()).messages()).toHaveLength(2);
  });

  it.each([
    ['no JSON', 'nonsense\n'],
    ['another thing', '{"message":{"seq":1}}\n'],
  ])('is refused when a whole line is %s', async (_what, content) => {
    expect(() => replay(content)).toThrow(JournalError);
    await writeFile(journal, `{"cleared":true}\n${content}`);
    await expect(start()).rejects.toThrow('line 2 cannot be read');
  });
});
