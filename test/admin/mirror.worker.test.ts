import { beforeEach, describe, expect, it } from 'vitest';
import { BLANK_TEXTS } from '../platform/blank-texts.ts';
import { createWorld, type World } from '../worker/world.ts';

let world: World;
const put = (path: string, body: unknown) => world.api('PUT', `/api/admin/${path}`, { as: 'service', body });
const at = '2026-01-31T12:00:00Z';
const consent = { at, source: 'signup form', version: '2026-01' };

beforeEach(async () => {
  world = await createWorld();
});

describe('who may mirror', () => {
  it('is the host application alone', async () => {
    await world.seed([{ id: 'rosa', name: 'Rosa' }]);
    for (const [as, status, error] of [
      [null, 401, 'unauthenticated'],
      [world.member('rosa'), 403, 'forbidden'],
    ] as const) {
      const answer = await world.api('PUT', '/api/admin/families/x', { as, body: { name: 'X' } });
      expect([answer.status, answer.json.error]).toEqual([status, error]);
    }
  });

  it('opens nothing else to the service', async () => {
    for (const path of ['/api/threads', '/api/deliveries', '/api/presence']) {
      const { status, json } = await world.api('GET', path, { as: 'service' });
      expect([status, json.error]).toEqual([403, 'forbidden']);
    }
  });
});

describe('families', () => {
  it('are created, renamed, and keep what is absent', async () => {
    const path = `families/${world.familyId}`;
    expect((await put(path, {})).json.error).toBe('invalid_request');
    expect((await put(path, { name: 'Rivera', timeZone: 'Europe/Berlin' })).status).toBe(200);
    expect((await put(path, {})).status).toBe(200);
    expect((await put(path, { name: 'Rivera-Lopez' })).status).toBe(200);
    await put(`users/${world.member('rosa').userId}`, { familyId: world.familyId, name: 'Rosa' });
    const { json } = await world.api('GET', '/api/preferences', { as: world.member('rosa') });
    expect(json.timeZone).toBe('Europe/Berlin');
  });
});

describe("a family's object", () => {
  it('is made where the family is by its time zone, or where the setting says', async () => {
    const hints: unknown[] = [];
    const { FAMILY } = world.env;
    const recorded = {
      idFromName: (name: string) => FAMILY.idFromName(name),
      get: (id: DurableObjectId, options?: { locationHint?: DurableObjectLocationHint }) => {
        hints.push(options?.locationHint);
        return FAMILY.get(id, options);
      },
    } as unknown as typeof FAMILY;
    const putThere = (path: string, body: unknown, more = {}) =>
      world.api('PUT', `/api/admin/${path}`, { as: 'service', body, env: { FAMILY: recorded, ...more } });
    const { familyId } = world;
    await putThere(`families/${familyId}`, { name: 'F', timeZone: 'Europe/Berlin' });
    const nina = world.member('nina').userId;
    await world.mirror(`users/${nina}`, { familyId, name: 'Nina' });
    // A thread without members wakes no object: there is nobody to tell.
    await putThere(`threads/${world.thread('none')}`, { familyId, title: 'T', memberIds: [] });
    await putThere(`threads/${world.thread()}`, { familyId, title: 'T', memberIds: [nina] });
    const setting = { FAMILY_LOCATION: 'wnam' };
    await putThere(`threads/${world.thread('two')}`, { familyId, title: 'T', memberIds: [nina] }, setting);
    expect(hints).toEqual(['weur', 'wnam']);
  });
});

describe('names and titles', () => {
  it('that nobody could see are refused', async () => {
    for (const blank of BLANK_TEXTS) {
      const { familyId } = world;
      const answers = [
        await put(`families/${familyId}`, { name: blank }),
        await put(`users/${world.member('nina').userId}`, { familyId, name: blank }),
        await put(`threads/${world.thread('blank')}`, { familyId, title: blank, memberIds: [] }),
      ];
      for (const { status, json } of answers) {
        expect([status, json.error], JSON.stringify(blank)).toEqual([400, 'invalid_request']);
      }
    }
  });

  it('are kept without the controls that turn the direction of what follows', async () => {
    const { familyId } = world;
    await put(`families/${familyId}`, { name: 'Rivera' });
    await put(`users/${world.member('rosa').userId}`, { familyId, name: '\u202eRosa\u2069 ' });
    const { json } = await world.api('GET', '/api/me', { as: world.member('rosa') });
    expect(json.name).toBe('Rosa');
  });
});

describe('people', () => {
  const user = (id: string, body: Record<string, unknown>) =>
    put(`users/${world.member(id).userId}`, { familyId: world.familyId, ...body });

  beforeEach(() => put(`families/${world.familyId}`, { name: 'Rivera', timeZone: 'America/New_York' }));

  it('are mirrored with a verified phone and consent, as often as the host likes', async () => {
    const rosa = {
      name: 'Rosa',
      email: 'rosa@example.com',
      phone: world.phone(1),
      phoneVerifiedAt: at,
      smsConsent: consent,
    };
    for (let i = 0; i < 3; i++) expect((await user('rosa', rosa)).status).toBe(200);
    const me = await world.api('GET', '/api/me', { as: world.member('rosa') });
    expect(me.json).toMatchObject({
      name: 'Rosa',
      phoneState: 'verified',
      phoneVerifiedAt: '2026-01-31T12:00:00.000Z',
    });
    expect(me.json.phone).not.toContain(world.phone(1).slice(2, -4));
    const consents = await world.api('GET', '/api/consents', { as: world.member('rosa') });
    expect(consents.json.consents).toMatchObject([
      { action: 'opt_in', source: 'import', version: '2026-01' },
    ]);
    expect((await world.api('GET', '/api/preferences', { as: world.member('rosa') })).json.smsEnabled).toBe(
      true,
    );
    expect(await world.texts()).toEqual([]); // imports send no confirmation
  });

  it.each(['+18612345678', '+1 (861) 234-5678'])(
    'are mirrored with a number of a young area code: %s',
    async (phone) => {
      const { status } = await user('rosa', { name: 'Rosa', phone, phoneVerifiedAt: at });
      expect(status).toBe(200);
      const { json } = await world.api('GET', '/api/me', { as: world.member('rosa') });
      expect(json.phoneState).toBe('verified');
      await world.api('DELETE', '/api/phone', { as: world.member('rosa') });
    },
  );

  it('keep what is absent', async () => {
    await user('rosa', {
      name: 'Rosa',
      phone: world.phone(1),
      phoneVerifiedAt: at,
      smsConsent: consent,
      timeZone: 'Asia/Tokyo',
    });
    await user('rosa', {});
    await user('rosa', { name: 'Rosa Maria' });
    const { json } = await world.api('GET', '/api/me', { as: world.member('rosa') });
    expect(json).toMatchObject({ name: 'Rosa Maria', phoneState: 'verified', timeZone: 'Asia/Tokyo' });
  });

  it('need a family, a name the first time, and stay in their family', async () => {
    expect((await user('rosa', {})).json.error).toBe('invalid_request');
    const nowhere = await put(`users/${world.member('rosa').userId}`, { familyId: 'nowhere', name: 'Rosa' });
    expect([nowhere.status, nowhere.json.error]).toEqual([404, 'family_not_found']);
    await user('rosa', { name: 'Rosa' });
    const other = await createWorld();
    await other.seed([]);
    const moved = await put(`users/${world.member('rosa').userId}`, {
      familyId: other.familyId,
      name: 'Rosa',
    });
    expect([moved.status, moved.json.error]).toEqual([409, 'conflict']);
  });

  it('do not take a number that somebody else holds', async () => {
    await user('rosa', { name: 'Rosa', phone: world.phone(1), phoneVerifiedAt: at });
    const { status, json } = await user('ben', { name: 'Ben', phone: world.phone(1), phoneVerifiedAt: at });
    expect([status, json.error]).toEqual([409, 'phone_in_use']);
    expect((await world.api('GET', '/api/me', { as: world.member('rosa') })).json.phoneState).toBe(
      'verified',
    );
    // Refused, it leaves everything as it was.
    expect((await world.api('GET', '/api/me', { as: world.member('ben') })).status).toBe(401);
    await user('ben', { name: 'Ben' });
    await user('ben', { name: 'Benjamin', phone: world.phone(1), phoneVerifiedAt: at });
    expect((await world.api('GET', '/api/me', { as: world.member('ben') })).json.name).toBe('Ben');
  });

  it('stay in their family when it is not named, and need one the first time', async () => {
    await user('rosa', { name: 'Rosa' });
    const path = `users/${world.member('rosa').userId}`;
    expect((await put(path, { name: 'Rosalinda' })).status).toBe(200);
    expect((await world.api('GET', '/api/me', { as: world.member('rosa') })).json.name).toBe('Rosalinda');
    const { status, json } = await put(`users/${world.member('nobody').userId}`, { name: 'Nobody' });
    expect([status, json.error, json.details[0].field]).toEqual([400, 'invalid_request', 'familyId']);
  });

  it('are not opted in again by an import after they said stop', async () => {
    const rosa = { name: 'Rosa', phone: world.phone(1), phoneVerifiedAt: at, smsConsent: consent };
    await user('rosa', rosa);
    await world.api('PATCH', '/api/preferences', { as: world.member('rosa'), body: { smsEnabled: false } });
    await user('rosa', { ...rosa, smsConsent: { ...consent, at: new Date().toISOString() } });
    expect((await world.api('GET', '/api/preferences', { as: world.member('rosa') })).json.smsEnabled).toBe(
      false,
    );
  });

  it('are not opted in for a number that they proved instead of the host’s', async () => {
    const as = world.member('rosa');
    const enabled = async () => (await world.api('GET', '/api/preferences', { as })).json.smsEnabled;
    await user('rosa', { name: 'Rosa', phone: world.phone(1), phoneVerifiedAt: new Date().toISOString() });
    const old = { phone: world.phone(2), phoneVerifiedAt: at };
    expect((await user('rosa', { ...old, smsConsent: consent })).status).toBe(200);
    expect((await world.api('GET', '/api/me', { as })).json.phone).toContain(world.phone(1).slice(-4));
    expect(await enabled()).toBe(false);
    expect((await user('rosa', { phone: world.phone(1), smsConsent: consent })).status).toBe(200);
    expect(await enabled()).toBe(true);
  });

  it('are told of as they are: number and consent taken', async () => {
    const answer = await user('rosa', {
      name: 'Rosa',
      phone: world.phone(1),
      phoneVerifiedAt: at,
      smsConsent: consent,
    });
    expect(answer.json).toEqual({ ok: true, phoneState: 'verified', smsEnabled: true, consent: 'taken' });
    expect((await user('rosa', { name: 'Rosa Maria' })).json).toEqual({
      ok: true,
      phoneState: 'verified',
      smsEnabled: true,
    });
  });

  it('are told of as they are: a number that nobody has verified is not theirs, nor is consent for it', async () => {
    const { status, json } = await user('rosa', { name: 'Rosa', phone: world.phone(1), smsConsent: consent });
    expect(status).toBe(200);
    expect(json).toMatchObject({ phoneState: 'none', smsEnabled: false, consent: 'refused' });
    expect(json.why).toContain('phoneVerifiedAt');
    // What is proven later has no consent from before.
    await user('rosa', { phone: world.phone(2), phoneVerifiedAt: new Date().toISOString() });
    const { json: preferences } = await world.api('GET', '/api/preferences', { as: world.member('rosa') });
    expect(preferences.smsEnabled).toBe(false);
    const later = await user('rosa', { phone: world.phone(2), smsConsent: consent });
    expect(later.json).toMatchObject({ phoneState: 'verified', smsEnabled: true, consent: 'taken' });
  });

  it('are told of as they are: consent for an opted-out number is refused', async () => {
    const rosa = { name: 'Rosa', phone: world.phone(1), phoneVerifiedAt: at, smsConsent: consent };
    await user('rosa', rosa);
    await world.api('PATCH', '/api/preferences', { as: world.member('rosa'), body: { smsEnabled: false } });
    const { json } = await user('rosa', rosa);
    expect(json).toMatchObject({ phoneState: 'verified', smsEnabled: false, consent: 'refused' });
    expect(json.why).toContain('opted out');
  });

  it('keep their other fields when their number is none', async () => {
    const { status, json } = await user('rosa', { name: 'Rosa', phone: '12345', smsConsent: consent });
    expect([status, json.phoneState, json.consent]).toEqual([200, 'none', 'refused']);
    expect(json.why).toContain('E.164');
    expect((await world.api('GET', '/api/me', { as: world.member('rosa') })).json.name).toBe('Rosa');
    const young = { phone: '+18612345678', phoneVerifiedAt: at, smsConsent: consent };
    expect((await user('rosa', young)).json).toMatchObject({ phoneState: 'verified', consent: 'taken' });
  });

  it.each(['josé@example.com', 'rosa@exämple.de', "o'hara+fcs@mail.example", 'rosa@intranet', 'r@b.c'])(
    'may have the address %s',
    async (email) => expect((await user('rosa', { name: 'Rosa', email })).status).toBe(200),
  );

  it('give their number away when the host says so', async () => {
    await user('rosa', { name: 'Rosa', phone: world.phone(1), phoneVerifiedAt: at, smsConsent: consent });
    expect((await user('rosa', { phone: null })).status).toBe(200);
    expect((await world.api('GET', '/api/me', { as: world.member('rosa') })).json).toMatchObject({
      phone: null,
      phoneState: 'none',
    });
    expect((await user('ben', { name: 'Ben', phone: world.phone(1), phoneVerifiedAt: at })).status).toBe(200);
  });

  it.each([
    ['consent without the number it is for', { smsConsent: consent }, 'invalid_request'],
    ['consent for a number that is taken away', { phone: null, smsConsent: consent }, 'invalid_request'],
    ['a name of several lines', { name: 'Rosa\nMaria' }, 'invalid_request'],
    ['an empty name', { name: '  ' }, 'invalid_request'],
    ['an address that is none', { email: 'rosa' }, 'invalid_request'],
    ['an address with a space', { email: 'rosa @example.com' }, 'invalid_request'],
    ['an address that is no text', { email: '\ud800@example.com' }, 'invalid_request'],
    ['a time zone that is none', { timeZone: 'Mars/Olympus' }, 'invalid_request'],
    ['a time that is none', { phone: '+12025550123', phoneVerifiedAt: 'yesterday' }, 'invalid_request'],
    ['half a consent', { smsConsent: { at } }, 'invalid_request'],
  ])('are refused with %s, and nothing changes', async (_, wrong, error) => {
    await user('rosa', { name: 'Rosa' });
    const before = (await world.api('GET', '/api/me', { as: world.member('rosa') })).json;
    const answer = await user('rosa', { name: 'Changed', ...wrong });
    expect([answer.status, answer.json.error]).toEqual([400, error]);
    expect((await world.api('GET', '/api/me', { as: world.member('rosa') })).json).toEqual(before);
  });

  it('are deleted, and what they wrote stays under "Former member"', async () => {
    await world.seed([
      { id: 'rosa', name: 'Rosa', phone: world.phone(1) },
      { id: 'ben', name: 'Ben', phone: world.phone(2) },
    ]);
    await world.api('POST', `/api/threads/${world.thread()}/messages`, {
      as: world.member('rosa'),
      body: { body: 'Hello' },
    });
    const path = `/api/admin/users/${world.member('rosa').userId}`;
    expect((await world.api('DELETE', path, { as: 'service' })).status).toBe(200);
    const { json } = await world.api('GET', `/api/threads/${world.thread()}/messages`, {
      as: world.member('ben'),
    });
    expect(json.messages).toMatchObject([{ body: 'Hello', authorName: 'Former member' }]);
    expect((await world.api('GET', '/api/threads', { as: world.member('rosa') })).status).toBe(401);
    expect((await world.api('DELETE', '/api/admin/users/nobody', { as: 'service' })).json.error).toBe(
      'user_not_found',
    );
  });

  it('come back whole, even when their deletion had not come to its end', async () => {
    const rosa = { name: 'Rosa', phone: world.phone(1), phoneVerifiedAt: at, smsConsent: consent };
    await user('rosa', rosa);
    const path = `/api/admin/users/${world.member('rosa').userId}`;
    world.watch.reset();
    world.watch.faultAt = (trip) => (trip < 3 ? null : { when: 'before', message: 'killed' });
    expect((await world.api('DELETE', path, { as: 'service' })).status).toBe(503);
    world.watch.faultAt = () => null;
    await user('rosa', { ...rosa, name: 'Rosa again' });
    await world.api('POST', '/api/admin/sweep', { as: 'service' });
    const { json } = await world.api('GET', '/api/me', { as: world.member('rosa') });
    expect(json).toMatchObject({ name: 'Rosa again', phoneState: 'verified' });
  });
});

describe('threads', () => {
  const thread = (body: Record<string, unknown>) =>
    put(`threads/${world.thread()}`, { familyId: world.familyId, ...body });
  const ids = (...names: string[]) => names.map((name) => world.member(name).userId);
  const membersSeenBy = async (name: string) => {
    const { json } = await world.api('GET', `/api/threads/${world.thread()}`, { as: world.member(name) });
    return json.thread?.members.map(({ id }: { id: string }) => id).sort();
  };

  beforeEach(() =>
    world.seed([
      { id: 'rosa', name: 'Rosa' },
      { id: 'ben', name: 'Ben' },
      { id: 'mia', name: 'Mia' },
    ]),
  );

  it('replace their members, keep them when absent, and are renamed', async () => {
    await thread({ title: 'Renamed', memberIds: ids('rosa', 'ben') });
    await thread({});
    expect(await membersSeenBy('rosa')).toEqual(ids('rosa', 'ben').sort());
    expect(await membersSeenBy('mia')).toBeUndefined();
    await thread({ memberIds: ids('rosa', 'mia') });
    expect(await membersSeenBy('mia')).toEqual(ids('mia', 'rosa').sort());
    expect(
      (await world.api('GET', `/api/threads/${world.thread()}`, { as: world.member('mia') })).json.thread
        .title,
    ).toBe('Renamed');
  });

  it('stay in their family when it is not named, and need one the first time', async () => {
    expect((await put(`threads/${world.thread()}`, { title: 'Renamed' })).status).toBe(200);
    expect((await put(`threads/${world.thread()}`, { memberIds: ids('mia') })).status).toBe(200);
    expect(await membersSeenBy('mia')).toEqual(ids('mia'));
    const { status, json } = await put(`threads/${world.thread('new')}`, { title: 'New', memberIds: [] });
    expect([status, json.error, json.details[0].field]).toEqual([400, 'invalid_request', 'familyId']);
  });

  it('spare a new member what was said before', async () => {
    await thread({ memberIds: ids('rosa', 'ben') });
    await world.api('POST', `/api/threads/${world.thread()}/messages`, {
      as: world.member('rosa'),
      body: { body: 'Old' },
    });
    await thread({ memberIds: ids('rosa', 'ben', 'mia') });
    const { json } = await world.api('GET', `/api/threads/${world.thread()}`, { as: world.member('mia') });
    expect(json.thread.unread).toBe(0);
  });

  it('change wholly or not at all', async () => {
    const unknown = await thread({ title: 'Changed', memberIds: [...ids('rosa'), 'nobody'] });
    expect([unknown.status, unknown.json.error]).toEqual([404, 'user_not_found']);
    const { json } = await world.api('GET', `/api/threads/${world.thread()}`, { as: world.member('rosa') });
    expect([json.thread.title, json.thread.members.length]).toEqual(['Sunday dinner', 3]);
    const other = await createWorld();
    await other.seed([]);
    const stolen = await other.api('PUT', `/api/admin/threads/${world.thread()}`, {
      as: 'service',
      body: { familyId: other.familyId, title: 'Stolen' },
    });
    expect([stolen.status, stolen.json.error]).toEqual([409, 'conflict']);
  });
});

describe('operations', () => {
  beforeEach(async () => {
    await world.seed([
      { id: 'rosa', name: 'Rosa', phone: world.phone(1) },
      { id: 'ben', name: 'Ben', phone: world.phone(2) },
      { id: 'mia', name: 'Mia' },
    ]);
    await world.api('POST', `/api/threads/${world.thread()}/messages`, {
      as: world.member('rosa'),
      body: { body: 'Hello' },
    });
    await world.drain();
  });

  it('find deliveries by family, person and status, page by page', async () => {
    const search = async (query: string) =>
      (await world.api('GET', `/api/admin/deliveries?familyId=${world.familyId}${query}`, { as: 'service' }))
        .json;
    expect((await search('')).deliveries).toHaveLength(2);
    expect((await search('&status=sent')).deliveries).toMatchObject([
      { userId: world.member('ben').userId, status: 'sent' },
    ]);
    expect((await search(`&userId=${world.member('mia').userId}`)).deliveries).toMatchObject([
      { reason: 'unverified' },
    ]);
    const first = await search('&limit=1');
    const second = await search(`&limit=1&cursor=${first.next}`);
    expect([first.deliveries.length, second.deliveries.length, second.next]).toEqual([1, 1, null]);
    expect(first.deliveries[0].id).not.toBe(second.deliveries[0].id);
  });

  it('count texts by outcome and reason, without personal data', async () => {
    const { status, json } = await world.api('GET', '/api/admin/stats?hours=1', { as: 'service' });
    expect(status).toBe(200);
    expect(json.byStatus.sent).toBeGreaterThanOrEqual(1);
    expect(json.byReason.unverified).toBeGreaterThanOrEqual(1);
    expect(json.secondsToSent.p50).toBeGreaterThanOrEqual(0);
    expect(JSON.stringify(json)).not.toMatch(/\+1\d{10}|Hello|Rosa/);
  });
});
