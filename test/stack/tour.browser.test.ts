import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO_PEOPLE } from '../../dev/demo-family.ts';
import { type SpawnedStack, spawnStack } from '../../dev/stack/spawn-stack.ts';
import { axeViolations } from '../support/axe.ts';
import { launchBrowser } from '../support/browser.ts';

const WORDS = 'Are you coming for dinner on Sunday?';

let stack: SpawnedStack;
let browser: Browser;
beforeAll(async () => {
  [stack, browser] = await Promise.all([spawnStack(), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});

describe('the tour of the README', () => {
  let desk: BrowserContext;
  let phones: Page;
  let portal: Page;
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
  });

  it('slides a text onto Maya’s phone when Rosa writes', async () => {
    await portal.getByRole('textbox', { name: /Write to Sunday dinner/ }).fill(WORDS);
    await portal.keyboard.press('Enter');
    const log = phone().getByRole('log');
    await log.getByText(/Grandma Rosa/).waitFor();
    expect(await log.textContent()).toContain(WORDS);
  });

  it('opens the thread with a tap on the link', async () => {
    const link = await phone().getByRole('log').getByRole('link').first().getAttribute('href');
    const own = await browser.newContext();
    const page = await own.newPage();
    await page.goto(link!);
    await page.locator('form[method="post"] button').first().click();
    await page.waitForURL(`${stack.origin}/messages/thr_dinner`);
    await page.getByText(WORDS).first().waitFor();
    await own.close();
  });

  it('says STOP, and why nothing comes any more', async () => {
    await phone().getByRole('button', { name: /^STOP/ }).click();
    await phone()
      .getByText(/replied STOP/)
      .waitFor();
    await portal.getByRole('textbox', { name: /Write to Sunday dinner/ }).fill('I am making lasagna.');
    await portal.keyboard.press('Enter');
    const maya = stack.host.as(DEMO_PEOPLE.maya);
    const newest = async () => {
      const { deliveries } = await maya<{ deliveries: { reason: string | null }[] }>(
        'GET',
        '/api/deliveries',
      );
      return deliveries[0]?.reason;
    };
    await expect.poll(newest, { timeout: 10_000 }).toBe('opted_out');
    expect(await phone().getByRole('log').textContent()).not.toContain('lasagna');
  });
});

describe('/docs', () => {
  it.each(['light', 'dark'] as const)(
    'is readable and accessible, %s, and asks no other host',
    async (scheme) => {
      const context = await browser.newContext({ colorScheme: scheme, bypassCSP: true });
      const page = await context.newPage();
      const elsewhere: string[] = [];
      page.on(
        'request',
        (request) => request.url().startsWith(stack.origin) || elsewhere.push(request.url()),
      );
      await page.goto(`${stack.origin}/docs`);
      await page.evaluate(() => {
        for (const details of document.querySelectorAll('details')) details.open = true;
      });
      expect(await axeViolations(page)).toEqual([]);
      expect(elsewhere).toEqual([]);
      await context.close();
    },
  );

  it('breaks no rule of its own content policy', async () => {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    const answer = await page.goto(`${stack.origin}/docs`);
    expect(answer?.headers()['content-security-policy']).toContain("default-src 'none'");
    await page.getByText('/api/threads/{id}/messages').first().waitFor();
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
