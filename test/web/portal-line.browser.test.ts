import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PEOPLE, PHONE, type PortalStack, sees, startPortalStack, THREAD, write } from './portal-stack.ts';

const { rosa, ben } = PEOPLE;
const PATH = `/messages/${THREAD}`;

let portal: PortalStack;
beforeAll(async () => {
  portal = await startPortalStack({ OPERATOR_USER_IDS: '' });
});
afterAll(() => portal?.close());

const message = (page: Page, words: string) => page.locator('[data-items] .text', { hasText: words });
const isAtEnd = (page: Page) => page.locator('[data-log]').evaluate((log) => log.scrollTop > -5);

describe('a line that breaks', () => {
  it('sends what was written without it, once, and shows what was missed', async () => {
    const page = await portal.open(rosa);
    await page.goto(PATH);
    await page.locator('[data-here]').waitFor();
    await page.context().setOffline(true);
    await sees(page, 'No connection.');
    await write(page, 'Written on the train');
    await sees(page, 'Not sent yet: no connection.');
    await portal.say(ben, 'Said meanwhile');
    await page.context().setOffline(false);
    await message(page, 'Said meanwhile').waitFor();
    await message(page, 'Written on the train').waitFor();
    await page.locator('[data-outbox] li').waitFor({ state: 'detached' });
    expect(await message(page, 'Written on the train').count()).toBe(1);
    expect(await page.locator('[data-offline]').textContent()).toBe('');
    await page.context().close();
  });

  it('shows a conversation’s new name and new members at once', async () => {
    const page = await portal.open(rosa);
    await page.goto(PATH);
    await sees(page, 'With Ben and Nina');
    await portal.host.service('PUT', `/api/admin/threads/${THREAD}`, {
      familyId: rosa.familyId,
      title: 'Dinner, at last',
      memberIds: [rosa.id, ben.id],
    });
    await page.getByRole('heading', { name: 'Dinner, at last' }).waitFor();
    await sees(page, /^With Ben$/);
    await portal.host.service('PUT', `/api/admin/threads/${THREAD}`, {
      familyId: rosa.familyId,
      title: 'Sunday dinner',
      memberIds: Object.values(PEOPLE).map(({ id }) => id),
    });
    await page.getByRole('heading', { name: 'Sunday dinner' }).waitFor();
    await page.context().close();
  });

  it('repeats under the same key when the answer is lost, so that one message is one', async () => {
    const page = await portal.open(rosa);
    await page.goto(PATH);
    const keys: (string | null)[] = [];
    await page.route('**/api/threads/*/messages', async (route) => {
      keys.push(await route.request().headerValue('Idempotency-Key'));
      if (keys.length > 1) return route.continue();
      await route.fetch(); // It arrives, and its answer is lost.
      return route.abort('connectionreset');
    });
    await write(page, 'Only once, please');
    await page.locator('[data-outbox] li').waitFor({ state: 'detached' });
    await message(page, 'Only once, please').waitFor();
    await page.reload();
    expect(await message(page, 'Only once, please').count()).toBe(1);
    expect([keys.length, new Set(keys).size]).toEqual([2, 1]);
    await page.context().close();
  });

  it('keeps a refused message, with the reason, until it is sent again or discarded', async () => {
    const page = await portal.open(rosa);
    await page.goto(PATH);
    await page.route('**/api/threads/*/messages', (route) =>
      route.fulfill({ status: 400, json: { error: 'invalid_request', message: 'Not like this.' } }),
    );
    await write(page, 'Refused words');
    await sees(page, 'Not like this.');
    await page.unroute('**/api/threads/*/messages');
    await page.reload();
    await message(page, 'Refused words').waitFor();
    await page.route('**/api/threads/*/messages', (route) => route.fulfill({ status: 403, json: {} }));
    await write(page, 'Never mind');
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.reload();
    expect(await page.getByText('Never mind').count()).toBe(0);
    await page.context().close();
  });

  it('gives a refused message back to be changed, and sends it by itself no more', async () => {
    const page = await portal.open(rosa);
    await page.goto(PATH);
    await page.route('**/api/threads/*/messages', (route) => route.fulfill({ status: 400, json: {} }));
    await write(page, 'Not quite right');
    await sees(page, 'The message could not be sent.');
    await page.unroute('**/api/threads/*/messages');
    await page.context().setOffline(true);
    await sees(page, 'No connection.');
    await page.context().setOffline(false);
    await portal.say(ben, 'The line is back');
    await message(page, 'The line is back').waitFor();
    await page.getByRole('button', { name: 'Edit' }).click();
    expect(await page.getByLabel('Write to Sunday dinner').inputValue()).toBe('Not quite right');
    await page.keyboard.type(', now it is');
    await page.keyboard.press('Enter');
    await message(page, 'Not quite right, now it is').waitFor();
    expect(await message(page, 'Not quite right').count()).toBe(1);
    await page.context().close();
  });

  it('asks again for a message that could not be read', async () => {
    const page = await portal.open(rosa);
    await page.goto(PATH);
    await sees(page, /^With Ben/);
    await portal.say(ben, 'Heard at once');
    await message(page, 'Heard at once').waitFor();
    await page.route('**/items?after=*', (route) => route.fulfill({ status: 503 }), { times: 1 });
    await portal.say(ben, 'Heard at the second try');
    await message(page, 'Heard at the second try').waitFor();
    await page.context().close();
  });

  it('says when a form failed, and keeps what was typed', async () => {
    const page = await portal.open(rosa);
    await page.goto('/settings');
    await page.getByText('Change the number').click();
    await page.getByLabel('New mobile number').fill('202 555 0177');
    const fails = { status: 503, contentType: 'text/html', body: '<main><p>Wait a moment.</p></main>' };
    await page.route('**/settings/phone', (route) => route.fulfill(fails));
    await page.getByRole('button', { name: 'Text me a code' }).click();
    await page.locator('#phone').getByText('Wait a moment.').waitFor();
    expect(await page.getByLabel('New mobile number').inputValue()).toBe('202 555 0177');
    await page.context().close();
  });
});

describe('what one has begun to write', () => {
  it('is there again after a reload or another page, in this conversation and for this person alone', async () => {
    const page = await portal.open(rosa);
    await page.goto(PATH);
    const body = page.getByLabel('Write to Sunday dinner');
    await page.locator('html.js').waitFor({ state: 'attached' });
    await body.fill('Half a thou');
    await page.goto('/settings');
    await page.goto(PATH);
    await expect.poll(() => body.inputValue()).toBe('Half a thou');
    await page.route('**/api/threads/*/messages', (route) => route.fulfill({ status: 400, json: {} }));
    await write(page, 'Refused, and Rosa’s own');
    await sees(page, 'The message could not be sent.');
    await body.fill('Half a thou');
    await page.unroute('**/api/threads/*/messages');
    await portal.signIn(page, ben);
    await page.goto(PATH);
    await sees(page, /Rosa is here|^With/);
    expect([await body.inputValue(), await page.locator('[data-outbox] li').count()]).toEqual(['', 0]);
    await page.context().close();
  });

  it('is not lost to the page being written anew in the zone of the browser', async () => {
    const page = await portal.open(rosa, { timezoneId: 'Asia/Tokyo' });
    const body = page.getByLabel('Write to Sunday dinner');
    await page.route(`**${PATH}`, async (route) => {
      if (route.request().resourceType() === 'fetch') await body.fill('Typed at once');
      await route.continue();
    });
    // The socket is opened after the page was written anew.
    const socket = page.waitForEvent('websocket');
    await page.goto(PATH);
    await socket;
    expect(await body.inputValue()).toBe('Typed at once');
    await page.context().close();
  });

  it('is counted, not cut: too long a message is not sent, and stays', async () => {
    const page = await portal.open(rosa);
    await page.goto(PATH);
    await page.locator('html.js').waitFor({ state: 'attached' });
    const words = 'word '.repeat(900).trim();
    await write(page, words);
    await sees(page, 'Too long by 499');
    expect(await page.getByLabel('Write to Sunday dinner').inputValue()).toBe(words);
    expect(await page.locator('[data-outbox] li').count()).toBe(0);
    await page.context().close();
  });
});

describe('who comes back after a while', () => {
  it('finds a line above what is new, the way back to the end, and days by their right names', async () => {
    const page = await portal.open(rosa);
    await page.goto(PATH);
    await sees(page, 'Today');
    await page.evaluate(() => {
      document.hasFocus = () => false;
    });
    for (const words of ['First', 'Second']) await portal.say(ben, `${words} while you were out`);
    await message(page, 'Second while you were out').waitFor();
    expect(await page.locator('.fresh + li .text').allTextContents()).toEqual(['First while you were out']);
    const tomorrow = Date.now() + 86_400_000;
    await page.clock.setFixedTime(tomorrow);
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await sees(page, 'Yesterday');
    expect(await page.getByText('Today', { exact: true }).count()).toBe(0);
    await page.context().close();
  });
});

describe('a long conversation', () => {
  it('begins at its end, goes back on scrolling up, and stays where one reads', async () => {
    for (let i = 1; i <= 90; i++) await portal.say(ben, `Line ${i} of the story`);
    const page = await portal.open(rosa, PHONE);
    await page.goto(PATH);
    await message(page, 'Line 90 of the story').waitFor();
    expect(await isAtEnd(page)).toBe(true);
    const log = page.locator('[data-log]');
    await expect
      .poll(
        async () => {
          await log.evaluate((element) => element.scrollTo({ top: -element.scrollHeight }));
          return message(page, 'Line 1 of the story').count();
        },
        { timeout: 15_000 },
      )
      .toBeGreaterThan(0);
    const seqs = await page
      .locator('[data-items] [data-seq]')
      .evaluateAll((all) => all.map((li) => Number(li.dataset.seq)));
    expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, i) => seqs[0]! + i));

    await log.evaluate((element) => element.scrollTo({ top: -2000 }));
    await page.getByRole('button', { name: 'Newest messages' }).waitFor();
    const topOf = (words: string) =>
      message(page, words).evaluate((element) => element.getBoundingClientRect().top);
    const before = await topOf('Line 60 of the story');
    await portal.say(ben, 'While you read further up');
    const jump = page.getByRole('button', { name: 'New messages' });
    await jump.waitFor();
    expect(Math.abs((await topOf('Line 60 of the story')) - before)).toBeLessThan(2);
    await jump.click();
    expect(await isAtEnd(page)).toBe(true);
    await page.context().close();
  });

  it('begins at its end in a low window, too: a phone on its side, or with its keyboard open', async () => {
    const page = await portal.open(rosa, { ...PHONE, viewport: { width: 360, height: 300 } });
    await page.goto(PATH);
    const last = page.locator('[data-items] .text').last();
    await last.waitFor();
    await page.locator('[data-user].here').first().waitFor({ state: 'attached' });
    await page.waitForLoadState('networkidle');
    const box = await last.boundingBox();
    expect(box && box.y > 0 && box.y + box.height < 300).toBe(true);
    expect(await page.locator('[data-items] [data-seq]').count()).toBeLessThan(90);
    await page.context().close();
  });
});

describe('without a script', () => {
  it('one reads, writes, mutes and saves settings by plain forms', async () => {
    const page = await portal.open(ben, { ...PHONE, javaScriptEnabled: false });
    await page.goto('/messages');
    await page.getByRole('link', { name: /Sunday dinner/ }).click();
    await page.getByLabel('Write to Sunday dinner').fill('From an old phone');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await message(page, 'From an old phone').waitFor();
    expect(new URL(page.url()).pathname).toBe(PATH);
    expect(await isAtEnd(page)).toBe(true);
    await page.getByText('Menu of this conversation').click({ force: true });
    await page.getByRole('button', { name: 'For 1 hour' }).click();
    await sees(page, 'Muted');
    await page.goto('/settings');
    await page.getByLabel('Neither').check();
    await page.locator('#preview').getByRole('button', { name: 'Save' }).click();
    await page.locator('#preview').getByText('Saved.').waitFor();
    expect(await page.getByLabel('Neither').isChecked()).toBe(true);
    await page.context().close();
  });

  it('a new conversation is begun', async () => {
    const page = await portal.open(rosa, { javaScriptEnabled: false });
    await page.goto('/messages');
    await page.getByRole('link', { name: 'New', exact: true }).click();
    await page.getByLabel('What is it about?').fill('Lake house');
    await page.getByLabel('Ben').check();
    await page.getByRole('button', { name: 'Begin' }).click();
    await page.getByRole('heading', { name: 'Lake house' }).waitFor();
    await page.context().close();
  });
});
