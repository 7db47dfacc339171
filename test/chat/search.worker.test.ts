import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../worker/world.ts';

const { DB } = env as unknown as { DB: D1Database };

let world: World;
const find = async (
  words: string,
  more: { threadId?: string; before?: string; limit?: string } = {},
  who = 'rosa',
) => {
  const query = new URLSearchParams({ q: words, ...(more as Record<string, string>) });
  const { status, json } = await world.api('GET', `/api/search?${query}`, { as: world.member(who) });
  return { status, json, bodies: json.messages?.map(({ body }: { body: string }) => body) };
};
const say = async (who: string, body: string, thread = 'thread') => {
  const path = `/api/threads/${world.thread(thread)}/messages`;
  const { status, json } = await world.api('POST', path, { as: world.member(who), body: { body } });
  expect(status).toBe(201);
  return { path: `${path}/${json.message.id}`, ...json.message } as { id: string; path: string };
};
/** Writes so many messages, all of one moment, of which the first alone holds `Pomegranate`. */
async function fill(thread: string, count: number): Promise<void> {
  const { familyId } = world;
  const { userId } = world.member('rosa');
  await world.mirror(`threads/${world.thread(thread)}`, { familyId, title: thread, memberIds: [userId] });
  await DB.batch([
    DB.prepare(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
      INSERT INTO messages (id, family_id, thread_id, seq, author_id, body, created_at)
      SELECT 'msg_' || i || '${thread}${familyId}', '${familyId}', '${world.thread(thread)}', i, '${userId}',
        iif(i = 1, 'Pomegranate', 'Of no interest ' || i), 1000 FROM n`),
    DB.prepare(`UPDATE threads SET last_seq = ${count} WHERE id = '${world.thread(thread)}'`),
  ]);
}

beforeAll(async () => {
  world = await createWorld();
  await world.seed([
    { id: 'rosa', name: 'Grandma Rosa' },
    { id: 'ben', name: 'Ben' },
    { id: 'mia', name: 'Mia' },
  ]);
  const { familyId } = world;
  const memberIds = ['ben', 'mia'].map((id) => world.member(id).userId);
  await world.mirror(`threads/${world.thread('secret')}`, { familyId, title: 'A surprise', memberIds });
});

describe('a search', () => {
  it('finds what holds all the words, in any case, accent and script, newest first, with who said it where', async () => {
    await say('rosa', 'Crème brûlée on Sunday?');
    await say('ben', 'CREME BRULEE, yes! Sunday.');
    await say('mia', 'Привіт, бабусю. 生日快乐');
    expect((await find('sunday creme')).bodies).toEqual([
      'CREME BRULEE, yes! Sunday.',
      'Crème brûlée on Sunday?',
    ]);
    expect((await find('Brûl')).bodies).toHaveLength(2);
    expect((await find('creme monday')).bodies).toEqual([]);
    for (const words of ['ПРИВІТ', '日快', 'бабусю привіт'])
      expect((await find(words)).json.messages).toMatchObject([
        { authorName: 'Mia', threadId: world.thread(), seq: 3 },
      ]);
    for (const words of ['%', '_', "'", '\\', '"creme"']) expect((await find(words)).bodies).toEqual([]);
  });

  it('knows a message as it is now: edited, taken back', async () => {
    const { path } = await say('rosa', 'Walnut cake');
    expect((await find('walnut')).bodies).toEqual(['Walnut cake']);
    await world.api('PATCH', path, { as: world.member('rosa'), body: { body: 'Hazelnut cake' } });
    expect((await find('walnut')).bodies).toEqual([]);
    expect((await find('hazelnut')).bodies).toEqual(['Hazelnut cake']);
    await world.api('DELETE', path, { as: world.member('rosa') });
    expect((await find('hazelnut')).bodies).toEqual([]);
  });

  it('looks nowhere where its caller is no member', async () => {
    await say('ben', 'The surprise is a bicycle', 'secret');
    expect((await find('bicycle')).bodies).toEqual([]);
    expect((await find('bicycle', {}, 'mia')).bodies).toEqual(['The surprise is a bicycle']);
    const { status, json } = await find('bicycle', { threadId: world.thread('secret') });
    expect([status, json.error]).toEqual([404, 'thread_not_found']);
    const stranger = await createWorld();
    await stranger.seed([{ id: 'rosa', name: 'Another' }]);
    const query = `q=bicycle&threadId=${world.thread('secret')}`;
    for (const [path, expected] of [
      [`/api/search?${query}`, 404],
      ['/api/search?q=bicycle', 200],
    ] as const) {
      const { status: got, json: answer } = await stranger.api('GET', path, { as: stranger.member('rosa') });
      expect([got, answer.messages ?? []]).toEqual([expected, []]);
    }
    expect((await world.api('GET', '/api/search?q=x')).status).toBe(401);
  });

  it.each([
    { q: '' },
    { q: ' \u200b' },
    { q: 'x'.repeat(101) },
    { q: 'x', before: 'junk' },
    { q: 'x', limit: '0' },
  ])('refuses %j', async ({ q: words, ...more }) => {
    expect((await find(words, more)).status).toBe(400);
  });

  it('goes back page by page, and loses nothing between two messages of one moment', async () => {
    await fill('twins', 5);
    for (const where of [{}, { threadId: world.thread('twins') }]) {
      const ids: string[] = [];
      let next: string | null = null;
      do {
        const { json } = await find('interest', { ...where, limit: '1', ...(next ? { before: next } : {}) });
        ids.push(...json.messages.map(({ id }: { id: string }) => id));
        next = json.next;
      } while (next !== null);
      expect([ids.length, new Set(ids).size]).toEqual([4, 4]);
    }
  });

  it('looks at no more than five thousand messages at once, in short statements, and gets to the first one', async () => {
    await fill('years', 12_000);
    for (const where of [{}, { threadId: world.thread('years') }]) {
      let next: string | null = null;
      let asked = 0;
      const bodies: string[] = [];
      do {
        world.watch.reset();
        const { json } = await find('pomegranate', { ...where, ...(next ? { before: next } : {}) });
        bodies.push(...json.messages.map(({ body }: { body: string }) => body));
        for (const { rowsRead } of world.watch.trips) expect(rowsRead).toBeLessThan(3000);
        expect(world.watch.trips.length).toBeLessThanOrEqual(8);
        next = json.next;
        asked++;
      } while (next !== null);
      expect(new Set(bodies)).toEqual(new Set(['Pomegranate']));
      expect(asked).toBe(3);
    }
  });

  it('looks at half a million letters at once, however long messages are, and gets to the first one', async () => {
    await fill('novels', 300);
    const long = `é${'x'.repeat(3999)}`;
    const thread = world.thread('novels');
    await DB.prepare('UPDATE messages SET body = ? WHERE thread_id = ? AND seq > 1').bind(long, thread).run();
    let next: string | null = null;
    const bodies: string[] = [];
    let asked = 0;
    do {
      const { json } = await find('pomegranate', { threadId: thread, ...(next ? { before: next } : {}) });
      bodies.push(...json.messages.map(({ body }: { body: string }) => body));
      next = json.next;
      asked++;
    } while (next !== null);
    expect([bodies, asked]).toEqual([['Pomegranate'], 3]); // 1.2 million letters.
    expect((await find('x', { threadId: thread, limit: '100' })).bodies).toHaveLength(100);
  });
});
