import { beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../worker/world.ts';

const clock = () => Date.now();
let world: World;

beforeAll(async () => {
  world = await createWorld({ SMS_WINDOW_SECONDS: '3600' });
  await world.seed([
    { id: 'rosa', name: 'Grandma Rosa', phone: world.phone(0) },
    { id: 'maya', name: 'Maya', phone: world.phone(1) },
    { id: 'leo', name: 'Uncle Leo' },
  ]);
});

const service = (method: string, path: string, body?: unknown) =>
  world.api(method, `/api/admin/${path}`, { as: 'service', ...(body === undefined ? {} : { body }) });
const look = async (q: string) => (await service('POST', 'look-up', { q })).json;
const audit = async (limit = 5) => (await service('GET', `audit?limit=${limit}`)).json.entries;

describe('a look-up', () => {
  const say = (body: string) =>
    world.api('POST', `/api/threads/${world.thread()}/messages`, {
      as: world.member('rosa'),
      body: { body },
    });

  it('tells what decides about texts to one person, and what became of the last ones', async () => {
    await say('Dinner on Sunday?');
    await world.drain();
    const maya = world.member('maya');
    const { person, people, number } = await look(world.phone(1));
    expect(people).toEqual([{ id: maya.userId, familyId: maya.familyId, name: 'Maya' }]);
    expect(number).toMatchObject({ held: true, optedOutAt: null });
    expect(person).toMatchObject({
      id: maya.userId,
      phoneState: 'verified',
      preferences: { smsEnabled: true },
      limits: { presence: 'offline', windows: [{ threadId: world.thread() }], userCapUntil: null },
      deliveries: [{ status: 'sent', explanation: expect.stringContaining('was sent') }],
      consents: [{ action: 'opt_in', source: 'import' }],
    });
    expect(person.phone).toMatch(/^\+1•+\d{4}$/);
    expect(person.holdUps).toEqual([expect.stringContaining('texted about')]);
    expect(await audit(1)).toMatchObject([{ actor: 'token:host', act: 'look', subject: maya.userId }]);
  });

  it.each([
    ['who has no number', 'leo', async () => undefined, 'No number is confirmed.'],
    [
      'who said stop',
      'maya',
      () => service('PUT', `users/${world.member('maya').userId}/preferences`, { smsEnabled: false }),
      'They said stop, by text, in the settings or through the host.',
    ],
    [
      'whose family is paused',
      'rosa',
      () => service('PUT', 'pause', { scope: `family:${world.familyId}`, reason: 'a flood' }),
      'until it is ended: a flood',
    ],
    [
      'whose hours are quiet',
      'rosa',
      () =>
        service('PUT', `users/${world.member('rosa').userId}/preferences`, {
          quietStart: 0,
          quietEnd: 1440,
        }),
      'Their quiet hours never end; texts wait.',
    ],
  ])('says what holds texts up of somebody %s', async (_, who, arrange, words) => {
    await arrange();
    const { person } = await look(world.member(who).userId);
    expect(person.holdUps.join(' ')).toContain(words);
  });

  it('finds by the id of a family or a delivery, and by how a name begins', async () => {
    const ids = async (q: string) => (await look(q)).people.map(({ id }: { id: string }) => id);
    const everybody = ['leo', 'maya', 'rosa'].map((who) => world.member(who).userId).sort();
    expect((await ids(world.familyId)).sort()).toEqual(everybody);
    const [delivery] = await world.rows();
    expect(await ids(String(delivery!.id))).toEqual([delivery!.user_id]);
    expect(await ids('grandma r')).toContain(world.member('rosa').userId);
    expect(await ids('randma')).toEqual([]);
    expect(await audit(1)).toMatchObject([{ act: 'look', subject: null }]);
  });

  it('keeps no number that was asked for, and shows nobody when the look cannot be written down', async () => {
    await look('+12025550199');
    expect(JSON.stringify(await audit(200))).not.toContain('2025550199');
    await world.env.DB.prepare('ALTER TABLE audit_log RENAME TO audit_log_gone').run();
    const { status, json } = await service('POST', 'look-up', { q: world.member('rosa').userId });
    await world.env.DB.prepare('ALTER TABLE audit_log_gone RENAME TO audit_log').run();
    expect([status >= 500, JSON.stringify(json).includes('Rosa')]).toEqual([true, false]);
  });

  it.each([{}, { q: '' }, { q: ' ' }, { q: 'x'.repeat(201) }, { q: 5 }, { q: 'a\nb' }])(
    'refuses %j',
    async (body) => expect((await service('POST', 'look-up', body)).status).toBe(400),
  );
});

describe('an alert', () => {
  it('is acknowledged once, by the first, with the older ones of its kind', async () => {
    const hour = 3_600_000;
    const at = clock();
    const insert = (id: string, kind: string, hourAt: number) =>
      world.env.DB.prepare(
        'INSERT INTO alerts (id, kind, hour_at, message, count, first_at, last_at) VALUES (?, ?, ?, ?, 1, ?, ?)',
      ).bind(id, kind, hourAt, 'x', at, at);
    await world.env.DB.batch([
      insert('alr_old', 'dead_letter', at - 2 * hour),
      insert('alr_now', 'dead_letter', at - hour),
      insert('alr_new', 'dead_letter', at),
      insert('alr_else', 'wrong_codes', at - hour),
    ]);
    const done = await service('POST', 'alerts/alr_now/acknowledge');
    expect([done.status, done.json.alert]).toMatchObject([200, { acknowledgedBy: 'token:host' }]);
    const again = await service('POST', 'alerts/alr_now/acknowledge');
    expect(again.json).toEqual(done.json);
    const { alerts } = (await service('GET', 'stats')).json;
    const known = alerts.flatMap((each: Record<string, unknown>) => (each.acknowledgedAt ? [each.id] : []));
    expect(known.sort()).toEqual(['alr_now', 'alr_old']);
    expect(await audit(1)).toMatchObject([{ act: 'acknowledge', subject: 'alr_now' }]);
    const unknown = await service('POST', 'alerts/nothing/acknowledge');
    expect([unknown.status, unknown.json.error]).toEqual([404, 'alert_not_found']);
  });
});

it('answers the health of every part and of the receiver, and what was done page by page', async () => {
  const { json } = await service('GET', 'health');
  const names = json.parts.map(({ name }: { name: string }) => name);
  expect(names.filter((name: string) => !/Database d1:\d/.test(name))).toEqual([
    'Carrier',
    'Queue of texts',
    'Sweep (cron)',
    'Database d1:main',
    'Family objects',
    'Receiver of events',
  ]);
  expect(json.receiver).toMatchObject({ failures: 0, gone: false, lastFailureAt: null });
  const first = (await service('GET', 'audit?limit=1')).json;
  const second = (await service('GET', `audit?limit=1&cursor=${first.next}`)).json;
  expect(second.entries[0].id < first.entries[0].id).toBe(true);
});

it('writes down who paused what, by key or token', async () => {
  const { key, id } = (await service('POST', 'keys', { name: 'ops', scopes: ['ops'] })).json;
  const headers = { Authorization: `Bearer ${key}` };
  const scope = `family:${world.familyId}`;
  await world.api('DELETE', `/api/admin/pause?scope=${encodeURIComponent(scope)}`, { headers });
  expect(await audit(1)).toMatchObject([{ actor: `key:${id}`, act: 'resume', subject: scope }]);
  const read = (await service('POST', 'keys', { name: 'read', scopes: ['read'] })).json.key;
  for (const path of ['audit', 'health']) {
    const options = { headers: { Authorization: `Bearer ${read}` } };
    expect((await world.api('GET', `/api/admin/${path}`, options)).status).toBe(403);
  }
});
