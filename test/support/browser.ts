import chromium from '@sparticuz/chromium';
import { type Browser, chromium as launcher } from 'playwright-core';

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
