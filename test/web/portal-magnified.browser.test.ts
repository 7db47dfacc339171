import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lostOn, MAGNIFIED, type Magnified, magnify, SMALL_PHONE } from './magnified.ts';
import { PEOPLE, type PortalStack, type Someone, sees, startPortalStack, THREAD } from './portal-stack.ts';

const { rosa, ben, nina } = PEOPLE;
const PATH = `/messages/${THREAD}`;
const PUBLIC = ['/', '/login', '/help', '/terms', '/privacy', '/docs', '/nothing-here'];
const FIND = ['/messages?find=dinner', `${PATH}?around=1&find=dinner`];
const OWN = ['/messages', '/messages?new', ...FIND, PATH, '/settings', '/settings/texts', '/ops'];

let portal: PortalStack;
beforeAll(async () => {
  portal = await startPortalStack();
  await portal.say(ben, 'Look at https://example.com/recipes', { fileIds: ['IMG_1.jpg'] });
  await portal.say(rosa, 'Are you coming for dinner on Sunday?');
  await portal.say(rosa, 'The door code changed.', { urgent: true });
  await portal.say(rosa, 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft');
});
afterAll(() => portal?.close());

async function open(who: Someone | null, window: Magnified): Promise<Page> {
  const page = await portal.open(who, window.options);
  await magnify(page, window);
  return page;
}

const magicLink = async (who: Someone) => {
  const link = { userId: who.id, threadId: THREAD };
  return (await portal.host.service<{ url: string }>('POST', '/api/admin/magic', link)).url;
};

describe.each(MAGNIFIED)('on $name', (window) => {
  it('every control of every page can be reached, and no word is cut off', async () => {
    const lost: string[] = [];
    const look = async (page: Page, path: string, within?: string) => {
      for (const each of await lostOn(page, within)) lost.push(`${path}: ${each}`);
    };
    const stranger = await open(null, window);
    for (const path of [...PUBLIC, await magicLink(ben)]) {
      await stranger.goto(path);
      await look(stranger, path);
    }
    const own = await open(rosa, window);
    for (const path of OWN) {
      await own.goto(path);
      await look(own, path);
    }
    // What opens, and what comes up on the way in.
    await own.goto('/settings');
    for (const summary of await own.locator('summary').all()) await summary.click();
    await look(own, 'the open settings');
    await own.goto(PATH);
    await own.locator('.thread-head summary').click();
    await look(own, 'the open menu', '.thread-head .menu-body');
    const fresh = await open(nina, window);
    await fresh.goto('/settings');
    await look(fresh, 'settings without a number');
    await stranger.goto('/login');
    await stranger.getByLabel('Your mobile number').fill('2025550177');
    await stranger.keyboard.press('Enter');
    const code = stranger.getByLabel('Six-digit code');
    await code.waitFor();
    const { y = -1, height = 0 } = (await code.boundingBox()) ?? {};
    if (y < 0 || y + height > stranger.viewportSize()!.height)
      lost.push('the code: its field is out of sight');
    await look(stranger, 'the code');
    await Promise.all([stranger, own, fresh].map((page) => page.context().close()));
    expect(lost).toEqual([]);
  }, 150_000);
});

describe('for those who asked their system', () => {
  it('in its own few colours, one sees where one is, what was chosen, and where things end', async () => {
    const page = await portal.open(rosa, { ...SMALL_PHONE.options, forcedColors: 'active' });
    /** The background of the current one, and of those beside it. */
    const backgrounds = (links: string) =>
      page.locator(links).evaluateAll((all) => {
        const of = (current: boolean) =>
          all
            .filter((each) => each.hasAttribute('aria-current') === current)
            .map((each) => getComputedStyle(each).backgroundColor);
        return { current: of(true), others: of(false) };
      });
    await page.goto('/settings/texts');
    const highlight = await page.evaluate(() => {
      const probe = Object.assign(document.createElement('i'), { style: 'background: Highlight' });
      document.body.append(probe);
      const { backgroundColor } = getComputedStyle(probe);
      probe.remove();
      return backgroundColor;
    });
    for (const links of ['.nav a', '.filters a']) {
      const { current, others } = await backgrounds(links);
      expect([links, current, others.includes(highlight)]).toEqual([links, [highlight], false]);
    }
    await page.goto(PATH);
    const edges = (selector: string) =>
      page
        .locator(selector)
        .first()
        .evaluate((element) => getComputedStyle(element).borderTopWidth);
    for (const selector of ['.bubble', '.send'])
      expect([selector, await edges(selector)]).toEqual([selector, '1px']);
    await page.goto('/docs');
    expect(await edges('pre')).toBe('1px');
    await page.goto('/settings');
    expect(
      await page
        .locator('[type=radio]:checked')
        .first()
        .evaluate((radio) => getComputedStyle(radio).appearance),
    ).toBe('auto');
    await page.context().close();
  });

  it('nothing moves on any page', async () => {
    const moving: string[] = [];
    for (const who of [null, rosa]) {
      const page = await portal.open(who, { ...SMALL_PHONE.options, reducedMotion: 'reduce' });
      for (const path of who ? OWN : [...PUBLIC, await magicLink(ben)]) {
        await page.goto(path);
        const found = await page.evaluate(() =>
          [...document.querySelectorAll('*')]
            .filter((element) => {
              const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(element);
              const lasts = transitionDuration.split(',').some((time) => Number.parseFloat(time) > 0);
              return lasts || animationName !== 'none' || scrollBehavior === 'smooth';
            })
            .map(({ outerHTML }) => outerHTML.slice(0, 80)),
        );
        moving.push(...found.map((element) => `${path}: ${element}`));
      }
      await page.context().close();
    }
    expect(moving).toEqual([]);
  });
});

// One story, told in order, on the smallest screen with the largest letters, by touch alone.
describe('a first evening by touch', () => {
  let page: Page;
  const press = (name: string | RegExp) => page.getByRole('button', { name, exact: true }).tap();
  const newest = () => portal.simulator.messages().at(-1)?.seq ?? 0;

  it('a first number, its code, a yes to texts', async () => {
    page = await open(nina, SMALL_PHONE);
    await page.goto('/settings');
    await page.getByLabel('Mobile number').tap();
    await page.getByLabel('Mobile number').pressSequentially('(202) 555-0153');
    await press('Text me a code');
    const text = await portal.simulator.waitForMessage({ phone: nina.phone, contains: 'code is', after: 0 });
    await page.getByLabel('Six-digit code').tap();
    await page.getByLabel('Six-digit code').pressSequentially(/code is (\d{6})/.exec(text.body)?.[1] ?? '');
    await sees(page, 'Your number is verified.');
    await page.getByLabel(/I agree to receive/).tap();
    await page.getByLabel('No, like any other message').tap();
    await press('Turn texts on');
    await sees(page, 'Texts are on.');
  });

  it('into the chat, and away', async () => {
    await page.getByRole('link', { name: 'Messages' }).tap();
    await page.getByRole('link', { name: /Sunday dinner/ }).tap();
    await page.getByLabel('Write to Sunday dinner').tap();
    await page.getByLabel('Write to Sunday dinner').pressSequentially('On my way');
    await press('Send');
    await page.locator('.msg .text', { hasText: 'On my way' }).waitFor();
    expect(await lostOn(page)).toEqual([]);
    // What one asks for is in sight as a whole, without scrolling.
    const own = page.locator('[data-items] .msg.own').last();
    const menu = own.locator('[data-own-menu] summary');
    const seen = async (part: string) => {
      const [box, head] = await Promise.all([
        own.locator(part).boundingBox(),
        page.locator('.thread-head').boundingBox(),
      ]);
      const height = page.viewportSize()?.height ?? 0;
      return box !== null && box.y >= head!.y + head!.height - 1 && box.y + box.height <= height + 1;
    };
    await menu.tap();
    await press('Edit');
    await expect.poll(() => seen('.edit')).toBe(true);
    await press('Cancel');
    await menu.tap();
    await press('Take back');
    await expect.poll(() => seen('.menu-body')).toBe(true);
    await press('No');
    await menu.waitFor();
    await page.locator('.composer summary').tap();
    await sees(page, 'You can send three a day.');
    expect(await lostOn(page, '.composer .menu-body')).toEqual([]);
    await page.locator('.composer summary').tap();
    await page.context().close();
  });

  it('one text, a tap, and the conversation', async () => {
    const after = newest();
    const isHere = async () => {
      const path = '/api/presence';
      const { online } = await portal.host.as(rosa)<{ online: { userId: string }[] }>('GET', path);
      return online.some(({ userId }) => userId === nina.id);
    };
    // A socket that was dropped, not closed, counts for PRESENCE_TTL_SECONDS.
    await expect.poll(isHere, { timeout: 90_000 }).toBe(false);
    await portal.say(rosa, 'Bring the big dish');
    const { body } = await portal.simulator.waitForMessage({
      phone: nina.phone,
      contains: 'Bring the big dish',
      after,
    });
    page = await open(null, SMALL_PHONE);
    await page.goto(/https?:\S+/.exec(body)?.[0] ?? '');
    expect(await lostOn(page)).toEqual([]);
    await press('Continue on the web');
    await page.locator('.msg .text', { hasText: 'Bring the big dish' }).waitFor();
    expect(new URL(page.url()).pathname).toBe(PATH);
    await page.context().close();
  }, 150_000);

  it('met no error, no refusal by the content policy, and no other host', () => {
    expect(portal.complaints).toEqual([]);
  });
});
