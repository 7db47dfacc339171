import { beforeEach, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../worker/world.ts';

let world: World;
const at = '2026-01-31T12:00:00Z';

async function send(body: string, headers: Record<string, string> = {}) {
  const response = await world.send('POST', '/api/admin/import', {
    as: 'service',
    body,
    headers: { 'Content-Type': 'application/x-ndjson', ...headers },
  });
  return { status: response.status, text: await response.text() };
}

/** Imports lines: objects, or texts as they are. */
async function importOf(lines: readonly unknown[]) {
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  const answer = await send(text);
  const results = answer.text.trim().split('\n');
  return { status: answer.status, results: results.map((line) => JSON.parse(line)) };
}

/** A family of two with a thread and three messages. */
function history() {
  const { familyId } = world;
  const [rosa, ben] = [world.member('rosa').userId, world.member('ben').userId];
  const message = (n: number, authorId: string) => ({
    message: {
      id: `m${n}_${familyId}`,
      threadId: world.thread(),
      authorId,
      body: `Message ${n}`,
      createdAt: `2020-01-0${n}T12:00:00Z`,
    },
  });
  return [
    { family: { id: familyId, name: 'Rivera', timeZone: 'America/New_York' } },
    {
      user: {
        id: rosa,
        familyId,
        name: 'Rosa',
        phone: world.phone(1),
        phoneVerifiedAt: at,
        smsConsent: { at, source: 'sign-up', version: '1' },
      },
    },
    { user: { id: ben, familyId, name: 'Ben' } },
    { thread: { id: world.thread(), familyId, title: 'Dinner', memberIds: [rosa, ben] } },
    message(1, ben),
    message(2, rosa),
    message(3, ben),
  ];
}

beforeEach(async () => {
  world = await createWorld();
});

/** No number was verified then, and nobody has agreed. */
const TO_COME = '2999-01-01T00:00:00Z';

describe('an import', () => {
  it('mirrors a family with its history, and as often as it is sent', async () => {
    for (let i = 0; i < 2; i++) {
      const { status, results } = await importOf(history());
      expect(status).toBe(200);
      expect(results.map(({ line, ok }) => [line, ok])).toEqual(history().map((_, n) => [n + 1, true]));
      expect(results[1]).toMatchObject({ phoneState: 'verified', smsEnabled: true, consent: 'taken' });
    }
    const { json } = await world.api('GET', `/api/threads/${world.thread()}/messages`, {
      as: world.member('rosa'),
    });
    expect(json.messages).toMatchObject(
      [3, 2, 1].map((n) => ({
        id: `m${n}_${world.familyId}`,
        seq: n,
        body: `Message ${n}`,
        via: 'host',
        createdAt: `2020-01-0${n}T12:00:00.000Z`,
      })),
    );
    await world.drain();
    expect([await world.rows(), await world.texts()]).toEqual([[], []]);
  });

  it('that says nothing new of people writes nothing about them, in as few trips for eight as for four', async () => {
    const { familyId, watch } = world;
    const people = Array.from({ length: 8 }, (_, n) => ({
      user: {
        id: `p${n}_${familyId}`,
        familyId,
        name: `Person ${n}`,
        ...(n === 7
          ? {}
          : {
              phone: world.phone(n),
              phoneVerifiedAt: at,
              smsConsent: { at, source: 'sign-up', version: '1' },
            }),
      },
    }));
    const first = await importOf([{ family: { id: familyId, name: 'Rivera' } }, ...people]);
    const calls = async (lines: readonly unknown[]) => {
      watch.reset();
      const { results } = await importOf(lines);
      const written = watch.trips.reduce((sum, { rowsWritten }) => sum + rowsWritten, 0);
      return { results, trips: watch.trips.length, written };
    };
    const few = await calls(people.slice(0, 4));
    const all = await calls(people);
    expect(all.results.map(({ line, ...rest }) => rest)).toEqual(
      first.results.slice(1).map(({ line, ...rest }) => rest),
    );
    expect([few.trips, few.written]).toEqual([all.trips, 0]);

    // What is new, or a STOP of theirs, is found all the same.
    const stop = { smsEnabled: false };
    await world.api('PUT', `/api/admin/users/p1_${familyId}/preferences`, { as: 'service', body: stop });
    const [renamed, ...rest] = people;
    const { results } = await importOf([{ user: { ...renamed!.user, name: 'Rosa' } }, ...rest]);
    expect(results[1]).toMatchObject({ ok: true, smsEnabled: false, consent: 'refused' });
    const { json } = await world.api('GET', `/api/admin/users/p0_${familyId}`, { as: 'service' });
    expect(json.name).toBe('Rosa');
  });

  it('makes of new people what their own routes make of them, with and without consent', async () => {
    const { familyId } = world;
    const person = (n: number) => ({
      name: `Person ${n}`,
      ...(n % 3 === 0 ? {} : { phone: world.phone(n), phoneVerifiedAt: at }),
      ...(n % 3 === 1 ? { smsConsent: { at, source: 'sign-up', version: '1' } } : {}),
    });
    const ids = [1, 2, 3, 4, 5, 6].map((n) => `p${n}_${familyId}`);
    await importOf([
      { family: { id: familyId, name: 'Rivera' } },
      ...ids.slice(0, 3).map((id, i) => ({ user: { id, familyId, ...person(i + 1) } })),
    ]);
    for (const [i, id] of ids.slice(3).entries())
      await world.mirror(`users/${id}`, { familyId, ...person(i + 4) });
    const eventsOf = async (subject: string) => {
      const found = world.env.DB.prepare('SELECT type FROM events WHERE family_id = ? AND subject = ?');
      return (await found.bind(familyId, subject).all()).results;
    };
    const rowsOf = async (id: string) => {
      const rows = async (table: string, column: string) =>
        (await world.env.DB.prepare(`SELECT * FROM ${table} WHERE ${column} = ?`).bind(id).all()).results;
      const [user] = await rows('users', 'id');
      const [preferences] = await rows('notification_preferences', 'user_id');
      const ledger = await rows('consent_events', 'user_id');
      const subjects = [id, ...ledger.map((entry) => String(entry.id))];
      const events = await Promise.all(subjects.map((subject) => eventsOf(subject)));
      const { id: _, name, phone, created_at, applied_update, ...rest } = user!;
      const { user_id, revision, ...wishes } = preferences!;
      return {
        user: { ...rest, hasPhone: phone !== null },
        wishes,
        ledger: ledger.map(({ id: _id, user_id: _user, number_hash, ...entry }) => ({
          ...entry,
          hasHash: number_hash !== null,
        })),
        events: events.flat(),
      };
    };
    for (const i of [0, 1, 2])
      expect(await rowsOf(ids[i]!), `person ${i}`).toEqual(await rowsOf(ids[i + 3]!));
    const open = world.env.DB.prepare('SELECT id FROM family_updates WHERE user_id = ?');
    for (const id of ids) expect((await open.bind(id).all()).results).toEqual([]);
  });

  it('answers each line for itself, in their order', async () => {
    const { familyId } = world;
    const { status, results } = await importOf([
      { family: { id: familyId, name: 'Rivera' } },
      'no JSON',
      { user: { id: world.member('rosa').userId, familyId, name: 'Rosa', email: 'none' } },
      '',
      { dog: { id: 'x' } },
      { user: { id: world.member('ben').userId, familyId: 'nowhere', name: 'Ben' } },
      { message: { id: 'm', threadId: 'nothing', authorId: 'x', body: 'Hi' } },
      { user: { id: world.member('ann').userId, familyId, name: 'Ann' } },
      { thread: { id: world.thread(), familyId, title: 'Dinner', memberIds: [] } },
      { message: { id: 'm', threadId: world.thread(), authorId: 'nobody', body: 'Hi' } },
      { user: { id: 'p1', familyId, name: 'Pat', phone: world.phone(7), phoneVerifiedAt: TO_COME } },
      {
        user: {
          ...{
            id: 'p2',
            familyId,
            name: 'Pia',
            phone: world.phone(8),
            phoneVerifiedAt: '2026-01-01T00:00:00Z',
          },
          smsConsent: { at: TO_COME, source: 'form', version: '1' },
        },
      },
      // No address can name them: they could be neither read nor deleted again.
      { family: { id: '.', name: 'Dot' } },
      { thread: { id: '..', familyId, title: 'Dots', memberIds: [] } },
    ]);
    expect(status).toBe(200);
    expect(results.map(({ line, ok, error }) => [line, ok ?? error])).toEqual([
      [1, true],
      [2, 'invalid_request'],
      [3, 'invalid_request'],
      [5, 'invalid_request'],
      [6, 'family_not_found'],
      [7, 'thread_not_found'],
      [8, true],
      [9, true],
      [10, 'user_not_found'],
      [11, 'invalid_request'],
      [12, 'invalid_request'],
      [13, 'invalid_request'],
      [14, 'invalid_request'],
    ]);
    expect(results.slice(-4, -2).map(({ details }) => details[0].field)).toEqual([
      'phoneVerifiedAt',
      'smsConsent.at',
    ]);
    expect((await world.api('GET', '/api/admin/users/p1', { as: 'service' })).status).toBe(404);
    for (const { error, message } of results) expect(typeof message).toBe(error ? 'string' : 'undefined');
  });

  it('is refused in whole when it is too long, too large, or no NDJSON', async () => {
    const line = `${JSON.stringify({ family: { id: world.familyId, name: 'Rivera' } })}\n`;
    for (const [body, headers, status] of [
      [line.repeat(1001), {}, 413],
      [`${' '.repeat(4 * 1024 * 1024)}${line}`, {}, 413],
      [line, { 'Content-Type': 'application/json' }, 415],
    ] as const) {
      expect((await send(body, headers)).status).toBe(status);
    }
    const { status } = await world.api('GET', `/api/admin/families/${world.familyId}`, { as: 'service' });
    expect(status).toBe(404);
    expect(await send('\n\n')).toEqual({ status: 200, text: '' });
  });
});
