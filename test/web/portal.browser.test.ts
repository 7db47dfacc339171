import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PEOPLE, PHONE, type PortalStack, sees, startPortalStack, THREAD, write } from './portal-stack.ts';

const { rosa, ben, nina } = PEOPLE;
const PATH = `/messages/${THREAD}`;

let portal: PortalStack;
beforeAll(async () => {
  portal = await startPortalStack({ SWEEP_SECONDS: '1' });
});
afterAll(() => portal?.close());

const message = (page: Page, words: string) => page.locator('.msg .text', { hasText: words });
const lastCode = async ({ phone }: { phone: string }, after = 0) => {
  const text = await portal.simulator.waitForMessage({ phone, contains: 'code is', after });
  return /code is (\d{6})/.exec(text.body)?.[1] ?? '';
};
const newest = () => portal.simulator.messages().at(-1)?.seq ?? 0;

// One story, told in order: each step begins where the one before ended.
describe('Nina’s first evening', () => {
  let page: Page;
  let rosas: Page;

  it('verifies a number in place, and says yes to texts', async () => {
    page = await portal.open(nina, PHONE);
    await page.goto('/settings');
    await sees(page, 'None yet');
    await page.getByLabel('Mobile number').fill('(202) 555-0153');
    await page.getByRole('button', { name: 'Text me a code' }).click();
    const code = page.getByLabel('Six-digit code');
    await code.waitFor();
    expect(await code.evaluate((input) => input === document.activeElement)).toBe(true);
    expect(await page.getByRole('button', { name: /Send a new code in \d:\d\d/ }).isDisabled()).toBe(true);
    // The whole text is pasted, with the code in it twice.
    const digits = await lastCode(nina);
    await code.evaluate((input, text) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', text);
      const pasted = { clipboardData, bubbles: true, cancelable: true };
      input.dispatchEvent(new ClipboardEvent('paste', pasted));
    }, `FamilyCircleSecure: your verification code is ${digits}. It expires in 5 minutes.\n\n@portal.example.com #${digits}`);
    await sees(page, 'Your number is verified.');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('texts-title');
    const box = page.getByLabel(/I agree to receive automated text messages/);
    expect(await box.isChecked()).toBe(false);
    await box.check();
    await page.getByRole('button', { name: 'Turn texts on' }).click();
    // Urgent ones are asked about in words; the browser insists on an answer.
    expect(await page.locator('[name=urgent]:checked').count()).toBe(0);
    expect(await page.locator('#texts .pill').first().textContent()).toBe('Off');
    await page.getByLabel('Yes, at any time').check();
    await page.getByRole('button', { name: 'Turn texts on' }).click();
    await sees(page, 'Texts are on.');
    expect(await page.locator('#texts .pill').first().textContent()).toBe('On');
    await portal.simulator.waitForMessage({ phone: nina.phone, contains: 'HELP', after: 0 });
  });

  it('tries a test text and watches it arrive', async () => {
    await page.getByRole('button', { name: 'Send me a test text' }).click();
    await sees(page, 'Your test text reached your phone');
    expect(await page.locator('.steps-line .done').count()).toBe(3);
  });

  it('reads live what Rosa writes, and Rosa sees that she is here, writing, and has read', async () => {
    rosas = await portal.open(rosa);
    await Promise.all([rosas.goto(PATH), page.goto(PATH)]);
    await sees(rosas, 'Nina is here');
    await write(rosas, 'Are you coming for dinner on Sunday?');
    await message(page, 'Are you coming for dinner on Sunday?').waitFor();
    await page.getByLabel('Write to Sunday dinner').pressSequentially('Yes');
    await sees(rosas, 'Nina is writing …');
    await write(page, 'Yes, with cake');
    await message(rosas, 'Yes, with cake').waitFor();
    await rosas.locator('[data-seen-by=usr_nina], .own .told', { hasText: 'Nina' }).first().waitFor();
    await sees(rosas, /Read by Nina/);
    expect(await rosas.locator('[data-outbox] li').count()).toBe(0);
  });

  it('leaves, gets one text, taps it, and is in the conversation, signed in', async () => {
    await page.context().close();
    await sees(rosas, /^With |Ben is here/);
    const after = newest();
    await write(rosas, 'Bring the big dish');
    const text = await portal.simulator.waitForMessage({
      phone: nina.phone,
      contains: 'Bring the big dish',
      after,
    });
    await sees(rosas, /Texted .*Nina/);
    const phone = await portal.open(null, PHONE);
    await phone.goto(/https?:\S+/.exec(text.body)?.[0] ?? '');
    await phone.getByRole('button', { name: 'Continue on the web' }).click();
    await message(phone, 'Bring the big dish').waitFor();
    expect(new URL(phone.url()).pathname).toBe(PATH);
    page = phone;
    await sees(rosas, /Read by Nina/);
  });

  it('mutes the conversation, hears nothing of it, and reads why', async () => {
    await page.locator('.thread-head summary').click();
    await page.getByRole('button', { name: 'Until I unmute it' }).click();
    await sees(page, 'Muted');
    await page.goto('/settings/texts');
    const after = newest();
    await write(rosas, 'Nobody tells Nina');
    await portal.simulator.waitForMessage({ phone: ben.phone, contains: 'Nobody tells Nina', after });
    await page.reload();
    await sees(page, 'You have muted this conversation, so no text was sent.');
    expect(portal.simulator.messages({ phone: nina.phone, contains: 'Nobody' })).toEqual([]);
    await page.goto('/settings');
    await page.getByRole('button', { name: /^Unmute/ }).click();
    await sees(page, 'You will hear of it again.');
  });

  it('keeps quiet hours of her own', async () => {
    const hour = Number(
      new Intl.DateTimeFormat('en-US', {
        timeZone: 'America/New_York',
        hour: 'numeric',
        hourCycle: 'h23',
      }).format(),
    );
    const clock = (h: number) => `${String((h + 24) % 24).padStart(2, '0')}:00`;
    await page.getByLabel('My own hours').check();
    await page.getByLabel('From').fill(clock(hour - 1));
    await page.getByLabel('To', { exact: true }).fill(clock(hour + 2));
    await page.getByRole('button', { name: 'Save quiet hours' }).click();
    await page.locator('#quiet').getByText('Saved.').waitFor();
    await write(rosas, 'Sleep well');
    await expect
      .poll(
        async () => {
          await page.goto('/settings/texts?show=waiting');
          return page.locator('main').innerText();
        },
        { timeout: 15_000 },
      )
      .toContain('These are your quiet hours');
    await page.goto('/settings');
    await page.getByLabel('Off', { exact: true }).check(); // Saves itself.
    await page.locator('#quiet').getByText('Saved.').waitFor();
  });

  it('says STOP from the phone, and the open settings page shows it', async () => {
    await page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur());
    expect(await page.locator('#texts .pill').first().textContent()).toBe('On');
    await portal.simulator.sendFromPhone(nina.phone, 'STOP');
    await sees(page, 'You replied STOP, so your phone company blocks our texts.');
    expect(await page.locator('#texts .pill').first().textContent()).toBe('Off');
    await portal.simulator.sendFromPhone(nina.phone, 'START');
    await page.locator('#texts .pill.good').waitFor();
  });

  it('signs out; and whoever signs in by phone lands where they wanted to go', async () => {
    await page.locator('#sessions li', { hasText: 'This one' }).getByRole('button').click();
    await page.waitForURL('**/login');
    await page.goto('/settings');
    await page.getByLabel('Your mobile number').fill('202-555-0152');
    const after = newest();
    await page.getByRole('button', { name: 'Text me a code' }).click();
    const code = page.getByLabel('Six-digit code');
    await code.pressSequentially('000000');
    await sees(page, /You have \d tries left/);
    const right = await lastCode(ben, after);
    await code.fill(`${right.slice(0, 3)}\u2011${right.slice(3)}\u200e`);
    await page.waitForURL('**/settings');
  });

  it('is looked after by an operator, who sees counts and no names', async () => {
    await rosas.goto('/ops');
    await sees(rosas, 'Texts by outcome');
    const words = await rosas.locator('main').innerText();
    expect(words).toContain('Muted');
    expect(words).not.toMatch(/Nina|Ben|555/);
    expect((await page.goto('/ops'))?.status()).toBe(404);
  });

  it('met no error, no refusal by the content policy, and no other host', () => {
    expect(portal.complaints).toEqual([]);
  });
});
