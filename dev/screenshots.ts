/**
 * Takes pictures of every page. Usage: npm run screenshots [-- [--all] [name …]]: with `--all` also of their states, and in
 * the windows of people who magnify or chose colours of their own, into `.build-screens/`; only those whose names begin so.
 * What is too long for one picture has its end in another.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../test/support/browser.ts';
import { magnify } from '../test/web/magnified.ts';
import { DEMO_PEOPLE, DEMO_THREADS } from './demo-family.ts';
import type { HostUser } from './host.ts';
import { pressLink } from './press-link.ts';
import { ALL_DEVICES, DEVICES, type ScreenDevice } from './screenshots/devices.ts';
import { type Shot, shots, talk, talkAtLength } from './screenshots/shots.ts';
import { states } from './screenshots/states.ts';
import { magicCookies, type SetCookie } from './stack/sign-in.ts';
import { type Stack, startStack } from './stack/stack.ts';

const isAll = process.argv.includes('--all');
const names = process.argv.slice(2).filter((word) => word !== '--all');
const FOLDER = path.resolve(import.meta.dirname, isAll ? '../.build-screens' : '../docs/screens');
const ZONE = 'America/New_York';
/** What a browser can still draw at once, px. */
const HIGHEST = 16_000;
const { rosa, maya, leo } = DEMO_PEOPLE;

const cookiesOf = new Map<string, SetCookie[]>();

/** The cookies of a person's browser; each signs in once. */
async function signedIn(stack: Stack, who: HostUser): Promise<SetCookie[]> {
  const known = cookiesOf.get(who.id);
  if (known || !stack.host) return known ?? [];
  const isDemo = Object.values(DEMO_PEOPLE).some(({ id }) => id === who.id);
  const threadId = isDemo ? DEMO_THREADS.dinner.id : 'thr_empty';
  const link = { userId: who.id, threadId };
  const origins = { appOrigin: stack.origin, publicOrigin: stack.publicOrigin };
  const own = await magicCookies(link, stack.host, origins);
  const cookies = [...own, { name: 'fcs_zone', value: ZONE, url: stack.origin }];
  cookiesOf.set(who.id, cookies);
  return cookies;
}

/** The part of a page that fills the window and scrolls inside; the list of messages stands at its end anyway. */
const INNER = '.pane-page, .threads, .inbox-body';

/** Waits until a page is as wide as its window: the one after a form may be drawn before its `viewport` counts. */
const settled = (page: Page) =>
  page.waitForFunction((width) => innerWidth <= (width ?? innerWidth), page.viewportSize()?.width);

/** Makes the window as high as the page. Not `fullPage`, which forgets the size of letters and moves what is fixed. */
async function showWhole(page: Page, { letters }: ScreenDevice): Promise<void> {
  // Twice: a page may be longer in a high window, where it keeps less to itself.
  for (const _ of [1, 2]) {
    const [width, height] = await page.evaluate(() => [innerWidth, document.documentElement.scrollHeight]);
    if (height <= (page.viewportSize()?.height ?? 0) + 1) return;
    await page.setViewportSize({ width, height: Math.min(height, HIGHEST) });
    if (letters) await magnify(page, { letters });
  }
}

/** Scrolls to what the first picture of a page does not show; false: it shows all. */
const scrollOn = (page: Page) =>
  page.evaluate((inner) => {
    const long = [document.documentElement, ...document.querySelectorAll(inner)].find(
      (part) => part.scrollTop + part.clientHeight < part.scrollHeight - 1,
    );
    long?.scrollTo({ top: long.scrollHeight, behavior: 'instant' });
    return long !== undefined;
  }, INNER);

async function take(
  browser: Browser,
  stack: Stack,
  shot: Shot,
  name: string,
  device: ScreenDevice,
  theme: 'light' | 'dark',
) {
  const context = await browser.newContext({
    ...device.options,
    ...(shot.userAgent ? { userAgent: shot.userAgent } : {}),
    javaScriptEnabled: !shot.noScript,
    baseURL: stack.origin,
    colorScheme: theme,
    timezoneId: ZONE,
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(10_000);
  try {
    const page = await context.newPage();
    if (device.letters) await magnify(page, { letters: device.letters });
    if (shot.who) await context.addCookies(await signedIn(stack, shot.who));
    await shot.before?.(page);
    await page.goto(shot.at);
    await page.evaluate(() => document.fonts.ready.then(() => undefined));
    await shot.first?.(page);
    await settled(page);
    if (device.whole) await showWhole(page, device);
    const file = (part: string) => path.join(FOLDER, `${shot.name}-${name}-${theme}${part}.png`);
    await page.screenshot({ path: file('') });
    if (device.whole && (await scrollOn(page))) await page.screenshot({ path: file('-end') });
  } finally {
    await context.close();
  }
}

const state = await mkdtemp(path.join(tmpdir(), 'fcs-screens-'));
const env = {
  PORT: '0',
  SIMULATOR_PORT: '0',
  STATE_DIR: state,
  OPERATOR_USER_IDS: rosa.id,
  // Every picture of a code asks for one.
  CODES_PER_ADDRESS_HOUR: '1000',
  CODES_PER_PREFIX_HOUR: '1000',
};
const [stack, browser] = await Promise.all([
  startStack({ env, devVars: false, log: () => undefined }),
  launchBrowser(),
]);
try {
  await mkdir(FOLDER, { recursive: true });
  const { host, simulator } = stack;
  if (!host || !simulator) throw new Error('The stack has no host or simulator');
  const texted = simulator.waitForMessage({ phone: maya.phone, after: 0 });
  await talk(host);
  const link = /https?:\S+/.exec((await texted).body)?.[0] ?? '/';
  await simulator.idle();
  let list = shots(link, simulator.origin);
  if (isAll) {
    await talkAtLength(host);
    const newLink = () =>
      host.service<{ url: string }>('POST', '/api/admin/magic', { userId: leo.id, threadId: 'thr_dinner' });
    const [fresh, used] = [(await newLink()).url, (await newLink()).url];
    await pressLink(used, stack.origin, stack.publicOrigin);
    list = [...list, ...states({ fresh, used }, simulator)];
  }
  const wanted = (name: string) => names.length === 0 || names.some((begin) => name.startsWith(begin));
  // A state in all windows before the next one: what is done for it may change what the next one shows.
  for (const shot of list.filter((each) => wanted(each.name))) {
    for (const [name, device] of Object.entries(isAll ? ALL_DEVICES : DEVICES)) {
      for (const theme of device.themes) {
        await take(browser, stack, shot, name, device, theme).catch((error: unknown) => {
          process.exitCode = 1;
          console.error(`${shot.name}-${name}-${theme}: ${String(error).slice(0, 300)}`);
        });
      }
    }
  }
  console.log(`Pictures are in ${path.relative(process.cwd(), FOLDER)}`);
} finally {
  await browser.close();
  await stack.close();
  await rm(state, { recursive: true, force: true });
}
