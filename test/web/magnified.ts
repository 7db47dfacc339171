import type { BrowserContextOptions, Page } from 'playwright-core';

/** The letters of browsers, px, at 100 %. */
const LETTERS = 16;

/** A window as somebody has it who magnifies: `letters` is the size that they set for text, in percent. */
export interface Magnified {
  name: string;
  options: BrowserContextOptions;
  letters: number;
}

const phone = (width: number, height: number): BrowserContextOptions => ({
  viewport: { width, height },
  isMobile: true,
  hasTouch: true,
});

/** A phone of 320 px with letters of twice the size: the smallest one can be asked to read on. */
export const SMALL_PHONE: Magnified = {
  name: 'a phone of 320 px with letters of 200 %',
  options: phone(320, 568),
  letters: 200,
};

export const MAGNIFIED: Magnified[] = [
  { name: 'a phone of 390 px at 200 %', options: phone(195, 422), letters: 100 },
  { name: 'a phone of 390 px with letters of 200 %', options: phone(390, 844), letters: 200 },
  SMALL_PHONE,
  {
    name: 'a desktop of 1280 × 1024 at 400 %',
    options: { viewport: { width: 320, height: 256 } },
    letters: 100,
  },
];

/** Sets the letters of a page that was opened in such a window; it stays so through its navigations. */
export async function magnify(page: Page, { letters }: Pick<Magnified, 'letters'>): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  const standard = (LETTERS * letters) / 100;
  await devtools.send('Page.setFontSizes', { fontSizes: { standard, fixed: standard } });
}

/** The beginning of the last words, in the list: meant to be one line. */
const PREVIEW = '.thread-last';

/**
 * What on a page cannot be reached or read whole: controls that scrolling does not bring into the window, or that
 * something lies over; words that are cut off, or a brand that is broken; a page that has to be scrolled sideways. As lines to read.
 * @param within - a selector of what lies on top: an open menu
 */
export function lostOn(page: Page, within = 'body'): Promise<string[]> {
  const look = ({ within, preview, brand }: { within: string; preview: string; brand: string }) => {
    const part = document.querySelector(within)!;
    const lost: string[] = [];
    const named = (element: Element) =>
      `${element.tagName.toLowerCase()} ${element.id || element.getAttribute('name') || element.textContent?.trim().slice(0, 30) || element.className}`;
    const shown = (element: Element) =>
      element.checkVisibility({ visibilityProperty: true }) &&
      element.closest('.unseen, .skip, [inert]') === null;
    const root = document.documentElement;
    const sideways = root.scrollWidth - root.clientWidth;
    if (sideways > 0) lost.push(`the page is ${sideways} px too wide`);

    for (const bubble of part.querySelectorAll('.bubble')) {
      const { left, right } = bubble.getBoundingClientRect();
      if (left < 0 || right > innerWidth) lost.push(`${named(bubble)} leaves the window`);
    }

    for (const control of part.querySelectorAll('a[href], button, input, select, textarea, summary')) {
      if (!shown(control) || control.matches('[type=hidden], :disabled')) continue;
      control.scrollIntoView({ block: 'center', inline: 'nearest', behavior: 'instant' });
      const box = control.getBoundingClientRect();
      if (box.left < -0.5 || box.right > innerWidth + 0.5) {
        lost.push(`${named(control)} leaves the window: ${Math.round(box.left)} to ${Math.round(box.right)}`);
        continue;
      }
      // A link in running text may be of several boxes; the first is enough to press.
      const first = control.getClientRects()[0] ?? box;
      const target = document.elementFromPoint(
        first.left + first.width / 2,
        Math.min(first.top + first.height / 2, innerHeight - 1),
      );
      const own = target && (control.contains(target) || target.closest('label')?.contains(control));
      if (!own) lost.push(`${named(control)} lies under ${target ? named(target) : 'nothing'}`);
    }

    // The longest word that is on most pages stays whole.
    const texts = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
      const at = text.textContent?.indexOf(brand) ?? -1;
      if (at < 0 || !text.parentElement || !shown(text.parentElement)) continue;
      const word = document.createRange();
      word.setStart(text, at);
      word.setEnd(text, at + brand.length);
      if (word.getClientRects().length > 1) lost.push(`${named(text.parentElement)} breaks ${brand}`);
    }

    for (const element of part.querySelectorAll('*')) {
      // A field scrolls what is in it.
      if (!shown(element) || element.closest('svg') || element.matches(`input, ${preview}`)) continue;
      const { overflowX, overflowY } = getComputedStyle(element);
      const cuts = (overflow: string) => overflow === 'hidden' || overflow === 'clip';
      const [wide, high] = [
        element.scrollWidth - element.clientWidth > 1,
        element.scrollHeight - element.clientHeight > 1,
      ];
      if ((wide && cuts(overflowX)) || (high && cuts(overflowY))) lost.push(`${named(element)} is cut off`);
    }
    return lost;
  };
  return page.evaluate(look, { within, preview: PREVIEW, brand: 'FamilyCircleSecure' });
}
