import { beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../../worker/world.ts';
import { type Browse, browsers } from '../browse.ts';

let world: World;
let browse: Browse;

beforeAll(async () => {
  world = await createWorld();
  world.set({ OPERATOR_USER_IDS: `someone_else, ${world.member('rosa').userId}` });
  await world.seed([
    { id: 'rosa', name: 'Grandma Rosa', phone: world.phone(0) },
    { id: 'maya', name: 'Maya', phone: world.phone(1) },
    { id: 'leo', name: 'Uncle Leo' },
  ]);
  browse = await browsers(world, ['rosa', 'maya']);
});

describe('/ops', () => {
  it('does not exist for anybody but operators', async () => {
    expect((await browse(null, '/ops')).location).toBe('/login?next=%2Fops');
    expect((await browse('maya', '/ops')).status).toBe(404);
    expect((await browse('maya', '/ops/retry', { form: { delivery: 'x' } })).status).toBe(404);
    expect((await browse('maya', '/settings')).html).not.toContain('href="/ops"');
    expect((await browse('rosa', '/settings')).html).toContain('href="/ops"');
  });

  it('counts texts by outcome and reason, in a chart and a table, and names nobody', async () => {
    const say = (body: string) =>
      world.api('POST', `/api/threads/${world.thread()}/messages`, {
        as: world.member('rosa'),
        body: { body },
      });
    await say('Dinner on Sunday?');
    await world.drain();
    const { html, words } = await browse('rosa', '/ops');
    expect(html).toMatch(/<svg class="chart"[^>]*role="img" aria-label="Texts by outcome/);
    expect(html).toContain('class="c-sent"');
    expect(words).toContain('No verified number unverified');
    for (const personal of [
      'Maya',
      'Uncle Leo',
      'Dinner on Sunday?',
      world.phone(1),
      world.member('maya').userId,
    ]) {
      expect(html).not.toContain(personal);
    }
  });

  it('says what to do about Twilio’s errors and alerts', async () => {
    await world.env.DB.prepare(
      "UPDATE sms_delivery_log SET status = 'failed', error = '30007' WHERE family_id = ? AND status = 'sent'",
    )
      .bind(world.familyId)
      .run();
    await world.env.DB.prepare(
      "INSERT INTO alerts (id, kind, hour_at, message, count, first_at, last_at) VALUES ('alr_1', 'twilio_filtered', 0, 'Look at <b>this</b>.', 3, 0, ?)",
    )
      .bind(Date.now())
      .run();
    const { words, html } = await browse('rosa', '/ops');
    expect(words).toContain(
      '30007 It was filtered as spam. It is not sent again. Check registration and wording.',
    );
    expect(html).toContain('Look at &lt;b&gt;this&lt;/b&gt;.');
  });

  it('sends a dead letter again, once', async () => {
    const [row] = await world.rows();
    await world.env.DB.prepare(
      'INSERT INTO dead_letters (delivery_id, family_id, count, first_at, last_at) VALUES (?, ?, 2, 1, 1)',
    )
      .bind(row!.id!, world.familyId)
      .run();
    expect((await browse('rosa', '/ops')).words).toContain(`${row!.id} 2`);
    const form = { delivery: String(row!.id) };
    const again = await browse('rosa', '/ops/retry', { form });
    expect(again.location).toBe('/ops?done=retry');
    expect((await browse('rosa', '/ops?done=retry')).words).toContain('It goes again, now.');
    const twice = await browse('rosa', '/ops/retry', { form });
    expect([twice.status, twice.words.includes('sent again already')]).toEqual([409, true]);
    expect((await browse('rosa', '/ops/retry', { form: { delivery: "' OR 1" } })).status).toBe(409);
  });
});
