import { exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { insertWebSession } from '../worker/people.ts';
import { createWorld, type World } from '../worker/world.ts';

const fetcher = (exports as unknown as { default: Fetcher }).default;
const ORIGIN = 'https://portal.example.com';
const HTML = { Accept: 'text/html,application/xhtml+xml' };

const page = (path: string, init: RequestInit = {}) =>
  fetcher.fetch(`${ORIGIN}${path}`, { redirect: 'manual', ...init, headers: { ...HTML, ...init.headers } });
const words = async (path: string) =>
  (await (await page(path)).text()).replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');

const failing = (): never => {
  throw new Error('D1 is on fire');
};

/** Somebody of a world's family, for a session. */
async function someone(world: World): Promise<[string, string]> {
  await world.seed([{ id: 'rosa', name: 'Rosa' }]);
  return [world.member('rosa').userId, world.familyId];
}

describe('pages for everyone', () => {
  it.each(['/', '/login', '/help', '/terms', '/privacy'])(
    '%s is a whole page under a strict policy',
    async (path) => {
      const answer = await page(path);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('Content-Type')).toMatch(/^text\/html/);
      const policy = answer.headers.get('Content-Security-Policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toMatch(/unsafe|\*|https?:/);
      expect(answer.headers.get('Referrer-Policy')).toBe('same-origin');
      expect(answer.headers.get('Cache-Control')).toBe('no-store');
      const text = await answer.text();
      expect(text).toMatch(/^<!doctype html><html lang="en"/);
      // Nothing that the policy would refuse, nothing from elsewhere.
      expect(text).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?! type="(module|application\/json)")/);
      expect(text).not.toMatch(/(src|href)="(https?:)?\/\//);
    },
  );

  it('serves what the page names from its own origin', async () => {
    const text = await (await page('/')).text();
    const paths = [...text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((match) => match[1]);
    expect(paths.length).toBeGreaterThanOrEqual(4);
    const { ASSETS } = (await import('cloudflare:workers')).env as unknown as { ASSETS: Fetcher };
    for (const path of paths) {
      const file = await ASSETS.fetch(`${ORIGIN}${path}`);
      expect([path, file.status]).toEqual([path, 200]);
      await file.arrayBuffer();
    }
  });

  it.each([
    [
      '/help',
      [
        'Family Circle Inc.',
        'help@example.com',
        'STOP',
        'HELP',
        'Message frequency varies',
        'Msg & data rates may apply',
      ],
    ],
    [
      '/terms',
      [
        'FamilyCircleSecure family chat alerts',
        'Family Circle Inc.',
        'Message frequency varies',
        'Msg & data rates may apply',
        'Reply STOP',
        'reply HELP',
        'help@example.com',
        'Carriers are not liable',
        'not a condition of using the chat',
        'never ticked beforehand',
        'I agree to receive automated text messages from FamilyCircleSecure',
      ],
    ],
    [
      '/privacy',
      [
        'We do not share mobile numbers or text messaging opt-in data and consent with third parties or affiliates for marketing',
        'help@example.com',
        'Twilio',
        'Former member',
      ],
    ],
  ])('%s says what a reviewer of the text program looks for', async (path, expected) => {
    const text = (await words(path)).replaceAll('&amp;', '&');
    for (const words of expected) expect(text).toContain(words);
  });

  it('keeps a way on through signing in, and only a way on our own origin', async () => {
    const text = await (await page('/login?next=%2Fmessages%2Fthr_1')).text();
    expect(text).toContain('name="next" value="/messages/thr_1"');
    const foreign = await (await page('/login?next=https%3A%2F%2Fevil.example')).text();
    expect(foreign).toContain('name="next" value="/messages"');
  });
});

describe('addresses without anything', () => {
  it('help a person, and answer a program in JSON', async () => {
    const answer = await page('/nope');
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain('There is nothing here');
    for (const path of ['/api/nope', '/.well-known/nope']) {
      const json = await page(path);
      expect([json.status, await json.json()]).toMatchObject([404, { error: 'not_found' }]);
    }
    const program = await fetcher.fetch(`${ORIGIN}/nope`);
    expect(await program.json()).toMatchObject({ error: 'not_found' });
  });

  it('and failures of ours are pages too, for people; settings that are wrong included', async () => {
    const world = await createWorld();
    const broken = { prepare: () => failing(), batch: () => failing() } as unknown as D1Database;
    const { token } = await insertWebSession(...(await someone(world)));
    const headers = { ...HTML, Cookie: `__Host-fcs_session=${token}` };
    for (const env of [{ DB: broken }, { MAGIC_SECRET: 'short' }]) {
      const answer = await world.send('GET', '/messages', { headers, env });
      expect(answer.status).toBe(503);
      expect(answer.headers.get('Content-Type')).toMatch(/^text\/html/);
      const text = await answer.text();
      expect(text).toContain('it is our fault');
      expect(text).not.toMatch(/D1 is on fire|MAGIC_SECRET|at \w+ \(/);
      const json = await world.send('GET', '/api/me', { headers: { Cookie: headers.Cookie }, env });
      expect(await json.json()).toMatchObject({ error: 'unavailable' });
    }
  });

  it('survive a cookie and a query made of anything', async () => {
    const headers = { Cookie: '__Host-fcs_session=%00%ff; fcs_zone=%%%' };
    expect((await page('/?%00=%ff&next=%E0%A4%A', { headers })).status).toBe(200);
    expect((await page('/login?next=%E0%A4%A', { headers })).status).toBe(200);
  });
});
