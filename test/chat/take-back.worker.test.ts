import { afterEach, describe, expect, it, vi } from 'vitest';
import { createWorld } from '../worker/world.ts';

/** Rosa, who writes; Ben, who is away and texted. */
async function circle(settings: Record<string, string> = {}) {
  const world = await createWorld(settings, 3);
  await world.seed([
    { id: 'rosa', name: 'Grandma Rosa', phone: world.phone(0) },
    { id: 'ben', name: 'Ben', phone: world.phone(1) },
  ]);
  const path = `/api/threads/${world.thread()}/messages`;
  const as = world.member('rosa');
  const post = async (body: string) =>
    (await world.api('POST', path, { as, body: { body } })).json.message as { id: string; seq: number };
  const retract = (id: string, by = 'rosa') => world.api('DELETE', `${path}/${id}`, { as: world.member(by) });
  const edit = (id: string, body: unknown, by = 'rosa') =>
    world.api('PATCH', `${path}/${id}`, { as: world.member(by), body: { body } });
  const told = async (id: string) =>
    (await world.api('GET', `${path}/${id}/deliveries`, { as })).json.deliveries as Record<string, unknown>[];
  const texts = async () => (await world.texts(world.phone(1))).map(({ body }) => body);
  return { world, path, as, post, retract, edit, told, texts };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('a message that is taken back', () => {
  it('before it was claimed is texted to nobody, and its place stays without its words', async () => {
    const { world, path, as, post, retract, told, texts } = await circle();
    const { id, seq } = await post('What I should not have said');
    const { status, json } = await retract(id);
    expect(status).toBe(200);
    expect(json.message).toMatchObject({ id, seq, body: '', fileIds: [] });
    expect(Date.parse(json.message.deletedAt)).toBeGreaterThan(0);
    await world.drain();
    expect(await texts()).toEqual([]);
    expect(await world.rows()).toMatchObject([{ status: 'suppressed', reason: 'retracted' }]);
    expect(await told(id)).toMatchObject([
      { told: false, sentAt: null, explanation: 'was not texted: it was taken back before' },
    ]);
    const page = await world.api('GET', path, { as: world.member('ben') });
    expect(page.json.messages).toMatchObject([{ id, seq, body: '', deletedAt: json.message.deletedAt }]);
    const { json: list } = await world.api('GET', '/api/threads', { as });
    expect(list.threads[0].lastMessage).toMatchObject({ body: '', deletedAt: json.message.deletedAt });
  });

  it('after its text has left is told as what it is: it cannot be unsent', async () => {
    const { world, post, retract, told, texts } = await circle();
    const { id } = await post('Dinner at six');
    await world.drain();
    expect(await texts()).toHaveLength(1);
    await retract(id);
    const [ben] = await told(id);
    expect(ben).toMatchObject({ told: true, read: false });
    expect(Date.parse(String(ben!.sentAt))).toBeGreaterThan(0);
    expect(ben!.explanation).toMatch(/^was texted at .*; that cannot be unsent$/);
  });

  it('twice is taken back once', async () => {
    const { world, post, retract } = await circle();
    const { id } = await post('Once');
    const first = await retract(id);
    const rows = await world.rows();
    expect(await retract(id)).toMatchObject({ status: 200, json: first.json });
    expect(await world.rows()).toMatchObject(rows.map(({ status, reason }) => ({ status, reason })));
  });

  it('is not quoted or counted by a summary of what is left', async () => {
    const { world, post, retract, texts } = await circle();
    await post('First words');
    const { id } = await post('Second words');
    await post('Third words');
    await retract(id);
    await world.drain();
    const [text] = await texts();
    expect(text).toContain('2 new messages');
    expect(text).not.toContain('Second');
  });

  it('while its text is being composed loses the claim, and nothing of it leaves', async () => {
    const { world, post, retract, texts } = await circle();
    const { id } = await post('Too late?');
    let taken = false;
    world.watch.faultAt = async () => {
      const statements = world.watch.trips.at(-1)!.statements;
      if (!taken && statements.some((text) => text.startsWith('/* claimed */'))) {
        taken = true;
        await retract(id);
      }
      return null;
    };
    await world.drain();
    expect(taken).toBe(true);
    expect(await texts()).toEqual([]);
    expect(await world.rows()).toMatchObject([{ status: 'suppressed', reason: 'retracted' }]);
  });

  it('is not there for anybody else, and not for its author in another thread', async () => {
    const { world, path, as, post, retract } = await circle();
    const { id } = await post('Mine');
    expect((await retract(id, 'ben')).json.error).toBe('message_not_found');
    expect((await retract('msg_none')).status).toBe(404);
    const other = await world.api('POST', '/api/threads', { as, body: { title: 'Other', memberIds: [] } });
    const elsewhere = path.replace(world.thread(), other.json.thread.id);
    expect((await world.api('DELETE', `${elsewhere}/${id}`, { as })).status).toBe(404);
    expect((await world.api('GET', path, { as })).json.messages[0].body).toBe('Mine');
  });

  it('can be taken back by the host, whosever it is', async () => {
    const { world, path, as, post } = await circle();
    const { id } = await post('Reported words');
    const gone = await world.api('DELETE', `/api/admin/messages/${id}`, { as: 'service' });
    expect(gone).toMatchObject({ status: 200, json: { message: { id, body: '' } } });
    expect((await world.api('GET', path, { as })).json.messages[0].body).toBe('');
    const none = await world.api('DELETE', '/api/admin/messages/msg_none', { as: 'service' });
    expect(none).toMatchObject({ status: 404, json: { error: 'message_not_found' } });
  });
});

describe('a message that is edited', () => {
  it('is what a text quotes that has not left yet', async () => {
    const { world, post, edit, texts } = await circle();
    const { id } = await post('Dinner at six');
    const { status, json } = await edit(id, 'Dinner at seven');
    expect(status).toBe(200);
    expect(json.message).toMatchObject({ id, body: 'Dinner at seven', deletedAt: null });
    expect(Date.parse(json.message.editedAt)).toBeGreaterThan(0);
    await world.drain();
    const [text] = await texts();
    expect(text).toContain('Dinner at seven');
  });

  it('while its text is being composed is composed anew, and leaves once', async () => {
    const { world, post, edit, texts } = await circle();
    await post('Earlier words');
    const { id } = await post('Wrong words');
    let changed = false;
    world.watch.faultAt = async () => {
      const statements = world.watch.trips.at(-1)!.statements;
      if (!changed && statements.some((text) => text.startsWith('/* claimed */'))) {
        changed = true;
        await edit(id, 'Right words');
      }
      return null;
    };
    await world.drain({ keep: true });
    expect(changed).toBe(true);
    for (let i = 0; i < 3; i++) await world.drain({ keep: true });
    const all = await texts();
    expect(all).toHaveLength(1);
    expect(all[0]).not.toContain('Wrong');
  });

  it('keeps its words when the new ones are none, too long, or of a message that was taken back', async () => {
    const { world, path, as, post, edit, retract } = await circle();
    const { id } = await post('Kept');
    expect((await edit(id, '  \u2800 ')).json.error).toBe('empty_message');
    expect((await edit(id, 'x'.repeat(4001))).json.error).toBe('invalid_request');
    expect((await edit(id, 5)).json.error).toBe('invalid_request');
    expect((await edit(id, 'Stolen', 'ben')).json.error).toBe('message_not_found');
    expect((await world.api('GET', path, { as })).json.messages[0]).toMatchObject({
      body: 'Kept',
      editedAt: null,
    });
    await retract(id);
    expect((await edit(id, 'Back again')).json.error).toBe('conflict');
    expect((await world.api('GET', path, { as })).json.messages[0].body).toBe('');
  });

  it('with the same words again changes nothing', async () => {
    const { world, path, as, post, edit } = await circle();
    const { id } = await post('Same');
    const { json } = await edit(id, 'Same');
    expect(json.message.editedAt).toBeNull();
    const first = (await edit(id, 'Other')).json.message;
    expect((await edit(id, 'Other')).json.message).toEqual(first);
    expect((await world.api('GET', path, { as })).json.messages[0]).toEqual(first);
  });

  it('costs one round trip beside the look at its author', async () => {
    const { world, post, edit, retract } = await circle();
    const { id } = await post('Counted');
    world.watch.reset();
    await edit(id, 'Counted again');
    expect(world.watch.trips).toHaveLength(2);
    world.watch.reset();
    await retract(id);
    expect(world.watch.trips).toHaveLength(2);
  });
});
