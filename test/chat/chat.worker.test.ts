import { beforeAll, describe, expect, it } from 'vitest';
import { BLANK_TEXTS, VISIBLE_TEXTS } from '../platform/blank-texts.ts';
import { createWorld, type World } from '../worker/world.ts';

let world: World;
const ROSA = () => world.member('rosa');
const BEN = () => world.member('ben');
const messagesPath = (thread = world.thread()) => `/api/threads/${thread}/messages`;
const post = (body: unknown, headers: Record<string, string> = {}, as = ROSA(), thread = world.thread()) =>
  world.api('POST', messagesPath(thread), { as, body, headers });

let threads = 0;
/** A fresh thread of Rosa and Ben. */
async function freshThread(): Promise<string> {
  const id = world.thread(`t${threads++}`);
  const memberIds = [ROSA().userId, BEN().userId];
  await world.mirror(`threads/${id}`, { familyId: world.familyId, title: 'Fresh', memberIds });
  return id;
}

beforeAll(async () => {
  world = await createWorld();
  await world.seed([
    { id: 'rosa', name: 'Grandma Rosa', phone: world.phone(1) },
    { id: 'ben', name: 'Ben', phone: world.phone(2) },
    { id: 'mia', name: 'Mia' },
  ]);
});

describe('posting', () => {
  it('answers with the message', async () => {
    const { status, json } = await post({ body: 'Hello 👋', fileIds: ['file_1'], urgent: false });
    expect(status).toBe(201);
    expect(json.message).toEqual({
      id: expect.stringMatching(/^msg_/),
      threadId: world.thread(),
      seq: 1,
      authorId: ROSA().userId,
      authorName: 'Grandma Rosa',
      body: 'Hello 👋',
      fileIds: ['file_1'],
      urgent: false,
      via: 'app',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      editedAt: null,
      deletedAt: null,
    });
  });

  it('counts characters as people do, and takes nothing for a message that nobody could see', async () => {
    const thread = await freshThread();
    const answer = async (body: string, fileIds: string[] = []) => {
      const { status, json } = await post({ body, fileIds }, {}, ROSA(), thread);
      return [status, json.error];
    };
    expect(await answer('👋'.repeat(4000))).toEqual([201, undefined]);
    expect(await answer('👋'.repeat(4001))).toEqual([400, 'invalid_request']);
    for (const blank of BLANK_TEXTS.filter((text) => !text.includes('\u0007'))) {
      expect(await answer(blank), JSON.stringify(blank)).toEqual([400, 'empty_message']);
    }
    for (const visible of VISIBLE_TEXTS) {
      expect(await answer(visible), JSON.stringify(visible)).toEqual([201, undefined]);
    }
    expect(await answer('\u200b', ['file_1'])).toEqual([201, undefined]);
  });

  it('numbers messages without a gap, however many come at once', async () => {
    const thread = await freshThread();
    await Promise.all(
      Array.from({ length: 12 }, (_, i) => post({ body: `${i}` }, {}, i % 2 ? ROSA() : BEN(), thread)),
    );
    const { json } = await world.api('GET', `${messagesPath(thread)}?limit=100`, { as: BEN() });
    expect(json.messages.map(({ seq }: { seq: number }) => seq)).toEqual([
      12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1,
    ]);
  });

  it('makes one message of eight parallel repeats, one text a person, and the same answer for all', async () => {
    const thread = await freshThread();
    world.jobs.length = 0;
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => post({ body: 'Once' }, { 'Idempotency-Key': 'same' }, ROSA(), thread)),
    );
    expect(new Set(answers.map(({ status, json }) => `${status} ${JSON.stringify(json)}`)).size).toBe(1);
    expect(answers[0]!.status).toBe(201);
    const { json } = await world.api('GET', messagesPath(thread), { as: ROSA() });
    expect(json.messages).toHaveLength(1);
    expect(world.jobs).toHaveLength(1);
  });

  it('refuses a key that was used with something else, in this thread or another', async () => {
    const [thread, other] = [await freshThread(), await freshThread()];
    const key = { 'Idempotency-Key': 'reused' };
    expect((await post({ body: 'One' }, key, ROSA(), thread)).status).toBe(201);
    for (const [body, where] of [
      ['Two', thread],
      ['One', other],
    ] as const) {
      const { status, json } = await post({ body }, key, ROSA(), where);
      expect([status, json.error]).toEqual([409, 'idempotency_conflict']);
    }
    expect((await post({ body: 'One' }, key, BEN(), thread)).status).toBe(201);
  });

  it('counts what the author wrote as read by them', async () => {
    const thread = await freshThread();
    await post({ body: 'One' }, {}, BEN(), thread);
    await post({ body: 'Two' }, {}, ROSA(), thread);
    const mine = (await world.api('GET', `/api/threads/${thread}`, { as: ROSA() })).json.thread;
    const his = (await world.api('GET', `/api/threads/${thread}`, { as: BEN() })).json.thread;
    expect([mine.unread, his.unread]).toEqual([0, 1]);
  });

  it('takes three urgent messages a day, also at once, then says when', async () => {
    const thread = await freshThread();
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => post({ body: 'Now!', urgent: true }, {}, BEN(), thread)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, 429, 429, 429]);
    const refused = answers.find(({ status }) => status === 429)!;
    expect(refused.json.error).toBe('rate_limited');
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(86_000);
    expect((await post({ body: 'Later' }, {}, BEN(), thread)).status).toBe(201);
  });

  it('survives a database that fails in passing, before the effect and after it, with one message', async () => {
    for (const when of ['before', 'after'] as const) {
      const thread = await freshThread();
      world.watch.reset();
      world.watch.faultAt = (trip) => (trip === 0 ? { when, message: 'Network connection lost.' } : null);
      expect((await post({ body: 'Once' }, {}, ROSA(), thread)).status).toBe(201);
      world.watch.faultAt = () => null;
      expect((await world.api('GET', messagesPath(thread), { as: ROSA() })).json.messages).toHaveLength(1);
    }
  });

  it('says so when the database is down, and nothing is half there', async () => {
    const thread = await freshThread();
    world.watch.faultAt = () => ({
      when: 'before',
      message: 'D1 DB is overloaded. Too many requests queued.',
    });
    const { status, json, headers } = await post({ body: 'Lost?' }, {}, ROSA(), thread);
    world.watch.faultAt = () => null;
    expect([status, json.error]).toEqual([503, 'unavailable']);
    expect(headers.get('Retry-After')).not.toBeNull();
    expect((await world.api('GET', messagesPath(thread), { as: ROSA() })).json.messages).toEqual([]);
  });
});

describe('pages of messages', () => {
  it('count an empty value in the address as none', async () => {
    const thread = await freshThread();
    for (let i = 0; i < 2; i++) await post({ body: 'Hi' }, {}, ROSA(), thread);
    const path = `${messagesPath(thread)}?limit=&before=&after=`;
    expect((await world.api('GET', path, { as: BEN() })).json.messages).toHaveLength(2);
  });

  it('lead back to the first message, and forward to the last, without a gap or a repeat', async () => {
    const thread = await freshThread();
    for (let i = 1; i <= 7; i++) await post({ body: `${i}` }, {}, ROSA(), thread);
    const walk = async (direction: 'before' | 'after', first: string) => {
      const seen: string[][] = [];
      for (let next: string | null = first; next !== null; ) {
        const query: string = next === '' ? '' : `&${direction}=${next}`;
        const { json }: { json: { messages: { body: string }[]; next: string | null } } = await world.api(
          'GET',
          `${messagesPath(thread)}?limit=3${query}`,
          { as: BEN() },
        );
        seen.push(json.messages.map(({ body }) => body));
        next = json.next;
      }
      return seen;
    };
    expect(await walk('before', '')).toEqual([['7', '6', '5'], ['4', '3', '2'], ['1']]);
    expect(await walk('after', '2')).toEqual([
      ['3', '4', '5'],
      ['6', '7'],
    ]);
  });
});

describe('threads', () => {
  it('are listed with unread counts and last words, newest activity first, to members only', async () => {
    const [older, newer] = [await freshThread(), await freshThread()];
    await post({ body: 'First' }, {}, ROSA(), older);
    await post({ body: '', fileIds: ['f1'] }, {}, ROSA(), newer);
    const { json } = await world.api('GET', '/api/threads', { as: BEN() });
    expect(json.threads.slice(0, 2)).toMatchObject([
      { id: newer, unread: 1, lastMessage: { body: '[Attachment]', authorName: 'Grandma Rosa' } },
      { id: older, unread: 1, lastMessage: { body: 'First' } },
    ]);
    const mia = await world.api('GET', '/api/threads', { as: world.member('mia') });
    expect(mia.json.threads.map(({ id }: { id: string }) => id)).not.toContain(older);
  });

  it('are created inside the family, with the creator in them', async () => {
    const { status, json } = await world.api('POST', '/api/threads', {
      as: ROSA(),
      body: { title: ' Picnic ', memberIds: [BEN().userId, BEN().userId] },
    });
    expect(status).toBe(201);
    expect(json.thread).toMatchObject({ title: 'Picnic', unread: 0, lastMessage: null });
    expect(json.thread.members.map(({ id }: { id: string }) => id).sort()).toEqual(
      [BEN().userId, ROSA().userId].sort(),
    );
  });

  it('are not created under a title that nobody could see', async () => {
    for (const title of BLANK_TEXTS) {
      const body = { title, memberIds: [BEN().userId] };
      const { status, json } = await world.api('POST', '/api/threads', { as: ROSA(), body });
      expect([status, json.error], JSON.stringify(title)).toEqual([400, 'invalid_request']);
    }
  });

  it('are not created with a stranger in them', async () => {
    const stranger = await createWorld();
    await stranger.seed([{ id: 'eve', name: 'Eve' }]);
    const before = (await world.api('GET', '/api/threads', { as: ROSA() })).json.threads.length;
    for (const memberIds of [[stranger.member('eve').userId], [BEN().userId, 'nobody']]) {
      const { status, json } = await world.api('POST', '/api/threads', {
        as: ROSA(),
        body: { title: 'X', memberIds },
      });
      expect([status, json.error]).toEqual([404, 'user_not_found']);
    }
    expect((await world.api('GET', '/api/threads', { as: ROSA() })).json.threads).toHaveLength(before);
  });
});

describe('reading', () => {
  it('goes up to a message or to the end, and never back', async () => {
    const thread = await freshThread();
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.push((await post({ body: `${i}` }, {}, ROSA(), thread)).json.message.id);
    const read = (body?: unknown) => world.api('POST', `/api/threads/${thread}/read`, { as: BEN(), body });
    expect((await read({ messageId: ids[1] })).json).toEqual({ ok: true, lastReadSeq: 2, unread: 1 });
    expect((await read({ messageId: ids[0] })).json).toEqual({ ok: true, lastReadSeq: 2, unread: 1 });
    expect((await read()).json).toEqual({ ok: true, lastReadSeq: 3, unread: 0 });
    const foreign = (await post({ body: 'elsewhere' }, {}, ROSA())).json.message.id;
    expect((await read({ messageId: foreign })).json.error).toBe('message_not_found');
  });

  it('up to a message that is not there changes nothing, not even what waits', async () => {
    const thread = await freshThread();
    await post({ body: 'Read, and its row not yet' }, {}, ROSA(), thread);
    await post({ body: 'Waiting' }, {}, ROSA(), thread);
    const later = Date.now() + 3_600_000;
    const waiting = `UPDATE sms_delivery_log SET status = 'deferred', reason = 'rate_limited', due_at = ?, wake_at = ?
      WHERE user_id = ? AND thread_id = ?`;
    await world.env.DB.prepare(waiting).bind(later, later, BEN().userId, thread).run();
    const read = 'UPDATE thread_members SET last_read_seq = 1 WHERE user_id = ? AND thread_id = ?';
    await world.env.DB.prepare(read).bind(BEN().userId, thread).run();
    const rows = async () => (await world.rows()).filter((row) => row.thread_id === thread);
    const before = await rows();
    for (const messageId of ['none', (await post({ body: 'elsewhere' }, {}, ROSA())).json.message.id]) {
      const { status } = await world.api('POST', `/api/threads/${thread}/read`, {
        as: BEN(),
        body: { messageId },
      });
      expect(status).toBe(404);
      expect(await rows()).toEqual(before);
    }
  });
});

describe('muting', () => {
  it('lasts for good, or until a time, or no longer', async () => {
    const path = `/api/threads/${await freshThread()}`;
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const muted = async () => (await world.api('GET', path, { as: BEN() })).json.thread.mutedUntil;
    expect((await world.api('PUT', `${path}/mute`, { as: BEN() })).json).toEqual({
      ok: true,
      mutedUntil: true,
    });
    expect(await muted()).toBe(true);
    expect((await world.api('PUT', `${path}/mute`, { as: BEN(), body: { until } })).json.mutedUntil).toBe(
      until,
    );
    expect(await muted()).toBe(until);
    expect((await world.api('DELETE', `${path}/mute`, { as: BEN() })).json).toEqual({ ok: true });
    expect(await muted()).toBeNull();
  });
});

describe('the walls', () => {
  it('show an author who was told about their own message, and nobody else', async () => {
    const thread = await freshThread();
    const message = (await post({ body: 'Hello' }, {}, ROSA(), thread)).json.message.id;
    const path = `${messagesPath(thread)}/${message}/deliveries`;
    const own = await world.api('GET', path, { as: ROSA() });
    expect(own.json.deliveries).toMatchObject([
      { userId: BEN().userId, name: 'Ben', told: false, read: false },
    ]);
    expect((await world.api('GET', path, { as: BEN() })).json.error).toBe('message_not_found');
  });
});
