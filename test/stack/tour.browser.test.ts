import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO_PEOPLE } from '../../dev/demo-family.ts';
import { type SpawnedStack, spawnStack } from '../../dev/stack/spawn-stack.ts';
import { enterBrowser, leaveBrowser, takenOver } from '../support/browser.ts';

const WORDS = 'Are you coming for dinner on Sunday?';

/** The same as by default, in seconds instead of minutes. */
const QUICK = {
  SMS_WINDOW_SECONDS: '6',
  PRESENCE_GRACE_SECONDS: '1',
  PRESENT_RECHECK_SECONDS: '1',
  SWEEP_SECONDS: '1',
};

let stack: SpawnedStack;
let browser: Browser;
beforeAll(async () => {
  [stack, browser] = await Promise.all([spawnStack(QUICK), enterBrowser()]);
});
afterAll(async () => {
  await leaveBrowser();
  await stack?.stop();
});

describe('the tour of the README', () => {
  let desk: BrowserContext;
  let phones: Page;
  let portal: Page;
  /** Maya's own window, and its page. */
  let away: BrowserContext;
  let mayas: Page;
  type Delivery = { status: string; reason: string | null; createdAt: string; sentAt: string | null };
  const deliveries = async (): Promise<Delivery[]> => {
    const maya = stack.host.as(DEMO_PEOPLE.maya);
    return (await maya<{ deliveries: Delivery[] }>('GET', '/api/deliveries')).deliveries;
  };
  const newest = async () => (await deliveries())[0];
  const phone = () => phones.getByRole('article', { name: `${DEMO_PEOPLE.maya.name}’s phone` });
  beforeAll(async () => {
    desk = await browser.newContext();
    phones = await desk.newPage();
  });

  it('signs in as Grandma Rosa with one click', async () => {
    await phones.goto(stack.simulatorOrigin);
    const opened = desk.waitForEvent('page');
    await phones.getByRole('button', { name: /as Grandma Rosa/ }).click();
    portal = await opened;
    await portal.waitForURL(`${stack.origin}/messages`);
    await portal
      .getByRole('link', { name: /Sunday dinner/ })
      .first()
      .click();
    await portal.waitForURL(/\/messages\/thr_dinner/);
    await takenOver(portal);
  });

  it('slides a text onto Maya’s phone when Rosa writes', async () => {
    await portal.getByRole('textbox', { name: /Write to Sunday dinner/ }).fill(WORDS);
    await portal.keyboard.press('Enter');
    const log = phone().getByRole('log');
    await log.getByText(/Grandma Rosa/).waitFor();
    expect(await log.textContent()).toContain(WORDS);
  });

  it('opens the thread with a tap on the link, and carries the answer to Rosa', async () => {
    const link = await phone().getByRole('log').getByRole('link').first().getAttribute('href');
    away = await browser.newContext();
    mayas = await away.newPage();
    await mayas.goto(link!);
    await mayas.locator('form[method="post"] button').first().click();
    await mayas.waitForURL(`${stack.origin}/messages/thr_dinner`);
    await mayas.locator('p.text', { hasText: WORDS }).waitFor();
    await takenOver(mayas);
    await mayas.getByRole('textbox', { name: /Write to Sunday dinner/ }).fill('Yes, with dessert!');
    await mayas.keyboard.press('Enter');
    await portal.locator('p.text', { hasText: 'Yes, with dessert!' }).waitFor();
  });

  it('sends no text to who is here, and again to who left, when the window since the last one is over', async () => {
    const write = async (words: string) => {
      await portal.getByRole('textbox', { name: /Write to Sunday dinner/ }).fill(words);
      await portal.keyboard.press('Enter');
    };
    await write('Chocolate or lemon?');
    await mayas.locator('p.text', { hasText: 'Chocolate or lemon?' }).waitFor();
    await expect.poll(async () => (await newest())?.status).toBe('suppressed');
    await away.close();
    await write('Lemon, please.');
    await phone()
      .getByRole('log')
      .getByText(/Lemon, please/)
      .waitFor();
    const [second, first, ...more] = (await deliveries()).filter(({ sentAt }) => sentAt !== null);
    expect(more).toEqual([]);
    // The window begins when a text is on its way, which takes a while: not before there was something to tell of.
    const apart = Date.parse(second?.sentAt ?? '') - Date.parse(first?.createdAt ?? '');
    expect(apart).toBeGreaterThanOrEqual(Number(QUICK.SMS_WINDOW_SECONDS) * 1000);
    expect(await phone().getByRole('log').textContent()).not.toContain('Chocolate');
  });

  it('says STOP, and why nothing comes any more', async () => {
    await phone().getByRole('button', { name: /^STOP/ }).click();
    await phone()
      .getByText(/replied STOP/)
      .waitFor();
    await portal.getByRole('textbox', { name: /Write to Sunday dinner/ }).fill('I am making lasagna.');
    await portal.keyboard.press('Enter');
    await expect.poll(async () => (await newest())?.reason).toBe('opted_out');
    expect(await phone().getByRole('log').textContent()).not.toContain('lasagna');
  });
});

describe('/docs', () => {
  it('is searched, asks no other host, and breaks no rule of its own content policy', async () => {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('request', (request) => {
      if (!request.url().startsWith(stack.origin)) complaints.push(`asked ${request.url()}`);
    });
    const answer = await page.goto(`${stack.origin}/docs`);
    expect(answer?.headers()['content-security-policy']).toContain("default-src 'none'");
    await page.getByText('/api/threads/{id}/messages').first().waitFor();
    await page.getByRole('searchbox').fill('redeliver');
    await page.getByText('/api/admin/events/{id}/redeliver').first().waitFor();
    await page.getByText('/api/logout').first().waitFor({ state: 'hidden' });
    await page.getByRole('searchbox').fill('');
    await page.getByRole('link', { name: 'createKey' }).first().click();
    await page.getByText('fcs_sk_').first().waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });
});

it('serves the OpenAPI document to explorers elsewhere', async () => {
  const answer = await fetch(`${stack.origin}/openapi.json`);
  expect(answer.headers.get('Content-Type')).toMatch(/^application\/json/);
  expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('*');
  expect(await answer.json()).toMatchObject({ openapi: '3.1.0', servers: [{ url: '/' }] });
});
