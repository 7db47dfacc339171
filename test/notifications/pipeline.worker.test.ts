import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../worker/world.ts';

let world: World;
const ROSA = () => world.member('rosa');
const BEN = () => world.member('ben');

async function post(body: string, as = ROSA(), extra: Record<string, unknown> = {}) {
  const answer = await world.api('POST', `/api/threads/${world.thread()}/messages`, {
    as,
    body: { body, ...extra },
  });
  expect(answer.status).toBe(201);
  return answer.json.message;
}

/** Makes everything that waits due, so that the next sweep takes it up. */
const hurry = () =>
  (env as unknown as { DB: D1Database }).DB.prepare(
    'UPDATE sms_delivery_log SET wake_at = 0, due_at = 0, claimed_at = claimed_at - 600000 WHERE family_id = ? AND wake_at IS NOT NULL',
  )
    .bind(world.familyId)
    .run();

/** The sweep, and the queue's consumer with what it found. */
async function sweepAndDrain() {
  await world.api('POST', '/api/admin/sweep', { as: 'service' });
  return await world.drain();
}

const summary = async () =>
  (await world.rows()).map(({ user_id, status, reason }) => [String(user_id).split('_')[0], status, reason]);

beforeEach(async () => {
  world = await createWorld();
  await world.seed([
    { id: 'rosa', name: 'Grandma Rosa', phone: world.phone(1) },
    { id: 'ben', name: 'Ben', phone: world.phone(2) },
  ]);
});

describe('from a post to a text', () => {
  it('texts the other member once, with a link, and logs it', async () => {
    const message = await post('Are you coming for dinner on Sunday?');
    await world.drain();
    const texts = await world.texts();
    expect(texts).toHaveLength(1);
    expect(texts[0]).toMatchObject({ to: world.phone(2), segments: 1, encoding: 'GSM-7' });
    expect(texts[0]!.body).toMatch(
      /^FamilyCircleSecure: Grandma Rosa: "Are you coming for dinner on Sunday\?"\nhttps:\/\/portal\.example\.com\/l\/[1-9A-HJ-NP-Za-km-z]{16,} Reply STOP to opt out$/,
    );
    const { json } = await world.api('GET', '/api/deliveries', { as: BEN() });
    expect(json.deliveries).toMatchObject([
      {
        kind: 'message',
        messageId: message.id,
        threadId: world.thread(),
        status: 'sent',
        reason: null,
        segments: 1,
      },
    ]);
  });

  it('asks for receipts that name the delivery, and for no delivery after it is worthless', async () => {
    await post('Hello');
    await world.drain();
    const [text] = await world.texts();
    const [row] = await world.rows();
    const callback = new URL(text!.statusCallback!);
    expect(callback.origin + callback.pathname).toBe('https://portal.example.com/api/sms/status');
    expect(callback.searchParams.get('delivery')).toBe(row!.id);
    expect(text!.validityPeriod).toBeGreaterThan(0);
  });

  it('keeps no number, word or code in the queue', async () => {
    await post('Secret words');
    expect(JSON.stringify(world.jobs)).not.toMatch(/Secret|\+1/);
    const { job } = world.jobs[0]!;
    expect(Object.keys(job).sort()).toEqual(['admitted', 'deliveryId', 'familyId']);
    expect(job.admitted).toEqual({ at: expect.any(Number), lastToday: false });
  });

  it('does not send again what the queue hands over twice', async () => {
    await post('Hello');
    world.jobs.push(...world.jobs);
    await world.drain({ keep: true });
    await world.drain();
    expect(await world.texts()).toHaveLength(1);
  });

  it('does not send again when two consumers work on the same job at once', async () => {
    await post('Hello');
    await Promise.all([
      world.drain({ keep: true }),
      world.drain({ keep: true }),
      world.drain({ keep: true }),
    ]);
    expect(await world.texts()).toHaveLength(1);
  });
});

describe('who is told', () => {
  it('is born suppressed where the facts rule it out, and never queued', async () => {
    await world.seed([
      { id: 'rosa', name: 'Grandma Rosa', phone: world.phone(1) },
      { id: 'unverified', name: 'Una', phone: world.phone(3), verified: false },
      { id: 'nophone', name: 'Nora' },
      { id: 'silent', name: 'Sil', phone: world.phone(4), consented: false },
      { id: 'muted', name: 'Mia', phone: world.phone(5) },
    ]);
    await world.api('PUT', `/api/threads/${world.thread()}/mute`, { as: world.member('muted') });
    await post('Hello');
    expect(world.jobs).toEqual([]);
    expect((await summary()).sort()).toEqual([
      ['muted', 'suppressed', 'muted'],
      ['nophone', 'suppressed', 'unverified'],
      ['silent', 'suppressed', 'opted_out'],
      ['unverified', 'suppressed', 'unverified'],
    ]);
  });

  it('is not texted about what has been read', async () => {
    await post('Hello');
    await world.api('POST', `/api/threads/${world.thread()}/read`, { as: BEN() });
    await world.drain();
    expect([await world.texts(), await summary()]).toEqual([[], [['ben', 'suppressed', 'read']]]);
  });

  it('is not texted while present, and is texted after all when gone without reading', async () => {
    await world.api('POST', '/api/presence/heartbeat', { as: BEN() });
    await post('Hello');
    await world.drain();
    expect([await world.texts(), await summary()]).toEqual([[], [['ben', 'deferred', 'online']]]);
    await world.api('POST', '/api/presence/heartbeat', { as: BEN(), body: { state: 'away' } });
    await hurry();
    await sweepAndDrain();
    expect([(await world.texts()).length, await summary()]).toEqual([1, [['ben', 'sent', null]]]);
  });

  it('is told of several messages in one text, all pointing to it', async () => {
    await post('One');
    await world.drain();
    await post('Two');
    await post('Three');
    await world.drain();
    expect((await summary()).slice(1)).toEqual([
      ['ben', 'deferred', 'rate_limited'],
      ['ben', 'deferred', 'rate_limited'],
    ]);
    // Urgent ones pass the window, and the text tells of everything unread.
    await post('Four', ROSA(), { urgent: true });
    await world.drain();
    const texts = await world.texts();
    expect(texts).toHaveLength(2);
    expect(texts[1]!.body).toContain('URGENT');
    expect(texts[1]!.body).toContain('Grandma Rosa: 3 new messages: "Four"');
    const rows = await world.rows();
    expect(rows.map(({ status }) => status)).toEqual(['sent', 'merged', 'merged', 'sent']);
    expect(rows[1]!.merged_into).toBe(rows[3]!.id);
    expect(rows[2]!.merged_into).toBe(rows[3]!.id);
  });

  it('honours a STOP between the decision and the claim', async () => {
    await post('Hello');
    const { DB } = env as unknown as { DB: D1Database };
    world.watch.reset();
    // The opt-out lands right before the claim.
    world.watch.faultAt = async (trip) => {
      if (world.watch.trips[trip]!.statements.some((text) => text.startsWith('/* claimed */'))) {
        await DB.prepare('UPDATE notification_preferences SET opted_out_at = 1 WHERE user_id = ?')
          .bind(BEN().userId)
          .run();
      }
      return null;
    };
    const { result } = await world.drain();
    expect(await world.texts()).toEqual([]);
    expect(result.retryMessages).toHaveLength(1);
    world.watch.faultAt = () => null;
    await hurry();
    await sweepAndDrain();
    expect(await summary()).toEqual([['ben', 'suppressed', 'opted_out']]);
  });
});
