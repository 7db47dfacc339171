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
    const { words, html } = await browse('rosa', '/ops', { reload: true });
    expect(words).toContain(
      '30007 It was filtered as spam. It is not sent again. Check registration and wording.',
    );
    expect(html).toContain('Look at &lt;b&gt;this&lt;/b&gt;.');
  });

  it('links each code to the carrier’s page, and says when it came first and last, by the one clock of the page', async () => {
    const { html, words } = await browse('rosa', '/ops', { cookie: 'fcs_zone=Asia%2FTokyo' });
    expect(html).toContain('<a href="https://www.twilio.com/docs/api/errors/30007">30007</a>');
    expect(words).toContain('All times and days are those of Asia/Tokyo');
    expect(html).toContain('aria-label="Texts by outcome and hour, 24 hours"');
    expect(html).not.toContain('(UTC)');
    expect(words).toMatch(/Texts this hour \d+ \d+ in the whole same hour a week ago/);
  });

  it('acknowledges an alert: it stays listed with who and when, and shouts no more', async () => {
    const before = await browse('rosa', '/ops');
    expect(before.words).toMatch(
      /Look at .*this.*\(twilio_filtered, since .*; nobody has acknowledged it\.\)/,
    );
    expect(before.words).not.toContain('Nothing is wrong');
    const form = { alert: 'alr_1' };
    const done = await browse('rosa', '/ops/acknowledge', { form });
    expect(done.location).toBe('/ops?done=acknowledge');
    const { words } = await browse('rosa', '/ops?done=acknowledge');
    expect(words).not.toContain('nobody has acknowledged');
    expect(words).toContain(`${world.member('rosa').userId}, `);
    expect(words).toContain('Noted');
    const unknown = await browse('rosa', '/ops/acknowledge', { form: { alert: 'nothing' } });
    expect([unknown.status, unknown.words.includes('There is no such alert.')]).toEqual([409, true]);
    expect((await browse('maya', '/ops/acknowledge', { form })).status).toBe(404);
    expect((await browse('rosa', '/ops/acknowledge', { form, origin: null })).status).toBe(403);
  });

  it('pauses and lets go again, and refuses what it cannot read in its own section', async () => {
    const form = { what: 'family:', which: world.familyId, hours: '1', reason: 'A <b>test</b>' };
    expect((await browse('rosa', '/ops/pause', { form })).location).toBe('/ops?done=pause');
    const { html, words } = await browse('rosa', '/ops');
    expect(words).toContain(`family:${world.familyId} A &lt;b&gt;test`);
    expect(html).not.toContain('<b>test</b>');
    for (const wrong of [
      { ...form, which: '' },
      { ...form, what: 'everything' },
      { ...form, reason: ' ' },
      { ...form, hours: '1e9' },
    ]) {
      expect((await browse('rosa', '/ops/pause', { form: wrong })).status).toBe(409);
    }
    const scope = `family:${world.familyId}`;
    expect((await browse('rosa', '/ops/resume', { form: { scope } })).location).toBe('/ops?done=resume');
    expect((await browse('rosa', '/ops')).words).toContain('Nothing is paused.');
  });

  it('says of each part how it does, and what proves it', async () => {
    await world.api('POST', '/api/admin/sweep', { as: 'service' });
    const { words } = await browse('rosa', '/ops', { reload: true });
    expect(words).toMatch(/Carrier It last took a text \d+ (s|min) ago\. \d+ tries/);
    expect(words).toMatch(/Queue of texts \d+ texts should have left/);
    expect(words).toMatch(/Sweep \(cron\) It last ended \d+ s ago/);
    expect(words).toMatch(
      /Database d1:main It (answered within \d+ ms, and holds [\d.]+ GB of 10 GB|did not answer)/,
    );
    expect(words).toMatch(/Family objects One (answered within \d+ ms|did not answer)/);
    expect(words).toContain('Receiver of events EVENTS_URL is not set');
    expect(words.includes('Nothing is wrong now.')).toBe(!/Look at it|Not working/.test(words));
  });

  it('tells why somebody got nothing, by number, id or name, and writes each look down', async () => {
    const [maya, rosa] = [world.member('maya'), world.member('rosa')];
    const look = (q: string) => browse('rosa', '/ops/look-up', { form: { q } });
    for (const asked of [world.phone(1), maya.userId, 'MAYA']) {
      const { status, words } = await look(asked);
      expect([asked, status]).toEqual([asked, 200]);
      expect(words).toContain(maya.userId);
      expect(words).toContain('Their last texts');
      expect(words.match(/Why did somebody get nothing\?/g)).toHaveLength(1);
      // The sentence that the person reads is theirs; the operator reads the reason beside it.
      expect(words).toContain('State Reason What they read about it');
      expect(words).not.toContain(world.phone(1).slice(2));
    }
    expect((await look('Uncle Leo')).words).toContain('No number is confirmed.');
    expect((await look(world.familyId)).words).toContain('Which one?');
    expect((await look('Nobody at all')).words).toContain('Nobody was found.');
    expect((await browse('maya', '/ops/look-up', { form: { q: 'MAYA' } })).status).toBe(404);
    expect((await browse('rosa', '/ops/look-up')).location).toBe('/ops#look-up');
    const { words } = await browse('rosa', '/ops');
    expect(words).toContain(`${rosa.userId} Looked at ${maya.userId}`);
    expect(words).toContain('Looked at nobody was found');
  });

  it('sends a dead letter again, once', async () => {
    const [row] = await world.rows();
    await world.env.DB.prepare(
      'INSERT INTO dead_letters (delivery_id, family_id, count, first_at, last_at) VALUES (?, ?, 2, 1, 1)',
    )
      .bind(row!.id!, world.familyId)
      .run();
    expect((await browse('rosa', '/ops', { reload: true })).words).toContain(`${row!.id} 2`);
    const form = { delivery: String(row!.id) };
    const again = await browse('rosa', '/ops/retry', { form });
    expect(again.location).toBe('/ops?done=retry');
    expect((await browse('rosa', '/ops?done=retry')).words).toContain('It goes again, now.');
    const twice = await browse('rosa', '/ops/retry', { form });
    expect([twice.status, twice.words.includes('sent again already')]).toEqual([409, true]);
    expect((await browse('rosa', '/ops/retry', { form: { delivery: "' OR 1" } })).status).toBe(409);
  });
});
