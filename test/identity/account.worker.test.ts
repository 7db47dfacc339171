import { describe, expect, it } from 'vitest';
import { carrierOptOut } from '../../src/consent/carrier-reports.ts';
import { optOut } from '../../src/consent/opt-in-out.ts';
import { currentWording } from '../../src/consent/wordings.ts';
import { deletePerson } from '../../src/identity/account/delete-person.ts';
import { identityEndpoints } from '../../src/identity/routes.ts';
import { phoneHash } from '../../src/platform/sms/phone-number.ts';
import { failureOf } from '../support/failure-of.ts';
import { sql } from '../support/sql.ts';
import { type Ask, type Told, testApp } from '../worker/app.ts';
import { testDeps } from '../worker/deps.ts';
import {
  family,
  ledgerOf,
  pendingUpdatesOf,
  personRows,
  sweepUpdates,
  type TestPerson,
  verified,
} from '../worker/numbers.ts';
import { insertThread, insertWebSession } from '../worker/people.ts';

const HOUR = 3_600_000;
const DEFAULTS = {
  smsEnabled: false,
  urgentAllowed: true,
  quietStart: null,
  quietEnd: null,
  timeZone: 'UTC',
  timeZoneSource: 'unknown',
  timeZones: ['UTC'],
  quietDelivery: 'defer',
  preview: 'full',
  perThreadMute: {},
};

function world(settings: Record<string, string> = {}) {
  const deps = testDeps(settings);
  const app = testApp(deps, identityEndpoints);
  const ask = async (path: string, how: Ask = {}): Promise<Told> => {
    const told = await app(path, how);
    await deps.idle();
    return told;
  };
  const read = (as: TestPerson) => ask('/api/preferences', { as });
  const patch = (as: TestPerson, body: object, headers: Record<string, string> = {}) =>
    ask('/api/preferences', { as, method: 'PATCH', body, headers });
  const one = async () => (await family('rosa'))[0]!;
  const holder = async () => verified(deps, await one());
  return { deps, ask, read, patch, one, holder };
}

describe('preferences', () => {
  it('have defaults, and keep what a patch leaves out', async () => {
    const { read, patch, one } = world();
    const rosa = await one();
    expect((await read(rosa)).body).toEqual(DEFAULTS);
    const night = { quietStart: 1320, quietEnd: 420, timeZone: 'America/New_York' };
    const told = { timeZoneSource: 'person', timeZones: ['America/New_York'] };
    expect((await patch(rosa, night)).body).toEqual({ ...DEFAULTS, ...night, ...told });
    const changed = await patch(rosa, { preview: 'none', urgentAllowed: false, quietDelivery: 'drop' });
    const expected = {
      ...DEFAULTS,
      ...night,
      ...told,
      preview: 'none',
      urgentAllowed: false,
      quietDelivery: 'drop',
    };
    expect(changed.body).toEqual(expected);
    expect((await patch(rosa, {})).body).toEqual(expected);
    expect((await patch(rosa, { quietStart: null, quietEnd: null, timeZone: null })).body).toEqual({
      ...expected,
      quietStart: null,
      quietEnd: null,
      timeZone: 'UTC',
      timeZoneSource: 'unknown',
      timeZones: ['UTC'],
    });
  });

  it('can be sent back as they were read', async () => {
    const { read, patch, one, deps } = world();
    const rosa = await one();
    await insertThread(`thr_${rosa.userId}`, rosa.familyId, [rosa.userId]);
    await patch(rosa, { quietStart: 0, quietEnd: 1440, perThreadMute: { [`thr_${rosa.userId}`]: true } });
    const { body } = await read(rosa);
    expect((await patch(rosa, body)).body).toEqual(body);
    expect(deps.carrier.tried).toEqual([]);
  });

  it.each<[string, object]>([
    ['a start without an end', { quietStart: 60 }],
    ['an end without a start', { quietEnd: 60 }],
    ['equal ends', { quietStart: 60, quietEnd: 60 }],
    ['1440 as a start', { quietStart: 1440, quietEnd: 60 }],
    ['a start below the day', { quietStart: -1, quietEnd: 60 }],
    ['an end beyond the day', { quietStart: 60, quietEnd: 1441 }],
    ['a fraction of a minute', { quietStart: 1.5, quietEnd: 60 }],
    ['a text for a minute', { quietStart: '60', quietEnd: 120 }],
    ['a zone that is none', { timeZone: 'Mars/Olympus' }],
    ['an offset for a zone', { timeZone: '+02:00' }],
    ['no zone', { timeZone: '' }],
    ['a number for a zone', { timeZone: 5 }],
    ['another delivery', { quietDelivery: 'later' }],
    ['another preview', { preview: 'half' }],
    ['a text for a flag', { urgentAllowed: 'yes' }],
    ['null for a flag', { smsEnabled: null }],
    ['a version that is no text', { smsEnabled: true, consentVersion: 7 }],
    ['an empty version', { smsEnabled: true, consentVersion: '' }],
    ['a version that was never shown', { smsEnabled: true, consentVersion: 'ios-3' }],
    ['a long version', { smsEnabled: true, consentVersion: 'x'.repeat(101) }],
    ['a field that is unknown', { smsEnable: true }],
    ['mutes in a list', { perThreadMute: [] }],
    ['a mute that is a number', { perThreadMute: { t: 5 } }],
    ['a mute until a word', { perThreadMute: { t: 'tomorrow' } }],
    ['a mute of a thread without a name', { perThreadMute: { '': true } }],
  ])('refuse %s, and stay as they were', async (_, body) => {
    const { read, patch, one } = world();
    const rosa = await one();
    const before = await read(rosa);
    const answer = await patch(rosa, { preview: 'none', ...body });
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
    expect(answer.body.details).not.toEqual([]);
    const after = await read(rosa);
    expect([after.body, after.headers.get('ETag')]).toEqual([before.body, before.headers.get('ETag')]);
  });

  it('refuse half of a pair that is there', async () => {
    const { patch, one } = world();
    const rosa = await one();
    await patch(rosa, { quietStart: 60, quietEnd: 120 });
    expect((await patch(rosa, { quietStart: null })).status).toBe(400);
    expect((await patch(rosa, { quietStart: 120 })).status).toBe(400);
    expect((await patch(rosa, { quietStart: 90 })).body).toMatchObject({ quietStart: 90, quietEnd: 120 });
  });

  it('mute threads of which the person is a member, until a time or for good', async () => {
    const { deps, read, patch, one } = world();
    const rosa = await one();
    const [mine, other] = [`thr_a_${rosa.userId}`, `thr_b_${rosa.userId}`];
    await insertThread(mine, rosa.familyId, [rosa.userId]);
    await insertThread(other, rosa.familyId, []);
    const until = new Date(deps.clock.now + HOUR).toISOString();
    expect((await patch(rosa, { perThreadMute: { [mine]: until } })).body.perThreadMute).toEqual({
      [mine]: until,
    });
    expect((await patch(rosa, { perThreadMute: { [mine]: true } })).body.perThreadMute).toEqual({
      [mine]: true,
    });
    for (const off of [null, false]) {
      await patch(rosa, { perThreadMute: { [mine]: true } });
      expect((await patch(rosa, { perThreadMute: { [mine]: off } })).body.perThreadMute).toEqual({});
    }
    const foreign = await patch(rosa, { preview: 'none', perThreadMute: { [mine]: true, [other]: true } });
    expect([foreign.status, foreign.body.error]).toEqual([404, 'thread_not_found']);
    const past = await patch(rosa, { perThreadMute: { [mine]: new Date(deps.clock.now).toISOString() } });
    expect(past.status).toBe(400);
    expect((await read(rosa)).body).toEqual(DEFAULTS);
    await patch(rosa, { perThreadMute: { [mine]: until } });
    deps.clock.now += HOUR;
    expect((await read(rosa)).body.perThreadMute).toEqual({});
  });

  it('are changed by one of many who read the same', async () => {
    const { deps, read, patch, one } = world();
    const rosa = await one();
    const thread = `thr_${rosa.userId}`;
    await insertThread(thread, rosa.familyId, [rosa.userId]);
    const tag = (await read(rosa)).headers.get('ETag')!;
    const change = (i: number) => {
      const until = new Date(deps.clock.now + (i + 1) * HOUR).toISOString();
      const timeZone = ['Asia/Tokyo', 'Europe/Paris'][i % 2];
      return { quietStart: i, quietEnd: 600, timeZone, perThreadMute: { [thread]: until } };
    };
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => patch(rosa, change(i), { 'If-Match': tag })),
    );
    const refused = answers.filter(
      ({ status, body }) => status === 412 && body.error === 'precondition_failed',
    );
    expect(refused).toHaveLength(7);
    const winner = answers.findIndex(({ status }) => status === 200);
    const now = await read(rosa);
    expect(now.body).toMatchObject(change(winner));
    expect(now.headers.get('ETag')).toBe(answers[winner]!.headers.get('ETag'));
  });

  it.each([
    ['*', 200],
    ['"other", W/"x"', 412],
    ['nonsense', 412],
    ['W/<etag>', 200],
    ['"other", W/<etag>', 200],
    ['"other", <etag>', 200],
  ])('take If-Match: %s, also when an edge made the tag weak', async (header, status) => {
    const { read, patch, one } = world();
    const rosa = await one();
    const { headers } = await read(rosa);
    const tag = headers.get('ETag')!;
    expect(headers.get('Cache-Control')).toBe('no-store, no-transform');
    expect(
      (await patch(rosa, { preview: 'none' }, { 'If-Match': header.replace('<etag>', tag) })).status,
    ).toBe(status);
  });

  it('lose no change of many at once without If-Match', async () => {
    const { patch, read, one } = world();
    const rosa = await one();
    const changes = [
      { preview: 'none' },
      { urgentAllowed: false },
      { quietDelivery: 'drop' },
      { timeZone: 'Asia/Tokyo' },
    ];
    const answers = await Promise.all(changes.map((change) => patch(rosa, change)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect((await read(rosa)).body).toMatchObject(Object.assign({}, ...changes));
  });

  it('know a change of anything in them by their ETag', async () => {
    const { deps, read, one } = world();
    const rosa = await one();
    const first = (await read(rosa)).headers.get('ETag');
    await deps.unwatched.run(sql`UPDATE families SET time_zone = 'Asia/Tokyo' WHERE id = ${rosa.familyId}`);
    expect((await read(rosa)).headers.get('ETag')).not.toBe(first);
  });
});

describe('switching texts on and off', () => {
  it('records consent with the version that was shown, or the current one', async () => {
    const { deps, ask, patch, holder } = world();
    const [rosa, tom] = [await holder(), await holder()];
    const { version } = currentWording({ brand: deps.config.BRAND_NAME });
    expect((await patch(rosa, { smsEnabled: true, consentVersion: version })).body.smsEnabled).toBe(true);
    await patch(tom, { smsEnabled: true });
    const at = new Date(deps.clock.now).toISOString();
    const entry = { action: 'opt_in', source: 'api', at };
    expect((await ask('/api/consents', { as: rosa })).body).toEqual({
      consents: [{ ...entry, version }],
    });
    expect((await ask('/api/consents', { as: tom })).body).toEqual({ consents: [{ ...entry, version }] });
    expect(deps.carrier.to(rosa.number)).toHaveLength(1);
  });

  it('comes from the web with a cookie, and is listed newest first', async () => {
    const { deps, ask, holder } = world();
    const rosa = await holder();
    const { token } = await insertWebSession(rosa.userId, rosa.familyId);
    for (const smsEnabled of [true, false]) {
      await ask('/api/preferences', { cookie: token, method: 'PATCH', body: { smsEnabled } });
      deps.clock.now += 1000;
    }
    const { consents } = (await ask('/api/consents', { cookie: token })).body as { consents: object[] };
    expect(consents).toMatchObject([
      { action: 'opt_out', source: 'web' },
      { action: 'opt_in', source: 'web' },
    ]);
    const [entry] = await deps.unwatched.all(sql`
      SELECT client_address, user_agent FROM consent_events WHERE user_id = ${rosa.userId} AND action = 'opt_in'`);
    expect(entry).toEqual({ client_address: '203.0.113.7', user_agent: 'test' });
  });

  it('needs a verified phone, and otherwise changes nothing at all', async () => {
    const { patch, read, one } = world();
    const rosa = await one();
    const answer = await patch(rosa, { smsEnabled: true, preview: 'none' });
    expect([answer.status, answer.body.error]).toEqual([409, 'phone_unverified']);
    expect((await read(rosa)).body).toEqual(DEFAULTS);
  });

  it('cannot be done while the carrier blocks: the answer names the number to text START to', async () => {
    const { deps, patch, read, holder } = world();
    const rosa = await holder();
    await carrierOptOut(deps, rosa);
    const answer = await patch(rosa, { smsEnabled: true, preview: 'none' });
    expect([answer.status, answer.body]).toMatchObject([
      409,
      { error: 'carrier_opted_out', startNumber: '+14155550100' },
    ]);
    expect(answer.body.message).toContain('Text START to +14155550100');
    const { timeZone: _, timeZones: __, timeZoneSource: ___, ...rest } = DEFAULTS;
    expect((await read(rosa)).body).toMatchObject(rest);
  });

  it('under an old ETag does nothing', async () => {
    const { deps, patch, read, holder } = world();
    const rosa = await holder();
    const tag = (await read(rosa)).headers.get('ETag')!;
    await patch(rosa, { preview: 'none' });
    expect((await patch(rosa, { smsEnabled: true }, { 'If-Match': tag })).status).toBe(412);
    expect(await ledgerOf(deps, rosa.userId)).toEqual([]);
    expect(deps.carrier.tried).toEqual([]);
  });

  it('by many at once is one opt-in and one text', async () => {
    const { deps, patch, holder } = world();
    const rosa = await holder();
    const answers = await Promise.all(Array.from({ length: 4 }, () => patch(rosa, { smsEnabled: true })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(await ledgerOf(deps, rosa.userId)).toEqual(['opt_in api']);
    expect(deps.carrier.to(rosa.number)).toHaveLength(1);
  });

  it('off stops texts, and is recorded once', async () => {
    const { deps, patch, holder } = world();
    const rosa = await holder();
    await patch(rosa, { smsEnabled: false });
    expect(await ledgerOf(deps, rosa.userId)).toEqual([]);
    await patch(rosa, { smsEnabled: true });
    for (let i = 0; i < 2; i++)
      expect((await patch(rosa, { smsEnabled: false })).body.smsEnabled).toBe(false);
    expect(await ledgerOf(deps, rosa.userId)).toEqual(['opt_in api', 'opt_out api']);
    expect(await personRows(deps, rosa.userId)).toMatchObject({ enabled: 0, optedOutAt: deps.clock.now });
  });
});

describe('the caller', () => {
  it('learns that their number does not work', async () => {
    const { deps, ask, holder } = world();
    const rosa = await holder();
    await deps.unwatched.run(sql`UPDATE users SET phone_unusable_at = 1 WHERE id = ${rosa.userId}`);
    expect((await ask('/api/me', { as: rosa })).body).toMatchObject({
      id: rosa.userId,
      name: rosa.userId,
      familyId: rosa.familyId,
      phoneState: 'unusable',
      phoneVerifiedAt: new Date(deps.clock.now - 1000).toISOString(),
    });
  });

  it('sees nothing of others, whatever they ask', async () => {
    const { ask, holder } = world();
    const [rosa, tom] = [await holder(), await holder()];
    const forged = { userId: rosa.userId, familyId: tom.familyId };
    for (const path of ['/api/me', '/api/preferences', '/api/consents', '/api/sessions']) {
      expect([path, (await ask(path, { as: forged })).status]).toEqual([path, 401]);
      expect([path, (await ask(path)).status]).toEqual([path, 401]);
    }
  });
});

describe('deleting an account', () => {
  const leftOf = (deps: ReturnType<typeof testDeps>, rosa: TestPerson) =>
    Promise.all(
      [
        sql`SELECT * FROM users WHERE id = ${rosa.userId}`,
        sql`SELECT * FROM notification_preferences WHERE user_id = ${rosa.userId}`,
        sql`SELECT * FROM sessions WHERE user_id = ${rosa.userId}`,
        sql`SELECT * FROM links WHERE user_id = ${rosa.userId}`,
        sql`SELECT * FROM thread_members WHERE user_id = ${rosa.userId}`,
        sql`SELECT * FROM consent_events WHERE user_id = ${rosa.userId}`,
        sql`SELECT * FROM sms_delivery_log WHERE user_id = ${rosa.userId}`,
        sql`SELECT * FROM verification_codes WHERE user_id = ${rosa.userId}`,
        sql`SELECT * FROM phone_numbers WHERE user_id = ${rosa.userId} OR number = ${rosa.number}`,
        sql`SELECT * FROM family_updates WHERE user_id = ${rosa.userId}`,
        sql`SELECT * FROM held_replies WHERE user_id = ${rosa.userId}`,
      ].map((query) => deps.unwatched.all<Record<string, unknown>>(query)),
    );

  /** Somebody with traces everywhere. */
  async function traces(w: ReturnType<typeof world>) {
    const rosa = await w.holder();
    const thread = `thr_${rosa.userId}`;
    const db = w.deps.unwatched;
    await insertThread(thread, rosa.familyId, [rosa.userId]);
    const { token } = await insertWebSession(rosa.userId, rosa.familyId);
    await w.patch(rosa, { smsEnabled: true, timeZone: 'Asia/Tokyo' });
    await w.ask('/api/phone/start-verify', { as: rosa, body: { phone: '+13105550142' } });
    await Promise.all([
      db.run(sql`UPDATE users SET name = 'Rosa Quetzal', last_seen_at = 1 WHERE id = ${rosa.userId}`),
      db.run(sql`INSERT INTO messages (id, family_id, thread_id, seq, author_id, body, created_at)
        VALUES (${`msg_${rosa.userId}`}, ${rosa.familyId}, ${thread}, 1, ${rosa.userId}, 'Dinner at six', 0)`),
      ...[rosa.number, '+13105550143'].map((number) =>
        db.run(sql`INSERT INTO sms_delivery_log (id, family_id, kind, user_id, status, phone, created_at)
          VALUES (${`dlv_${rosa.userId}_${number.slice(-4)}`}, ${rosa.familyId}, 'test', ${rosa.userId}, 'sent', ${number}, 0)`),
      ),
      db.run(sql`INSERT INTO links (code_hash, kind, family_id, user_id, login_until, expires_at, created_at)
        VALUES (${`hash_${rosa.userId}`}, 'text', ${rosa.familyId}, ${rosa.userId}, 9e15, 9e15, 0)`),
      db.run(sql`INSERT INTO held_replies (message_sid, family_id, user_id, body, choices, received_at)
        VALUES (${`SM_${rosa.userId}`}, ${rosa.familyId}, ${rosa.userId}, 'Yes, six', '[]', 0)`),
    ]);
    return { rosa, token };
  }

  it('leaves their messages, the ledger without traces, and nothing else of them', async () => {
    const w = world();
    const { rosa, token } = await traces(w);
    const answer = await w.ask('/api/me', { cookie: token, method: 'DELETE' });
    expect([answer.status, answer.body]).toEqual([200, { ok: true }]);
    expect(answer.headers.get('Set-Cookie')).toContain('Max-Age=0');
    const [users, prefs, sessions, links, members, ledger, log, codes, numbers, updates, held] = await leftOf(
      w.deps,
      rosa,
    );
    expect(users).toMatchObject([
      { name: 'Former member', phone: null, time_zone: null, last_seen_at: null },
    ]);
    for (const none of [prefs, sessions, links, members, codes, held, numbers, updates])
      expect(none).toEqual([]);
    expect(ledger!.map(({ action, source }) => `${action} ${source}`)).toEqual([
      'opt_in api',
      'opt_out number_removed',
    ]);
    expect(
      ledger!.every(
        (entry) => entry.client_address === null && entry.user_agent === null && entry.number_hash !== null,
      ),
    ).toBe(true);
    expect(log).toMatchObject([{ phone: null }, { phone: null }]);
    const messages = await w.deps.unwatched.all(
      sql`SELECT m.body AS body, u.name AS name FROM messages m JOIN users u ON u.id = m.author_id WHERE u.id = ${rosa.userId}`,
    );
    expect(messages).toEqual([{ body: 'Dinner at six', name: 'Former member' }]);
    expect(w.deps.familyCalls).toContain(`${rosa.familyId} forgetUser ${rosa.userId}`);
    for (const how of [{ as: rosa }, { cookie: token }])
      expect((await w.ask('/api/me', how)).status).toBe(401);
  });

  it('leaves number, name and id nowhere but where they are told to stay', async () => {
    const w = world();
    const { rosa } = await traces(w);
    await w.ask('/api/login/start', { body: { phone: rosa.number } }); // By whoever knows the number.
    const hash = await phoneHash(w.deps.config.PHONE_SECRET, rosa.number);
    await w.ask('/api/me', { as: rosa, method: 'DELETE' });
    const tables = await w.deps.unwatched.all<{ name: string }>(
      sql`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\' AND name NOT LIKE 'd1\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`,
    );
    const found = new Set<string>();
    for (const table of new Set(tables.map(({ name }) => name))) {
      for (const row of await w.deps.unwatched.all(sql`SELECT * FROM ${sql.raw(table)}`)) {
        for (const [column, value] of Object.entries(row)) {
          const text = String(value);
          if (text.includes(rosa.number.slice(1)) || text.includes('Quetzal'))
            found.add(`clear: ${table}.${column}`);
          if (text.includes(hash)) found.add(`hash: ${table}.${column}`);
          if (text.includes(rosa.userId)) found.add(`id: ${table}.${column}`);
        }
      }
    }
    // The ledger is proof, a day's counts hold strangers off the number, and what is left of a person is their id.
    const stays = [
      'hash: consent_events.number_hash',
      'hash: rate_counters.key',
      'id: consent_events.user_id',
      'id: events.subject',
      'id: messages.author_id',
      'id: messages.id',
      'id: messages.thread_id',
      'id: people.id',
      'id: sms_delivery_log.id',
      'id: sms_delivery_log.user_id',
      'id: thread_ids.id',
      'id: threads.id',
      'id: threads.title',
      'id: users.id',
    ];
    expect([...found].filter((where) => !stays.includes(where))).toEqual([]);
    expect(found).toContain('hash: consent_events.number_hash');
  });

  it('keeps an opt-out of the number, as a keyed hash, for whoever comes after', async () => {
    const w = world();
    const { rosa } = await traces(w);
    await optOut(w.deps, { ...rosa, source: 'web', client: { address: '203.0.113.9', userAgent: null } });
    await w.ask('/api/me', { as: rosa, method: 'DELETE' });
    const [tom] = await family('tom');
    await verified(w.deps, { ...tom!, number: rosa.number });
    expect(await personRows(w.deps, tom!.userId)).toMatchObject({
      phone: rosa.number,
      optedOutAt: w.deps.clock.now,
    });
  });

  it('is the same by the host’s wish, may be repeated, and knows who does not exist', async () => {
    const { deps, holder } = world();
    const rosa = await holder();
    for (let i = 0; i < 2; i++) expect(await deletePerson(deps, rosa)).toBe(true);
    expect(await deletePerson(deps, { ...rosa, familyId: 'fam_other' })).toBe(false);
    expect(await deletePerson(deps, { ...rosa, userId: 'usr_nobody' })).toBe(false);
    await deps.idle();
    expect(await pendingUpdatesOf(deps, rosa.userId)).toEqual([]);
  });

  it('comes to its end wherever the process died', { timeout: 90_000 }, async () => {
    for (const when of ['before', 'after'] as const) {
      for (let fail = 0; ; fail++) {
        const w = world({ CODES_PER_PREFIX_HOUR: '1000' });
        const rosa = await w.holder();
        w.deps.d1.reset();
        w.deps.d1.faultAt = (trip) => (trip === fail ? { when, message: 'killed' } : null);
        // It may fail, by what was struck alone; what counts is the end.
        const failure = await failureOf(deletePerson(w.deps, rosa));
        expect([null, 'Error: killed']).toContain(failure && String(failure));
        await w.deps.idle();
        const over = w.deps.d1.trips.length <= fail;
        w.deps.d1.faultAt = () => null;
        await sweepUpdates(w.deps);
        const [users, , , , , , , , numbers, updates] = await leftOf(w.deps, rosa);
        const gone = users![0]!.deleted_at !== null;
        expect([users![0]!.phone, numbers!.length, updates]).toEqual(
          gone ? [null, 0, []] : [rosa.number, 1, []],
        );
        if (over) {
          expect(gone).toBe(true);
          break;
        }
      }
    }
  });

  it('does not come back to somebody whom the host mirrors again', async () => {
    const { deps, holder } = world();
    const rosa = await holder();
    deps.familyDown.value = true;
    await deletePerson(deps, rosa);
    await deps.idle();
    expect(await pendingUpdatesOf(deps, rosa.userId)).toEqual(['deleted']);
    await deps.unwatched.run(
      sql`UPDATE users SET name = 'Rosa', deleted_at = NULL WHERE id = ${rosa.userId}`,
    );
    deps.clock.now += 1000;
    await verified(deps, rosa);
    deps.familyDown.value = false;
    await sweepUpdates(deps);
    expect(await personRows(deps, rosa.userId)).toMatchObject({ phone: rosa.number, enabled: 0 });
    expect(await pendingUpdatesOf(deps, rosa.userId)).toEqual([]);
  });
});
