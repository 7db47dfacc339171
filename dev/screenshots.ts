import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../test/support/browser.ts';
import { DEMO_PEOPLE, DEMO_THREADS } from './demo-family.ts';
import type { Host } from './host.ts';
import { signInAs } from './stack/sign-in.ts';
import { type Stack, startStack } from './stack/stack.ts';

const FOLDER = path.resolve(import.meta.dirname, '../docs/screens');
const ZONE = 'America/New_York';
const { rosa, maya, leo, sam } = DEMO_PEOPLE;
const DINNER = `/messages/${DEMO_THREADS.dinner.id}`;

const DEVICES = {
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 1.5, isMobile: true, hasTouch: true },
  desktop: { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1 },
} as const;

/** A page to be taken a picture of. */
interface Shot {
  name: string;
  /** Path of the portal, or an address. */
  at: string;
  /** Who looks; null: a stranger. */
  who: typeof rosa | null;
  /** What is done before the picture is taken. */
  first?: (page: Page) => Promise<void>;
}

const WORDS: [keyof typeof DEMO_PEOPLE, keyof typeof DEMO_THREADS, string, object?][] = [
  ['maya', 'photos', 'The ones from the lake', { fileIds: ['IMG_2041.jpg', 'IMG_2042.jpg'] }],
  ['sam', 'photos', 'Love the one with the dog'],
  ['leo', 'dinner', 'Has anyone seen the big casserole dish?'],
  ['rosa', 'dinner', 'It is here, on the top shelf.'],
  ['maya', 'dinner', 'I can bring dessert. Lemon tart, or the chocolate one?'],
  ['sam', 'dinner', 'Chocolate!!'],
  ['rosa', 'dinner', 'Are you coming for dinner on Sunday?'],
  ['rosa', 'dinner', 'The front door sticks. Ring the bell twice, please.', { urgent: true }],
];

async function talk(host: Host): Promise<void> {
  for (const [who, thread, body, more = {}] of WORDS) {
    const { id } = DEMO_THREADS[thread];
    await host.as(DEMO_PEOPLE[who])('POST', `/api/threads/${id}/messages`, { body, ...more });
  }
  for (const reader of [maya, sam]) {
    await host.as(reader)('POST', `/api/threads/${DEMO_THREADS.dinner.id}/read`, {});
  }
  await host.as(maya)('POST', '/api/sms/test', undefined);
  await host.as(leo)('POST', `/api/threads/${DEMO_THREADS.dinner.id}/messages`, {
    body: 'See you on Sunday!',
  });
}

async function askForCode(page: Page): Promise<void> {
  await page.getByLabel('Your mobile number').fill('(202) 555-0177');
  await page.getByRole('button', { name: 'Text me a code' }).click();
  await page.locator('[autocomplete=one-time-code], [role=alert]').first().waitFor();
}

const shots = (link: string, simulator: string): Shot[] => [
  { name: 'welcome', at: '/', who: null },
  { name: 'login', at: '/login', who: null },
  { name: 'login-code', at: '/login', who: null, first: askForCode },
  { name: 'landing', at: link, who: null },
  { name: 'messages', at: '/messages', who: sam },
  { name: 'thread', at: DINNER, who: rosa },
  {
    name: 'thread-menu',
    at: DINNER,
    who: rosa,
    first: (page) => page.locator('.thread-head summary').click(),
  },
  { name: 'find', at: '/messages?find=dinner', who: rosa },
  {
    name: 'found',
    at: '/messages?find=casserole',
    who: rosa,
    first: async (page) => {
      await page.getByRole('link', { name: /big casserole dish/ }).click();
      await page.locator('.msg:target').waitFor();
    },
  },
  { name: 'new-thread', at: '/messages?new', who: rosa },
  { name: 'settings', at: '/settings', who: maya },
  { name: 'texts', at: '/settings/texts', who: maya },
  { name: 'ops', at: '/ops', who: rosa },
  { name: 'help', at: '/help', who: null },
  { name: 'terms', at: '/terms', who: null },
  { name: 'privacy', at: '/privacy', who: null },
  { name: 'not-found', at: '/nothing-here', who: null },
  { name: 'docs', at: '/docs', who: null },
  { name: 'simulator', at: simulator, who: null },
];

async function take(browser: Browser, stack: Stack, list: Shot[]): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [device, options] of Object.entries(DEVICES)) {
      for (const { name, at, who, first } of list) {
        const context = await browser.newContext({
          ...options,
          baseURL: stack.origin,
          colorScheme,
          timezoneId: ZONE,
          reducedMotion: 'reduce',
        });
        const page = await context.newPage();
        if (who && stack.host) {
          const { setCookie } = await signInAs(who.id, stack.host, stack.origin, stack.publicOrigin);
          const cookies = setCookie.map((line) => line.split(';', 1)[0]!.split(/=(.*)/s));
          const zone = { name: 'fcs_zone', value: ZONE, url: stack.origin };
          await context.addCookies([
            zone,
            ...cookies.map(([key, value]) => ({ name: key!, value: value!, url: stack.origin })),
          ]);
        }
        await page.goto(at);
        await page.evaluate(() => document.fonts.ready);
        await first?.(page);
        await page.screenshot({ path: path.join(FOLDER, `${name}-${device}-${colorScheme}.png`) });
        await context.close();
      }
    }
  }
}

const state = await mkdtemp(path.join(tmpdir(), 'fcs-screens-'));
const env = { PORT: '0', SIMULATOR_PORT: '0', STATE_DIR: state, OPERATOR_USER_IDS: rosa.id };
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
  await take(browser, stack, shots(link, simulator.origin));
  console.log(`Pictures are in ${path.relative(process.cwd(), FOLDER)}`);
} finally {
  await browser.close();
  await stack.close();
  await rm(state, { recursive: true, force: true });
}
