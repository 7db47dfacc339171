import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { twilioSignature } from '../../src/platform/sms/twilio-signature.ts';
import worker from '../../src/worker.ts';
import { createWorld, type World } from '../worker/world.ts';

const { DB } = env as unknown as { DB: D1Database };
let world: World;
const ROSA = () => world.member('rosa');
const BEN = () => world.member('ben');

async function post(body = 'Hello') {
  const path = `/api/threads/${world.thread()}/messages`;
  expect((await world.api('POST', path, { as: ROSA(), body: { body } })).status).toBe(201);
}

/** Lets the lease and every wait run out. */
const waitOut = () =>
  DB.prepare(
    `UPDATE sms_delivery_log SET wake_at = 0, due_at = CASE WHEN due_at IS NULL THEN NULL ELSE 0 END,
      claimed_at = claimed_at - 100000 WHERE family_id = ? AND wake_at IS NOT NULL`,
  )
    .bind(world.familyId)
    .run();

async function sweepAndDrain() {
  await waitOut();
  await world.rested();
  expect((await world.api('POST', '/api/admin/sweep', { as: 'service' })).status).toBe(200);
  return await world.drain();
}

const fault = (plan: Record<string, unknown>) => world.control('POST', 'faults/next', plan);
const row = async () => (await world.rows())[0]!;
const accepted = async () => (await world.texts(world.phone(2))).length;

/** A receipt as Twilio sends it, to the address that the text named. */
async function receipt(
  fields: Record<string, string>,
  { signature, url }: { signature?: string; url?: string } = {},
) {
  const [text] = (await world.texts(world.phone(2))).slice(-1);
  const address = (url ?? text!.statusCallback!).split('#')[0]!;
  const params = {
    MessageSid: text?.sid ?? 'SM0',
    To: world.phone(2),
    AccountSid: String(world.env.TWILIO_SID),
    ...fields,
  };
  return await world.send('POST', address, {
    body: new URLSearchParams(params).toString(),
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      'X-Twilio-Signature':
        signature ?? (await twilioSignature(String(world.env.TWILIO_AUTH), address, Object.entries(params))),
    },
  });
}

beforeEach(async () => {
  // A sweep asks for every family: what an earlier test left waiting would come due in the middle of this one.
  await DB.prepare('UPDATE sms_delivery_log SET wake_at = NULL WHERE wake_at IS NOT NULL').run();
  world = await createWorld();
  await world.seed([
    { id: 'rosa', name: 'Grandma Rosa', phone: world.phone(1) },
    { id: 'ben', name: 'Ben', phone: world.phone(2) },
  ]);
});

describe('what was never processed is sent again', () => {
  it.each([
    ['too many requests', 'rateLimited', '20429'],
    ['the sender’s queue is full', 21611, '21611'],
    ['the registered rate was exceeded', 30022, '30022'],
  ])('after %s', async (_, what, code) => {
    await fault({ fault: what });
    await post();
    const { result } = await world.drain();
    expect(result.retryMessages).toHaveLength(1);
    expect(await row()).toMatchObject({ status: 'pending', error: code, sent_at: null });
    await sweepAndDrain();
    expect([await accepted(), (await row()).status]).toEqual([1, 'sent']);
  });

  it('no sooner than Twilio asks', async () => {
    await world.control('PATCH', 'faults', { retryAfterSeconds: 40 });
    await fault({ fault: 'rateLimited' });
    await post();
    const now = Date.now();
    await world.drain();
    expect(Number((await row()).due_at)).toBeGreaterThanOrEqual(now + 39_000);
    // A job that comes too early is left for later.
    world.jobs.push({
      job: { deliveryId: String((await row()).id), familyId: world.familyId },
      delaySeconds: 0,
    });
    await world.drain();
    expect([await accepted(), (await row()).status]).toEqual([0, 'pending']);
  });
});

describe('what ended in doubt is looked up before any second send', () => {
  it.each([
    ['a time-out before accepting', 'timeout', 0],
    ['a time-out after accepting', 'timeoutAfter', 1],
    ['a dropped line before accepting', 'dropBefore', 0],
    ['a dropped line after accepting', 'dropAfter', 1],
    ['an error after accepting', 'serverErrorAfter', 1],
    ['an error', 'serverError', 0],
    ['an outage', 'unavailable', 0],
  ])('%s: exactly one text', async (_, what, atOnce) => {
    if (what.startsWith('timeout')) world.set({ TWILIO_TIMEOUT_SECONDS: '2' });
    await fault({ fault: what });
    await post();
    const { result } = await world.drain();
    expect(result.retryMessages).toEqual([]);
    expect([await accepted(), (await row()).status]).toEqual([atOnce, 'sending']);

    // Within the lease nothing happens, whoever asks.
    world.jobs.push({
      job: { deliveryId: String((await row()).id), familyId: world.familyId },
      delaySeconds: 0,
    });
    await world.drain();
    expect([await accepted(), (await row()).status]).toEqual([atOnce, 'sending']);

    await sweepAndDrain();
    if (atOnce === 0) {
      expect(await row()).toMatchObject({ status: 'sending', absences: 1 });
      await sweepAndDrain(); // the second look concludes absence
      expect(await row()).toMatchObject({ status: 'pending', absences: 2 });
      await sweepAndDrain();
    }
    // A text that was found had been delivered in the meantime.
    expect([await accepted(), (await row()).status]).toEqual([1, atOnce === 1 ? 'delivered' : 'sent']);
    await sweepAndDrain();
    expect(await accepted()).toBe(1);
  });

  it('leaves a text in doubt while the carrier cannot be asked', async () => {
    await fault({ fault: 'dropAfter' });
    await post();
    await world.drain();
    await fault({ fault: 'unavailable', operation: 'read', times: 2 });
    await sweepAndDrain();
    await sweepAndDrain();
    expect(await row()).toMatchObject({ status: 'sending', absences: 0 });
    await sweepAndDrain();
    expect([await accepted(), (await row()).status]).toEqual([1, 'delivered']);
  });

  it.each([
    ['absence was concluded', 'absences = 2'],
    ['another try was refused in between', "absences = 0, claim = 'clm_later', error = '20429'"],
    ['the next try was put off', "status = 'deferred', absences = 2, reason = 'quiet_hours'"],
  ])('takes a receipt for proof, even after %s', async (_, since) => {
    await fault({ fault: 'dropAfter' });
    await post();
    await world.drain();
    const free = DB.prepare("UPDATE sms_delivery_log SET status = 'pending' WHERE family_id = ?");
    const later = DB.prepare(`UPDATE sms_delivery_log SET ${since} WHERE family_id = ?`);
    await DB.batch([free, later].map((statement) => statement.bind(world.familyId)));
    expect((await receipt({ MessageStatus: 'delivered' })).status).toBeLessThan(300);
    await sweepAndDrain();
    expect([await accepted(), (await row()).status]).toEqual([1, 'delivered']);
  });

  it('learns the fate of a text that was found', async () => {
    await world.control('PUT', `numbers/${world.phone(2)}`, { failed: 30003 });
    await fault({ fault: 'dropAfter' });
    await post();
    await world.drain();
    await world.control('POST', 'idle');
    await sweepAndDrain();
    expect(await row()).toMatchObject({ status: 'undelivered', error: '30003' });
  });
});

describe('refusals', () => {
  it.each([
    [21211, 'failed', 'unusable'],
    [21614, 'failed', 'unusable'],
    [21635, 'failed', 'unusable'],
    [21408, 'failed', 'verified'],
    [21612, 'failed', 'verified'],
  ])('%i is final: the row is %s, the number %s', async (code, status, phoneState) => {
    await world.control('PUT', `numbers/${world.phone(2)}`, { refuse: code });
    await post();
    await world.drain();
    expect(await row()).toMatchObject({ status, error: String(code), wake_at: null });
    const { json } = await world.api('GET', '/api/me', { as: BEN() });
    expect(json.phoneState).toBe(phoneState);
    await sweepAndDrain();
    expect(world.jobs).toEqual([]);
  });

  it('21610 is recorded as an opt-out by the carrier, and never tried again', async () => {
    await world.control('PUT', `opt-outs/${world.phone(2)}`);
    await post();
    await world.drain();
    expect(await row()).toMatchObject({ status: 'failed', error: '21610' });
    const { json } = await world.api('GET', '/api/consents', { as: BEN() });
    expect(json.consents[0]).toMatchObject({ action: 'opt_out', source: 'carrier' });
    await post('Again');
    expect((await world.rows())[1]).toMatchObject({ status: 'suppressed', reason: 'opted_out' });
  });

  it.each([
    ['wrong credentials', 20003, 'twilio_credentials'],
    ['a sender that is not ours', 21606, 'twilio_sender'],
    ['a sender that is not registered', 30034, 'twilio_sender'],
  ])('%s stops sending, alerts the operators, and loses nothing', async (_, code, kind) => {
    await fault({ fault: code });
    await post();
    await world.drain();
    expect(await row()).toMatchObject({ status: 'pending', error: String(code) });
    const { json } = await world.api('GET', '/api/admin/stats', { as: 'service' });
    expect(json.alerts.map((alert: { kind: string }) => alert.kind)).toContain(kind);
    await sweepAndDrain();
    expect([await accepted(), (await row()).status]).toEqual([1, 'sent']);
  });

  it.each([
    ['a broken account', 20003],
    ['a busy carrier', 20429],
  ])('%s holds a text up for a lease at the longest, however often it was tried', async (_, code) => {
    world.set({ CLAIM_LEASE_SECONDS: '3', TWILIO_TIMEOUT_SECONDS: '2' });
    await post();
    for (let attempt = 0; attempt < 4; attempt++) {
      await fault({ fault: code });
      const before = Date.now();
      await sweepAndDrain();
      const { error, attempts, wake_at: wakeAt } = await row();
      expect([error, attempts]).toEqual([String(code), attempt + 1]);
      expect(Number(wakeAt)).toBeGreaterThan(before);
      expect(Number(wakeAt)).toBeLessThanOrEqual(Date.now() + 3000);
    }
  });

  it('gives the window back for a text that did not go out', async () => {
    await fault({ fault: 21612 });
    await post('Refused');
    await world.drain();
    await post('Accepted');
    await world.drain();
    expect((await world.rows()).map(({ status }) => status)).toEqual(['failed', 'sent']);
  });
});

describe('receipts', () => {
  beforeEach(async () => {
    await post();
    await world.drain();
  });

  it.each([
    [['sent', 'delivered'], 'delivered'],
    [['delivered', 'sent', 'queued'], 'delivered'],
    [['delivered', 'undelivered'], 'delivered'],
    [['delivered', 'failed', 'delivered'], 'delivered'],
    [['queued', 'sending', 'sent'], 'sent'],
    [['sent', 'sent', 'undelivered', 'delivered'], 'undelivered'],
    [['failed'], 'failed'],
    [['read'], 'delivered'],
  ])('%j, in that order, make it %s', async (order, status) => {
    for (const MessageStatus of order) expect((await receipt({ MessageStatus })).status).toBeLessThan(300);
    expect((await row()).status).toBe(status);
  });

  it('keep the code, and mark a dead number the first or the second time', async () => {
    await receipt({ MessageStatus: 'undelivered', ErrorCode: '30006' });
    expect(await row()).toMatchObject({ status: 'undelivered', error: '30006' });
    expect((await world.api('GET', '/api/me', { as: BEN() })).json.phoneState).toBe('unusable');
  });

  it('of an unreachable handset earn one more try, and no third', async () => {
    await receipt({ MessageStatus: 'undelivered', ErrorCode: '30003' });
    expect(await row()).toMatchObject({ status: 'undelivered', error: '30003' });
    await sweepAndDrain();
    expect([await accepted(), (await row()).status]).toEqual([2, 'sent']);
    await receipt({ MessageStatus: 'undelivered', ErrorCode: '30003' });
    await sweepAndDrain();
    expect([await accepted(), (await row()).status]).toEqual([2, 'undelivered']);
  });

  it('that are forged change nothing', async () => {
    expect((await receipt({ MessageStatus: 'failed' }, { signature: 'forged' })).status).toBe(403);
    expect((await row()).status).toBe('sent');
  });

  it('for a delivery that does not exist are no error', async () => {
    const url = `${world.origin}/api/sms/status?delivery=dlv_none&family=fam_none`;
    expect((await receipt({ MessageStatus: 'delivered' }, { url })).status).toBeLessThan(300);
  });
});

describe('the queue', () => {
  it('that refuses a job does not fail the post; the sweep finds the row', async () => {
    world.queue.fails = true;
    await post();
    world.queue.fails = false;
    expect([world.jobs.length, (await row()).status]).toEqual([0, 'pending']);
    await sweepAndDrain();
    expect([await accepted(), (await row()).status]).toEqual([1, 'sent']);
  });

  it('that refuses the sweep too is asked again a lease later', async () => {
    world.queue.fails = true;
    await post();
    await waitOut();
    expect((await world.api('POST', '/api/admin/sweep', { as: 'service' })).status).toBe(503);
    world.queue.fails = false;
    expect([world.jobs.length, (await row()).status]).toEqual([0, 'pending']);
    expect(Number((await row()).wake_at)).toBeGreaterThan(Date.now());
    await sweepAndDrain();
    expect([await accepted(), (await row()).status]).toEqual([1, 'sent']);
  });

  it('is not asked again for a row that somebody may still be working on', async () => {
    await post();
    world.jobs.length = 0;
    await world.api('POST', '/api/admin/sweep', { as: 'service' });
    expect(world.jobs).toEqual([]);
  });

  it('takes a job back when the database fails, and loses nothing', async () => {
    await post();
    world.watch.reset();
    world.watch.faultAt = () => ({
      when: 'before',
      message: 'D1 DB is overloaded. Too many requests queued.',
    });
    const { result } = await world.drain({ keep: true });
    expect(result.retryMessages).toHaveLength(1);
    world.watch.faultAt = () => null;
    await world.drain();
    expect(await accepted()).toBe(1);
  });

  async function deadLetters(bodies: unknown[]) {
    const messages = bodies.map((body, i) => ({ id: `dead${i}`, timestamp: new Date(), attempts: 1, body }));
    const batch = createMessageBatch('fcs-deliveries-dead', messages);
    const ctx = createExecutionContext();
    await worker.queue?.(batch, world.env, ctx);
    return await getQueueResult(batch, ctx);
  }

  it('records what failed every attempt, and an operator sends it again', async () => {
    world.queue.fails = true;
    await post();
    world.queue.fails = false;
    const deliveryId = String((await row()).id);
    const result = await deadLetters([{ deliveryId, familyId: world.familyId }, { junk: true }]);
    expect(result.explicitAcks).toHaveLength(2);
    const { json } = await world.api('GET', '/api/admin/stats', { as: 'service' });
    expect(json.deadLetters).toContainEqual(expect.objectContaining({ deliveryId, count: 1 }));

    const again = await world.api('POST', `/api/admin/deliveries/${deliveryId}/retry`, { as: 'service' });
    expect(again.status).toBe(202);
    await world.drain();
    expect([await accepted(), (await row()).status]).toEqual([1, 'sent']);
    const twice = await world.api('POST', `/api/admin/deliveries/${deliveryId}/retry`, { as: 'service' });
    expect([twice.status, twice.json.error]).toEqual([409, 'not_dead']);
  });

  it('is told of what it never understands, and lets go of it', async () => {
    const batch = createMessageBatch('fcs-deliveries', [
      { id: 'junk', timestamp: new Date(), attempts: 1, body: { deliveryId: 7 } as unknown as never },
    ]);
    const ctx = createExecutionContext();
    await worker.queue?.(batch, world.env, ctx);
    expect((await getQueueResult(batch, ctx)).explicitAcks).toEqual(['junk']);
  });
});

describe('the family’s object', () => {
  const broken = {
    idFromName: (name: string) => name,
    get: () =>
      new Proxy(
        {},
        { get: () => () => Promise.reject(new Error('Durable Object reset because its code was updated.')) },
      ),
  } as unknown as DurableObjectNamespace;

  it('that cannot be asked holds up texts, fails no post, and loses nothing', async () => {
    const path = `/api/threads/${world.thread()}/messages`;
    const answer = await world.api('POST', path, {
      as: ROSA(),
      body: { body: 'Hello' },
      env: { FAMILY: broken },
    });
    expect([answer.status, world.jobs.length]).toEqual([201, 1]);
    const { result } = await world.drain({ env: { FAMILY: broken } });
    expect(result.retryMessages).toHaveLength(1);
    expect([await accepted(), (await row()).status]).toEqual([0, 'pending']);
    await sweepAndDrain();
    expect([await accepted(), (await row()).status]).toEqual([1, 'sent']);
  });
});

describe('a row that waits for a family whose object fails', () => {
  it('expires although its family’s object never answers', async () => {
    await post();
    await DB.prepare(
      'UPDATE sms_delivery_log SET created_at = created_at - 86400001, wake_at = 0 WHERE family_id = ?',
    )
      .bind(world.familyId)
      .run();
    expect((await world.api('POST', '/api/admin/sweep', { as: 'service' })).status).toBe(200);
    expect(await row()).toMatchObject({ status: 'suppressed', reason: 'expired', wake_at: null });
  });
});

describe('a process that dies', () => {
  it.each([
    ['after the claim, before the text left', 0],
    ['after the text left, before its outcome was written', 1],
  ])('%s: exactly one text', async (_, textsBefore) => {
    await post();
    world.watch.reset();
    // Trips: facts, what the directory owes, claim, outcome. All that follow the death fail too.
    const dies = textsBefore === 0 ? 2 : 3;
    world.watch.faultAt = (trip) =>
      trip < dies ? null : { when: textsBefore === 0 ? 'after' : 'before', message: 'the process died' };
    await world.drain();
    world.watch.faultAt = () => null;
    expect([await accepted(), (await row()).status]).toEqual([textsBefore, 'sending']);
    for (let i = 0; i < 4; i++) await sweepAndDrain();
    expect([await accepted(), (await row()).status]).toEqual([1, textsBefore === 1 ? 'delivered' : 'sent']);
  });
});
