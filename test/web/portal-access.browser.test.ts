import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeViolations } from '../support/axe.ts';
import { takenOver } from '../support/browser.ts';
import { DESKTOP, PEOPLE, PHONE, type PortalStack, startPortalStack, THREAD } from './portal-stack.ts';

const { rosa, ben } = PEOPLE;
const PATH = `/messages/${THREAD}`;
const PUBLIC = ['/', '/login', '/help', '/terms', '/privacy', '/docs', '/nothing-here'];
const FIND = ['/messages?find=dinner', `${PATH}?around=2&find=dinner#m-2`];
const OWN = ['/messages', '/messages?new', ...FIND, PATH, '/settings', '/settings/texts', '/ops'];

let portal: PortalStack;
beforeAll(async () => {
  portal = await startPortalStack();
  await portal.say(ben, 'Look at https://example.com/recipes', { fileIds: ['IMG_1.jpg'] });
  await portal.say(rosa, 'Are you coming for dinner on Sunday?');
  await portal.say(rosa, 'The door code changed.', { urgent: true });
  const longest = { familyId: rosa.familyId, name: 'Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh' };
  await portal.host.service('PUT', '/api/admin/users/usr_longest', longest);
});
afterAll(() => portal?.close());

/** Opens everything that opens, so that axe sees it. */
const unfold = (page: Page) =>
  page.evaluate(() => {
    for (const details of document.querySelectorAll('details')) details.open = true;
  });

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  it.each([
    ['a phone', PHONE],
    ['a desktop', DESKTOP],
  ] as const)('no page has anything for axe to find on %s', async (_, device) => {
    const found: string[] = [];
    const look = async (page: Page, path: string) => {
      await page.goto(path);
      await page.locator('html.js').waitFor({ state: 'attached' });
      await unfold(page);
      for (const violation of await axeViolations(page)) found.push(`${path}: ${violation}`);
    };
    const stranger = await portal.open(null, { ...device, colorScheme, bypassCSP: true });
    for (const path of PUBLIC) await look(stranger, path);
    await stranger.goto('/login');
    await stranger.getByLabel('Your mobile number').fill(colorScheme === 'light' ? '12' : '2025550177');
    await stranger.getByRole('button', { name: 'Text me a code' }).click();
    await stranger.locator('[aria-invalid=true], [autocomplete=one-time-code]').waitFor();
    found.push(...(await axeViolations(stranger)));
    const page = await portal.open(rosa, { ...device, colorScheme, bypassCSP: true });
    for (const path of OWN) await look(page, path);
    await Promise.all([stranger, page].map((each) => each.context().close()));
    expect(found).toEqual([]);
  });
});

describe('every page', () => {
  it('fits at 200 % and 400 % magnification, without scrolling sideways', async () => {
    const wide: string[] = [];
    for (const width of [640, 320]) {
      const page = await portal.open(rosa, { viewport: { width, height: 512 } });
      for (const path of [...PUBLIC, ...OWN]) {
        await page.goto(path);
        const over = await page.evaluate(() =>
          Math.max(
            document.documentElement.scrollWidth - innerWidth,
            ...[...document.querySelectorAll('main, .pane-page, .threads, .log')].map(
              ({ scrollWidth, clientWidth }) => scrollWidth - clientWidth,
            ),
          ),
        );
        if (over > 0) wide.push(`${path} at ${width}: ${over}`);
      }
      await page.context().close();
    }
    expect(wide).toEqual([]);
  });

  it('shifts nothing while it loads, and keeps to its weight', async () => {
    const page = await portal.open(rosa);
    const moved: string[] = [];
    for (const path of [...PUBLIC, ...OWN]) {
      await page.goto(path);
      await page.waitForLoadState('networkidle');
      const shift = await page.evaluate(
        () =>
          new Promise<number>((resolve) => {
            let sum = 0;
            new PerformanceObserver((list) => {
              for (const entry of list.getEntries())
                sum += (entry as PerformanceEntry & { value: number }).value;
            }).observe({ type: 'layout-shift', buffered: true });
            requestAnimationFrame(() => setTimeout(() => resolve(sum), 50));
          }),
      );
      if (shift > 0.001) moved.push(`${path}: ${shift}`);
    }
    expect(moved).toEqual([]);
    await page.context().close();
  });

  it('caches what has a hash in its name for good, and pages not at all', async () => {
    const page = await portal.open(null);
    const seen = new Map<string, string>();
    page.on('response', (response) => {
      seen.set(new URL(response.url()).pathname, response.headers()['cache-control'] ?? '');
    });
    await page.goto('/');
    await page.waitForLoadState('networkidle');
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
