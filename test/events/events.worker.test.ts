import { beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../worker/world.ts';

let world: World;
let cursor: string;
const pull = (query = '') => world.api('GET', `/api/admin/events?${query}`, { as: 'service' });

/** The events of the family since the last look. */
async function news() {
  const { json } = await pull(`familyId=${world.familyId}&after=${cursor}&limit=200`);
  cursor = json.next;
  return json.events;
}
const post = (body: Record<string, unknown>) =>
  world.api('POST', `/api/threads/${world.thread()}/messages`, { as: world.member('rosa'), body });

/** A receipt as the carrier posts it. */
interface Receipt {
  url: string;
  params: Record<string, string>;
  headers: Record<string, string>;
}
/** An event about a person or a text. */
interface Fact {
  type: string;
  data: { userId?: string; delivery?: { userId: string; error: string | null } };
}

beforeAll(async () => {
  world = await createWorld();
  await world.seed([
    { id: 'rosa', name: 'Rosa', phone: world.phone(0) },
    { id: 'maya', name: 'Maya', phone: world.phone(1) },
    { id: 'sam', name: 'Sam' },
  ]);
});

describe('events', () => {
  it('tell what the host has mirrored', async () => {
    const { json } = await pull(`familyId=${world.familyId}`);
    cursor = json.next;
    const types = json.events.map(({ type }: { type: string }) => type);
    expect(types).toEqual([
      'phone.verified',
      'consent.given',
      'phone.verified',
      'consent.given',
      'thread.created',
    ]);
    expect(json.events[1]).toEqual({
      id: expect.stringMatching(/^evt_/),
      type: 'consent.given',
      timestamp: expect.any(String),
      familyId: world.familyId,
      data: {
        userId: world.member('rosa').userId,
        source: 'import',
        version: '2026-01',
        at: expect.any(String),
      },
    });
    expect(json.events[4].data.thread).toMatchObject({
      id: world.thread(),
      title: 'Sunday dinner',
      memberIds: expect.arrayContaining([world.member('sam').userId]),
    });
    expect(Math.abs(Date.parse(json.events[4].timestamp) - Date.now())).toBeLessThan(60_000);
    expect(await news()).toEqual([]);
  });

  it('tell of nothing that did not change', async () => {
    await world.mirror(`threads/${world.thread()}`, { familyId: world.familyId, title: 'Sunday dinner' });
    await world.mirror(`users/${world.member('maya').userId}`, { familyId: world.familyId, name: 'Maya' });
    expect(await news()).toEqual([]);
  });

  it('tell of a message and of each text', async () => {
    const { json } = await post({ body: 'Dinner?', urgent: true });
    const posted = await news();
    expect(posted.map(({ type }: { type: string }) => type)).toEqual([
      'message.created',
      'delivery.suppressed',
    ]);
    expect(posted[0].data).toEqual({ message: json.message });
    expect(posted[1].data.delivery).toMatchObject({
      userId: world.member('sam').userId,
      status: 'suppressed',
      reason: 'unverified',
      explanation: expect.any(String),
    });
    await world.drain();
    const [sent, ...more] = await news();
    expect(more).toEqual([]);
    expect(sent).toMatchObject({
      type: 'delivery.sent',
      data: { delivery: { userId: world.member('maya').userId, messageId: json.message.id, status: 'sent' } },
    });
  });

  it('tell of an edit and of a retraction, once each, and show the message as it is', async () => {
    const { message } = (await post({ body: 'Diner?' })).json;
    await news();
    const path = `/api/threads/${world.thread()}/messages/${message.id}`;
    const as = world.member('rosa');
    const edited = await world.api('PATCH', path, { as, body: { body: 'Dinner?' } });
    await world.api('PATCH', path, { as, body: { body: 'Dinner?' } });
    expect(await news()).toMatchObject([{ type: 'message.edited', data: { message: edited.json.message } }]);
    await world.api('DELETE', path, { as });
    await world.api('DELETE', path, { as });
    const told = (await news()).filter(({ type }: { type: string }) => type.startsWith('message.'));
    expect(told).toMatchObject([
      { type: 'message.deleted', data: { message: { id: message.id, body: '' } } },
    ]);
  });

  it('tell of a text that was delivered, and of one that failed for good with the number that it was for', async () => {
    const at = '2026-01-31T12:00:00Z';
    const [rosa, kim, lou] = ['rosa', 'kim', 'lou'].map((id) => world.member(id).userId) as [
      string,
      string,
      string,
    ];
    for (const [n, userId] of [kim, lou].entries()) {
      const number = { phone: world.phone(2 + n), phoneVerifiedAt: at };
      const smsConsent = { at, source: 'form', version: '1' };
      await world.mirror(`users/${userId}`, { familyId: world.familyId, name: 'K', ...number, smsConsent });
    }
    const three = world.thread('three');
    await world.mirror(`threads/${three}`, {
      familyId: world.familyId,
      title: 'T',
      memberIds: [rosa, kim, lou],
    });
    await world.control('PUT', `numbers/${world.phone(2)}`, { refuse: 21614 });
    await news();
    const body = { authorId: rosa, body: 'Hi' };
    expect(
      (await world.api('POST', `/api/admin/threads/${three}/messages`, { as: 'service', body })).status,
    ).toBe(201);
    await world.drain();
    await world.control('POST', 'idle');
    const { webhooks } = await world.control<{ webhooks: Receipt[] }>('GET', 'webhooks');
    for (const { url, params, headers } of webhooks) {
      const { pathname, search } = new URL(url);
      const sent = { ...headers, 'Content-Type': 'application/x-www-form-urlencoded' };
      const receipt = new URLSearchParams(params).toString();
      expect((await world.send('POST', pathname + search, { body: receipt, headers: sent })).status).toBe(
        200,
      );
    }
    const told: Fact[] = await news();
    const of = (userId: string) =>
      told.flatMap(({ type, data }) => ((data.userId ?? data.delivery?.userId) === userId ? [type] : []));
    expect(of(kim).toSorted()).toEqual(['delivery.failed', 'phone.unusable']);
    expect(of(lou)).toEqual(['delivery.sent', 'delivery.delivered']);
    expect(told.find(({ type }) => type === 'delivery.failed')!.data.delivery!.error).toBe('21614');
  });

  it('tell of an opt-out, a number that is removed and one that moves, and a person who is deleted', async () => {
    const maya = world.member('maya');
    const types = async () => (await news()).map(({ type }: { type: string }) => type);
    await world.api('PATCH', '/api/preferences', { as: maya, body: { smsEnabled: false } });
    expect(await types()).toEqual(['consent.withdrawn']);
    await world.api('DELETE', '/api/phone', { as: maya });
    expect(await types()).toContain('phone.removed');
    const start = await world.api('POST', '/api/phone/start-verify', {
      as: maya,
      body: { phone: world.phone(0) },
    });
    expect(start.status).toBe(200);
    const text = (await world.texts(world.phone(0))).find(({ body }) => /\b\d{6}\b/.test(body))!;
    const code = /\b\d{6}\b/.exec(text.body)![0];
    expect((await world.api('POST', '/api/phone/confirm', { as: maya, body: { code } })).status).toBe(200);
    const moved = await news();
    expect(moved).toContainEqual(
      expect.objectContaining({ type: 'phone.moved', data: { userId: world.member('rosa').userId } }),
    );
    expect(moved).toContainEqual(
      expect.objectContaining({ type: 'phone.verified', data: { userId: maya.userId } }),
    );
    await world.api('DELETE', `/api/admin/users/${maya.userId}`, { as: 'service' });
    const last = await news();
    expect(last.map(({ type }: { type: string }) => type)).toEqual([
      'consent.withdrawn',
      'phone.removed',
      'user.deleted',
    ]);
    expect(last[2].data).toEqual({ userId: maya.userId });
  });

  it('tell of a number that the host takes away', async () => {
    const userId = `usr_uma_${world.familyId}`;
    const phoneVerifiedAt = new Date(Date.now() - 86_400_000).toISOString();
    const mirror = (phone: string | null) =>
      world.mirror(`users/${userId}`, { familyId: world.familyId, name: 'Uma', phone, phoneVerifiedAt });
    await mirror(world.phone(5));
    await news();
    await mirror(null);
    // The ledger's entry first: what was agreed to was for that number.
    const types = (await news()).map(({ type }: { type: string }) => type);
    expect(types).toEqual(['consent.withdrawn', 'phone.removed']);
  });

  it('tell of a family that is deleted, last of all, and hold nothing of what it was', async () => {
    await post({ body: 'A secret of the family' });
    await news();
    await world.api('DELETE', `/api/admin/families/${world.familyId}`, { as: 'service' });
    const last = (await news()).at(-1);
    expect(last).toMatchObject({ type: 'family.deleted', data: { familyId: world.familyId } });
    const { json } = await pull(`familyId=${world.familyId}&limit=200`);
    expect(JSON.stringify(json)).not.toMatch(/secret of the family|Rosa|\+1/);
    expect(json.events.find(({ type }: { type: string }) => type === 'message.created').data).toEqual({
      message: { id: expect.any(String), deleted: true },
    });
  });

  it('come by type, and page by page as all at once', async () => {
    const all = (await pull('limit=200')).json.events;
    const paged = [];
    for (let after = ''; ; ) {
      const { json } = await pull(`limit=2&after=${after}`);
      if (json.events.length === 0) break;
      paged.push(...json.events);
      after = json.next;
    }
    expect(paged).toEqual(all);
    const some = (await pull('types=thread.created,message.created')).json.events;
    expect(some).toEqual(all.filter(({ type }: { type: string }) => /created$/.test(type)));
  });

  it.each([
    'after=nonsense',
    'after=e30%3D%3D%3D%3D',
    `after=${btoa('{"d1:77":1}')}`,
    `after=${btoa('{"d1:main":99999999}')}`,
    'types=message.exploded',
    'limit=0',
    'familyId=%00',
  ])('are not answered to ?%s', async (query) => {
    expect((await pull(query)).json).toMatchObject({
      error: 'invalid_request',
      message: expect.stringContaining(query.split('=')[0]!),
    });
  });
});
