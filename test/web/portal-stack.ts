import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { Host, HostUser } from '../../dev/host.ts';
import type { Simulator } from '../../dev/simulator/simulator.ts';
import { magicCookies } from '../../dev/stack/sign-in.ts';
import { type Stack, startStack } from '../../dev/stack/stack.ts';
import { enterBrowser, leaveBrowser, takenOver } from '../support/browser.ts';

export const PHONE: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  isMobile: true,
  hasTouch: true,
};
export const DESKTOP: BrowserContextOptions = { viewport: { width: 1200, height: 800 } };

/** A person of the tests' family. */
export interface Someone extends HostUser {
  name: string;
  phone: string;
}

const FAMILY = 'fam_portal';
const someone = (key: string, name: string, last: string): Someone => ({
  id: `usr_${key}`,
  familyId: FAMILY,
  name,
  phone: `+1202555${last}`,
});

/** Rosa is an operator; Nina has no number yet. */
export const PEOPLE = {
  rosa: someone('rosa', 'Grandma Rosa', '0151'),
  ben: someone('ben', 'Ben', '0152'),
  nina: someone('nina', 'Nina', '0153'),
} as const;

/** The thread of all three. */
export const THREAD = 'thr_portal';

/** Writes into the open thread once the script has taken it over, and sends. */
export async function write(page: Page, words: string, title = 'Sunday dinner'): Promise<void> {
  await takenOver(page);
  await page.getByLabel(`Write to ${title}`).fill(words);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
}

/** Waits until words can be seen. */
export const sees = (page: Page, words: string | RegExp) =>
  page.getByText(words).filter({ visible: true }).first().waitFor();

/** The whole local stack with a real browser in front of it. */
export interface PortalStack {
  origin: string;
  host: Host;
  simulator: Simulator;
  stack: Stack;
  browser: Browser;
  /** Everything that browsers complained of: errors on pages, refusals by the content policy. */
  complaints: string[];
  /** A fresh browser; with a person signed in, as a texted link would. */
  open(who: Someone | null, options?: BrowserContextOptions): Promise<Page>;
  /** Signs a person in, in a browser that is open, as a texted link would. */
  signIn(page: Page, who: Someone): Promise<void>;
  /** Posts as a person, by the API. */
  say(who: Someone, body: string, more?: object): Promise<void>;
  close(): Promise<void>;
}

async function mirror(host: Host): Promise<void> {
  const at = new Date().toISOString();
  await host.service('PUT', `/api/admin/families/${FAMILY}`, {
    name: 'The Riveras',
    timeZone: 'America/New_York',
  });
  for (const { id, familyId, name, phone } of Object.values(PEOPLE)) {
    const number = { phone, phoneVerifiedAt: at, smsConsent: { at, source: 'test', version: '1' } };
    await host.service('PUT', `/api/admin/users/${id}`, {
      familyId,
      name,
      ...(id === PEOPLE.nina.id ? {} : number),
    });
  }
  const memberIds = Object.values(PEOPLE).map(({ id }) => id);
  await host.service('PUT', `/api/admin/threads/${THREAD}`, {
    familyId: FAMILY,
    title: 'Sunday dinner',
    memberIds,
  });
}

/** Starts stack, simulator and browser; presence and windows are short, so that nobody waits for minutes. */
export async function startPortalStack(settings: Record<string, string> = {}): Promise<PortalStack> {
  const dir = await mkdtemp(path.join(tmpdir(), 'fcs-portal-'));
  const env = {
    PORT: '0',
    SIMULATOR_PORT: '0',
    STATE_DIR: path.join(dir, 'state'),
    SEED_DEMO: '0',
    OPERATOR_USER_IDS: PEOPLE.rosa.id,
    PRESENCE_GRACE_SECONDS: '0',
    PRESENT_RECHECK_SECONDS: '1',
    SMS_WINDOW_SECONDS: '0',
    SWEEP_SECONDS: '5', // A sweep of three databases takes the machine about as long as a page does.
    ...settings,
  };
  const [stack, browser] = await Promise.all([
    startStack({ env, devVars: false, log: () => undefined }),
    enterBrowser(),
  ]);
  const { host, simulator, origin } = stack;
  if (!host || !simulator) throw new Error('The stack has no host or simulator');
  await mirror(host);
  const complaints: string[] = [];

  async function signIn(page: Page, who: Someone): Promise<void> {
    const link = { userId: who.id, threadId: THREAD };
    const origins = { appOrigin: origin, publicOrigin: origin };
    await page.context().addCookies(await magicCookies(link, host!, origins));
  }

  return {
    origin,
    host,
    simulator,
    stack,
    browser,
    complaints,
    signIn,
    open: async (who, options = DESKTOP) => {
      const context = await browser.newContext({
        baseURL: origin,
        timezoneId: 'America/New_York',
        locale: 'en-US',
        ...options,
      });
      const page = await context.newPage();
      page.setDefaultTimeout(30_000);
      page.on('pageerror', ({ message }) => complaints.push(message));
      page.on('console', (message) => {
        if (/Content.Security.Policy|Refused to/.test(message.text())) complaints.push(message.text());
      });
      page.on('request', (request) => {
        const url = new URL(request.url());
        if (/^(https?|wss?):$/.test(url.protocol) && url.host !== new URL(origin).host) {
          complaints.push(`asked ${url.host}`);
        }
      });
      if (who) await signIn(page, who);
      return page;
    },
    say: async (who, body, more = {}) => {
      await host.as(who)('POST', `/api/threads/${THREAD}/messages`, { body, ...more });
    },
    close: async () => {
      await leaveBrowser();
      await stack.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
