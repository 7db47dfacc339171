import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { emptyCarrierWords } from '../../../src/notifications/operate/carrier-words.ts';
import type { RedactOutcome } from '../../../src/platform/sms/twilio.ts';
import { testDeps } from '../../worker/deps.ts';
import { createWorld, type World } from '../../worker/world.ts';

/** Not watched: what a test asks may read a table. */
const { DB } = env as unknown as { DB: D1Database };
const DAY = 86_400_000;
const HOUR = 3_600_000;
let world: World;

beforeAll(async () => {
  world = await createWorld();
  await world.seed([
    { id: 'rosa', name: 'Rosa', phone: world.phone(0) },
    { id: 'maya', name: 'Maya', phone: world.phone(1) },
  ]);
});
beforeEach(async () => {
  await DB.batch(
    ['sms_delivery_log', 'retention_rounds', 'words_left'].map((table) =>
      DB.prepare(`DELETE FROM ${table} WHERE 1`),
    ),
  );
});

/** A ULID's first ten characters, for a time. */
function stem(at: number): string {
  const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  let text = '';
  for (let rest = at, i = 0; i < 10; i++, rest = Math.floor(rest / 32)) text = letters[rest % 32] + text;
  return text;
}

/** A delivery of so many hours ago, with the carrier's SIDs. */
async function insert(name: string, hoursAgo: number, sid: string | null, more: object = {}): Promise<void> {
  const at = Date.now() - hoursAgo * HOUR;
  const row = {
    id: `dlv_${stem(at)}_${name}`,
    family_id: world.familyId,
    kind: 'test',
    user_id: world.member('maya').userId,
    status: 'delivered',
    provider_sid: sid,
    created_at: at,
    ...more,
  };
  const columns = Object.keys(row);
  await DB.prepare(
    `INSERT INTO sms_delivery_log (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  )
    .bind(...Object.values(row))
    .run();
}

/** A carrier that answers by SID, and what it was asked to empty. */
function carrier(answers: Record<string, RedactOutcome> = {}) {
  const deps = testDeps();
  const asked: string[] = [];
  deps.sms.redact = async (sid) => {
    asked.push(sid);
    return answers[sid] ?? answers.any ?? 'done';
  };
  const round = async () => {
    asked.length = 0;
    await emptyCarrierWords(deps, 'd1:main');
    return [...asked].sort();
  };
  return { deps, round, answers };
}

it('empties the words of texts that ended and are a day old, each once, those that were sent again included', async () => {
  await insert('a', 50, 'SM1', { ended_sids: 'SM0 ' });
  await insert('b', 40, null, { status: 'suppressed' });
  await insert('c', 30, 'SM2', { status: 'sent' });
  await insert('d', 20, 'SM3');
  const { round, deps } = carrier();
  expect(await round()).toEqual(['SM0', 'SM1', 'SM2']);
  expect(await round()).toEqual([]);
  deps.clock.now += 5 * HOUR;
  expect(await round()).toEqual(['SM3']);
});

it('waits for one that is still open, and takes nothing before its end', async () => {
  await insert('a', 50, 'SM1');
  await insert('b', 49, 'SM2', { status: 'deferred', wake_at: 9e15 });
  await insert('c', 48, 'SM3');
  const { round } = carrier();
  expect(await round()).toEqual(['SM1']);
  await DB.prepare(
    "UPDATE sms_delivery_log SET status = 'suppressed', wake_at = NULL WHERE status = 'deferred'",
  ).run();
  expect(await round()).toEqual(['SM2', 'SM3']);
});

it('holds up no other for one that is refused, asks for it again later, and gives it up after eight tries', async () => {
  await insert('a', 50, 'SM1');
  await insert('b', 49, 'SM2');
  const { round, deps } = carrier({ SM1: 'refused' });
  expect(await round()).toEqual(['SM1', 'SM2']);
  expect(await round()).toEqual([]);
  let tries = 1;
  for (let days = 0; days < 12; days++) {
    deps.clock.now += DAY;
    tries += (await round()).length;
  }
  expect(tries).toBe(8);
  const left = await DB.prepare('SELECT count(*) AS n FROM words_left').first<{ n: number }>();
  expect(left!.n).toBe(0);
});

it('lets a carrier alone that does not answer, and forgets nothing', async () => {
  for (let i = 0; i < 40; i++) await insert(`r${String(i).padStart(2, '0')}`, 50 - i / 100, `SM${i}`);
  const { round, answers } = carrier({ any: 'unreached' });
  expect((await round()).length).toBeLessThan(12);
  delete answers.any;
  expect(await round()).toHaveLength(40);
});

it('goes on by a hundred deliveries a round, in two round trips, however many there are', async () => {
  const at = Date.now() - 3 * DAY;
  await DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
     INSERT INTO sms_delivery_log (id, family_id, kind, user_id, status, provider_sid, created_at)
     SELECT printf('dlv_${stem(at)}_%05d', i), ?, 'test', ?, 'delivered', 'SM' || i, ${at} FROM n`,
  )
    .bind(world.familyId, world.member('maya').userId)
    .run();
  const { round, deps } = carrier();
  expect(await round()).toHaveLength(100);
  deps.d1.reset();
  expect(await round()).toHaveLength(100);
  expect(deps.d1.trips).toHaveLength(2);
  expect(Math.max(...deps.d1.trips.map(({ rowsRead }) => rowsRead))).toBeLessThan(300);
});

it('empties what stands at Twilio, and leaves it on the phone', async () => {
  await world.api('POST', '/api/sms/test', { as: world.member('maya') });
  await world.drain();
  const [row] = await world.rows();
  const at = Date.now() - 2 * DAY;
  await DB.prepare("UPDATE sms_delivery_log SET id = ?, status = 'delivered', wake_at = NULL, created_at = ?")
    .bind(`dlv_${stem(at)}_x`, at)
    .run();
  await world.api('POST', '/api/admin/sweep', { as: 'service' });
  const sid = String(row!.provider_sid);
  const listed = await fetch(
    `${world.twilio}/2010-04-01/Accounts/${world.env.TWILIO_SID}/Messages/${sid}.json`,
    {
      headers: { Authorization: `Basic ${btoa(`${world.env.TWILIO_SID}:${world.env.TWILIO_AUTH}`)}` },
    },
  );
  expect(await listed.json()).toMatchObject({ sid, body: '' });
  expect((await world.texts()).find((text) => text.sid === sid)?.body).toContain('/l/');
});

it('empties the words of texts whose family was deleted on the same day, too', async () => {
  await insert('a', 1, 'SM1');
  await insert('b', 100, 'SM2');
  const gone = await world.api('DELETE', `/api/admin/families/${world.familyId}`, { as: 'service' });
  expect(gone.status).toBe(200);
  const { round, deps } = carrier();
  expect(await round()).toEqual([]);
  deps.clock.now += 25 * HOUR;
  expect(await round()).toEqual(['SM1']);
});
