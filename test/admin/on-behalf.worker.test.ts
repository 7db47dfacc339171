import { beforeEach, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../worker/world.ts';

let world: World;
const service = (method: string, path: string, body?: unknown) =>
  world.api(method, `/api/admin/${path}`, { as: 'service', body });
const userId = (name: string) => world.member(name).userId;
const says = (name: string, body: string) =>
  world.api('POST', `/api/threads/${world.thread()}/messages`, { as: world.member(name), body: { body } });

beforeEach(async () => {
  world = await createWorld();
  await world.seed([
    { id: 'rosa', name: 'Rosa', phone: world.phone(1) },
    { id: 'ben', name: 'Ben', phone: world.phone(2) },
  ]);
});

describe('the host reads back', () => {
  it('a family, with the database that holds it', async () => {
    const { status, json } = await service('GET', `families/${world.familyId}`);
    expect(status).toBe(200);
    expect(json).toMatchObject({
      id: world.familyId,
      name: 'The Riveras',
      timeZone: 'America/New_York',
      database: 'd1:main',
      userIds: [userId('ben'), userId('rosa')],
    });
  });

  it('a person, with the state of their number and texts', async () => {
    const { json } = await service('GET', `users/${userId('rosa')}`);
    expect(json).toMatchObject({
      id: userId('rosa'),
      familyId: world.familyId,
      name: 'Rosa',
      phone: world.phone(1),
      phoneState: 'verified',
      smsEnabled: true,
      optedOut: false,
    });
    await world.api('PATCH', '/api/preferences', { as: world.member('rosa'), body: { smsEnabled: false } });
    expect((await service('GET', `users/${userId('rosa')}`)).json).toMatchObject({
      smsEnabled: false,
      optedOut: true,
    });
  });

  it('a thread, with its members', async () => {
    await says('rosa', 'Hello');
    const { json } = await service('GET', `threads/${world.thread()}`);
    expect(json).toMatchObject({ id: world.thread(), title: 'Sunday dinner', lastSeq: 1 });
    expect(json.memberIds.toSorted()).toEqual([userId('ben'), userId('rosa')]);
  });

  it('nothing of what is not there', async () => {
    await service('DELETE', `users/${userId('ben')}`);
    for (const [path, error] of [
      ['families/nowhere', 'family_not_found'],
      ['users/nobody', 'user_not_found'],
      [`users/${userId('ben')}`, 'user_not_found'],
      ['threads/nothing', 'thread_not_found'],
    ]) {
      const { status, json } = await service('GET', path!);
      expect([status, json.error]).toEqual([404, error]);
    }
  });
});

describe('the host deletes', () => {
  it('a thread with all that was said in it, and nothing else', async () => {
    const other = `other_${world.thread()}`;
    await world.mirror(`threads/${other}`, {
      familyId: world.familyId,
      title: 'Kept',
      memberIds: [userId('rosa'), userId('ben')],
    });
    await says('rosa', 'Hello');
    await world.drain();
    expect(await world.rows()).toHaveLength(1);
    expect((await service('DELETE', `threads/${world.thread()}`)).json).toEqual({ ok: true });
    expect(await world.rows()).toEqual([]);
    const { json } = await world.api('GET', '/api/threads', { as: world.member('ben') });
    expect(json.threads.map((thread: { id: string }) => thread.id)).toEqual([other]);
    const again = await service('DELETE', `threads/${world.thread()}`);
    expect([again.status, again.json.error]).toEqual([404, 'thread_not_found']);
  });

  it('a family with everybody in it; an opt-out of a number outlives it', async () => {
    await says('rosa', 'Hello');
    await world.api('PATCH', '/api/preferences', { as: world.member('ben'), body: { smsEnabled: false } });
    expect((await service('DELETE', `families/${world.familyId}`)).json).toEqual({ ok: true });
    await world.drain();
    expect([await world.rows(), await world.texts()]).toEqual([[], []]);
    for (const path of [`families/${world.familyId}`, `users/${userId('rosa')}`, `threads/${world.thread()}`])
      expect((await service('GET', path)).status).toBe(404);
    expect((await world.api('GET', '/api/me', { as: world.member('rosa') })).status).toBe(401);
    expect((await service('DELETE', `families/${world.familyId}`)).json.error).toBe('family_not_found');
    await world.mirror(`families/${world.familyId}`, { name: 'Again' });
    const at = new Date().toISOString();
    const { json } = await service('PUT', `users/${userId('ben')}`, {
      familyId: world.familyId,
      name: 'Ben',
      phone: world.phone(2),
      phoneVerifiedAt: at,
      smsConsent: { at, source: 'signup', version: '1' },
    });
    expect(json).toMatchObject({ phoneState: 'verified', smsEnabled: false, consent: 'refused' });
  });
});

describe('the host says on behalf of a person', () => {
  it('a message: it is theirs, says that the host sent it, and everybody is told once', async () => {
    const post = (body: Record<string, unknown>, headers = {}, thread = world.thread()) =>
      world.api('POST', `/api/admin/threads/${thread}/messages`, {
        as: 'service',
        body: { authorId: userId('rosa'), ...body },
        headers,
      });
    const key = { 'Idempotency-Key': 'a-key' };
    const first = await post({ body: 'From the host' }, key);
    expect(first.status).toBe(201);
    expect(first.json.message).toMatchObject({ authorId: userId('rosa'), seq: 1, via: 'host' });
    expect((await post({ body: 'From the host' }, key)).json).toEqual(first.json);
    expect((await post({ body: 'Other words' }, key)).json.error).toBe('idempotency_conflict');
    const own = { body: 'With an id', id: `own-${world.familyId}`, createdAt: '2026-01-01T12:00:00Z' };
    const named = await post(own);
    expect(named.json.message).toMatchObject({ id: own.id, seq: 2, createdAt: '2026-01-01T12:00:00.000Z' });
    expect((await post(own)).json).toEqual(named.json);
    expect((await post({ ...own, authorId: userId('ben') })).json.error).toBe('idempotency_conflict');
    await world.drain();
    expect((await world.texts(world.phone(2))).length).toBe(1);
    for (const [wrong, error, thread] of [
      [{ body: ' ' }, 'empty_message'],
      [{ body: 'x', authorId: 'nobody' }, 'user_not_found'],
      [{ body: 'x', createdAt: '2999-01-01T00:00:00Z' }, 'invalid_request'],
      [{ body: 'x' }, 'thread_not_found', 'nothing'],
    ] as const) {
      expect((await post(wrong, {}, thread)).json.error).toBe(error);
    }
  });

  it('history: nobody is texted, and nothing of it is unread', async () => {
    const old = { authorId: userId('rosa'), body: 'Long ago', id: `old-${world.familyId}`, silent: true };
    const path = `threads/${world.thread()}/messages`;
    const { json } = await service('POST', path, { ...old, createdAt: '2020-05-01T12:00:00Z' });
    expect(json.message).toMatchObject({ seq: 1, createdAt: '2020-05-01T12:00:00.000Z', via: 'host' });
    await world.drain();
    expect([await world.rows(), await world.texts()]).toEqual([[], []]);
    const { json: seen } = await world.api('GET', `/api/threads/${world.thread()}`, {
      as: world.member('ben'),
    });
    expect(seen.thread).toMatchObject({ unread: 0, lastSeq: 1 });
    await says('rosa', 'Now');
    await world.drain();
    expect((await world.texts(world.phone(2)))[0]?.body).not.toMatch(/\b2 (more|new)\b/);
  });

  it('what they have read: they are not texted about it', async () => {
    const { json } = await says('rosa', 'Hello');
    const read = await service('POST', `threads/${world.thread()}/read`, {
      userId: userId('ben'),
      messageId: json.message.id,
    });
    expect(read.json).toEqual({ ok: true, lastReadSeq: 1, unread: 0 });
    await world.drain();
    expect(await world.rows()).toMatchObject([{ status: 'suppressed', reason: 'read' }]);
    for (const [path, body, error] of [
      ['threads/nothing/read', { userId: userId('ben') }, 'thread_not_found'],
      [`threads/${world.thread()}/read`, { userId: 'nobody' }, 'user_not_found'],
      [`threads/${world.thread()}/read`, { userId: userId('ben'), messageId: 'x' }, 'message_not_found'],
    ] as const) {
      expect((await service('POST', path, body)).json.error).toBe(error);
    }
  });

  it('who is here: they are not texted, until the next list does not name them', async () => {
    const present = await service('POST', 'presence', { present: [userId('ben'), 'nobody'] });
    expect(present.json).toEqual({ ok: true, unknown: ['nobody'] });
    const { json } = await world.api('GET', '/api/presence', { as: world.member('rosa') });
    expect(json.online).toMatchObject([{ userId: userId('ben'), state: 'online' }]);
    await says('rosa', 'Hello');
    await world.drain();
    expect(await world.rows()).toMatchObject([{ status: 'deferred', reason: 'online' }]);
    expect((await service('POST', 'presence', { present: [] })).json).toEqual({ ok: true, unknown: [] });
    expect((await world.api('GET', '/api/presence', { as: world.member('rosa') })).json.online).toEqual([]);
    await world.api('POST', '/api/presence/heartbeat', { as: world.member('ben'), body: {} });
    await service('POST', 'presence', { present: [] });
    const after = await world.api('GET', '/api/presence', { as: world.member('rosa') });
    expect(after.json.online).toMatchObject([{ userId: userId('ben') }]);
    for (const body of [{}, { present: 'ben' }, { present: [], ttlSeconds: 0 }])
      expect((await service('POST', 'presence', body)).json.error).toBe('invalid_request');
  });

  it('what they wish: an opt-out is entered with its source, an opt-in needs its consent', async () => {
    const change = (body: unknown) => service('PUT', `users/${userId('ben')}/preferences`, body);
    const consentedAt = new Date(Date.now() - 60_000).toISOString();
    const consent = { at: consentedAt, source: 'help line', version: '7' };
    expect((await change({ quietStart: 60, quietEnd: 120 })).json).toMatchObject({
      smsEnabled: true,
      quietStart: 60,
    });
    expect((await change({ smsEnabled: false })).json.smsEnabled).toBe(false);
    const without = await change({ smsEnabled: true });
    expect([without.status, without.json.details[0].field]).toEqual([400, 'consent']);
    const older = await change({ smsEnabled: true, consent });
    expect([older.status, older.json.error]).toEqual([409, 'conflict']);
    const tomorrow = { ...consent, at: new Date(Date.now() + 86_400_000).toISOString() };
    const ahead = await change({ smsEnabled: true, consent: tomorrow });
    expect([ahead.status, ahead.json.details[0].field]).toEqual([400, 'consent.at']);
    const younger = { ...consent, at: new Date(Date.now() + 5).toISOString() };
    expect((await change({ smsEnabled: true, consent: younger })).json.smsEnabled).toBe(true);
    const { json } = await world.api('GET', '/api/consents', { as: world.member('ben') });
    expect(json.consents).toMatchObject([
      { action: 'opt_in', source: 'host', version: '7' },
      { action: 'opt_out', source: 'host' },
      { action: 'opt_in', source: 'import' },
    ]);
    expect((await change({ smsEnabeld: true })).json.error).toBe('invalid_request');
    expect((await service('PUT', 'users/nobody/preferences', {})).json.error).toBe('user_not_found');
  });
});
