import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeViolations } from '../support/axe.ts';
import { takenOver } from '../support/browser.ts';
import { DESKTOP, PEOPLE, PHONE, type PortalStack, startPortalStack, THREAD } from './portal-stack.ts';

const { rosa, ben } = PEOPLE;
const PATH = `/messages/${THREAD}`;
const PUBLIC = ['/', '/login', '/help', '/terms', '/privacy', '/docs', '/nothing-here'];
const FIND = ['/messages?find=dinner', '/messages?find=', `${PATH}?around=2&find=dinner#m-2`];
const OWN = ['/messages', '/messages?new', ...FIND, PATH, '/settings', '/settings/texts', '/ops'];

let portal: PortalStack;
beforeAll(async () => {
  portal = await startPortalStack();
  await portal.say(ben, 'Look at https://example.com/recipes', { fileIds: ['IMG_1.jpg'] });
  await portal.say(rosa, 'Are you coming for dinner on Sunday?');
  await portal.say(rosa, 'The door code changed.', { urgent: true });
  const longest = { familyId: rosa.familyId, name: 'Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh' };
  await portal.host.service('PUT', '/api/admin/users/usr_longest', longest);
  const pause = { scope: `family:fam_${'long'.repeat(10)}`, reason: 'They sleep at other hours this week' };
  await portal.host.service('PUT', '/api/admin/pause', pause);
});
afterAll(() => portal?.close());

/** What moved by itself while a page was loaded, as browsers measure it. */
const layoutShift = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let sum = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) sum += (entry as PerformanceEntry & { value: number }).value;
        }).observe({ type: 'layout-shift', buffered: true });
        void document.fonts.ready.then(() => requestAnimationFrame(() => setTimeout(() => resolve(sum), 50)));
      }),
  );

/** By how many pixels a page has to be scrolled sideways. */
const sideways = (page: Page) =>
  page.evaluate(() =>
    Math.max(
      document.documentElement.scrollWidth - innerWidth,
      ...[...document.querySelectorAll('main, .pane-page, .threads, .log')].map(
        ({ scrollWidth, clientWidth }) => scrollWidth - clientWidth,
      ),
    ),
  );

/** So many parts of a page are opened and looked at: more of the same say nothing new, and on /docs there are hundreds. */
const OPENED = 25;

/** What is wrong with a page, and with what opens in it. */
async function look(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const width of [640, 320]) {
    await page.setViewportSize({ width, height: 512 });
    const over = await sideways(page);
    if (over > 0) found.push(`${over} px too wide at ${width} px`);
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.evaluate((most) => {
    const all = [...document.querySelectorAll('details')];
    for (const details of all.slice(0, most)) details.open = true;
    for (const details of all.slice(most)) details.remove();
  }, OPENED);
  return [...found, ...(await axeViolations(page))];
}

describe('every page', () => {
  const still = { ...DESKTOP, bypassCSP: true, reducedMotion: 'reduce' } as const;
  let stranger: Page;
  let own: Page;
  beforeAll(async () => {
    [stranger, own] = await Promise.all([portal.open(null, still), portal.open(rosa, still)]);
  });
  afterAll(() => Promise.all([stranger, own].map((page) => page.context().close())));

  it.each([
    ...PUBLIC.map((path) => ({ path, of: () => stranger })),
    ...OWN.map((path) => ({ path, of: () => own })),
  ])(
    '$path shifts nothing while it loads, fits when magnified, and has nothing for axe to find',
    async ({ path, of }) => {
      const page = of();
      await page.goto(path);
      await page.locator('html.js').waitFor({ state: 'attached' });
      expect(await layoutShift(page)).toBeLessThan(0.001);
      expect(await look(page)).toEqual([]);
    },
    150_000,
  );

  it.each(['12', '2025550177'])('so is the answer to the number %s', async (number) => {
    await stranger.goto('/login');
    await stranger.getByLabel('Your mobile number').fill(number);
    await stranger.getByRole('button', { name: 'Text me a code' }).click();
    const next = stranger.locator('[aria-invalid=true], [autocomplete=one-time-code]');
    await next.waitFor();
    // One goes on typing behind what was refused.
    const caret = () =>
      next.evaluate((field: HTMLInputElement) => [
        document.activeElement === field,
        field.selectionStart === field.value.length,
      ]);
    await expect.poll(caret).toEqual([true, true]);
    expect(await look(stranger)).toEqual([]);
  });

  it('so is what a texted link opens, and one that nobody knows', async () => {
    const link = { userId: rosa.id, threadId: THREAD };
    const { url } = await portal.host.service<{ url: string }>('POST', '/api/admin/magic', link);
    for (const address of [url, '/l/0000000000000000']) {
      await stranger.goto(address);
      expect(await look(stranger)).toEqual([]);
    }
  });

  it('caches what has a hash in its name for good, and pages not at all', async () => {
    const page = await portal.open(null);
    const seen = new Map<string, string>();
    page.on('response', (response) => {
      seen.set(new URL(response.url()).pathname, response.headers()['cache-control'] ?? '');
    });
    await page.goto('/'); // With all that it loads.
    const assets = [...seen].filter(([path]) => path.startsWith('/assets/'));
    expect(assets.length).toBeGreaterThanOrEqual(3);
    for (const [path, caching] of assets)
      expect([path, caching]).toEqual([path, 'public, max-age=31536000, immutable']);
    expect(seen.get('/')).toBe('no-store');
    await page.context().close();
  });
});

describe('by keyboard alone', () => {
  const focused = (page: Page) =>
    page.evaluate(() => {
      const { activeElement: at } = document;
      if (!at) return '';
      const outline = getComputedStyle(at);
      const visible = outline.outlineStyle !== 'none' && Number.parseFloat(outline.outlineWidth) >= 2;
      return `${visible ? '' : 'unseen '}${at.getAttribute('aria-label') ?? at.textContent?.trim() ?? ''}`;
    });

  it('one skips to the page, and sees where one is at every stop', async () => {
    const page = await portal.open(rosa);
    await page.goto('/settings');
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Skip to the page');
    await page.keyboard.press('Enter');
    const isOver = () => page.evaluate(() => document.activeElement === document.body);
    let stops = 0;
    for (await page.keyboard.press('Tab'); !(await isOver()); await page.keyboard.press('Tab')) {
      expect(await focused(page)).not.toMatch(/^unseen/);
      stops++;
    }
    expect(stops).toBeGreaterThan(10);
    await page.context().close();
  });

  it('one writes, opens the menu, closes it with Escape, and stays where one was', async () => {
    const page = await portal.open(rosa);
    await page.goto(PATH);
    await takenOver(page);
    await page.getByLabel('Write to Sunday dinner').focus();
    await page.keyboard.type('By keyboard');
    await page.keyboard.press('Enter');
    await page.locator('[data-items] .text', { hasText: 'By keyboard' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('body');
    await page.locator('.thread-head summary').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'For 1 hour' }).waitFor();
    await page.keyboard.press('Escape');
    expect(await page.locator('.thread-head details').getAttribute('open')).toBeNull();
    expect(await focused(page)).toContain('Menu of this conversation');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'For 1 hour' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('Muted').first().waitFor();
    await expect.poll(() => focused(page)).toContain('Menu of this conversation');
    await page.context().close();
  });

  it('one stays in the list, and in the settings, while they are written anew', async () => {
    const page = await portal.open(rosa);
    await page.goto('/messages');
    await page.locator('[data-user].here').first().waitFor();
    const link = page.getByRole('link', { name: /Sunday dinner/ });
    await link.focus();
    await portal.say(ben, 'Are you still there?');
    await link.getByText('Are you still there?').waitFor();
    expect(await focused(page)).toContain('Sunday dinner');
    await page.goto('/settings');
    await page.getByRole('button', { name: 'Send me a test text' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('#texts').getByText('Your test text reached your phone').waitFor();
    expect(await focused(page)).toBe('Send me a test text');
    const said = page.locator('[aria-live=polite]', { hasText: 'Your test text reached your phone' });
    await said.waitFor({ state: 'attached' });
    await page.context().close();
  });

  it('what has the focus is not behind the tabs of a phone', async () => {
    const page = await portal.open(PEOPLE.nina, { ...PHONE, viewport: { width: 360, height: 640 } });
    await page.goto('/settings');
    await page.getByLabel('Mobile number').fill(PEOPLE.nina.phone);
    await page.keyboard.press('Enter');
    const code = page.getByLabel('Six-digit code');
    await code.waitFor();
    const below = () =>
      code.evaluate(
        (input) =>
          input.getBoundingClientRect().bottom -
          (document.querySelector('.nav')?.getBoundingClientRect().top ?? 0),
      );
    await expect.poll(below).toBeLessThanOrEqual(0);
    // A wrong code does not shorten the wait for another.
    await code.fill('12');
    await page.keyboard.press('Enter');
    await page.getByText('The code has six digits.').waitFor();
    expect(await page.getByRole('button', { name: /^Send a new code in 0:/ }).isDisabled()).toBe(true);
    await page.context().close();
  });

  it('tells those who listen of what arrives', async () => {
    const page = await portal.open(rosa);
    await page.goto(PATH);
    await page.getByText('With Ben and Nina').waitFor();
    await portal.say(ben, 'Can you hear me?');
    await page
      .locator('[aria-live=polite]', { hasText: 'Ben: Can you hear me?' })
      .waitFor({ state: 'attached' });
    await page.route('**/items?after=*', (route) => route.fulfill({ status: 503 }), { times: 1 });
    for (const words of ['one', 'two']) await portal.say(ben, `At once, ${words}`);
    for (const words of ['one', 'two']) {
      await page
        .locator('[aria-live=polite]', { hasText: `Ben: At once, ${words}` })
        .waitFor({ state: 'attached' });
    }
    await page.context().close();
  });
});

it('no page met an error, a refusal by the content policy, or another host', () => {
  expect(portal.complaints).toEqual([]);
});
