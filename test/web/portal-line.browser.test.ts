import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { takenOver } from '../support/browser.ts';
import {
  DESKTOP,
  PEOPLE,
  PHONE,
  type PortalStack,
  sees,
  startPortalStack,
  THREAD,
  write,
} from './portal-stack.ts';

const { rosa, ben, nina } = PEOPLE;
const PATH = `/messages/${THREAD}`;

let portal: PortalStack;
beforeAll(async () => {
  portal = await startPortalStack({
    OPERATOR_USER_IDS: '',
    ATTACHMENT_PICKER_URL: 'https://files.example/pick',
    POSTS_PER_MINUTE: '10000',
  });
  await portal.host.service('PUT', `/api/admin/threads/${LONG}`, {
    familyId: rosa.familyId,
    title: 'Family news',
    memberIds: [rosa.id, nina.id],
  });
});
afterAll(() => portal?.close());
// Whoever is left there by a test that failed would read on.
afterEach(() => Promise.all(portal.browser.contexts().map((context) => context.close())));

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
    const last = page.locator(`[data-row=${THREAD}] .thread-last`);
    await expect.poll(() => last.textContent()).toBe('Not sent: Written on the train');
    await portal.say(ben, 'Said meanwhile');
    await page.context().setOffline(false);
    await message(page, 'Said meanwhile').waitFor();
    await message(page, 'Written on the train').waitFor();
    await page.locator('[data-outbox] li').waitFor({ state: 'detached' });
    expect(await message(page, 'Written on the train').count()).toBe(1);
    await expect.poll(() => last.textContent()).toBe('You: Written on the train');
    await expect.poll(() => page.locator('[data-offline]').textContent()).toBe('');
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
    const last = page.locator(`[data-row=${THREAD}] .thread-last`);
    await expect.poll(() => last.textContent()).toBe('You: Refused words');
    await write(page, 'Never mind');
    await expect.poll(() => last.textContent()).toBe('Not sent: Never mind');
    await page.getByRole('button', { name: 'Discard' }).click();
    expect(await last.textContent()).toBe('You: Refused words');
    await page.reload();
    expect(await page.getByText('Never mind').count()).toBe(0);
  });

  it('keeps what was too much for a minute or a day, says so kindly, and sends it by itself when it soon may', async () => {
    const page = await portal.open(rosa);
    await page.clock.install();
    await page.goto(PATH);
    const told = Promise.withResolvers<void>();
    let tries = 0;
    await page.route('**/api/threads/*/messages', async (route) => {
      if (++tries === 1) {
        const json = {
          error: 'rate_limited',
          message: 'That was a lot for one minute: at most 60 messages. Go on when it is over.',
        };
        return route.fulfill({ status: 429, headers: { 'Retry-After': '1' }, json });
      }
      await told.promise;
      return route.continue();
    });
    await write(page, 'And another thing');
    await sees(page, 'That was a lot for one minute.');
    await page.getByText('And another thing').filter({ visible: true }).first().waitFor();
    told.resolve();
    await page.locator('[data-outbox] li').waitFor({ state: 'detached' });
    await message(page, 'And another thing').waitFor();
    expect(tries).toBe(2);
    const reason = 'That was a lot for one day: at most 2000 messages. Go on in about 5 hours.';
    await page.route('**/api/threads/*/messages', (route) =>
      route.fulfill({
        status: 429,
        headers: { 'Retry-After': '18000' },
        json: { error: 'rate_limited', message: reason },
      }),
    );
    await write(page, 'One more for the day');
    await sees(page, `${reason} This message is kept here until then.`);
    await page.getByRole('button', { name: 'Discard' }).waitFor();
    const again = page.getByRole('button', { name: 'Send again' });
    expect(await again.count()).toBe(0);
    await page.clock.fastForward(18_000_000);
    await again.waitFor();
    await page.unroute('**/api/threads/*/messages');
    await page.route('**/api/threads/*/messages', (route) =>
      route.fulfill({ status: 429, headers: { 'Retry-After': '62' }, json: { error: 'rate_limited' } }),
    );
    await write(page, 'To very many');
    await sees(page, 'This message is kept, and sends itself in about a minute.');
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
  });
});

describe('who comes back after a while', () => {
  it('finds a line above what is new, the way back to the end, and days by their right names', async () => {
    await portal.say(ben, 'Good morning');
    const page = await portal.open(rosa);
    await page.goto(PATH);
    await sees(page, 'Today');
    // The line stands above what comes after everything was read.
    await takenOver(page);
    await expect
      .poll(async () => {
        const path = `/api/threads/${THREAD}`;
        return (await portal.host.as(rosa)<{ thread: Thread }>('GET', path, undefined)).thread.unread;
      })
      .toBe(0);
    await page.evaluate(() => {
      document.hasFocus = () => false;
    });
    for (const words of ['First', 'Second']) await portal.say(ben, `${words} while you were out`);
    await message(page, 'Second while you were out').waitFor();
    await expect
      .poll(() => page.locator('.fresh + li .text').allTextContents())
      .toEqual(['First while you were out']);
    const tomorrow = Date.now() + 86_400_000;
    await page.clock.setFixedTime(tomorrow);
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await sees(page, 'Yesterday');
    await page.getByText('Today', { exact: true }).waitFor({ state: 'detached' });
  });
});

const LONG = 'thr_news';
const LONG_PATH = `/messages/${LONG}`;

/** Rosa says so many things in a conversation with Nina, who gets no texts. */
const tell = async (count: number) => {
  const post = portal.host.as(rosa);
  for (let i = 0; i < count; i++) await post('POST', `/api/threads/${LONG}/messages`, { body: `News ${i}` });
};
/** A day as its field takes it, where the browsers of these tests are: a later one is refused. */
const todayInNewYork = () => new Intl.DateTimeFormat('en-CA', { timeZone: 'America/New_York' }).format();

/** Brings in what was said before, by number, in one request. */
const importNews = async (from: number, to: number) => {
  const line = (i: number) => ({
    message: { id: `msg_news_${i}`, threadId: LONG, authorId: rosa.id, body: `News ${i}` },
  });
  const answer = await fetch(`${portal.origin}/api/admin/import`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${await portal.host.serviceToken()}`,
      'Content-Type': 'application/x-ndjson',
    },
    body: Array.from({ length: to - from }, (_, i) => JSON.stringify(line(from + i))).join('\n'),
  });
  expect((await answer.text()).match(/"ok":true/g)).toHaveLength(to - from);
};
interface Thread {
  id: string;
  unread: number;
  lastSeq: number;
}
const readAll = async () => {
  for (const id of [LONG, THREAD]) await portal.host.as(nina)('POST', `/api/threads/${id}/read`, {});
};
const ninasThread = async () => {
  const path = `/api/threads/${LONG}`;
  return (await portal.host.as(nina)<{ thread: Thread }>('GET', path, undefined)).thread;
};
const unreadOfNina = async () => (await ninasThread()).unread;
const lastSeq = async () => (await ninasThread()).lastSeq;

/** What of a conversation is in the page, and what of it in sight. */
const view = (page: Page) =>
  page.locator('[data-log]').evaluate((log) => {
    const box = log.getBoundingClientRect();
    const inSight = (element: Element | null) => {
      const { top, bottom } = element?.getBoundingClientRect() ?? { top: Infinity, bottom: 0 };
      return bottom > box.top && top < box.bottom;
    };
    const messages = [...log.querySelectorAll<HTMLElement>('[data-items] [data-seq]')];
    const seq = (item: HTMLElement | undefined) => Number(item?.dataset.seq);
    const button = (which: string) =>
      document.querySelector(`[data-jump=${which}]:not([hidden])`)?.textContent ?? null;
    return {
      count: messages.length,
      first: seq(messages[0]),
      last: seq(messages.at(-1)),
      from: seq(messages.find(inSight)),
      line: inSight(log.querySelector('.fresh')),
      up: button('unread'),
      down: button('newest'),
      title: document.title.replace(/ – .*/, ''),
    };
  });

/** The script has taken the page over, and the live line is there. */
async function settled(page: Page): Promise<void> {
  await takenOver(page);
  await page.locator('[data-user].here').first().waitFor({ state: 'attached' });
}

describe('a long conversation', () => {
  beforeAll(async () => {
    await portal.host.as(nina)('POST', `/api/threads/${THREAD}/read`, {});
    await tell(1); // Who has not read all before it has not read what is imported either.
    await importNews(1, 330);
  });

  it('opens where the unread begin, and only what was seen is read', async () => {
    const page = await portal.open(nina, PHONE);
    await page.routeWebSocket(/presence/, () => undefined); // What one does is shown without its echo.
    await page.goto(LONG_PATH);
    await expect.poll(unreadOfNina).toBeLessThan(330);
    expect(await unreadOfNina()).toBeGreaterThan(310);
    const opened = await view(page);
    expect(opened).toMatchObject({ first: 1, last: 48, line: true, up: null, title: '(99+) Family news' });
    expect(opened.down).toMatch(/^3\d\d new ↓$/);
    // What follows comes by itself, and says so; what could not be read can be asked for.
    const asked = Promise.withResolvers<void>();
    await page.route(
      '**/items?after=*',
      async (route) => {
        await asked.promise;
        await route.fulfill({ status: 503 });
      },
      { times: 1 },
    );
    await page.locator('[data-log]').evaluate((log) => {
      log.scrollTop = 0;
    });
    await sees(page, 'Loading …');
    asked.resolve();
    await page.getByText('Could not be loaded. Try again').click();
    await expect.poll(async () => (await view(page)).last).toBeGreaterThan(48);
    expect(await unreadOfNina()).toBeGreaterThan(230);
    // The way to the end is as wide as the list: it lies on nobody's words.
    const [strip, list] = [page.locator('.strip.down'), page.locator('[data-log]')];
    expect((await strip.boundingBox())?.width).toBe((await list.boundingBox())?.width);
    await page.locator('[data-jump=newest]').click();
    await expect.poll(unreadOfNina).toBe(0);
    await expect.poll(() => view(page)).toMatchObject({ last: 330, down: null, title: 'Family news' });
  });

  const log = '[data-log]';
  it.each<[string, (page: Page) => Promise<unknown>]>([
    ['one turn of the wheel', (page) => page.mouse.wheel(0, -5000)],
    [
      'a jump',
      (page) =>
        page.locator(log).evaluate((element) => {
          element.scrollTop = -99_999;
        }),
    ],
    ['the key Home', (page) => page.keyboard.press('Home')],
    [
      'a fling of the finger',
      async (page) => {
        const client = await page.context().newCDPSession(page);
        const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', y: number) =>
          client.send('Input.dispatchTouchEvent', {
            type,
            touchPoints: type === 'touchEnd' ? [] : [{ x: 180, y }],
          });
        for (let swipe = 0; swipe < 8 && !(await isAtTop(page)); swipe++) {
          await touch('touchStart', 200);
          for (let y = 250; y <= 700; y += 50) await touch('touchMove', y);
          await touch('touchEnd', 700);
        }
      },
    ],
  ])('goes back by one page with %s, and the reader stays where they were', async (_, scroll) => {
    await readAll();
    const page = await portal.open(nina, PHONE);
    const pages: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('items?before=')) pages.push(request.url());
    });
    await page.goto(LONG_PATH);
    await settled(page);
    await page.locator(log).focus();
    await page.mouse.move(180, 300);
    for (let round = 1; round <= 2; round++) {
      const { first } = await view(page);
      // The page comes when the reader has arrived at the upper end.
      const arrived = Promise.withResolvers<void>();
      await page.route('**/items?before=*', async (route) => {
        await arrived.promise;
        await route.continue();
      });
      await scroll(page);
      await expect.poll(() => isAtTop(page)).toBe(true);
      const before = await topOf(page, first);
      arrived.resolve();
      await expect.poll(async () => (await view(page)).first).toBe(first - 40);
      expect(Math.abs((await topOf(page, first)) - before)).toBeLessThan(1.5);
      await page.unroute('**/items?before=*');
    }
    await standsStill(page);
    expect(pages.length).toBe(2);
  });

  it.each(['Home', 'PageUp'])(
    'keeps the place when a page comes in the middle of a scroll by the key %s',
    async (key) => {
      await readAll();
      const page = await portal.open(nina, PHONE);
      // The answer is there before the scroll begins, and is handed over in its first frame.
      await page.addInitScript(() => {
        const { fetch } = window;
        const held = { resume: null as (() => void) | null };
        Object.assign(window, { held });
        window.fetch = async (...args) => {
          const response = await fetch(...args);
          if (!String(args[0]).includes('items?before=') || held.resume) return response;
          const body = await response.text();
          await new Promise<void>((resolve) => {
            held.resume = resolve;
          });
          return new Response(body);
        };
      });
      await page.goto(LONG_PATH);
      await settled(page);
      const { first } = await view(page);
      const near = 400;
      await page.locator(log).evaluate((element, px) => {
        element.scrollTop = element.clientHeight - element.scrollHeight + px;
      }, near);
      await page.waitForFunction(() => (window as unknown as Holding).held.resume);
      await page.locator(log).evaluate((element) =>
        element.addEventListener('scroll', () => (window as unknown as Holding).held.resume?.(), {
          once: true,
        }),
      );
      await page.locator(log).focus();
      await page.keyboard.press(key);
      await expect.poll(async () => (await view(page)).first).toBe(first - 40);
      await standsStill(page);
      // A link stands between the first message and the upper end.
      const { from } = await view(page);
      expect(from).toBeGreaterThan(first - 4);
      expect(from).toBeLessThanOrEqual(first);
    },
  );

  it('is gone through by Page Up, Page Down, Home and End, a page more at a time', async () => {
    await readAll();
    const page = await portal.open(nina, PHONE);
    await page.goto(LONG_PATH);
    await settled(page);
    await page.locator(log).focus();
    const press = async (key: string) => {
      await page.keyboard.press(key);
      await standsStill(page);
      return await view(page);
    };
    const end = (await lastSeq()) - 8;
    await press('PageUp');
    const up = await press('PageUp');
    expect(up.from).toBeLessThan(end);
    expect((await press('PageDown')).from).toBeGreaterThan(up.from);
    const { first } = await view(page);
    const home = await press('Home');
    expect(home.first).toBe(first - 40);
    expect(home.from).toBeGreaterThan(first - 4);
    await press('End');
    expect(await isAtEnd(page)).toBe(true);
  });

  it('is searched from the list and from its own menu; what was found is opened in its place, and one comes back', async () => {
    const page = await portal.open(nina, PHONE);
    await page.goto('/messages');
    await page.getByLabel('Find in your messages').fill('news 77');
    await page.keyboard.press('Enter');
    const answer = page.getByRole('link', { name: /News 77/ });
    await answer.waitFor();
    // One goes on, and reads on, at the answer.
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('found');
    await answer.click();
    const found = page.locator('.msg:target');
    await found.waitFor();
    await settled(page);
    expect(await found.locator('.text').textContent()).toBe('News 77');
    expect(await found.locator('mark').allTextContents()).toEqual(['News', '77']);
    await expect.poll(async () => [77, 78].includes((await view(page)).from)).toBe(true);
    expect((await view(page)).first).toBeLessThan(78);
    await page.getByRole('link', { name: /Back to the search for/ }).click();
    await sees(page, '3 messages, newest first.');
    await page.goto(LONG_PATH);
    await page.locator('.thread-head summary').click();
    await page.getByLabel('Find in this conversation').fill('News 326');
    await page.keyboard.press('Enter');
    await sees(page, '1 message, newest first.');
    await page.goto(LONG_PATH);
    await page.locator('.thread-head summary').click();
    await page.getByLabel('Go to a day').fill(todayInNewYork());
    await page.getByRole('button', { name: 'Go', exact: true }).click();
    await page.waitForURL(/#m-|newest/);
  });

  it('stays where one reads in engines that measure lists from their other end, too', async () => {
    const page = await portal.open(nina, PHONE);
    await page.goto(LONG_PATH);
    await settled(page);
    const { first } = await view(page);
    const before = await page.locator(log).evaluate((element) => {
      element.style.flexDirection = 'column';
      element.scrollTop = 0;
      return element.querySelector('[data-seq]')?.getBoundingClientRect().top ?? 0;
    });
    await expect.poll(async () => (await view(page)).first).toBeLessThan(first);
    expect(Math.abs((await topOf(page, first)) - before)).toBeLessThan(1.5);
  });

  it('forgets what is far away, and leads back to what is new in one step', async () => {
    await readAll();
    const page = await portal.open(nina);
    await page.goto(LONG_PATH);
    await settled(page);
    // A page that comes when the list has long stood still makes room, too.
    await page.route('**/items?before=*', async (route) => {
      await frames(page, 12);
      await route.continue();
    });
    for (let { first } = await view(page); first > 1; { first } = await view(page)) {
      await page.locator(log).evaluate((element) => element.scrollTo({ top: -element.scrollHeight }));
      await expect.poll(async () => (await view(page)).first).toBeLessThan(first);
    }
    // A page that is asked for later must not wait in a window that closes.
    await page.unroute('**/items?before=*');
    await expect.poll(async () => (await view(page)).count).toBe(240);
    await expect.poll(() => view(page)).toMatchObject({ first: 1, last: 240, down: 'Newest ↓' });
    const seen = await topOf(page, 12);
    await tell(1);
    await page.getByRole('button', { name: '1 new ↓' }).waitFor();
    expect(Math.abs((await topOf(page, 12)) - seen)).toBeLessThan(1.5);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).search));
    await page.getByRole('button', { name: '1 new ↓' }).click();
    await expect.poll(async () => (await view(page)).last).toBe(await lastSeq());
    expect(asked.filter((query) => query.includes('unread=')).length).toBeLessThanOrEqual(2);
    await expect.poll(() => view(page)).toMatchObject({ line: true, down: null });
    await expect.poll(unreadOfNina).toBe(0);
  });

  it('leads to what is new when it was opened below it, and nothing is read before', async () => {
    await readAll();
    await tell(60);
    const page = await portal.open(nina);
    await page.goto(`${LONG_PATH}?newest`);
    await settled(page);
    await expect
      .poll(() => view(page))
      .toMatchObject({ up: '60 new ↑', down: null, title: '(60) Family news' });
    expect(await unreadOfNina()).toBe(60);
    await page.getByRole('button', { name: '60 new ↑' }).click();
    await expect.poll(async () => (await view(page)).line).toBe(true);
    await expect.poll(unreadOfNina).toBeLessThan(60);
    await expect.poll(() => view(page)).toMatchObject({ up: null });
    await write(page, 'I have seen it all', 'Family news');
    await expect.poll(unreadOfNina).toBe(0);
    await message(page, 'I have seen it all').waitFor();
    await expect
      .poll(() => view(page))
      .toMatchObject({ last: await lastSeq(), down: null, title: 'Family news' });
  });

  it('keeps the line in sight however much arrives meanwhile', async () => {
    await readAll();
    const page = await portal.open(nina, PHONE);
    await page.goto(LONG_PATH);
    await settled(page);
    await page.evaluate(() => {
      document.hasFocus = () => false;
    });
    await tell(25);
    await expect.poll(async () => (await view(page)).last).toBe(await lastSeq());
    const shown = { line: true, up: null, down: '25 new ↓', title: '(25) Family news' };
    await expect.poll(() => view(page)).toMatchObject(shown);
    await page.evaluate(() => {
      document.hasFocus = () => true;
      dispatchEvent(new Event('focus'));
    });
    await page.locator('[data-jump=newest]').click();
    await expect.poll(unreadOfNina).toBe(0);
    await expect.poll(() => view(page)).toMatchObject({ down: null, title: 'Family news' });
  });

  it('begins at its end in a low window, too: a phone on its side, or with its keyboard open', async () => {
    await readAll();
    const page = await portal.open(nina, { ...PHONE, viewport: { width: 360, height: 300 } });
    await page.goto(LONG_PATH);
    const last = page.locator('[data-items] .text').last();
    await last.waitFor();
    await settled(page);
    await standsStill(page);
    const box = await last.boundingBox();
    expect(box && box.y > 0 && box.y + box.height < 300).toBe(true);
    expect(await page.locator('[data-items] [data-seq]').count()).toBeLessThan(90);
  });
});

/** Where a message stands. */
const topOf = (page: Page, seq: number) =>
  page.locator(`#m-${seq}`).evaluate((element) => element.getBoundingClientRect().top);
const isAtTop = (page: Page) =>
  page.locator('[data-log]').evaluate((log) => -log.scrollTop >= log.scrollHeight - log.clientHeight - 1);
/** So many frames have been drawn. */
const frames = (page: Page, count: number) =>
  page.evaluate(
    (many) =>
      new Promise<void>((end) => {
        const next = (left: number) => (left > 0 ? requestAnimationFrame(() => next(left - 1)) : end());
        next(many);
      }),
    count,
  );
/** The list has not been scrolled for ten frames, and nothing is loading. */
const standsStill = (page: Page) =>
  page.locator('[data-log]').evaluate(
    (element) =>
      new Promise<void>((end) => {
        let [top, frames] = [element.scrollTop, 0];
        const look = () => {
          const stays = element.scrollTop === top && !element.querySelector('[data-way][aria-busy]');
          frames = stays ? frames + 1 : 0;
          top = element.scrollTop;
          if (frames >= 10) end();
          else requestAnimationFrame(look);
        };
        look();
      }),
  );

/** What the script in the page holds back for the test. */
interface Holding {
  held: { resume: (() => void) | null };
}

describe('what one does', () => {
  it('is shown at once: words in the list, a mute, and what is read, without an echo', async () => {
    await readAll();
    await tell(3);
    const page = await portal.open(nina);
    await page.routeWebSocket(/presence/, () => undefined);
    await page.goto('/messages');
    const row = page.locator(`[data-row=${LONG}]`);
    expect(await row.locator('.count').textContent()).toBe('3 new');
    expect(await page.title()).toMatch(/^\(3\) Messages/);
    await page.goto(LONG_PATH);
    await row.locator('.count').waitFor({ state: 'detached' });
    await expect.poll(async () => (await view(page)).title).toBe('Family news');
    await page.route('**/api/threads/*/messages', () => undefined); // Never answered.
    await write(page, 'On its way', 'Family news');
    await expect.poll(() => row.locator('.thread-last').textContent()).toBe('You: On its way');
    await page.locator(`.threads li:first-child [data-row=${LONG}]`).waitFor();
    await page.route('**/mute', () => undefined);
    await page.locator('.thread-head summary').click();
    await page.getByRole('button', { name: 'Until I unmute it' }).click();
    await page.locator('.thread-head > .pill', { hasText: 'Muted' }).waitFor();
  });

  it('that fails is not shown any more', async () => {
    const page = await portal.open(nina);
    await page.goto(LONG_PATH);
    await settled(page);
    await page.route('**/mute', (route) => route.abort());
    await page.locator('.thread-head summary').click();
    await page.getByRole('button', { name: 'Until I unmute it' }).click();
    await sees(page, 'We could not reach the service.');
    await page.locator('.thread-head > .pill').waitFor({ state: 'detached' });
  });
});

it('a mute shows at once on one’s other devices, in the list and above the conversation', async () => {
  const [page, other] = await Promise.all([portal.open(nina), portal.open(nina)]);
  await Promise.all([page, other].map((each) => each.goto(LONG_PATH)));
  await Promise.all([page, other].map(settled));
  await page.locator('.thread-head summary').click();
  await page.getByRole('button', { name: 'Until I unmute it' }).click();
  await other.locator('.thread-head > .pill', { hasText: 'Muted' }).waitFor();
  await other.locator(`[data-row=${LONG}] .thread-muted`).waitFor();
  await other.locator('.thread-head summary').click();
  await other.getByRole('button', { name: 'Unmute' }).click();
  await page.locator('.thread-head > .pill').waitFor({ state: 'detached' });
  await page.locator(`[data-row=${LONG}] .thread-muted`).waitFor({ state: 'detached' });
});

describe('what happens in other conversations', () => {
  it.each([
    ['a phone, which does not show the list', PHONE],
    ['a desktop', DESKTOP],
  ] as const)('counts in the title on %s', async (_, device) => {
    await readAll();
    const page = await portal.open(nina, device);
    await page.goto(PATH);
    await settled(page);
    await tell(3);
    await expect.poll(() => page.title()).toMatch(/^\(3\) Sunday dinner/);
    await expect.poll(() => page.locator(`[data-row=${LONG}] .count`).textContent()).toBe('3 new');
  });
});

describe('one’s own messages', () => {
  it('are edited in their place, and taken back after one more question, before all eyes', async () => {
    await readAll();
    const [page, rosas] = await Promise.all([portal.open(nina), portal.open(rosa, PHONE)]);
    await Promise.all([page, rosas].map((each) => each.goto(LONG_PATH)));
    await Promise.all([page, rosas].map(settled));
    await write(page, 'Dinner at sevn', 'Family news');
    await message(page, 'Dinner at sevn').waitFor();
    const item = page.locator('.msg.own').last();
    const menu = item.locator('[data-own-menu] summary');
    await menu.focus();
    await page.keyboard.press('Enter');
    await item.getByRole('button', { name: 'Edit' }).click();
    const field = item.getByLabel('Your message');
    expect(await field.inputValue()).toBe('Dinner at sevn');
    await page.keyboard.press('Escape');
    await expect.poll(() => item.locator('.text').textContent()).toBe('Dinner at sevn');
    await menu.click();
    await item.getByRole('button', { name: 'Edit' }).click();
    await field.fill('');
    await item.getByRole('button', { name: 'Save' }).click();
    await item.getByText('Write a few words, or take the message back.').waitFor();
    await field.fill('Dinner at `seven`');
    // One's own words are there before the answer is, and so is what one takes back.
    let held = Promise.withResolvers<void>();
    await page.route('**/api/threads/*/messages/*', async (route) => {
      await held.promise;
      await route.continue();
    });
    const inList = page.locator(`[data-row=${LONG}] .thread-last`);
    await item.getByRole('button', { name: 'Save' }).click();
    await expect.poll(() => item.locator('.text').textContent()).toBe('Dinner at `seven`');
    await expect.poll(() => inList.textContent()).toBe('You: Dinner at `seven`');
    held.resolve();
    for (const each of [page, rosas]) {
      await message(each, 'Dinner at seven').waitFor();
      await each.locator('.when', { hasText: 'edited' }).waitFor();
    }
    await expect.poll(() => menu.evaluate((summary) => summary === document.activeElement)).toBe(true);
    await menu.click();
    // Neither a key that is held down nor a trembling finger takes it back.
    const isDead = await item.getByRole('button', { name: 'Take back' }).evaluate((button: HTMLElement) => {
      const body = button.parentElement!;
      button.click();
      return body.querySelector<HTMLElement>('.danger')!.inert;
    });
    expect(isDead).toBe(true);
    const yes = item.getByRole('button', { name: 'Yes, take it back' });
    await yes.dispatchEvent('click', { detail: 2 });
    await page.keyboard.press('Enter');
    await menu.click();
    await item.getByRole('button', { name: 'Take back' }).click();
    // The question hides nothing of the message that it means.
    const words = await item.locator('.bubble').boundingBox();
    const question = await item.locator('.menu-body').boundingBox();
    expect(question!.y).toBeGreaterThanOrEqual(words!.y + words!.height);
    held = Promise.withResolvers<void>();
    await item.getByRole('button', { name: 'Yes, take it back' }).click();
    await message(page, 'You took back a message').waitFor();
    await expect.poll(() => inList.textContent()).toBe('You took back a message');
    await message(rosas, 'Dinner at seven').waitFor();
    held.resolve();
    await message(rosas, 'Nina took back a message').waitFor();
    await sees(page, 'Taken back before anyone was texted.');
    await rosas.locator(`[data-row=${LONG}] .count`).waitFor({ state: 'detached' });
  });

  it('that were texted already cannot be unsent, and say so', async () => {
    const page = await portal.open(rosa);
    await page.goto(PATH);
    await settled(page);
    await write(page, 'Too late');
    const item = page.locator('.msg.own', { hasText: 'Too late' });
    await portal.simulator.waitForMessage({ phone: ben.phone, contains: 'Too late', after: 0 });
    // The page looks by itself, too, but on a slow machine too seldom for a test.
    const told = async () => {
      await page.reload();
      return item.locator('.told summary').textContent();
    };
    await expect.poll(told, { timeout: 60_000 }).toMatch(/^Texted .*Ben/);
    await settled(page);
    await item.locator('[data-own-menu] summary').click();
    await item.getByRole('button', { name: 'Take back' }).click();
    await item.getByRole('button', { name: 'Yes, take it back' }).click();
    await sees(page, /Ben was texted at \d+:\d\d .M; that cannot be unsent\.$/);
  });

  it('stay as they are, with the reason, when a change is refused', async () => {
    const page = await portal.open(nina);
    await page.goto(LONG_PATH);
    await settled(page);
    await write(page, 'As it was', 'Family news');
    await message(page, 'As it was').waitFor();
    const item = page.locator('.msg.own').last();
    await page.route('**/api/threads/*/messages/*', (route) =>
      route.fulfill({ status: 409, json: { error: 'conflict', message: 'This message was taken back.' } }),
    );
    await item.locator('[data-own-menu] summary').click();
    await item.getByRole('button', { name: 'Edit' }).click();
    await item.getByLabel('Your message').fill('As it is not');
    await item.getByRole('button', { name: 'Save' }).click();
    await item.getByText('This message was taken back.').waitFor();
    expect(await item.getByLabel('Your message').inputValue()).toBe('As it is not');
    await item.getByRole('button', { name: 'Cancel' }).click();
    await expect.poll(() => item.locator('.text').textContent()).toBe('As it was');
    await item.locator('[data-own-menu] summary').click();
    await item.getByRole('button', { name: 'Take back' }).click();
    await item.getByRole('button', { name: 'Yes, take it back' }).click();
    await item.locator('[data-own-menu]').getByText('This message was taken back.').waitFor();
    expect(await item.locator('.text').textContent()).toBe('As it was');
  });
});

describe('attachments', () => {
  it('are chosen on the host’s page, which alone may name them', async () => {
    const page = await portal.open(nina);
    await page
      .context()
      .route('https://files.example/**', (route) =>
        route.fulfill({ contentType: 'text/html', body: '<h1>Your files</h1>' }),
      );
    await page.goto(LONG_PATH);
    await settled(page);
    await page.evaluate(() => postMessage({ type: 'attachments', fileIds: ['forged.jpg'] }));
    await page.locator('.composer summary').click();
    const opened = page.waitForEvent('popup');
    await page.getByRole('button', { name: 'Add an attachment' }).click();
    const picker = await opened;
    await picker.waitForLoadState();
    const url = new URL(picker.url());
    expect([url.pathname, url.searchParams.get('origin'), url.searchParams.get('thread')]).toEqual([
      '/pick',
      portal.origin,
      LONG,
    ]);
    await picker.evaluate(() => {
      const answer = { type: 'attachments', fileIds: ['lake.jpg', 'dog.jpg'] };
      opener.postMessage(answer, new URLSearchParams(location.search).get('origin'));
    });
    await page.getByRole('button', { name: 'Remove dog.jpg' }).click();
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.locator('[data-items] .files', { hasText: 'lake.jpg' }).waitFor();
    expect(await page.getByText(/forged|dog\.jpg/).count()).toBe(0);
    await page.locator('.picked li').waitFor({ state: 'detached' });
  });
});

describe('without a script', () => {
  it('one reads, writes, edits, takes back, mutes and saves settings by plain forms', async () => {
    const page = await portal.open(ben, { ...PHONE, javaScriptEnabled: false });
    await page.goto('/messages');
    await page.getByRole('link', { name: /Sunday dinner/ }).click();
    await page.getByLabel('Write to Sunday dinner').fill('From an old phone');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await message(page, 'From an old phone').waitFor();
    expect(new URL(page.url()).pathname).toBe(PATH);
    expect(await isAtEnd(page)).toBe(true);
    const own = page.locator('.msg.own').last();
    const press = async (name: string) => {
      await own.getByText('Menu of your message').click({ force: true });
      await own.getByRole('button', { name }).click();
    };
    await press('Edit');
    await page.getByRole('textbox', { name: 'Your message' }).fill('From an older phone');
    await page.getByRole('button', { name: 'Save' }).click();
    await message(page, 'From an older phone').waitFor();
    await press('Take back');
    await page.getByRole('button', { name: 'Yes, take it back' }).click();
    await sees(page, 'You took back a message');
    await page.getByText('Menu of this conversation').click({ force: true });
    await page.getByRole('button', { name: 'For 1 hour' }).click();
    await sees(page, 'Muted');
    await page.goto('/settings');
    await page.getByLabel('Neither').check();
    await page.locator('#preview').getByRole('button', { name: 'Save' }).click();
    await page.locator('#preview').getByText('Saved.').waitFor();
    expect(await page.getByLabel('Neither').isChecked()).toBe(true);
  });

  it('a new conversation is begun', async () => {
    const page = await portal.open(rosa, { javaScriptEnabled: false });
    await page.goto('/messages');
    await page.getByRole('link', { name: 'New', exact: true }).click();
    await page.getByLabel('What is it about?').fill('Lake house');
    await page.getByLabel('Ben').check();
    await page.getByRole('button', { name: 'Begin' }).click();
    await page.getByRole('heading', { name: 'Lake house' }).waitFor();
  });
});
