import chromium from '@sparticuz/chromium';
import { type Browser, chromium as launcher, type Page } from 'playwright-core';

/** Flags that keep Chromium quiet, offline and able to run as root. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A real browser: the one from the npm package on Linux, an installed Chrome elsewhere. */
export async function launchBrowser(): Promise<Browser> {
  return process.platform === 'linux'
    ? await launcher.launch({ executablePath: await chromium.executablePath(), args: FLAGS })
    : await launcher.launch({ channel: 'chrome' });
}

let shared: Promise<Browser> | null = null;

/** The browser of this process, which its test files share; it ends with the process. See {@link leaveBrowser}. */
export async function enterBrowser(): Promise<Browser> {
  shared ??= launchBrowser();
  return await shared;
}

/** Closes all windows of the shared browser, so that the next file finds none. */
export async function leaveBrowser(): Promise<void> {
  const browser = await shared;
  await Promise.all((browser?.contexts() ?? []).map((context) => context.close()));
}

/**
 * Waits until the script has taken the page of a conversation over; before, the key Enter begins a new line. The script
 * counts the words itself, and takes the field's own limit away.
 */
export const takenOver = (page: Page) =>
  page.locator('[data-composer] textarea:not([maxlength])').waitFor({ state: 'attached' });
