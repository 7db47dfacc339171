import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { countMiss } from '../../src/links/guess-limit.ts';
import { mintMagic } from '../../src/links/magic-link.ts';
import { makeLink, writeLinks } from '../../src/links/mint-link.ts';
import { createEdgeLimits } from '../../src/platform/edge-limits.ts';
import { clientNetwork } from '../../src/platform/rate-limit.ts';
import { UA } from './app-links/user-agents.ts';
import {
  ask,
  bindings,
  buttonOf,
  config,
  cookieOf,
  db,
  effects,
  lookAndPress,
  newLink,
  ORIGIN,
  openFromApp,
  press,
  rowOf,
  rows,
  seed,
} from './world.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

beforeAll(seed);

const mint = (userId = 'usr_ben', threadId = 'thr_1', at = Date.now()) =>
  mintMagic({ config, db, now: () => at }, { userId, threadId });

/** The three ways a browser comes to the same link, and the one of the app. */
async function magicPaths(userId: string, at = Date.now()) {
  const { token } = await mint(userId, 'thr_1', at);
  return { token, magic: `/magic?token=${token}`, universal: `/ul/thread/thr_1?mt=${token}` };
}

describe('looking at a link', () => {
  test('has no effect, by whatever method and for whoever looks', async () => {
    const code = await newLink({ userId: 'usr_ana' });
    const { magic, universal } = await magicPaths('usr_ana');
    const before = await effects('usr_ana');
    for (const path of [`/l/${code}`, magic, universal]) {
      for (const userAgent of Object.values(UA)) {
        for (const method of ['GET', 'HEAD']) {
          const headers = { 'User-Agent': userAgent, 'Sec-Purpose': 'prefetch;prerender' };
          const answer = await ask(path, { method, headers });
          expect(answer.status).toBe(200);
          expect(answer.headers.getSetCookie().join()).not.toContain('fcs_session');
        }
      }
    }
    expect(await effects('usr_ana')).toEqual(before);
    expect(await rowOf(code)).toMatchObject({ consumed_at: null, opened_at: null, handed_over_at: null });
  });

  test('gives every reader but a preview bot a button; the bot a page without the code', async () => {
    const code = await newLink();
    for (const [name, userAgent] of Object.entries(UA)) {
      const page = await ask(`/l/${code}`, { headers: { 'User-Agent': userAgent } });
      const html = await page.clone().text();
      const isPreview = /preview|whatsapp|telegram|slack|discord|google|skype/i.test(name);
      expect((await buttonOf(page)) === null, name).toBe(isPreview);
      expect(html.includes(code), name).toBe(!isPreview);
      expect(html, name).toContain('<meta property="og:title"');
    }
  });

  test('a preview bot that is a person after all asks for the whole page', async () => {
    const headers = { 'User-Agent': UA.whatsapp };
    const page = await ask(`/l/${await newLink()}?reader=1`, { headers });
    expect(await buttonOf(page)).not.toBeNull();
  });

  test('is never stored, indexed, framed or told to other sites', async () => {
    const { magic, universal } = await magicPaths('usr_ben');
    for (const path of [`/l/${await newLink()}`, magic, universal]) {
      const { headers } = await ask(path);
      expect(headers.get('Cache-Control')).toBe('no-store');
      expect(headers.get('X-Robots-Tag')).toContain('noindex');
      expect(headers.get('Referrer-Policy')).toBe('same-origin');
      const policy = headers.get('Content-Security-Policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain('unsafe');
    }
  });

  test('names nobody and quotes nothing', async () => {
    const html = await (await ask(`/l/${await newLink()}`)).text();
    for (const word of ['Rosa', 'Ben', 'Rivera', 'Sunday dinner', 'usr_', 'fam_']) {
      expect(html).not.toContain(word);
    }
  });

  test('says whose it is, that the chat of a family waits, what it never asks for, and whom to ask', async () => {
    const page = async (path: string) => {
      const html = (await (await ask(path)).text()).replace(/<(style|script)\b[\s\S]*?<\/\1>/g, '');
      return html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
    };
    const { COMPANY_NAME, SUPPORT_CONTACT, BRAND_NAME } = config;
    const words = await page(`/l/${await newLink()}`);
    expect(words).toContain('Your family’s chat is waiting for you');
    expect(words).toContain(`${BRAND_NAME} sent you this link.`);
    expect(words).toContain('The button opens the chat of your family');
    expect(words).toContain('Nothing happens until you press');
    expect(words).toContain('We never ask for a password or for money here.');
    expect(words).toContain(`ask ${COMPANY_NAME}: ${SUPPORT_CONTACT}`);
    // A link that cannot sign in any more, or never could, has nothing to press, and says as much of itself.
    const old = await page(`/l/${await newLink({ at: Date.now() - 11 * MINUTE })}`);
    expect(old).toContain(`links of ${BRAND_NAME} work for a short time`);
    expect(old).not.toContain('until you press');
    expect(await page('/ul/thread/thr_1')).toContain(`Sign in to ${BRAND_NAME}`);
  });

  test('offers each device its own ways into the app', async () => {
    const code = await newLink();
    const html = async (userAgent: string, query = '') =>
      (await ask(`/l/${code}${query}`, { headers: { 'User-Agent': userAgent } })).text();
    const ios = await html(UA.iphone);
    expect(ios).toContain(`content="app-id=1234567890, app-argument=${ORIGIN}/l/${code}"`);
    expect(ios).toContain(`href="https://open.example.com/l/${code}"`);
    expect(ios).toContain('href="https://apps.apple.com/app/id1234567890"');
    expect(ios).not.toContain('intent:');
    const android = await html(UA.android);
    expect(android).toContain(`href="intent://portal.example.com/l/${code}#Intent;scheme=https;`);
    expect(android).toContain(
      `href="https://play.google.com/store/apps/details?id=com.familycirclesecure.app&amp;referrer=`,
    );
    expect(android).not.toContain('apple-itunes-app');
    expect(await html(UA.android, '?web=1')).not.toContain('intent:');
    const desktop = await html(UA.windows);
    expect(desktop).not.toMatch(/intent:|apple-itunes-app|play\.google|apps\.apple/);
    expect(await html(UA.mac)).toContain('data-device="maybe_ipad"');
  });

  test('stays below 15 KB, on every device and in every state', async () => {
    const { token, universal } = await magicPaths('usr_ben');
    const used = await newLink();
    await lookAndPress(`/l/${used}`);
    for (const path of [`/l/${await newLink()}`, universal, `/magic?token=${token}`, `/l/${used}`, '/l/x']) {
      for (const userAgent of Object.values(UA)) {
        const page = await ask(path, { headers: { 'User-Agent': userAgent } });
        expect((await page.arrayBuffer()).byteLength).toBeLessThan(15_000);
      }
    }
  });

  test('the alternate host sends browsers back to the real one, marked', async () => {
    const answer = await ask('https://open.example.com/ul/thread/thr_1?mt=a.b.c');
    expect(answer.status).toBe(302);
    expect(answer.headers.get('Location')).toBe(`${ORIGIN}/ul/thread/thr_1?mt=a.b.c&web=1`);
  });
});

describe('pressing the button', () => {
  test.each(['code', 'magic', 'universal'])('signs in once, by its %s path', async (kind) => {
    const paths = await magicPaths('usr_ben');
    const path = { ...paths, code: `/l/${await newLink()}` }[kind] ?? '';
    const before = await effects('usr_ben');
    const answer = await lookAndPress(path);
    expect([answer.status, answer.headers.get('Location')]).toEqual([303, '/messages/thr_1']);
    expect(answer.headers.get('Cache-Control')).toBe('no-store');
    const [cookie = ''] = answer.headers.getSetCookie();
    expect(cookie).toMatch(
      /^__Host-fcs_session=[^;]+; Max-Age=2592000; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    expect(await effects('usr_ben')).toEqual({
      sessions: before.sessions + 1,
      consumed: before.consumed + 1,
    });
    const me = await ask(path, { headers: { Cookie: cookie.split(';')[0] ?? '' } });
    expect([me.status, me.headers.get('Location')]).toEqual([303, '/messages/thr_1']);
    expect(me.headers.get('Cache-Control')).toBe('no-store');
  });

  test('a test text leads to the list of threads', async () => {
    const answer = await lookAndPress(`/l/${await newLink({ threadId: null })}`);
    expect(answer.headers.get('Location')).toBe('/messages');
  });

  test.each<[string, Record<string, string>]>([
    ['another origin', { Origin: 'https://evil.example' }],
    ['the origin null', { Origin: 'null' }],
    ['no nonce cookie', { Cookie: '' }],
    ['another nonce cookie', { Cookie: '__Host-fcs_link=AAAAAAAAAAAAAAAAAAAAAA' }],
  ])('from %s does nothing', async (_name, headers) => {
    const code = await newLink({ userId: 'usr_ana' });
    const before = await effects('usr_ana');
    const answer = await press(await buttonOf(await ask(`/l/${code}`)), headers);
    expect(answer.status).toBe(403);
    expect(answer.headers.getSetCookie().join()).not.toContain('fcs_session');
    expect(await effects('usr_ana')).toEqual(before);
  });

  test('without an Origin does nothing', async () => {
    const code = await newLink({ userId: 'usr_ana' });
    const button = await buttonOf(await ask(`/l/${code}`));
    const before = await effects('usr_ana');
    const headers = {
      Cookie: button?.cookie ?? '',
      'Content-Type': 'application/x-www-form-urlencoded',
    };
    const answer = await ask(`/l/${code}`, { method: 'POST', headers, body: button?.body.toString() ?? '' });
    expect(answer.status).toBe(403);
    expect(await effects('usr_ana')).toEqual(before);
  });

  test.each(['', 'x', 'AAAAAAAAAAAAAAAAAAAAAAA'])(
    'with a nonce that is none of ours, %j, does nothing',
    async (nonce) => {
      const path = `/l/${await newLink({ userId: 'usr_ana' })}`;
      const Cookie = `__Host-fcs_link=${nonce}`;
      const page = await ask(path, { headers: { Cookie } });
      const button = await buttonOf(page);
      expect(button?.body.get('nonce')).toMatch(/^[\w-]{22}$/);
      const before = await effects('usr_ana');
      button?.body.set('nonce', nonce);
      expect((await press(button, { Cookie })).status).toBe(403);
      expect(await effects('usr_ana')).toEqual(before);
    },
  );

  test('on a page that lost its cookie asks to press again, and then works', async () => {
    const code = await newLink();
    const button = await buttonOf(await ask(`/l/${code}`));
    const again = await press(button, { Cookie: '' });
    expect(again.status).toBe(403);
    expect((await press(await buttonOf(again))).status).toBe(303);
  });

  test('pressed twice signs in twice, into one session; another browser’s does not', async () => {
    const path = `/l/${await newLink()}`;
    const [button, other] = [await buttonOf(await ask(path)), await buttonOf(await ask(path))];
    const before = await effects('usr_ben');
    const answers = await Promise.all([press(button), press(button)]);
    answers.push(await press(button));
    expect(answers.map(({ status }) => status)).toEqual([303, 303, 303]);
    expect(new Set(answers.map(({ headers }) => headers.getSetCookie().join())).size).toBe(1);
    expect((await press(other)).status).toBe(410);
    expect((await effects('usr_ben')).sessions - before.sessions).toBe(1);
  });

  test('of two pages open at once works for both', async () => {
    const first = await buttonOf(await ask(`/l/${await newLink()}`));
    const held = first?.cookie ?? '';
    const second = await ask(`/l/${await newLink()}`, { headers: { Cookie: held } });
    const cookie = (await buttonOf(second))?.cookie ?? '';
    expect((await press(await buttonOf(second))).status).toBe(303);
    expect((await press(first && { ...first, cookie })).status).toBe(303);
  });

  test('is refused for a person who is gone', async () => {
    await expect(newLink({ userId: 'usr_gone' }), 'the model refuses links for strangers').rejects.toThrow(
      'FOREIGN KEY constraint failed',
    );
    await bindings.DB.prepare(
      "INSERT INTO users (id, family_id, name, created_at, deleted_at) VALUES ('usr_gone', 'fam', '', 0, 1)",
    ).run();
    const answer = await lookAndPress(`/l/${await newLink({ userId: 'usr_gone' })}`);
    expect(answer.status).toBe(410);
    expect(await effects('usr_gone')).toEqual({ sessions: 0, consumed: 0 });
  });
});

describe('a hundred at once', () => {
  test('over all paths of one link give one session', async () => {
    const { token, magic, universal } = await magicPaths('usr_rosa');
    const code: string = JSON.parse(atob(token.split('.')[1] ?? '')).jti;
    const paths = [magic, universal, `/l/${code}`];
    const pages = await Promise.all(paths.map(async (path) => buttonOf(await ask(path))));
    const openings = [
      ...pages.map((page) => () => press(page)),
      () => openFromApp({ token }),
      () => openFromApp({ code }),
      () => openFromApp({ referrer: `fcs_link=${code}` }),
    ];
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) => openings[i % openings.length]!()),
    );
    expect(await effects('usr_rosa')).toEqual({ sessions: 1, consumed: 1 });
    const sessions = await Promise.all(
      answers.map(async (answer) => {
        if (answer.status === 303) return answer.headers.getSetCookie().join().split(/[=;]/)[1];
        if (answer.status !== 200) return undefined;
        return (await answer.json<{ session?: { token: string } }>()).session?.token;
      }),
    );
    expect(new Set(sessions.filter((token) => token !== undefined)).size).toBe(1);
    expect(new Set(answers.map(({ status }) => status))).toEqual(
      answers.some(({ status }) => status === 303) ? new Set([303, 410, 200]) : new Set([410, 200]),
    );
  });

  test('of one texted code give one session', async () => {
    const code = await newLink({ userId: 'usr_rosa' });
    const before = await effects('usr_rosa');
    const button = await buttonOf(await ask(`/l/${code}`));
    const referrer = `fcs_link=${code}`;
    const openings = [
      () => press(button),
      () => openFromApp({ code }),
      () => openFromApp({ referrer: encodeURIComponent(referrer) }),
    ];
    await Promise.all(Array.from({ length: 100 }, (_, i) => openings[i % 3]!()));
    expect((await effects('usr_rosa')).sessions - before.sessions).toBe(1);
  });
});

describe('a link that no longer signs in', () => {
  test('does so again when its text is sent again, unless it was used', async () => {
    const target = { kind: 'text', familyId: 'fam', userId: 'usr_ben', threadId: 'thr_1' } as const;
    const write = async (at: number) => {
      const link = await makeLink(config, { id: 'dlv_again', deliveryId: 'dlv_again', ...target }, at);
      await db.forFamily('fam').run(writeLinks([link.row]));
      return `/l/${link.code}`;
    };
    const path = await write(Date.now() - 11 * MINUTE);
    expect((await ask(path)).status).toBe(410);
    await write(Date.now());
    expect((await lookAndPress(path)).status).toBe(303);
    await write(Date.now() + MINUTE);
    expect((await ask(path)).status).toBe(410);
  });

  test.each<[string, number, string]>([
    ['used a moment ago', 0, 'used already'],
    ['too old to sign in', 11 * MINUTE, 'too old'],
    ['used and too old', 11 * MINUTE, 'used already'],
  ])('%s: says so kindly and offers the phone, then the thread', async (name, age, words) => {
    const code = await newLink({ at: Date.now() - age });
    if (name.startsWith('used')) {
      await bindings.DB.prepare('UPDATE links SET consumed_at = 1 WHERE code_hash = ?')
        .bind((await rowOf(code))?.code_hash)
        .run();
    }
    const page = await ask(`/l/${code}`);
    expect(page.status).toBe(410);
    expect(await buttonOf(page)).toBeNull();
    const html = await page.text();
    expect(html).toContain(words);
    expect(html).toContain('href="/login?next=%2Fmessages%2Fthr_1"');
  });

  test('a button that is pressed too late signs nobody in', async () => {
    const code = await newLink();
    const button = await buttonOf(await ask(`/l/${code}`));
    await lookAndPress(`/l/${code}`);
    const before = await effects('usr_ben');
    const late = await press(button);
    expect(late.status).toBe(410);
    expect(await late.text()).toContain('used already');
    expect(late.headers.getSetCookie().join()).not.toContain('fcs_session');
    expect(await effects('usr_ben')).toEqual(before);
  });

  test('a button that was shown in time and is pressed when the time is over signs nobody in', async () => {
    const code = await newLink({ userId: 'usr_ana' });
    const button = await buttonOf(await ask(`/l/${code}`));
    const before = await effects('usr_ana');
    const end = Date.now() - 1;
    await bindings.DB.prepare('UPDATE links SET login_until = ? WHERE code_hash = ?')
      .bind(end, (await rowOf(code))?.code_hash)
      .run();
    const late = await press(button);
    expect([late.status, (await late.text()).includes('too old')]).toEqual([410, true]);
    expect(late.headers.getSetCookie().join()).not.toContain('fcs_session');
    expect(await effects('usr_ana')).toEqual(before);
  });

  test('past both lifetimes it finds nothing any more', async () => {
    const code = await newLink({ at: Date.now() - 8 * DAY });
    const page = await ask(`/l/${code}`);
    expect(page.status).toBe(410);
    const html = await page.text();
    expect(html).toContain('href="/login?next=%2Fmessages"');
    expect(html).not.toContain('thr_1');
    const headers = { Cookie: await cookieOf('usr_ben') };
    expect((await ask(`/l/${code}`, { headers })).headers.get('Location')).toBe('/messages');
  });

  test('a magic token past its exp still finds its thread, and only that', async () => {
    const { magic, universal } = await magicPaths('usr_ben', Date.now() - 11 * MINUTE);
    for (const path of [magic, universal]) {
      const page = await ask(path);
      expect(page.status).toBe(410);
      expect(await page.text()).toContain('href="/login?next=%2Fmessages%2Fthr_1"');
    }
    expect((await ask((await magicPaths('usr_ben', Date.now() - 8 * DAY)).magic)).status).toBe(404);
  });
});

describe('a browser that is signed in', () => {
  test('as that person goes straight through, now and later, and consumes nothing', async () => {
    const headers = { Cookie: await cookieOf('usr_ana') };
    const { magic, universal } = await magicPaths('usr_ana');
    const late = await newLink({ userId: 'usr_ana', at: Date.now() - 3 * DAY });
    const before = await effects('usr_ana');
    for (const path of [`/l/${await newLink({ userId: 'usr_ana' })}`, magic, universal, `/l/${late}`]) {
      const answer = await ask(path, { headers });
      expect([answer.status, answer.headers.get('Location')]).toEqual([303, '/messages/thr_1']);
    }
    expect(await effects('usr_ana')).toEqual(before);
  });

  test('meanwhile, in another tab, leaves the link as it is when the button is pressed', async () => {
    const button = await buttonOf(await ask(`/l/${await newLink({ userId: 'usr_ana' })}`));
    const cookie = await cookieOf('usr_ana');
    const before = await effects('usr_ana');
    const answer = await press(button, { Cookie: `${button?.cookie}; ${cookie}` });
    expect([answer.status, answer.headers.get('Location')]).toEqual([303, '/messages/thr_1']);
    expect(await effects('usr_ana')).toEqual(before);
  });

  test('as someone else is asked; only the answer changes who is signed in', async () => {
    const code = await newLink({ userId: 'usr_ana' });
    const cookie = await cookieOf('usr_eve');
    const before = await effects('usr_ana');
    const page = await ask(`/l/${code}`, { headers: { Cookie: cookie } });
    expect(page.status).toBe(200);
    expect(await page.clone().text()).toContain('for someone else');
    const button = await buttonOf(page, cookie);
    const unasked = new URLSearchParams(button?.body);
    unasked.delete('switch');
    const again = await press(button && { ...button, body: unasked });
    expect(again.status).toBe(200);
    expect(await effects('usr_ana')).toEqual(before);
    const answer = await press(button);
    expect(answer.status).toBe(303);
    expect((await effects('usr_ana')).sessions).toBe(before.sessions + 1);
    const asEve = await ask('/api/links/pending', { headers: { Cookie: cookie } });
    expect(asEve.status, 'the session that was replaced has ended').toBe(401);
  });

  test('as someone else, at a link that is used, may stay or change', async () => {
    const code = await newLink({ userId: 'usr_ana', at: Date.now() - 11 * MINUTE });
    const page = await ask(`/l/${code}`, { headers: { Cookie: await cookieOf('usr_eve') } });
    expect(page.status).toBe(410);
    const html = await page.text();
    expect(html).toContain('href="/login?next=%2Fmessages%2Fthr_1&amp;switch=1"');
    expect(html).toContain('Stay signed in as I am');
    const login = await ask('/login?next=%2Fmessages%2Fthr_1&switch=1', {
      headers: { Cookie: await cookieOf('usr_eve') },
    });
    expect(login.status).toBe(200);
  });

  test('with a session that was revoked counts as nobody', async () => {
    const cookie = await cookieOf('usr_ana');
    await bindings.DB.prepare("UPDATE sessions SET revoked_at = 1 WHERE user_id = 'usr_ana'").run();
    const page = await ask(`/l/${await newLink({ userId: 'usr_ana' })}`, { headers: { Cookie: cookie } });
    expect(await buttonOf(page)).not.toBeNull();
  });
});

describe('the universal link', () => {
  test('without a token offers signing in by phone, or goes through', async () => {
    const page = await ask('/ul/thread/thr_2');
    expect(page.status).toBe(200);
    expect(await buttonOf(page)).toBeNull();
    expect(await page.text()).toContain('href="/login?next=%2Fmessages%2Fthr_2"');
    const headers = { Cookie: await cookieOf('usr_ben') };
    expect((await ask('/ul/thread/thr_2', { headers })).headers.get('Location')).toBe('/messages/thr_2');
  });

  test('with a token for another thread opens nothing', async () => {
    const { token } = await mint();
    const page = await ask(`/ul/thread/thr_2?mt=${token}`);
    expect(page.status).toBe(404);
    expect(await buttonOf(page)).toBeNull();
    const headers = { Cookie: await cookieOf('usr_ben') };
    const through = await ask(`/ul/thread/thr_2?mt=${token}`, { headers });
    expect(through.headers.get('Location')).toBe('/messages/thr_2');
  });
});

describe('what is not a link', () => {
  test.each([
    '/l/17Hq3vXkTz9WmPc2R',
    '/l/nonsense',
    '/l/%E0%A4%A',
    `/l/${'x'.repeat(2000)}`,
    '/l/%00',
    '/magic',
    '/magic?token=',
    '/magic?token=a.b.c',
    '/magic?token=eyJhbGciOiJub25lIn0.e30.',
    `/magic?token=${'x'.repeat(5000)}`,
    '/ul/thread/thr_1?mt=a.b.c',
  ])('%s is a kind 404', async (path) => {
    const page = await ask(path);
    expect(page.status).toBe(404);
    expect(page.headers.get('Content-Type')).toContain('text/html');
    expect(await page.clone().text()).toContain('We do not know this link');
    expect(await buttonOf(page)).toBeNull();
  });

  test('a session token, a host token and a token of another purpose are no magic tokens', async () => {
    const session = (await cookieOf('usr_ben')).split('=')[1] ?? '';
    expect((await ask(`/magic?token=${session}`)).status).toBe(404);
    const { token } = await mint();
    const [head, , signature] = token.split('.');
    const payload = btoa(JSON.stringify({ sub: 'usr_rosa', purpose: 'sign-in' })).replaceAll('=', '');
    expect((await ask(`/magic?token=${head}.${payload}.${signature}`)).status).toBe(404);
  });

  test.each([
    ['POST', '/ul/thread/thr_1'],
    ['PUT', '/l/17Hq3vXkTz9WmPc2R'],
    ['DELETE', '/magic'],
  ])('%s %s is 405', async (method, path) => {
    const answer = await ask(path, { method, headers: { Origin: ORIGIN } });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('Allow')).toContain('GET');
  });

  test('a form of another type is 415, before anything else', async () => {
    const headers = { Origin: ORIGIN, 'Content-Type': 'application/json' };
    expect((await ask('/magic', { method: 'POST', headers, body: '{}' })).status).toBe(415);
  });
});

describe('POST /api/links/open', () => {
  test('gives the destination, and a session once', async () => {
    const code = await newLink();
    const first = await (await openFromApp({ code })).json<Record<string, unknown>>();
    expect(first).toMatchObject({ threadId: 'thr_1', path: '/messages/thr_1' });
    const session = first.session as { token: string; expiresAt: string };
    expect(Date.parse(session.expiresAt)).toBeGreaterThan(Date.now() + 29 * DAY);
    const pending = await ask('/api/links/pending', {
      headers: { Authorization: `Bearer ${session.token}` },
    });
    expect(pending.status).toBe(200);
    expect(await (await openFromApp({ code })).json()).toEqual({
      threadId: 'thr_1',
      path: '/messages/thr_1',
    });
  });

  test('gives an opening that is sent again with its nonce its session again', async () => {
    const [code, nonce] = [await newLink(), 'n'.repeat(22)];
    const open = async (body: object) => (await openFromApp(body)).json<{ session?: { token: string } }>();
    const { session } = await open({ code, nonce });
    expect((await open({ code, nonce })).session?.token).toBe(session?.token);
    expect(await open({ code, nonce: 'm'.repeat(22) })).not.toHaveProperty('session');
    expect(await open({ code })).not.toHaveProperty('session');
  });

  test('an app that is signed in as that person keeps its session', async () => {
    const { session } = await (await openFromApp({ code: await newLink() })).json<{
      session: { token: string };
    }>();
    const before = await effects('usr_ben');
    const headers = { Authorization: `Bearer ${session.token}` };
    const again = await (await openFromApp({ code: await newLink() }, headers)).json();
    expect(again).toEqual({ threadId: 'thr_1', path: '/messages/thr_1' });
    expect(await effects('usr_ben')).toEqual(before);
    const stale = { Authorization: 'Bearer no.such.token' };
    expect(await (await openFromApp({ code: await newLink() }, stale)).json()).toHaveProperty('session');
  });

  test('after signing in is over, gives the destination alone; after a week, nothing', async () => {
    const late = await openFromApp({ code: await newLink({ at: Date.now() - DAY }) });
    expect(await late.json()).toEqual({ threadId: 'thr_1', path: '/messages/thr_1' });
    const gone = await openFromApp({ code: await newLink({ at: Date.now() - 8 * DAY }) });
    expect(gone.status).toBe(410);
    expect(await gone.json()).toMatchObject({ error: 'link_expired' });
  });

  test('takes a magic token and an install referrer', async () => {
    const { token } = await mint();
    expect(await (await openFromApp({ token })).json()).toHaveProperty('session');
    const html = await (await ask(`/l/${await newLink()}`, { headers: { 'User-Agent': UA.android } })).text();
    const play = /href="(https:\/\/play\.google[^"]+)"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const referrer = new URL(play).searchParams.get('referrer') ?? '';
    const once = encodeURIComponent(referrer);
    expect(await (await openFromApp({ referrer: once })).json()).toHaveProperty('session');
    expect(await (await openFromApp({ referrer: encodeURIComponent(once) })).json()).toEqual({
      threadId: 'thr_1',
      path: '/messages/thr_1',
    });
  });

  test('the Play link of a magic page carries a code that the app can open', async () => {
    const { magic } = await magicPaths('usr_ben');
    const html = await (await ask(magic, { headers: { 'User-Agent': UA.android } })).text();
    const play = /href="(https:\/\/play\.google[^"]+)"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const referrer = new URL(play).searchParams.get('referrer');
    expect(await (await openFromApp({ referrer })).json()).toHaveProperty('session');
    expect((await ask(magic)).status).toBe(410);
  });

  test.each<[string, unknown, number, string]>([
    ['nothing', {}, 400, 'invalid_request'],
    ['code and token', { code: 'x', token: 'y' }, 400, 'invalid_request'],
    ['a number', { code: 5 }, 400, 'invalid_request'],
    ['a list', [], 400, 'invalid_request'],
    ['null', null, 400, 'invalid_request'],
    ['an unknown code', { code: '17Hq3vXkTz9WmPc2R' }, 404, 'link_not_found'],
    ['a code beside what nobody knows', { code: 'x', also: 1 }, 404, 'link_not_found'],
    ['no code at all', { code: '../..' }, 404, 'link_not_found'],
    ['a forged token', { token: 'a.b.c' }, 404, 'link_not_found'],
    [
      'an organic referrer',
      { referrer: 'utm_source=google-play&utm_medium=organic' },
      400,
      'invalid_request',
    ],
  ])('%s is refused by name', async (_name, body, status, error) => {
    const answer = await openFromApp(body, { 'CF-Connecting-IP': '198.51.100.7' });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ error });
  });
});

describe.each(['POST', 'GET'])('%s /api/links/pending', (method) => {
  const pending = async (cookie: string) => {
    const headers = { Cookie: cookie, 'User-Agent': UA.iosApp, Origin: 'https://portal.example.com' };
    const answer = await ask('/api/links/pending', { method, headers });
    return answer.json<{ link: { threadId: string; path: string } | null }>();
  };
  const forget = () => bindings.DB.prepare('DELETE FROM links').run();
  const readAll = (seq: number, threadId: string) =>
    bindings.DB.prepare('UPDATE thread_members SET last_read_seq = ? WHERE thread_id = ?')
      .bind(seq, threadId)
      .run();

  test('hands over the newest link that is alive, unopened and unread, once', async () => {
    await forget();
    const cookie = await cookieOf('usr_ben');
    expect(await pending(cookie)).toEqual({ link: null });
    const now = Date.now();
    await newLink({ threadId: 'thr_1', at: now - 2000 });
    await newLink({ threadId: 'thr_2', at: now - 1000 });
    await newLink({ threadId: null, at: now });
    expect(await pending(await cookieOf('usr_ana'))).toEqual({ link: null });
    await newLink({ userId: 'usr_ana', threadId: 'thr_1', at: now });
    expect(await pending(cookie)).toEqual({ link: { threadId: 'thr_2', path: '/messages/thr_2' } });
    expect(await pending(cookie)).toEqual({ link: null });
    await newLink({ threadId: 'thr_1', at: now + 1000 });
    expect(await pending(cookie)).toEqual({ link: { threadId: 'thr_1', path: '/messages/thr_1' } });
  });

  test('of many who ask at once, one gets it', async () => {
    await forget();
    await newLink();
    const cookie = await cookieOf('usr_ben');
    const answers = await Promise.all(Array.from({ length: 20 }, () => pending(cookie)));
    expect(answers.filter(({ link }) => link !== null)).toHaveLength(1);
  });

  test.each(['dead', 'opened', 'opened too late to sign in', 'read', 'of a thread that was left'])(
    'a link that is %s does not wait',
    async (how) => {
      await forget();
      const age = { dead: 8 * DAY, 'opened too late to sign in': DAY }[how] ?? 0;
      const code = await newLink({ at: Date.now() - age });
      if (how.startsWith('opened')) await openFromApp({ code });
      if (how === 'read') await readAll(3, 'thr_1');
      if (how.startsWith('of')) {
        await bindings.DB.prepare("DELETE FROM thread_members WHERE user_id = 'usr_ben'").run();
      }
      expect(await pending(await cookieOf('usr_ben'))).toEqual({ link: null });
      await readAll(0, 'thr_1');
      await bindings.DB.prepare(
        "INSERT OR IGNORE INTO thread_members (thread_id, user_id, family_id, joined_at) SELECT id, 'usr_ben', 'fam', 0 FROM threads",
      ).run();
    },
  );

  test('needs somebody', async () => {
    expect((await ask('/api/links/pending', { method })).status).toBe(401);
  });
});

describe('minting a magic token', () => {
  test('gives a token of ten minutes and the page that takes it', async () => {
    const now = Date.now();
    const minted = await mint('usr_ben', 'thr_1', now);
    expect(minted.expiresAt).toBe(now + 600_000);
    expect(minted.url).toBe(`${ORIGIN}/magic?token=${minted.token}`);
    const claims = JSON.parse(atob(minted.token.split('.')[1] ?? ''));
    expect(claims).toMatchObject({ aud: 'fcs:links', purpose: 'sign-in', sub: 'usr_ben', tid: 'thr_1' });
    expect(claims.exp - claims.iat).toBe(600);
  });

  test.each([
    ['usr_nobody', 'thr_1', 'user_not_found'],
    ['usr_gone', 'thr_1', 'user_not_found'],
    ['usr_eve', 'thr_1', 'thread_not_found'],
    ['usr_ben', 'thr_nowhere', 'thread_not_found'],
  ])('for %s and %s is refused', async (userId, threadId, code) => {
    await expect(mint(userId, threadId)).rejects.toMatchObject({ code });
  });
});

/** Holds the clock still, ten seconds into a minute: windows and days do not turn during a test. */
function holdTheClock(): void {
  beforeEach(() => {
    const minute = Math.floor(Date.now() / MINUTE) * MINUTE;
    vi.useFakeTimers({ toFake: ['Date'], now: minute + 10_000 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}

describe('guessing', () => {
  holdTheClock();
  const from = (address: string) => ({ 'CF-Connecting-IP': address, 'User-Agent': UA.iphone });
  const guess = (address: string, i: number) =>
    ask(`/l/1${String(i).padStart(16, '2')}`, { headers: from(address) });

  test('is limited by client address: pages, and then nobody signs in from there', async () => {
    const address = '203.0.113.9';
    const good = await newLink();
    const button = await buttonOf(await ask(`/l/${good}`, { headers: from(address) }));
    const statuses: number[] = [];
    for (let i = 0; i < config.LINK_MISSES_PER_ADDRESS_MINUTE + 2; i++) {
      statuses.push((await guess(address, i + 1111)).status);
    }
    expect(statuses.slice(0, -2).every((status) => status === 404)).toBe(true);
    expect(statuses.slice(-2)).toEqual([429, 429]);
    const refused = await press(button, { 'CF-Connecting-IP': address });
    expect(refused.status).toBe(429);
    expect(refused.headers.get('Retry-After')).toBe('50');
    expect((await openFromApp({ code: good }, { 'CF-Connecting-IP': address })).status).toBe(429);
    expect((await ask(`/l/${good}`, { headers: from(address) })).status).toBe(200);
    expect((await press(button, { 'CF-Connecting-IP': '203.0.113.10' })).status).toBe(303);
    const alerts = await rows("SELECT message, count FROM alerts WHERE kind = 'link_misses'");
    expect(alerts).toHaveLength(1);
    expect(String(alerts[0]?.message)).not.toContain(address);
  });

  test.each(['code', 'referrer'])('is limited for the app too, by %s', async (kind) => {
    const client = { 'CF-Connecting-IP': kind === 'code' ? '203.0.113.60' : '203.0.113.61' };
    const statuses: number[] = [];
    for (let i = 0; i < config.LINK_MISSES_PER_ADDRESS_MINUTE + 1; i++) {
      const code = `1${String(i + 5555)
        .replaceAll('0', 'x')
        .padStart(16, '2')}`;
      const body = kind === 'code' ? { code } : { referrer: `fcs_link=${code}` };
      statuses.push((await openFromApp(body, client)).status);
    }
    expect(statuses.slice(0, -1).every((status) => status === 404)).toBe(true);
    expect(statuses.at(-1)).toBe(429);
    expect((await openFromApp({ code: await newLink() }, client)).status).toBe(429);
  });

  test('counts an IPv6 client by its network', async () => {
    for (let i = 0; i < config.LINK_MISSES_PER_ADDRESS_MINUTE; i++) {
      await guess(`2001:db8:1:2::${(i + 1).toString(16)}`, i + 3333);
    }
    expect((await guess('2001:db8:1:2:ffff::1', 4444)).status).toBe(429);
    expect((await guess('2001:db8:1:3::1', 4444)).status).toBe(404);
  });

  test('by many clients together is told to operators, once', async () => {
    await bindings.DB.prepare("DELETE FROM rate_counters WHERE key = 'link-miss:all'").run();
    const told: string[] = [];
    const deps = {
      db,
      edge: createEdgeLimits({}),
      now: () => Date.now(),
      config: { ...config, LINK_MISSES_PER_ADDRESS_MINUTE: 2 },
      alert: async (kind: string, message: string) => void told.push(`${kind}: ${message}`),
    };
    for (let i = 0; i < 25; i++) {
      const work: Promise<unknown>[] = [];
      await countMiss({ ...deps, afterwards: (each) => void work.push(each) }, `192.0.2.${i}`);
      await Promise.all(work);
    }
    expect(told).toEqual(['link_misses: 20 unknown links were tried within ten minutes, from all clients.']);
  });

  test.each([
    ['203.0.113.9', '203.0.113.9'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:0DB8:0001:0002:3:4:5:6', '2001:db8:1:2::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::', 'fe80:0:0:0::/64'],
  ])('%s counts as %s', (address, network) => {
    expect(clientNetwork(address)).toBe(network);
  });

  test('forged tokens are no guesses', async () => {
    const headers = from('203.0.113.77');
    for (let i = 0; i < config.LINK_MISSES_PER_ADDRESS_MINUTE + 2; i++) {
      expect((await ask('/magic?token=a.b.c', { headers })).status).toBe(404);
    }
    expect((await guess('203.0.113.77', 5555)).status).toBe(404);
  });

  test('fails closed: without the counters nobody signs in', async () => {
    const code = await newLink();
    const button = await buttonOf(await ask(`/l/${code}`));
    const before = await effects('usr_ben');
    await bindings.DB.prepare('ALTER TABLE rate_counters RENAME TO rate_counters_away').run();
    try {
      expect((await press(button)).status).toBe(503);
      expect((await openFromApp({ code })).status).toBe(503);
    } finally {
      await bindings.DB.prepare('ALTER TABLE rate_counters_away RENAME TO rate_counters').run();
    }
    expect(await effects('usr_ben')).toEqual(before);
  });
});

describe('the statistics', () => {
  holdTheClock();

  test('count a day, a device and an outcome, and hold nothing else', async () => {
    await bindings.DB.prepare('DELETE FROM link_opens').run();
    const at = (path: string, userAgent: string, method = 'GET') =>
      ask(path, { method, headers: { 'User-Agent': userAgent } });
    const code = await newLink();
    await at(`/l/${code}`, UA.whatsapp);
    await at(`/l/${code}`, UA.whatsapp, 'HEAD');
    await at(`/l/${code}`, UA.android);
    await lookAndPress(`/l/${code}`);
    await at(`/l/${code}`, UA.windows);
    await openFromApp({ code: await newLink() });
    await openFromApp({ referrer: `fcs_link=${await newLink()}` }, { 'User-Agent': UA.androidApp });
    await newLink({ userId: 'usr_ana' });
    const first = { Cookie: await cookieOf('usr_ana'), 'User-Agent': UA.iosApp };
    for (let i = 0; i < 2; i++) await ask('/api/links/pending', { headers: first });
    const day = new Date().toISOString().slice(0, 10);
    const counted = await rows('SELECT * FROM link_opens ORDER BY outcome, device');
    expect(counted).toEqual([
      { day, device: 'ios', outcome: 'app', count: 1 },
      { day, device: 'desktop', outcome: 'bot', count: 1 },
      { day, device: 'desktop', outcome: 'expired', count: 1 },
      { day, device: 'android', outcome: 'store', count: 1 },
      { day, device: 'ios', outcome: 'store', count: 1 },
      { day, device: 'ios', outcome: 'web', count: 1 },
    ]);
  });
});

describe('the association files', () => {
  test.each(['/.well-known/apple-app-site-association', '/.well-known/assetlinks.json'])(
    '%s: plain JSON, cacheable, small, for every fetcher and on every host',
    async (path) => {
      for (const userAgent of ['AASA-Bot/1.0.0', 'GoogleAssociationService', 'curl/8', '']) {
        for (const host of [ORIGIN, 'https://open.example.com']) {
          const answer = await ask(host + path, { headers: { 'User-Agent': userAgent } });
          expect(answer.status).toBe(200);
          expect(answer.headers.get('Content-Type')).toBe('application/json');
          expect(answer.headers.get('Cache-Control')).toContain('max-age');
          const bytes = await answer.arrayBuffer();
          expect(bytes.byteLength).toBeLessThan(128 * 1024);
          expect(JSON.parse(new TextDecoder().decode(bytes))).toBeTruthy();
        }
      }
    },
  );

  test('name the apps of the settings', async () => {
    const apple = await (await ask('/.well-known/apple-app-site-association')).json<object>();
    expect(apple).toMatchObject({
      applinks: { details: [{ appIDs: config.IOS_APP_IDS }] },
      webcredentials: { apps: config.IOS_APP_IDS },
    });
    const android = await (await ask('/.well-known/assetlinks.json')).json();
    expect(android).toMatchObject([{ target: { package_name: 'com.familycirclesecure.app' } }]);
  });
});
