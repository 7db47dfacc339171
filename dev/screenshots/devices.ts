import type { BrowserContextOptions } from 'playwright-core';
import { MAGNIFIED, SMALL_PHONE } from '../../test/web/magnified.ts';

/** A window in which pictures are taken. */
export interface ScreenDevice {
  options: BrowserContextOptions;
  /** Size of the browser's letters, percent. */
  letters?: number;
  themes: readonly ('light' | 'dark')[];
  /** The picture is of the whole page, not of what is in sight. */
  whole?: boolean;
}

const BOTH = ['light', 'dark'] as const;
const DESKTOP = { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1 };

/** The windows of `npm run screenshots`. */
export const DEVICES: Record<string, ScreenDevice> = {
  phone: {
    options: {
      viewport: { width: 390, height: 844 },
      deviceScaleFactor: 1.5,
      isMobile: true,
      hasTouch: true,
    },
    themes: BOTH,
  },
  desktop: { options: DESKTOP, themes: BOTH },
};

const at400 = MAGNIFIED.at(-1)!;

/** The windows of `npm run screenshots -- --all`: also those of people who magnify, or chose colours of their own. */
export const ALL_DEVICES: Record<string, ScreenDevice> = {
  phone: { ...DEVICES.phone!, options: { ...DEVICES.phone!.options, deviceScaleFactor: 1 }, whole: true },
  desktop: { ...DEVICES.desktop!, whole: true },
  'phone-320-large': {
    options: SMALL_PHONE.options,
    letters: SMALL_PHONE.letters,
    themes: ['light'],
    whole: true,
  },
  'desktop-400': { options: at400.options, themes: ['light'], whole: true },
  forced: { options: { ...SMALL_PHONE.options, forcedColors: 'active' }, themes: ['dark'], whole: true },
};
