import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSimulator, type Simulator } from '../../dev/simulator/simulator.ts';
import { axeViolations } from '../support/axe.ts';
import { enterBrowser, leaveBrowser } from '../support/browser.ts';
import { type FakeApp, startFakeApp } from '../support/fake-app.ts';
import { twilioSdk } from '../support/twilio-sdk.ts';
import { magnify } from '../web/magnified.ts';

const FROM = '+15005550006';
const ROSA = '+14155550101';
const STRANGER = '+14155552671';

let app: FakeApp;
let simulator: Simulator;
let browser: Browser;
beforeAll(async () => {
  app = await startFakeApp();
  simulator = await createSimulator({
    publicOrigin: app.origin,
    pace: { sentMs: 0, deliveredMs: 0 },
    people: [
      { id: 'usr_rosa', name: 'Grandma Rosa', phone: ROSA, note: 'Verified, texts on' },
      { id: 'usr_tom', name: 'Tom', phone: '+14155550102', note: 'Quiet hours 10 pm to 7 am' },
      { id: 'usr_ben', name: 'Ben', phone: null, note: 'No phone yet' },
    ],
    signIn: async (userId) => ({
      location: `${app.origin}/messages`,
      setCookie: [`fcs_session=${userId}; Path=/; HttpOnly; SameSite=Lax`],
    }),
  });
  browser = await enterBrowser();
});
beforeEach(() => simulator.reset());
afterAll(async () => {
  await leaveBrowser();
  await simulator.close();
  await app.close();
});

const text = (body: string, to = ROSA) => twilioSdk(simulator).messages.create({ from: FROM, to, body });

/** A fresh page with its own cookies; `strange` collects what must not happen: errors and requests elsewhere. */
async function open(
  options: Parameters<Browser['newPage']>[0] = {},
): Promise<{ page: Page; strange: string[] }> {
  const page = await browser.newPage(options);
  page.setDefaultTimeout(30_000);
  const strange: string[] = [];
  page.on('console', (message) => message.type() === 'error' && strange.push(message.text()));
  page.on('pageerror', (error) => strange.push(error.message));
  page.on('request', (request) => request.url().startsWith(simulator.origin) || strange.push(request.url()));
  await page.goto(simulator.origin);
  return { page, strange };
}

it('shows a text that slides in, its state, and the answer typed on the phone', async () => {
  const { page, strange } = await open();
  const rosas = page.getByRole('article', { name: 'Grandma Rosa’s phone' });
  await rosas.getByText('No texts yet').waitFor();
  await text(
    'FamilyCircleSecure: Tom: "Dinner?" http://127.0.0.1:1/l/7Hq3vXkTz9WmPc2R Reply STOP to opt out',
  );
  const link = rosas.getByRole('link', { name: 'http://127.0.0.1:1/l/7Hq3vXkTz9WmPc2R' });
  await link.waitFor();
  expect(await link.getAttribute('target')).toBe('_blank');
  await rosas.getByText('Delivered').waitFor();

  app.answers.push({ body: '<Response><Message>Sent to the family</Message></Response>' });
  await rosas.getByRole('textbox').fill('Coming!');
  await page.keyboard.press('Enter');
  await rosas.getByText('Sent to the family').waitFor();
  await expect.poll(() => rosas.getByRole('textbox').inputValue()).toBe('');
  expect(app.received.at(-1)?.params).toMatchObject({ From: ROSA, Body: 'Coming!' });

  await rosas.getByRole('button', { name: 'STOP' }).click();
  await rosas.getByText('This phone replied STOP.').waitFor();
  await rosas.getByText('You have successfully been unsubscribed').waitFor();
  await rosas.getByRole('button', { name: 'START' }).click();
  await rosas.getByText('This phone replied STOP.').waitFor({ state: 'detached' });
  expect(strange).toEqual([]);
  await page.close();
});

it('gives a stranger’s number a phone of its own', async () => {
  const { page, strange } = await open();
  await text('Your code is 123456', STRANGER);
  await text('Your code is 654321', STRANGER);
  const phone = page.getByRole('article', { name: '+1 415 555 2671’s phone' });
  await phone.getByText('Your code is 654321').waitFor();
  expect(await phone.count()).toBe(1);
  expect(await phone.locator('.text').count()).toBe(2);
  expect(strange).toEqual([]);
  await page.close();
});

it('signs in with one click, in a new tab, with a cookie that the application gets', async () => {
  const { page } = await open();
  const [portal] = await Promise.all([
    page.waitForEvent('popup'),
    page.getByRole('button', { name: 'Open the portal as Grandma Rosa' }).click(),
  ]);
  await portal.waitForURL(`${app.origin}/messages`);
  expect(app.received.at(-1)).toMatchObject({
    path: '/messages',
    headers: { cookie: 'fcs_session=usr_rosa' },
  });
  await page.context().close();
});

it('sets faults by keyboard and shows those that were set elsewhere', async () => {
  const { page } = await open();
  await page.locator('.panel summary').focus();
  await page.keyboard.press('Enter');
  const tooMany = page.getByRole('group', { name: 'Too many requests' });
  await tooMany.getByRole('radio', { name: 'Never' }).focus();
  await page.keyboard.press('ArrowRight');
  await page.getByText('Twilio is in trouble: too many requests').waitFor();
  expect(simulator.faults.get().rateLimited).toBe(0.3);
  simulator.faults.set({ rateLimited: 0, timeout: 1 });
  await page.getByText('Twilio is in trouble: no answer').waitFor();
  await expect.poll(() => tooMany.getByRole('radio', { name: 'Never' }).isChecked()).toBe(true);
  await page.getByRole('button', { name: 'All well again' }).click();
  await page.getByText('Twilio works as it should').waitFor();
  await page.close();
});

describe('what arrives', () => {
  const DEVICES = [
    ['a desktop', { viewport: { width: 1280, height: 800 } }],
    ['a phone', { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }],
  ] as const;

  it.each(DEVICES)('is seen without scrolling on %s, though many texts are there', async (_name, options) => {
    for (let n = 1; n <= 30; n += 1) await text(`Number ${n}`, n % 2 ? ROSA : '+14155550102');
    const { page } = await open(options);
    await text('The one that counts');
    const row = page.locator('.row').filter({ hasText: 'The one that counts' });
    await expect
      .poll(async () => (await row.boundingBox())?.y ?? 9999)
      .toBeLessThan(options.viewport.height / 2);
    await expect
      .poll(() => page.evaluate('[scrollY, document.documentElement.scrollHeight <= innerHeight]'))
      .toEqual([0, true]);
    if ('isMobile' in options) {
      await page.locator('[data-jump]', { hasText: 'Grandma Rosa' }).filter({ hasText: '1 new' }).waitFor();
    } else {
      const bubble = page
        .getByRole('article', { name: 'Grandma Rosa’s phone' })
        .getByText('The one that counts');
      await expect.poll(async () => (await bubble.boundingBox())?.y ?? 9999).toBeLessThan(700);
      // A screen that becomes smaller keeps it.
      await page.setViewportSize({ width: 1280, height: 620 });
      const below = () =>
        bubble.evaluate((element) => {
          const thread = element.closest('.thread')!.getBoundingClientRect();
          return Math.max(0, element.getBoundingClientRect().bottom - thread.bottom);
        });
      await expect.poll(below).toBe(0);
    }
    await page.close();
  });

  it.each(DEVICES)('is found, and leads to its phone, on %s', async (_name, options) => {
    await text('Chocolate!', '+14155550102');
    for (let n = 1; n <= 20; n += 1) await text(`Number ${n}`, '+14155550102');
    const { page, strange } = await open(options);
    await page.getByRole('searchbox', { name: 'Search all texts' }).fill('choco TOM');
    await page.getByText('1 text with “choco TOM”').waitFor();
    await text('Chocolate again', '+14155550102');
    await page.getByText('2 texts with “choco TOM”').waitFor();
    await page.getByRole('link', { name: /Chocolate!/ }).press('Enter');
    const bubble = page.getByRole('article', { name: 'Tom’s phone' }).getByText('Chocolate!');
    const { width, height } = options.viewport;
    await expect
      .poll(async () => {
        const { x = -1, y = -1 } = (await bubble.boundingBox()) ?? {};
        return x > 0 && x < width && y > 0 && y < height;
      })
      .toBe(true);
    expect(strange).toEqual([]);
    await page.close();
  });

  it('counts in the title of a tab that nobody looks at', async () => {
    const { page } = await open();
    await page.evaluate(`Object.defineProperty(document, 'hidden', { value: true, configurable: true })`);
    await text('Hello');
    // Asked from here: what a page asks itself by the frames that it paints stands still in a tab that nobody sees.
    await expect.poll(() => page.title()).toMatch(/^\(1\) Phones/);
    await page.evaluate(`delete document.hidden, document.dispatchEvent(new Event('visibilitychange'))`);
    await expect.poll(() => page.title()).toMatch(/^Phones/);
    await page.close();
  });
});

it('shows older texts as they are asked for', async () => {
  for (let n = 1; n <= 60; n += 1) await text(`Number ${n}`);
  const { page } = await open();
  await expect.poll(() => page.locator('.row').count()).toBe(50);
  await page.getByRole('link', { name: 'Older texts' }).press('Enter');
  await page.getByRole('link', { name: /Number 1 / }).waitFor();
  expect(await page.locator('.row').count()).toBe(60);
  await page.getByRole('link', { name: 'Older texts' }).waitFor({ state: 'detached' });
  await page.close();
});

it('is worked by keyboard alone: past the list, to a phone, an answer sent', async () => {
  for (let n = 1; n <= 10; n += 1) await text(`Number ${n}`);
  const { page } = await open({ viewport: { width: 1280, height: 800 } });
  await page.keyboard.press('Tab');
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the phones');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  expect(await page.evaluate('document.activeElement.textContent')).toContain(
    'Open the portal as Grandma Rosa',
  );
  const rosas = page.getByRole('article', { name: 'Grandma Rosa’s phone' });
  const typing = 'document.activeElement.matches("input[type=text]")';
  for (let n = 0; n < 10 && !(await page.evaluate(typing)); n += 1) await page.keyboard.press('Tab');
  await page.keyboard.type('On my way');
  await page.keyboard.press('Enter');
  await rosas.getByText('On my way').waitFor();
  await page.close();
});

it('switches a phone to RCS, whose suggestions opt out as Advanced Opt-Out does', async () => {
  const { page } = await open();
  const rosas = page.getByRole('article', { name: 'Grandma Rosa’s phone' });
  await rosas.getByRole('checkbox', { name: /RCS/ }).check();
  await rosas.getByText('RCS agent').waitFor();
  await text('Dinner?');
  await text('Dessert?');
  await rosas.getByText('Read', { exact: false }).last().waitFor();
  await expect.poll(() => rosas.getByRole('button', { name: /^Suggestion/ }).count()).toBe(2);
  await rosas.getByRole('button', { name: 'Suggestion: STOP' }).click();
  await rosas.getByText('This phone replied STOP.').waitFor();
  await expect
    .poll(() => app.received.at(-1)?.params)
    .toMatchObject({
      From: `rcs:${ROSA}`,
      Body: 'STOP',
      OptOutType: 'STOP',
    });
  simulator.setNumber(ROSA, { undelivered: 30005 });
  await rosas.getByText('RCS agent').waitFor({ state: 'detached' });
  await expect.poll(() => rosas.getByRole('checkbox', { name: /RCS/ }).isChecked()).toBe(false);
  await expect.poll(() => rosas.getByRole('combobox').inputValue()).toBe('30005');
  await page.close();
});

it('has nothing for axe to find, and fits the smallest phone', async () => {
  await text('Hello https://portal.example/l/7Hq3vXkTz9WmPc2R');
  simulator.setNumber('+14155550102', { undelivered: 30005 });
  await text('Lost', '+14155550102');
  simulator.setNumber(STRANGER, { rcs: true });
  await text('Your code is 123456', STRANGER);
  await simulator.idle();
  app.answers.push({ status: 500 });
  await simulator.sendFromPhone(ROSA, 'STOP');
  const { page } = await open({
    viewport: { width: 320, height: 640 },
    reducedMotion: 'reduce',
    bypassCSP: true,
  });
  expect(await axeViolations(page)).toEqual([]);
  await page.getByText('Make Twilio misbehave').click();
  await page.locator('.tour summary').click();
  expect(await axeViolations(page)).toEqual([]);
  const tooWide = () =>
    page.evaluate(() =>
      [document.documentElement, ...document.querySelectorAll('.top .button, .levels, .row-link')]
        .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
        .map(({ outerHTML }) => outerHTML.slice(0, 80)),
    );
  expect(await tooWide()).toEqual([]);
  await magnify(page, { letters: 200 });
  expect(await tooWide()).toEqual([]);
  await page.close();
});
