import { beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../worker/world.ts';
import { type Browse, browsers } from './browse.ts';

let world: World;
let browse: Browse;

beforeAll(async () => {
  world = await createWorld();
  await world.seed([{ id: 'rosa', name: 'Grandma Rosa', phone: world.phone(0) }]);
  browse = await browsers(world, ['rosa']);
});

const login = (form: Record<string, string>, path = '/login', cookie?: string) =>
  browse(null, path, { form, cookie });
const lastCode = async () =>
  /code is (\d{6})/.exec((await world.texts(world.phone(0))).at(-1)?.body ?? '')?.[1] ?? '';

it('signs in with the code that was texted, and goes on to where one wanted to go', async () => {
  const asked = await login({ phone: world.phone(0), next: '/messages/thr_1' });
  expect(asked.status).toBe(200);
  expect(asked.html).toMatch(/autocomplete="one-time-code"/);
  const code = await lastCode();
  expect(asked.setCookie).toMatch(/^__Host-fcs_login=[\w-]{22}; Max-Age=300; .*HttpOnly.*SameSite=Lax/);
  const handle = asked.setCookie!.split(';')[0];
  const form = { phone: world.phone(0), next: '/messages/thr_1' };
  const stranger = await login({ ...form, code }, '/login/code');
  expect([stranger.status, stranger.words.includes('not the code that we wait for')]).toEqual([400, true]);
  const wrong = await login(
    { ...form, code: code === '111111' ? '222222' : '111111' },
    '/login/code',
    handle,
  );
  expect([wrong.status, wrong.words.includes('You have 4 tries left')]).toEqual([400, true]);
  const pasted = `${code.slice(0, 3)}–${code.slice(3)}.\u200b`;
  const done = await login({ ...form, code: pasted }, '/login/code', handle);
  expect([done.status, done.location]).toEqual([303, '/messages/thr_1']);
  expect(done.setCookie).toMatch(/^__Host-fcs_session=.*HttpOnly.*SameSite=Lax.*__Host-fcs_device=/);
  const twice = await login({ ...form, code }, '/login/code', handle);
  expect([twice.status, twice.location]).toEqual([303, '/messages/thr_1']);
  expect(twice.setCookie?.split(';')[0]).toBe(done.setCookie?.split(';')[0]);
});

it('shows the same for a number that nobody has', async () => {
  const [known, unknown] = [await login({ phone: world.phone(1) }), await login({ phone: world.phone(2) })];
  const plain = (html: string) => html.replaceAll(/\(\d{3}\) \d{3}-\d{4}|\+1\d{10}/g, '#');
  expect(plain(known.html)).toBe(plain(unknown.html));
});

it('lets a code that was sent before be entered when another may not be sent yet', async () => {
  await login({ phone: world.phone(3) });
  const again = await login({ phone: world.phone(3), again: '1' });
  expect(again.status).toBe(429);
  expect(again.words).toMatch(
    /ask.*If you have one from us already.*Six-digit code.*Send a new code in \d+ seconds/,
  );
  expect(again.html).toMatch(/data-wait="\d+"/);
});

it('refuses kindly what is no number or code, and keeps what was typed', async () => {
  const { status, html, words } = await login({ phone: '"><b>555', next: '//evil.example' });
  expect(status).toBe(400);
  expect(words).toContain('does not look like a mobile number');
  expect(html).toContain('value="&quot;&gt;&lt;b&gt;555"');
  expect(html).toContain('name="next" value="/messages"');
  expect((await login({ phone: world.phone(0), code: 'abc' }, '/login/code')).words).toContain('six digits');
  expect((await login({}, '/login')).status).toBe(400);
});

describe('a number from another country', () => {
  it('is read in the country that is chosen beside it, and pasted with its code whatever is chosen', async () => {
    const abroad = await createWorld({ SMS_ALLOWED_COUNTRIES: 'US,CA,GB' });
    const visit = await browsers(abroad, []);
    const { html } = await visit(null, '/login', { language: 'en-GB' });
    expect(html).toMatch(/<select name="country" aria-label="Country of the number"/);
    expect(html).toMatch(
      /<option value="US">United States<.*<option value="CA">Canada<.*<option value="GB" selected/,
    );
    const ask = (phone: string, country: string) => visit(null, '/login', { form: { phone, country } });
    expect((await ask('07400 123456', 'GB')).words).toContain('If +447400123456 is a number we know');
    expect((await ask('+44 7400-123457', 'US')).words).toContain('If +447400123457 is a number we know');
    const wrong = await ask('07400 123458', 'CA');
    expect([wrong.status, wrong.html.includes('<option value="CA" selected')]).toEqual([400, true]);
    expect((await ask('07400 123459', 'XX')).status).toBe(400);
  });

  it('is not offered where one country alone is texted', async () => {
    const alone = await createWorld({ SMS_ALLOWED_COUNTRIES: 'US' });
    const { html, words } = await (await browsers(alone, []))(null, '/login');
    expect(html).not.toContain('name="country"');
    expect(words).toContain('A number from United States.');
  });
});

it('says to whoever had been signed out that what they sent was not saved', async () => {
  const { location } = await browse(null, '/settings/urgent', { form: { urgent: 'yes' } });
  expect((await browse(null, location!)).words).toContain('what you changed or wrote last was not saved');
  expect((await browse(null, '/login?next=/settings')).words).not.toContain('not saved');
});

it('takes no form from elsewhere, and never leads elsewhere', async () => {
  for (const path of ['/login', '/login/code']) {
    const { status } = await browse(null, path, {
      form: { phone: world.phone(0) },
      origin: 'https://evil.example',
    });
    expect(status).toBe(403);
  }
  expect((await browse('rosa', '/login?next=https://evil.example')).location).toBe('/messages');
  expect((await browse(null, '/login/code')).location).toBe('/login');
});
