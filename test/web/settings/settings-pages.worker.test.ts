import { beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../../worker/world.ts';
import { type Browse, browsers } from '../browse.ts';

let world: World;
let browse: Browse;

beforeAll(async () => {
  world = await createWorld();
  await world.seed([
    { id: 'rosa', name: 'Grandma Rosa', phone: world.phone(0) },
    { id: 'maya', name: 'Maya' },
    { id: 'leo', name: 'Uncle Leo', phone: world.phone(2), consented: false },
    { id: 'ana', name: 'Ana', phone: world.phone(3) },
    { id: 'ida', name: 'Ida' },
    { id: 'eva', name: 'Eva' },
  ]);
  browse = await browsers(world, ['rosa', 'maya', 'leo', 'ana', 'ida', 'eva']);
});

const post = (who: string, path: string, form: Record<string, string> = {}) =>
  browse(who, `/settings/${path}`, { form });
/** Presses a button and looks at the page it leads to. */
async function press(who: string, path: string, form: Record<string, string> = {}) {
  const { status, location, words } = await post(who, path, form);
  expect([status, words]).toEqual([303, '']);
  return browse(who, location!.replace(/#.*/, ''));
}
const preferences = async (who: string) =>
  (await world.api('GET', '/api/preferences', { as: world.member(who) })).json;
const lastText = async (phone: string) => (await world.texts(phone)).at(-1)?.body ?? '';
const section = (html: string, id: string) =>
  html.split(`id="${id}" aria-labelledby`)[1]?.split('</section>')[0] ?? '';

describe('a number', () => {
  it('is verified in place: number, code, and then a box that nobody ticked', async () => {
    expect((await browse('maya', '/settings')).words).toContain('None yet');
    const { digits } = /^\+1(?<digits>\d+)$/.exec(world.phone(1))!.groups!;
    const typed = `(${digits!.slice(0, 3)}) ${digits!.slice(3, 6)}-${digits!.slice(6)}`;
    const asked = await press('maya', 'phone', { phone: typed });
    expect(asked.words).toContain('Not verified yet');
    expect(asked.words).toContain(typed);
    expect(asked.html).not.toContain('name="consent"');
    const code = /code is (\d{6})/.exec(await lastText(world.phone(1)))?.[1] ?? '';

    const wrong = await post('maya', 'phone/code', { code: code === '000000' ? '000001' : '000000' });
    expect(wrong.status).toBe(400);
    expect(wrong.words).toContain('You have 4 tries left');
    expect(wrong.html).toMatch(/aria-invalid="true"/);
    expect((await post('maya', 'phone/code', { code: '12' })).words).toContain('The code has six digits.');

    const pasted = `\u200e"${code.slice(0, 3)}\u2011${code.slice(3)}".`;
    const confirmed = await press('maya', 'phone/code', { code: pasted });
    expect(confirmed.words).toMatch(/Your number is verified.*Texts Off/);
    expect(section(confirmed.html, 'texts')).toMatch(/name="consent"(?![^>]*checked)/);
    expect(confirmed.words).toContain('Message frequency varies. Msg & data rates may apply.');
    expect(confirmed.words).toContain(world.phone(1).slice(-4));
    expect(confirmed.html).not.toContain(world.phone(1));
    expect((await preferences('maya')).smsEnabled).toBe(false);
  });

  it('that is none, or from abroad, is refused beside its field', async () => {
    for (const [phone, words] of [
      ['12', 'does not look like a mobile number'],
      ['<script>', 'does not look like a mobile number'],
      ['+44 7911 123456', 'numbers of this country'],
    ] as const) {
      const { status, html, words: shown } = await post('maya', 'phone', { phone, country: 'CA' });
      expect(status).toBe(400);
      expect(shown).toContain(words);
      expect(section(html, 'phone')).toMatch(/id="phone-error" role="alert"/);
      expect(section(html, 'phone')).toContain('<option value="CA" selected');
      expect(html).not.toContain('<script>"');
    }
  });

  it('gets a second code a minute later, and is told so', async () => {
    await press('ana', 'phone', { phone: world.phone(4) });
    const again = await post('ana', 'phone', { phone: world.phone(4), again: '1' });
    expect(again.status).toBe(429);
    expect(again.words).toMatch(/Send a new code in \d+ seconds/);
    expect(again.html).toMatch(/data-wait="\d+"/);
    // The first code still counts.
    const code = /code is (\d{6})/.exec(await lastText(world.phone(4)))?.[1] ?? '';
    expect((await press('ana', 'phone/code', { code })).words).toContain('Your number is verified');
  });

  it('whose code may have left or not is asked for it all the same', async () => {
    await world.control('POST', 'faults/next', { fault: 'serverErrorAfter' });
    const asked = await press('ida', 'phone', { phone: world.phone(5) });
    expect(asked.words).toContain('We could not learn whether the text with your code left.');
    expect(asked.words).not.toContain('We texted');
    expect(section(asked.html, 'phone')).toMatch(
      /class="notice care"[\s\S]*name="code"[\s\S]*data-wait="60"/,
    );
    const code = /code is (\d{6})/.exec(await lastText(world.phone(5)))?.[1] ?? '';
    expect((await press('ida', 'phone/code', { code })).words).toContain('Your number is verified');
  });

  it('whose code certainly did not leave is asked for again, and why', async () => {
    await world.control('POST', 'faults/next', { fault: 21_612 });
    const refused = await post('eva', 'phone', { phone: world.phone(6) });
    expect(refused.status).toBe(503);
    expect(refused.words).toContain('The text could not be sent.');
    expect(section(refused.html, 'phone')).not.toContain('name="code"');
  });

  it('is removed, and texts with it', async () => {
    const removed = await press('ana', 'phone/remove');
    expect(removed.words).toContain('Your number is removed');
    expect(removed.words).toContain('First verify your number');
    expect((await preferences('ana')).smsEnabled).toBe(false);
  });
});

describe('texts', () => {
  it('start with a ticked box and the wording beside it, and stop without a question', async () => {
    const unticked = await post('leo', 'texts/on');
    expect([unticked.status, unticked.words.includes('Tick the box')]).toEqual([400, true]);
    expect((await preferences('leo')).smsEnabled).toBe(false);

    const { html } = await browse('leo', '/settings');
    const version = /name="version" value="([^"]+)"/.exec(section(html, 'texts'))?.[1] ?? '';
    const on = await press('leo', 'texts/on', { consent: 'yes', version });
    expect(on.words).toContain('Texts are on');
    expect((await preferences('leo')).smsEnabled).toBe(true);
    const { json } = await world.api('GET', '/api/consents', { as: world.member('leo') });
    expect(json.consents[0]).toMatchObject({ action: 'opt_in', source: 'web', version });
    expect(on.words).toMatch(/Yes here, in Settings .* wording of /);

    expect((await press('leo', 'texts/off')).words).toContain('Texts are off');
    expect((await preferences('leo')).smsEnabled).toBe(false);
  });

  it('ask in words whether urgent ones may come at any time, and tick nothing for anybody', async () => {
    const turnOn = async (who: string, form: Record<string, string>) =>
      (await press(who, 'texts/on', { consent: 'yes', ...form })).html;
    const asked = section((await browse('maya', '/settings')).html, 'texts');
    expect(asked).toContain('May an urgent message text you at any time?');
    expect(asked.match(/name="urgent"/g)).toHaveLength(2);
    expect(asked).not.toContain('checked');
    // Whoever was never asked and says nothing has not said yes.
    await turnOn('maya', {});
    expect((await preferences('maya')).urgentAllowed).toBe(false);
    await turnOn('ida', { urgent: 'yes' });
    expect((await preferences('ida')).urgentAllowed).toBe(true);
    // An answer that was given is kept, and shown when it is asked again.
    const off = await press('ida', 'texts/off');
    expect(section(off.html, 'texts')).toMatch(/name="urgent" value="yes" checked/);
    await turnOn('ida', {});
    expect((await preferences('ida')).urgentAllowed).toBe(true);
    // Nobody who has texts already is changed.
    expect((await preferences('rosa')).urgentAllowed).toBe(true);
    expect(section((await browse('rosa', '/settings')).html, 'texts')).toMatch(/name="urgent"[^>]*checked/);
  });

  it('say what to do while the phone company blocks them', async () => {
    const { DB } = world.env;
    await DB.prepare('UPDATE phone_numbers SET carrier_opted_out_at = 1, opted_out_at = 1 WHERE number = ?')
      .bind(world.phone(2))
      .run();
    const { words, html } = await browse('leo', '/settings');
    expect(words).toContain('text START to (415) 555-0100');
    expect(html).toContain('href="sms:+14155550100?body=START"');
    const refused = await post('leo', 'texts/on', { consent: 'yes' });
    expect([refused.status, refused.words.includes('Text START')]).toEqual([409, true]);
  });

  it('are tried once a minute, and their way is shown', async () => {
    const started = await press('rosa', 'test');
    expect(section(started.html, 'texts')).toMatch(/data-poll|<\/svg>/);
    expect(started.words).toMatch(/Queued Sent Delivered/);
    expect(started.html).toContain('data-poll="/settings?test=dlv_');
    await world.drain();
    const id = /data-poll="([^"]+)"/.exec(started.html)?.[1] ?? '';
    expect((await browse('rosa', id)).words).toContain('Your test text was sent');
    const again = await post('rosa', 'test');
    expect([again.status, again.words.includes('One test text a minute')]).toEqual([429, true]);
  });
});

describe('preferences', () => {
  it('save quiet hours: off, the night, hours of one’s own, in a zone', async () => {
    const form = { delivery: 'drop', zone: 'America/Chicago' };
    await press('rosa', 'quiet', { ...form, quiet: 'night' });
    expect(await preferences('rosa')).toMatchObject({
      quietStart: 1320,
      quietEnd: 420,
      quietDelivery: 'drop',
      timeZone: 'America/Chicago',
    });
    const custom = await press('rosa', 'quiet', { ...form, quiet: 'custom', start: '21:30', end: '06:15' });
    expect(custom.html).toMatch(/value="custom" checked/);
    expect(await preferences('rosa')).toMatchObject({ quietStart: 1290, quietEnd: 375 });
    await press('rosa', 'quiet', { quiet: 'off', zone: 'America/Chicago', here: 'Europe/Paris' });
    expect(await preferences('rosa')).toMatchObject({
      quietStart: null,
      quietEnd: null,
      timeZone: 'Europe/Paris',
    });
  });

  it('refuse what is no time or zone, and keep what was typed', async () => {
    const form = { quiet: 'custom', delivery: 'defer', zone: 'UTC' };
    for (const [start, end] of [
      ['08:00', '08:00'],
      ['', '07:00'],
      ['25:00', '07:00'],
      ['7', '8'],
    ] as const) {
      const { status, words, html } = await post('rosa', 'quiet', { ...form, start, end });
      expect([status, words.includes('Choose two times that differ')]).toEqual([400, true]);
      expect(html).toMatch(/value="custom" checked/);
    }
    expect((await post('rosa', 'quiet', { quiet: 'night', zone: 'Mars/Base' })).status).toBe(400);
    expect((await post('rosa', 'quiet', { quiet: 'weekly' })).status).toBe(400);
  });

  it('offer the browser’s own zone', async () => {
    const { words } = await browse('rosa', '/settings', { cookie: 'fcs_zone=Asia%2FTokyo' });
    expect(words).toContain('This device is in Tokyo, Asia');
  });

  it('find a zone by the names of today and of old, of its city alone, and as the list shows it', async () => {
    const { html } = await browse('rosa', '/settings');
    expect(html).toMatch(/<input id="zone"[^>]* list="zones"/);
    expect(html).toContain('<option value="Kyiv, Europe">');
    expect(html).toContain('<option value="Kiev: Kyiv, Europe">');
    expect(html).not.toMatch(/value="[^":]*(?:Kiev|Calcutta|Saigon)[^":]*"/);
    for (const [typed, zone] of [
      ['Kyiv, Europe', 'Europe/Kyiv'],
      ['Europe/Kiev', 'Europe/Kyiv'],
      ['kolkata', 'Asia/Kolkata'],
      ['Munich: Berlin, Europe', 'Europe/Berlin'],
      ['Central (Chicago)', 'America/Chicago'],
    ] as const) {
      const { words, html: saved } = await press('rosa', 'quiet', { quiet: 'off', zone: typed });
      expect(words).toContain('Saved.');
      expect([typed, (await preferences('rosa')).timeZone]).toEqual([typed, zone]);
      expect(saved).toMatch(
        /<input id="zone"[^>]* value="(Kyiv, Europe|Kolkata, Asia|Berlin, Europe|Central \(Chicago\))"/,
      );
    }
    // The zone of the browser goes by its old name; it is the same.
    await press('rosa', 'quiet', { quiet: 'off', zone: 'Kyiv' });
    const here = await browse('rosa', '/settings', { cookie: 'fcs_zone=Europe%2FKiev' });
    expect(here.words).not.toContain('This device is in');
    const refused = await post('rosa', 'quiet', { quiet: 'night', zone: '"><b>Atlantis' });
    expect(refused.status).toBe(400);
    expect(section(refused.html, 'quiet')).toMatch(
      /value="&quot;&gt;&lt;b&gt;Atlantis"[^>]*aria-invalid="true"/,
    );
    expect(section(refused.html, 'quiet')).toContain('id="zone-error" role="alert"');
    expect(section(refused.html, 'quiet')).toMatch(/value="night" checked/);
  });

  it('write times as the browser’s language does, or as was chosen for it', async () => {
    const times = async (cookie = '', language = 'en-US') =>
      (await browse('rosa', '/settings', { cookie, language })).words;
    expect(await times()).toMatch(/Last used \d+:\d\d [AP]M/);
    expect(await times()).toContain('10 PM to 7 AM');
    expect(await times('', 'de-DE,de;q=0.9')).toMatch(/Last used \d\d:\d\d (?![AP]M)/);
    expect(await times('', 'de-DE,de;q=0.9')).toContain('22:00 to 07:00');
    const chosen = await post('rosa', 'clock', { hours: '24' });
    expect([chosen.status, chosen.location]).toEqual([303, '/settings?done=clock#clock']);
    const cookie = chosen.setCookie!.split(';')[0]!;
    expect(cookie).toBe('__Host-fcs_hours=24');
    expect(await times(cookie)).toMatch(/Last used \d\d:\d\d (?![AP]M)/);
    const log = await browse('rosa', '/settings/texts', { cookie });
    expect(log.words).not.toMatch(/\d [AP]M/);
    expect((await post('rosa', 'clock', { hours: 'language' })).setCookie).toContain('Max-Age=0');
    expect((await post('rosa', 'clock', { hours: '13' })).status).toBe(400);
  });

  it('save what a text shows, and whether urgent ones may come', async () => {
    await press('rosa', 'preview', { preview: 'none' });
    await press('rosa', 'urgent');
    expect(await preferences('rosa')).toMatchObject({ preview: 'none', urgentAllowed: false });
    await press('rosa', 'urgent', { urgent: 'yes' });
    expect(await preferences('rosa')).toMatchObject({ urgentAllowed: true });
    expect((await post('rosa', 'preview', { preview: 'all' })).status).toBe(400);
  });

  it('say where they stand that they are saved, and that they are as before when it is taken back', async () => {
    const saved = await press('rosa', 'urgent', { urgent: 'yes' });
    expect(section(saved.html, 'texts')).toMatch(
      /class="saved" role="status">[\s\S]*Saved\.[\s\S]*data-undo/,
    );
    const undone = await press('rosa', 'urgent', { undo: '1' });
    expect(section(undone.html, 'texts')).toContain('It is as it was before.');
    expect(undone.html).not.toContain('data-undo');
    expect((await preferences('rosa')).urgentAllowed).toBe(false);
    await press('rosa', 'urgent', { urgent: 'yes' });
  });

  it('list what is muted, and take it back from there', async () => {
    await world.api('PUT', `/api/threads/${world.thread()}/mute`, { as: world.member('rosa'), body: {} });
    expect((await browse('rosa', '/settings')).words).toContain('Muted until you unmute it');
    const form = { mute: 'off', back: 'settings' };
    const { location } = await browse('rosa', `/messages/${world.thread()}/mute`, { form });
    expect(location).toBe('/settings?done=mutes#mutes');
    expect((await browse('rosa', '/settings')).words).toContain(
      'You can mute a conversation in its own menu',
    );
  });
});

describe('an account', () => {
  it('ends other sign-ins, and this one', async () => {
    const twice = await browsers(world, ['maya']);
    const { html } = await twice('maya', '/settings');
    const ids = [...html.matchAll(/name="end" value="(ses_[^"]+)"/g)].map((match) => match[1]!);
    expect(ids).toHaveLength(2);
    const own = ids.find((id) => html.split('This one')[1]?.split('</li>')[0]?.includes(id))!;
    const other = ids.find((id) => id !== own)!;
    expect((await twice('maya', '/settings/sessions', { form: { end: other } })).location).toContain(
      'done=sessions',
    );
    expect((await browse('maya', '/settings')).location).toMatch(/^\/login/);
    const out = await twice('maya', '/settings/sessions', { form: { end: own } });
    expect([out.location, out.setCookie]).toEqual(['/login', expect.stringContaining('Max-Age=0')]);
    expect((await twice('maya', '/settings')).status).toBe(303);
  });

  it('is signed out everywhere by one button', async () => {
    const twice = await browsers(world, ['maya']);
    const out = await twice('maya', '/settings/sessions/all', { form: {} });
    expect([out.location, out.setCookie]).toEqual(['/login', expect.stringContaining('Max-Age=0')]);
    const { json } = await world.api('GET', '/api/sessions', { as: world.member('maya') });
    expect(json.sessions).toEqual([]);
  });

  it('gives its word for a relative who cannot sign in, not for itself', async () => {
    const { html } = await browse('rosa', '/settings');
    const relatives = html.split('id="vouch-person"')[1]!.split('</select>')[0]!;
    expect(relatives).toContain(`value="${world.member('leo').userId}"`);
    expect(relatives).not.toContain(`value="${world.member('rosa').userId}"`);
    const { location } = await browse('rosa', '/settings/vouch', {
      form: { person: world.member('leo').userId },
    });
    expect(location).toBe('/settings?done=vouched#vouch');
    const own = await browse('rosa', '/settings/vouch', { form: { person: world.member('rosa').userId } });
    expect(own.status).toBe(403);
    expect((await browse('rosa', '/settings/vouch', { form: { person: 'usr_none' } })).status).toBe(400);
  });

  it('cannot end the sign-ins of others', async () => {
    const { html } = await browse('rosa', '/settings');
    const id = /name="end" value="(ses_[^"]+)"/.exec(html)?.[1] ?? '';
    await post('leo', 'sessions', { end: id });
    expect((await browse('rosa', '/settings')).status).toBe(200);
  });

  it('takes no form from elsewhere', async () => {
    for (const path of [
      'phone',
      'phone/code',
      'phone/remove',
      'texts/on',
      'texts/off',
      'urgent',
      'quiet',
      'preview',
      'clock',
      'test',
      'sessions',
      'delete',
    ]) {
      const { status } = await browse('rosa', `/settings/${path}`, {
        form: { sure: 'yes', consent: 'yes' },
        origin: 'https://evil.example',
      });
      expect([path, status]).toEqual([path, 403]);
      expect((await browse(null, `/settings/${path}`, { form: {} })).location).toBe(
        '/login?next=%2Fmessages&unsaved=1',
      );
    }
  });

  it('is deleted by somebody who is sure', async () => {
    expect((await post('ana', 'delete')).status).toBe(400);
    const gone = await post('ana', 'delete', { sure: 'yes' });
    expect([gone.location, gone.setCookie]).toEqual(['/', expect.stringContaining('Max-Age=0')]);
    expect((await browse('ana', '/settings')).status).toBe(303);
  });
});

describe('the log', () => {
  it('tells of every text in a sentence, and can be narrowed', async () => {
    const say = (body: string) =>
      world.api('POST', `/api/threads/${world.thread()}/messages`, {
        as: world.member('leo'),
        body: { body },
      });
    await say('Dinner on Sunday?');
    await world.drain();
    const { words } = await browse('rosa', '/settings/texts');
    expect(words).toMatch(/Sent · Sunday dinner \d+:\d\d [AP]M The text was sent at \d+:\d\d [AP]M/);
    expect(words).toContain('Test text');
    expect((await browse('rosa', '/settings/texts?show=none')).words).toContain(
      'No text was left out so far',
    );
    expect((await browse('rosa', '/settings/texts?show=waiting')).words).toContain('No text is waiting');
    expect((await browse('rosa', '/settings/texts?show=sent')).words).toContain('Sunday dinner');
    expect((await browse('rosa', '/settings/texts?show=%00&cursor=zzz')).status).toBe(200);
  });

  it('is the reader’s own', async () => {
    expect((await browse('leo', '/settings/texts')).words).toContain('Nothing yet');
  });
});
