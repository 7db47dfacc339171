import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSimulator, type Simulator } from '../../dev/simulator/simulator.ts';
import { axeViolations } from '../support/axe.ts';
import { launchBrowser } from '../support/browser.ts';
import { type FakeApp, startFakeApp } from '../support/fake-app.ts';
import { twilioSdk } from '../support/twilio-sdk.ts';

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
  browser = await launchBrowser();
});
beforeEach(() => simulator.reset());
afterAll(async () => {
  await browser.close();
  await simulator.close();
  await app.close();
});

const text = (body: string, to = ROSA) => twilioSdk(simulator).messages.create({ from: FROM, to, body });

/** A fresh page with its own cookies; `strange` collects what must not happen: errors and requests elsewhere. */
async function open(
  options: Parameters<Browser['newPage']>[0] = {},
): Promise<{ page: Page; strange: string[] }> {
  const page = await browser.newPage(options);
  page.setDefaultTimeout(10_000);
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
  expect(await rosas.getByRole('textbox').inputValue()).toBe('');
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
  await page.locator('summary').focus();
  await page.keyboard.press('Enter');
  const tooMany = page.getByRole('group', { name: 'Too many requests' });
  await tooMany.getByRole('radio', { name: 'Never' }).focus();
  await page.keyboard.press('ArrowRight');
  await page.getByText('Twilio is in trouble: too many requests').waitFor();
  expect(simulator.faults.get().rateLimited).toBe(0.3);
  simulator.faults.set({ rateLimited: 0, timeout: 1 });
  await page.getByText('Twilio is in trouble: no answer').waitFor();
  expect(await tooMany.getByRole('radio', { name: 'Never' }).isChecked()).toBe(true);
  await page.getByRole('button', { name: 'All well again' }).click();
  await page.getByText('Twilio works as it should').waitFor();
  await page.close();
});

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  it.each([
    ['a desktop', 1366, 900],
    ['a phone', 390, 844],
  ])('axe finds nothing on %s', async (_name, width, height) => {
    await text('Hello https://portal.example/l/7Hq3vXkTz9WmPc2R');
    simulator.setNumber('+14155550102', { undelivered: 30005 });
    await text('Lost', '+14155550102');
    app.answers.push({ status: 500 });
    await simulator.sendFromPhone(ROSA, 'STOP');
    const { page } = await open({
      viewport: { width, height },
      colorScheme,
      reducedMotion: 'reduce',
      bypassCSP: true,
    });
    await page.getByText('Make Twilio misbehave').click();
    expect(await axeViolations(page)).toEqual([]);
    const sideways = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
    expect(sideways).toBe(false);
    await page.close();
  });
});
