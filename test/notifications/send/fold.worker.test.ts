import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RoundTrip } from '../../worker/counting.ts';
import { createWorld, type World } from '../../worker/world.ts';

const { DB, FAMILY } = env as unknown as { DB: D1Database; FAMILY: DurableObjectNamespace };
const PEOPLE = 99;
/** So many texts of one author to one family are more than a share of the usual caps. */
const CAPS = { SMS_FAMILY_DAILY_CAP: '100000', SMS_USER_DAILY_CAP: '100000' };

async function worldOf(): Promise<World> {
  const world = await createWorld(CAPS, PEOPLE + 1);
  await world.seed([
    { id: 'rosa', name: 'Rosa' },
    ...Array.from({ length: PEOPLE }, (_, i) => ({
      id: `p${i}`,
      name: `P${i}`,
      phone: world.phone(i),
    })),
  ]);
  return world;
}

/** The family's object reads the settings for itself, from its environment, when it is first asked something. */
async function withCaps({ familyId }: World): Promise<void> {
  const stub = FAMILY.get(FAMILY.idFromName(familyId));
  await evictDurableObject(stub);
  await runInDurableObject(stub, (object) => void Object.assign(object, { env: { ...env, ...CAPS } }));
}

let threads = 0;

/** A thread of Rosa and some people, where so many of her messages wait for each of them. */
async function waitingThread(world: World, people: number, count: number): Promise<string> {
  const thread = world.thread(`waiting${threads++}`);
  const readers = Array.from({ length: people }, (_, i) => world.member(`p${i}`).userId);
  const memberIds = [world.member('rosa').userId, ...readers];
  await world.mirror(`threads/${thread}`, { familyId: world.familyId, title: 'Waiting', memberIds });
  const numbers = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`;
  const at = Date.now();
  await DB.batch([
    DB.prepare(`${numbers} INSERT INTO messages (id, family_id, thread_id, seq, author_id, body, client_key, created_at)
      SELECT 'msg_' || i || '${thread}', '${world.familyId}', '${thread}', i, '${memberIds[0]}', 'Hello',
        '${thread}' || i, ${at} FROM n`),
    DB.prepare(`UPDATE threads SET last_seq = ${count} WHERE id = '${thread}'`),
    DB.prepare(`${numbers} INSERT INTO sms_delivery_log (id, family_id, kind, user_id, thread_id, message_id, seq, status,
        wake_at, created_at)
      SELECT 'dlv_' || printf('%06d', i) || m.user_id || '${thread}', '${world.familyId}', 'message', m.user_id, '${thread}',
        'msg_' || i || '${thread}', i, 'pending', ${at + 3_600_000}, ${at}
      FROM n JOIN thread_members m ON m.thread_id = '${thread}' AND m.user_id <> '${memberIds[0]}'`),
  ]);
  return thread;
}

/** The newest waiting rows of a thread become jobs. */
async function enqueueNewest(world: World, thread: string, jobs: number): Promise<void> {
  const { results } = await DB.prepare(
    `SELECT id FROM sms_delivery_log WHERE family_id = ?1 AND thread_id = ?2 AND status = 'pending'
     ORDER BY seq DESC, user_id LIMIT ${jobs}`,
  )
    .bind(world.familyId, thread)
    .all<{ id: string }>();
  for (const { id } of results)
    world.jobs.push({ job: { deliveryId: id, familyId: world.familyId }, delaySeconds: 0 });
}

const isMerge = ({ statements }: RoundTrip) => statements.some((text) => text.includes('"part"'));
const rowsRead = (trips: RoundTrip[]) => trips.reduce((sum, trip) => sum + trip.rowsRead, 0);

/** What is left of a thread's rows, by status. */
async function statuses(world: World, thread: string): Promise<Record<string, number>> {
  const { results } = await DB.prepare(
    'SELECT status, COUNT(*) AS n FROM sms_delivery_log WHERE family_id = ? AND thread_id = ? GROUP BY status',
  )
    .bind(world.familyId, thread)
    .all<{ status: string; n: number }>();
  return Object.fromEntries(results.map(({ status, n }) => [status, n]));
}

describe('a batch of a hundred jobs', () => {
  let world: World;
  beforeAll(async () => {
    world = await worldOf();
  }, 120_000);

  it.each([
    [1, 1, 'Rosa: "Hello"'],
    [1, 100, 'Rosa: 99+ new messages: "Hello"'],
    [1, 400, 'Rosa: 99+ new messages: "Hello"'],
    [1, 10_000, 'Rosa: 99+ new messages: "Hello"'],
    [PEOPLE, 200, /^Rosa: \d\d\+ new messages: "Hello"$/],
  ])(
    'of %i people with %i waiting reads fewer than 10,000 rows, and sends one text each',
    async (people, waiting, said) => {
      const thread = await waitingThread(world, people, waiting);
      await enqueueNewest(world, thread, 100);
      await withCaps(world);
      const before = (await world.texts()).length;
      world.watch.reset();
      const { result } = await world.drain();
      const trips = [...world.watch.trips];
      expect(result.retryMessages).toEqual([]);
      const texts = (await world.texts()).slice(before);
      expect(texts).toHaveLength(people);
      const line = texts[0]!.body.replace('FamilyCircleSecure: ', '').split('\n')[0];
      expect(line).toEqual(typeof said === 'string' ? said : expect.stringMatching(said));
      // A row is merged once in its life, in parts that are counted by themselves.
      const merges = trips.filter(isMerge);
      expect(rowsRead(trips.filter((trip) => !isMerge(trip)))).toBeLessThan(10_000);
      for (const { rowsRead: rows } of merges) expect(rows).toBeLessThan(10_000);
      expect(await statuses(world, thread)).toEqual({
        sent: people,
        ...(waiting > 1 && { merged: people * (waiting - 1) }),
      });
    },
  );

  it('of a present reader is looked at again as one', async () => {
    const thread = await waitingThread(world, 1, 50);
    const reader = world.member('p0');
    await world.api('POST', '/api/presence/heartbeat', { as: reader, body: { state: 'active' } });
    await enqueueNewest(world, thread, 50);
    await world.drain();
    expect(await statuses(world, thread)).toEqual({ deferred: 50 });
    const { results } = await DB.prepare(
      `SELECT seq, wake_at - created_at > 300000 AS later FROM sms_delivery_log
       WHERE family_id = ? AND thread_id = ? ORDER BY seq DESC`,
    )
      .bind(world.familyId, thread)
      .all<{ seq: number; later: number }>();
    expect(results.filter(({ later }) => later === 0).map(({ seq }) => seq)).toEqual([50]);
  });
});
