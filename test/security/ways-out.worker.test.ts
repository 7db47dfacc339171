import { beforeAll, describe, expect, it } from 'vitest';
import { type Browse, browsers } from '../web/browse.ts';
import { createWorld, type World } from '../worker/world.ts';

let world: World;
let browse: Browse;

beforeAll(async () => {
  world = await createWorld();
  await world.seed([{ id: 'rosa', name: 'Rosa', phone: world.phone(0) }]);
  browse = await browsers(world, ['rosa']);
});

const ELSEWHERE = [
  'https://evil.example/',
  '//evil.example/',
  '/\\evil.example/',
  '/%5cevil.example/',
  '/..//evil.example/',
  '/.//evil.example',
  '/\t/evil.example/',
  'javascript:alert(1)',
  '/api/logout',
  'messages',
  '',
];

/** Where a browser would land. */
const landing = (location: string | null) => new URL(location ?? '', world.origin).origin;

describe('a way on', () => {
  it.each(ELSEWHERE)('never leads to another origin: next=%s', async (next) => {
    const asked = `/login?next=${encodeURIComponent(next)}`;
    const { location } = await browse('rosa', asked);
    expect(landing(location)).toBe(world.origin);
    expect(location).not.toContain('/api/');
    const { html } = await browse(null, asked);
    const [, value = ''] = /name="next" value="([^"]*)"/.exec(html) ?? [];
    expect(landing(value)).toBe(world.origin);
    expect(value).not.toMatch(/alert|api/);
  });

  it('out of an error page stays here, whatever the address looks like', async () => {
    const address = `${world.origin}//evil.example/x`;
    const headers = { Accept: 'text/html' };
    const broken = await world.send('GET', address, { headers, env: { SESSION_SECRET: '' } });
    expect(broken.status).toBe(503);
    const links = [...(await broken.text()).matchAll(/href="([^"]*)"/g)].map(([, href]) => landing(href!));
    expect([...new Set(links)]).toEqual([world.origin]);
  });

  it('from the alternate host is the real one, with the same path', async () => {
    const answer = await world.send('GET', 'https://open.example.com/l/x?a=//evil.example', {
      headers: { 'User-Agent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)' },
    });
    expect(answer.headers.get('Location')).toBe(`${world.origin}/l/x?a=%2F%2Fevil.example&web=1`);
  });
});

describe('a page', () => {
  it.each([
    '/',
    '/login',
    '/help',
    '/messages',
    '/settings',
    '/l/unknown',
    '/nothing',
    '/ul/thread/%3Cscript%3E',
  ])('at %s runs nothing but our own scripts, and is framed, sniffed and cached by nobody', async (path) => {
    const answer = await world.send('GET', path, { headers: { Accept: 'text/html' } });
    const policy = answer.headers.get('Content-Security-Policy') ?? '';
    if (answer.status === 303) return;
    expect(policy).toMatch(/default-src 'none'/);
    expect(policy).toMatch(/frame-ancestors 'none'/);
    expect(policy).toMatch(/base-uri 'none'/);
    expect(policy).toMatch(/form-action 'self'/);
    expect(policy).not.toMatch(/unsafe|\*|data:|https:(?!\/\/portal)/);
    expect(answer.headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect(answer.headers.get('Referrer-Policy')).toBe('same-origin');
    expect(answer.headers.get('Strict-Transport-Security')).toMatch(/max-age=\d{8}/);
  });

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
    'is not puzzled by done=%s',
    async (done) => {
      const plain = await browse('rosa', '/settings');
      expect((await browse('rosa', `/settings?done=${done}`)).words).toBe(plain.words);
      expect((await browse('rosa', `/ops?done=${done}`)).status).toBe(404);
    },
  );
});
