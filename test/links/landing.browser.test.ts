import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { axeViolations } from '../support/axe.ts';
import { enterBrowser, leaveBrowser } from '../support/browser.ts';
import { UA } from './app-links/user-agents.ts';
import { type Portal, startPortal } from './portal.ts';

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const DESKTOP = { viewport: { width: 1200, height: 800 } };

const DEVICES: Record<string, BrowserContextOptions> = {
  iPhone: { ...PHONE, userAgent: UA.iphone },
  'Android phone': { ...PHONE, userAgent: UA.android },
  'Android in-app browser': { ...PHONE, userAgent: UA.androidFacebook },
  Mac: { ...DESKTOP, userAgent: UA.mac },
  'Windows desktop': { ...DESKTOP, userAgent: UA.windows },
};
const NAMES = Object.keys(DEVICES);

let portal: Portal;
let browser: Browser;

beforeAll(async () => {
  [portal, browser] = await Promise.all([startPortal(), enterBrowser()]);
});
afterAll(async () => {
  await leaveBrowser();
  await portal?.close();
});
// A test that fails leaves its windows open; the next one starts without them.
beforeEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
});

/** A fresh browser of that device; complaints of its console end the test. */
async function device(options: BrowserContextOptions = DEVICES.iPhone ?? {}): Promise<Page> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.on('console', (message) => {
    if (/Content.Security.Policy|Refused to/.test(message.text())) throw new Error(message.text());
  });
  return page;
}

/** The press has led to the conversation. */
const atThread = (page: Page) => page.waitForURL('**/messages/thr_1', { waitUntil: 'commit' });
const visit = (page: Page, path: string) => page.goto(portal.origin + path);
const pathOf = (page: Page) => new URL(page.url()).pathname;
const continueOnTheWeb = (page: Page) => page.getByRole('button', { name: 'Continue on the web' });
const isSignedIn = async (page: Page) =>
  (await page.context().cookies(portal.origin)).some(({ name }) => name === 'fcs_session');

/** The visible filled buttons: what the page says is the thing to do. */
const obvious = (page: Page) =>
  page.locator('.go').evaluateAll((all) => all.map((each) => each.textContent?.trim()));

describe.each(NAMES)('%s', (name) => {
  const options = DEVICES[name] ?? {};

  test.each(['text', 'magic', 'universal'] as const)('%s: one press leads to the thread', async (kind) => {
    const link = await portal.newLink('usr_ben');
    const page = await device(options);
    await visit(page, link[kind]);
    expect(await isSignedIn(page)).toBe(false);
    await continueOnTheWeb(page).click();
    await atThread(page);
    expect(await isSignedIn(page)).toBe(true);
    await visit(page, link.text);
    expect(pathOf(page)).toBe('/messages/thr_1');
  });

  test('works without JavaScript', async () => {
    const page = await device({ ...options, javaScriptEnabled: false });
    await visit(page, (await portal.newLink('usr_ben')).text);
    await continueOnTheWeb(page).click();
    await atThread(page);
    expect(await isSignedIn(page)).toBe(true);
  });

  test('has one obvious choice, large enough to hit, and nothing that scrolls sideways', async () => {
    const page = await device(options);
    await visit(page, (await portal.newLink('usr_ben')).text);
    const inApp = name.includes('in-app');
    expect(await obvious(page)).toEqual([inApp ? 'Open in the app' : 'Continue on the web']);
    await page.setViewportSize({ width: 320, height: 568 });
    const sizes = await page
      .locator('.button:visible')
      .evaluateAll((all) => all.map((each) => each.getBoundingClientRect().height));
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(44);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  });
});

describe('axe finds nothing, in any state', () => {
  test.each(['iPhone', 'Android in-app browser', 'Windows desktop'] as const)('%s', async (name) => {
    const { userAgent } = DEVICES[name] ?? {};
    const page = await device({ ...DESKTOP, userAgent, bypassCSP: true, reducedMotion: 'reduce' });
    const used = await portal.newLink('usr_ben');
    const pages: [string, string][] = [
      ['ready', (await portal.newLink('usr_ben')).text],
      ['plain', '/ul/thread/thr_1'],
    ];
    // Whatever has no way into the app is the same page everywhere.
    if (name === 'iPhone') {
      pages.push(['unknown', '/magic'], ['expired', (await portal.newLink('usr_ben', { loginMs: -1 })).text]);
    }
    for (const [state, path] of pages) {
      await visit(page, path);
      expect(await axeViolations(page), state).toEqual([]);
    }
    if (name !== 'iPhone') return;
    await visit(page, used.text);
    await continueOnTheWeb(page).click();
    await atThread(page);
    await visit(page, (await portal.newLink('usr_ana')).text);
    expect(await page.getByRole('heading').first().textContent()).toContain('someone else');
    expect(await axeViolations(page), 'other_person').toEqual([]);
    await page.context().clearCookies();
    await visit(page, used.text);
    expect(await page.getByRole('heading').first().textContent()).toContain('used already');
    expect(await axeViolations(page), 'used').toEqual([]);
  });
});

describe('into the app', () => {
  test('iPhone: over the alternate host, and without the app back to a page that does not ask again', async () => {
    const { text } = await portal.newLink('usr_ben');
    const page = await device();
    await visit(page, text);
    const open = page.getByRole('link', { name: 'Open in the app' });
    expect(await open.getAttribute('href')).toBe(portal.alternateOrigin + text);
    await open.click();
    await page.waitForURL(`${portal.origin}${text}?web=1`);
    expect(await open.count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Get the app' }).getAttribute('href')).toBe(
      'https://apps.apple.com/app/id1234567890',
    );
    await continueOnTheWeb(page).click();
    await atThread(page);
  });

  test('iPhone: the link is copied by a tap, never before', async () => {
    const { universal } = await portal.newLink('usr_ben');
    const page = await device();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: portal.origin });
    await visit(page, universal);
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
    await page.evaluate(() => navigator.clipboard.writeText('mine'));
    await page.mouse.move(100, 100);
    expect(await clipboard()).toBe('mine');
    await page.getByRole('button', { name: 'Copy the link' }).tap();
    await page.getByRole('status').filter({ hasText: 'Copied' }).waitFor();
    expect(await clipboard()).toBe(portal.origin + universal);
  });

  test('Android: an intent that falls back to our page, and the store with a referrer', async () => {
    const { code, text } = await portal.newLink('usr_ben');
    const page = await device(DEVICES['Android phone']);
    await visit(page, text);
    const intent = await page.getByRole('link', { name: 'Open in the app' }).getAttribute('href');
    expect(intent).toMatch(new RegExp(`^intent://127\\.0\\.0\\.1:\\d+${text}#Intent;scheme=http;package=`));
    const fallback = /S\.browser_fallback_url=([^;]+);end$/.exec(intent ?? '')?.[1] ?? '';
    const store = await page.getByRole('link', { name: 'Get the app' }).getAttribute('href');
    expect(new URL(store ?? '').searchParams.get('referrer')).toContain(code);
    await page.goto(decodeURIComponent(fallback));
    expect(await page.getByRole('link', { name: 'Open in the app' }).count()).toBe(0);
    expect(await continueOnTheWeb(page).count()).toBe(1);
  });

  test.each([
    ['an iPad says that it is a Mac and has fingers', 5, true],
    ['a Mac has none', 0, false],
  ])('%s', async (_name, touchPoints, offered) => {
    const page = await device(DEVICES.Mac);
    await page.addInitScript(
      (points) => Object.defineProperty(navigator, 'maxTouchPoints', { get: () => points }),
      touchPoints,
    );
    await visit(page, (await portal.newLink('usr_ben')).text);
    await expect.poll(() => page.getByRole('link', { name: 'Get the app' }).isVisible()).toBe(offered);
    expect(await continueOnTheWeb(page).isVisible()).toBe(true);
  });
});

describe('a scanner', () => {
  test.each(['text', 'magic', 'universal'] as const)(
    '%s: runs every script in headless Chromium, scrolls, follows what loads by itself, and changes nothing',
    async (kind) => {
      const link = await portal.newLink('usr_rosa');
      const before = await portal.effects('usr_rosa');
      const methods: string[] = [];
      const scan = async (options: BrowserContextOptions | undefined) => {
        const page = await device(options);
        page.on('request', (request) => methods.push(request.method()));
        await visit(page, link[kind]);
        await page.mouse.wheel(0, 2000);
        await page.mouse.move(200, 300);
        await page.keyboard.press('Tab');
        // Every timer the page could have set fires at once, an hour long.
        await page.clock.install();
        await page.clock.fastForward(3_600_000);
        await page.waitForLoadState('networkidle');
        expect(pathOf(page)).toBe(new URL(link[kind], portal.origin).pathname);
        expect(await isSignedIn(page)).toBe(false);
        await page.reload();
      };
      await Promise.all([{}, DEVICES.iPhone, DEVICES['Android phone']].map(scan));
      expect(new Set(methods)).toEqual(new Set(['GET']));
      expect(await portal.effects('usr_rosa')).toEqual(before);
      const page = await device();
      await visit(page, link[kind]);
      await continueOnTheWeb(page).click();
      await atThread(page);
    },
  );

  test('every link on the page is followed: still nothing', async () => {
    const link = await portal.newLink('usr_rosa');
    const before = await portal.effects('usr_rosa');
    const page = await device();
    await visit(page, link.text);
    const links = await page
      .locator('a')
      .evaluateAll((all) => all.map((each) => (each as HTMLAnchorElement).href));
    for (const href of links.filter((each) => /^http:\/\/(127|localhost)/.test(each))) await page.goto(href);
    expect(links.length).toBeGreaterThan(2);
    expect(await portal.effects('usr_rosa')).toEqual(before);
  });
});

describe('one browser, several people and pages', () => {
  test('a double press signs in once', async () => {
    const before = await portal.effects('usr_ana');
    const page = await device();
    await visit(page, (await portal.newLink('usr_ana')).text);
    await continueOnTheWeb(page).dblclick();
    // Not `waitForURL`: it fails when it sees how the second press aborts the navigation of the first.
    await expect.poll(() => pathOf(page)).toBe('/messages/thr_1');
    expect((await portal.effects('usr_ana')).sessions).toBe(before.sessions + 1);
  });

  test('someone else’s link asks before it changes who is signed in', async () => {
    const page = await device(DEVICES['Windows desktop']);
    await visit(page, (await portal.newLink('usr_ben')).text);
    await continueOnTheWeb(page).click();
    await atThread(page);
    const hers = await portal.newLink('usr_ana');
    const before = await portal.effects('usr_ana');
    await visit(page, hers.text);
    await page.getByRole('link', { name: 'Stay signed in' }).click();
    expect(pathOf(page)).toBe('/messages');
    expect(await portal.effects('usr_ana')).toEqual(before);
    await visit(page, hers.text);
    await page.getByRole('button', { name: 'It was sent to me' }).click();
    await atThread(page);
    expect((await portal.effects('usr_ana')).sessions).toBe(before.sessions + 1);
  });

  test('a used link offers the phone, and then the thread', async () => {
    const { text } = await portal.newLink('usr_ben');
    const first = await device();
    await visit(first, text);
    await continueOnTheWeb(first).click();
    await atThread(first);
    const second = await device(DEVICES['Android phone']);
    await visit(second, text);
    expect(await obvious(second)).toEqual(['Sign in with your phone number']);
    await second.getByRole('link', { name: 'Sign in with your phone number' }).click();
    expect(new URL(second.url()).pathname + new URL(second.url()).search).toBe(
      '/login?next=%2Fmessages%2Fthr_1',
    );
  });

  test('a page that stood open while another consumed the link says so', async () => {
    const { text } = await portal.newLink('usr_ben');
    const slow = await device();
    await visit(slow, text);
    const quick = await device();
    await visit(quick, text);
    await continueOnTheWeb(quick).click();
    await atThread(quick);
    await continueOnTheWeb(slow).click();
    await slow.getByRole('heading', { name: 'used already' }).waitFor();
    expect(await isSignedIn(slow)).toBe(false);
  });
});
