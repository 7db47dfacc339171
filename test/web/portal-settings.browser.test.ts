import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWeakeningEdge } from '../support/weakening-edge.ts';
import { DESKTOP, PEOPLE, PHONE, type PortalStack, sees, startPortalStack, THREAD } from './portal-stack.ts';

const { rosa, ben, nina } = PEOPLE;

let portal: PortalStack;
beforeAll(async () => {
  portal = await startPortalStack();
});
afterAll(() => portal?.close());

type Who = (typeof PEOPLE)[keyof typeof PEOPLE];
const preferences = (who: Who) => portal.host.as(who)<Record<string, unknown>>('GET', '/api/preferences');
const urgent = (page: Page) => page.getByRole('switch', { name: /Urgent messages/ });
const open = async (who: Who, options = PHONE) => {
  const page = await portal.open(who, options);
  await page.goto('/settings');
  await page.locator('html.js').waitFor({ state: 'attached' });
  return page;
};
/** Answers whether the browser would have asked before it left, by trying to. */
async function asksBeforeLeaving(page: Page): Promise<boolean> {
  const asked = page.waitForEvent('dialog').then(
    async (dialog) => {
      await dialog.dismiss();
      return dialog.type() === 'beforeunload' && new URL(page.url()).pathname === '/settings';
    },
    () => false, // It left.
  );
  const left = page.waitForURL('**/messages', { waitUntil: 'commit' }).then(
    () => false,
    () => asked, // It stayed.
  );
  await page.locator('.brand').click({ noWaitAfter: true });
  return Promise.race([asked, left]);
}

describe('a switch', () => {
  it('is saved when it is switched, says so, and is taken back where it stands', async () => {
    const page = await open(rosa);
    expect(await page.locator('#texts [type=submit]', { hasText: /^Save$/ }).isVisible()).toBe(false);
    // What tells on from off has a size: a knob.
    const knob = (box: Element) => getComputedStyle(box, '::before').width;
    expect(await urgent(page).evaluate(knob)).toBe('16px');
    const { y } = (await urgent(page).boundingBox())!;
    await urgent(page).tap();
    await sees(page, 'Saved.');
    expect(await preferences(rosa)).toMatchObject({ urgentAllowed: false });
    expect(await urgent(page).isChecked()).toBe(false);
    // Nothing moved away from under the finger.
    expect((await urgent(page).boundingBox())!.y).toBe(y);
    await page.getByRole('button', { name: 'Undo' }).tap();
    await sees(page, 'It is as it was before.');
    expect(await preferences(rosa)).toMatchObject({ urgentAllowed: true });
    expect(await page.getByRole('button', { name: 'Undo' }).count()).toBe(0);
    await page.context().close();
  });

  it('works by keyboard, keeps the focus, and is read out', async () => {
    const page = await open(rosa, DESKTOP);
    await urgent(page).focus();
    await page.keyboard.press('Space');
    await sees(page, 'Saved.');
    await page.locator('[aria-live=polite]', { hasText: 'Saved.' }).waitFor({ state: 'attached' });
    expect(await urgent(page).evaluate((box) => box === document.activeElement)).toBe(true);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await sees(page, 'It is as it was before.');
    expect(await preferences(rosa)).toMatchObject({ urgentAllowed: true });
    await page.context().close();
  });

  it('ends as it was left, however quickly it is switched while the line is slow', async () => {
    const page = await open(rosa);
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 400,
      downloadThroughput: -1,
      uploadThroughput: -1,
    });
    await urgent(page).tap();
    await urgent(page).tap();
    await urgent(page).tap();
    await sees(page, 'Saved.');
    expect(await urgent(page).isChecked()).toBe(false);
    expect(await preferences(rosa)).toMatchObject({ urgentAllowed: false });
    await page.getByRole('button', { name: 'Undo' }).tap();
    await sees(page, 'It is as it was before.');
    await page.context().close();
  });

  it('that could not be saved says so, asks before one leaves, and is saved by its button', async () => {
    const page = await open(rosa);
    await page.route('**/settings/urgent', (route) => route.abort(), { times: 1 });
    await urgent(page).tap();
    await sees(page, 'Not saved yet.');
    await sees(page, 'We could not reach the service.');
    expect(await asksBeforeLeaving(page)).toBe(true);
    await page.locator('#texts').getByRole('button', { name: 'Save', exact: true }).tap();
    await sees(page, 'Saved.');
    expect(await preferences(rosa)).toMatchObject({ urgentAllowed: false });
    await page.getByRole('button', { name: 'Undo' }).tap();
    await sees(page, 'It is as it was before.');
    expect(await asksBeforeLeaving(page)).toBe(false);
    await page.context().close();
  });

  it('of somebody who has been signed out meanwhile is asked for once more', async () => {
    const page = await open(rosa);
    await page.context().clearCookies();
    await urgent(page).tap();
    await page.waitForURL('**/login?*');
    await sees(page, 'what you changed or wrote last was not saved');
    expect(await preferences(rosa)).toMatchObject({ urgentAllowed: true });
    await page.context().close();
  });
});

describe('a choice', () => {
  it('of what a text shows is saved at once', async () => {
    const page = await open(ben);
    await page.getByLabel('Only who wrote').tap();
    await page.locator('#preview').getByText('Saved.').waitFor();
    expect(await preferences(ben)).toMatchObject({ preview: 'sender' });
    await page.getByRole('button', { name: 'Undo' }).tap();
    await sees(page, 'It is as it was before.');
    expect(await preferences(ben)).toMatchObject({ preview: 'full' });
    await page.context().close();
  });

  it('that asks for more waits for it, and nothing is lost on the way', async () => {
    const page = await open(ben);
    await page.getByLabel('10 PM to 7 AM').tap();
    await page.locator('#quiet').getByText('Saved.').waitFor();
    await page.getByLabel('My own hours').tap();
    await page.locator('#quiet').getByText('Not saved yet.').waitFor();
    await page.getByLabel('From').fill('21:30');
    expect(await preferences(ben)).toMatchObject({ quietStart: 1320, quietEnd: 420 });
    expect(await asksBeforeLeaving(page)).toBe(true);
    await page.getByRole('button', { name: 'Save quiet hours' }).tap();
    await page.locator('#quiet').getByText('Saved.').waitFor();
    expect(await preferences(ben)).toMatchObject({ quietStart: 1290, quietEnd: 420 });
    await page.getByRole('button', { name: 'Undo' }).tap();
    await sees(page, 'It is as it was before.');
    expect(await preferences(ben)).toMatchObject({ quietStart: 1320, quietEnd: 420 });
    await page.context().close();
  });
});

describe('clocks and zones', () => {
  it('a zone is searched by typing, chosen by keyboard, and saved', async () => {
    const page = await open(ben, DESKTOP);
    const zone = page.getByLabel('Time zone');
    expect(await zone.inputValue()).toBe('Eastern (New York)');
    await zone.focus();
    await page.keyboard.type('kyiv'); // All of it was taken, so that typing searches.
    expect(await zone.inputValue()).toBe('kyiv');
    const suggested = await page
      .locator('#zones option')
      .evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value));
    expect(suggested).toEqual(expect.arrayContaining(['Kyiv, Europe', 'Kiev: Kyiv, Europe']));
    await page.keyboard.press('Enter');
    await page.locator('#quiet').getByText('Saved.').waitFor();
    expect(await zone.inputValue()).toBe('Kyiv, Europe');
    expect(await preferences(ben)).toMatchObject({ timeZone: 'Europe/Kyiv' });
    expect(await zone.evaluate((field) => field === document.activeElement)).toBe(true);
    await page.getByRole('button', { name: 'Undo' }).click();
    await sees(page, 'It is as it was before.');
    expect(await preferences(ben)).toMatchObject({ timeZone: 'America/New_York' });
    await zone.fill('Atlantis');
    await zone.press('Enter');
    await sees(page, 'We do not know this time zone.');
    expect(await zone.inputValue()).toBe('Atlantis');
    expect(await asksBeforeLeaving(page)).toBe(false); // It was sent, and the answer is beside it.
    await page.context().close();
  });

  it('hours are those of the browser’s language, or of one’s choice, on every page', async () => {
    await portal.say(rosa, 'What time is it?');
    const page = await portal.open(ben, { ...DESKTOP, locale: 'de-DE', timezoneId: 'Europe/Rome' });
    const shown = (selector: string) => page.locator(selector).first().innerText();
    await page.goto(`/messages/${THREAD}`);
    expect(await shown('.msg time')).toMatch(/^\d\d:\d\d$/);
    await page.goto('/settings');
    await sees(page, /Last used \d\d:\d\d/);
    await page.getByLabel('4:07 PM').check();
    await page.locator('#clock').getByText('Saved.').waitFor();
    await sees(page, /Last used \d+:\d\d [AP]M/); // At once, in the other parts too.
    await page.goto(`/messages/${THREAD}`);
    expect(await shown('.msg time')).toMatch(/ [AP]M$/);
    await page.goto('/settings');
    await page.getByLabel('As usual in this browser’s language').check();
    await sees(page, /Last used \d\d:\d\d/);
    await page.context().close();
  });
});

it('a yes that was ticked and not sent is not left without a question', async () => {
  await portal.host.service('PUT', `/api/admin/users/${nina.id}`, {
    familyId: nina.familyId,
    name: nina.name,
    phone: nina.phone,
    phoneVerifiedAt: new Date().toISOString(),
  });
  const page = await open(nina);
  await page.getByLabel(/I agree to receive/).check();
  expect(await asksBeforeLeaving(page)).toBe(true);
  await page.getByLabel(/I agree to receive/).uncheck();
  expect(await asksBeforeLeaving(page)).toBe(false);
  await page.context().close();
});

it('a page that a browser brings back out of its memory is hidden from who has signed out since', async () => {
  const page = await open(rosa);
  await page.goto('/settings/texts');
  await page.locator('html.js').waitFor({ state: 'attached' });
  await page.context().clearCookies();
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
  await page.waitForURL('**/login?next=%2Fsettings%2Ftexts');
  await page.context().close();
});

it('without a script every form has its button, and saves', async () => {
  const page = await portal.open(rosa, { ...DESKTOP, javaScriptEnabled: false });
  await page.goto('/settings');
  await urgent(page).uncheck();
  await page.locator('#texts').getByRole('button', { name: 'Save', exact: true }).click();
  await sees(page, 'Saved.');
  expect(await preferences(rosa)).toMatchObject({ urgentAllowed: false });
  await urgent(page).check();
  await page.locator('#texts').getByRole('button', { name: 'Save', exact: true }).click();
  await sees(page, 'Saved.');
  await page.getByLabel('10 PM to 7 AM').check();
  await page.getByRole('button', { name: 'Save quiet hours' }).click();
  await page.locator('#quiet').getByText('Saved.').waitFor();
  expect(await preferences(rosa)).toMatchObject({ urgentAllowed: true, quietStart: 1320 });
  await page.context().close();
});

it('behind an edge that makes ETags weak the page stays as it is, and a change by a weak tag is taken', async () => {
  const edge = await startWeakeningEdge(portal.origin);
  const direct = await portal.open(rosa, DESKTOP);
  const context = await portal.browser.newContext(DESKTOP);
  await context.addCookies(await direct.context().cookies());
  const page = await context.newPage();
  await page.clock.install();
  await page.goto(`${edge.origin}/settings`);
  await page.locator('html.js').waitFor({ state: 'attached' });
  const poll = async () => {
    const answer = page.waitForResponse((response) => response.url().endsWith('/api/preferences'));
    await page.clock.fastForward(3000);
    return await answer;
  };
  expect(await (await poll()).headerValue('etag')).toMatch(/^W\/"/);
  const read = edge.passed.length; // By then the page has told its hours, and has been shown by them.
  for (let again = 0; again < 2; again++) await poll();
  expect(edge.passed.slice(read).filter((line) => line.startsWith('GET /settings'))).toEqual([]);
  await Promise.all([context.close(), direct.context().close()]);

  const headers = {
    Authorization: `Bearer ${await portal.host.token(rosa)}`,
    'Content-Type': 'application/json',
  };
  const tag = (await fetch(`${edge.origin}/api/preferences`, { headers })).headers.get('ETag') ?? '';
  const change = (preview: string) =>
    fetch(`${edge.origin}/api/preferences`, {
      method: 'PATCH',
      headers: { ...headers, 'If-Match': tag },
      body: JSON.stringify({ preview }),
    });
  expect(tag).toMatch(/^W\/"/);
  expect((await change('none')).status).toBe(200);
  expect((await change('sender')).status).toBe(412);
  await portal.host.as(rosa)('PATCH', '/api/preferences', { preview: 'full' });
  await edge.close();
});

it('met no error, no refusal by the content policy, and no other host', () => {
  expect(portal.complaints).toEqual([]);
});
