import type { Page } from 'playwright-core';
import { DEMO_PEOPLE } from '../demo-family.ts';
import type { Simulator } from '../simulator/simulator.ts';
import { askForCode, DINNER, NEW, type Shot, sendNumber } from './shots.ts';

const { rosa, maya, leo, sam } = DEMO_PEOPLE;

const settle = (page: Page) =>
  page.locator('[data-composer] textarea:not([maxlength])').waitFor({ state: 'attached' });

const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1';
const ANDROID =
  'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36';

const ownMenu = async (page: Page) => {
  await settle(page);
  await page.locator('.msg.own [data-own-menu] summary').last().click();
};
const write = async (page: Page, words: string) => {
  await settle(page);
  await page.locator('[data-composer] textarea').fill(words);
  await page.locator('.send').click();
};

/** States of pages beside those of `shots`, for `--all`. @param links - texted links of Leo: a fresh one, and one that was used */
export const states = (links: { fresh: string; used: string }, phones: Simulator): Shot[] => [
  {
    name: 'login-refused',
    at: '/login',
    who: null,
    first: (page) => sendNumber(page, '12'),
  },
  {
    name: 'login-held-back',
    at: '/login',
    who: null,
    first: async (page) => {
      await sendNumber(page, '2025550199');
      await page.goto('/login');
      await sendNumber(page, '2025550199');
    },
  },
  {
    name: 'code-refused',
    at: '/login',
    who: null,
    first: async (page) => {
      await askForCode(page);
      await page.locator('[autocomplete=one-time-code]').fill('123456');
      await page.locator('[role=alert]').first().waitFor();
    },
  },
  { name: 'landing-iphone', at: links.fresh, who: null, userAgent: IPHONE },
  { name: 'landing-android', at: links.fresh, who: null, userAgent: ANDROID },
  { name: 'landing-other', at: links.fresh, who: rosa },
  { name: 'landing-used', at: links.used, who: null },
  { name: 'landing-unknown', at: '/l/0000000000000000', who: null },
  { name: 'messages-many', at: '/messages', who: rosa },
  { name: 'thread-empty', at: '/messages/thr_empty', who: rosa },
  {
    name: 'thread-words',
    at: '/messages/thr_long?before=6',
    who: rosa,
    first: async (page) => {
      await settle(page);
      await page.locator('.msg').first().scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'thread-unread',
    at: '/messages/thr_long',
    who: rosa,
    // What is read for a picture is unread again for the next one.
    before: (page) => page.route('**/api/threads/*/read', (route) => route.fulfill({ json: { ok: true } })),
    first: settle,
  },
  { name: 'thread-own-menu', at: DINNER, who: rosa, first: ownMenu },
  {
    name: 'thread-take-back',
    at: DINNER,
    who: rosa,
    first: async (page) => {
      await ownMenu(page);
      await page.locator('[data-take-back]').last().click();
    },
  },
  {
    name: 'thread-edit',
    at: DINNER,
    who: rosa,
    first: async (page) => {
      await ownMenu(page);
      await page.locator('[data-edit-own]').last().click();
      await page.locator('.edit').waitFor();
    },
  },
  { name: 'thread-plus', at: DINNER, who: rosa, first: (page) => page.locator('.composer summary').click() },
  {
    name: 'thread-told',
    at: DINNER,
    who: rosa,
    first: (page) => page.locator('details.told summary').last().click(),
  },
  {
    name: 'thread-too-much',
    at: DINNER,
    who: rosa,
    first: async (page) => {
      const message = 'That was a lot for one day: at most 2000 messages. Go on in about 5 hours.';
      await page.route('**/api/threads/*/messages', (route) =>
        route.fulfill({ status: 429, headers: { 'Retry-After': '18000' }, json: { message } }),
      );
      await write(page, 'One more thing about the casserole');
      await page.getByText(message).first().waitFor();
    },
  },
  {
    name: 'thread-offline',
    at: DINNER,
    who: rosa,
    first: async (page) => {
      await settle(page);
      await page.context().setOffline(true);
      await page.getByText('No connection.').waitFor();
      await write(page, 'Written on the train');
      await page.getByText('Not sent yet').first().waitFor();
    },
  },
  { name: 'thread-no-script', at: DINNER, who: rosa, noScript: true },
  { name: 'edit-no-script', at: `${DINNER}?edit=6#amend`, who: rosa, noScript: true },
  { name: 'take-back-no-script', at: `${DINNER}?take-back=6#amend`, who: rosa, noScript: true },
  { name: 'find-nothing', at: '/messages?find=zzz#found', who: rosa },
  {
    name: 'find-day',
    at: DINNER,
    who: rosa,
    first: async (page) => {
      await page.locator('.thread-head summary').click();
      await page.getByText('Go to a day').scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'new-thread-refused',
    at: '/messages?new',
    who: rosa,
    noScript: true,
    first: async (page) => {
      await page.getByLabel('What is it about?').fill('Lake house');
      await page.getByRole('button', { name: 'Begin' }).click();
      await page.locator('[role=alert]').first().waitFor();
    },
  },
  { name: 'settings-new', at: '/settings', who: NEW },
  {
    name: 'settings-code',
    at: '/settings',
    who: NEW,
    first: async (page) => {
      // Once it was asked for, the page begins there.
      if (await page.locator('[autocomplete=one-time-code]').isVisible()) {
        await page.goto('/settings?done=code#phone');
        return;
      }
      await page.getByLabel('Mobile number').fill('(202) 555-0178');
      await page.getByRole('button', { name: 'Text me a code' }).click();
      await page.locator('[autocomplete=one-time-code], [role=alert]').first().waitFor();
    },
  },
  {
    name: 'settings-open',
    at: '/settings',
    who: maya,
    first: (page) =>
      page.evaluate(() => {
        for (const each of document.querySelectorAll('details')) each.open = true;
      }),
  },
  {
    name: 'settings-saved',
    at: '/settings',
    who: maya,
    first: async (page) => {
      await page.locator('#preview [type=radio]:not(:checked)').first().check();
      await page.locator('#preview .saved').waitFor();
    },
  },
  {
    name: 'settings-hours',
    at: '/settings',
    who: sam,
    first: async (page) => {
      await page.getByLabel('My own hours').check();
      await page.locator('#quiet').scrollIntoViewIfNeeded();
    },
  },
  { name: 'settings-no-script', at: '/settings', who: leo, noScript: true },
  { name: 'texts-none', at: '/settings/texts', who: NEW },
  {
    name: 'ops-look-up',
    at: '/ops',
    who: rosa,
    first: async (page) => {
      await page.getByLabel('A number, the id of a person').fill(maya.id);
      await page.getByRole('button', { name: 'Look', exact: true }).click();
      await page.getByText('What they agreed to').waitFor();
    },
  },
  {
    name: 'docs-open',
    at: '/docs',
    who: null,
    first: (page) =>
      page.evaluate(() => {
        for (const each of [...document.querySelectorAll('details')].slice(0, 3)) each.open = true;
      }),
  },
  {
    name: 'simulator-trouble',
    at: phones.origin,
    who: null,
    first: (page) =>
      page.evaluate(() => {
        for (const each of document.querySelectorAll('details')) each.open = true;
      }),
  },
];
