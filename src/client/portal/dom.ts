import { reach } from './reach.ts';

/** The first element that matches, or null. */
export const find = <T extends HTMLElement = HTMLElement>(selector: string, within: ParentNode = document) =>
  within.querySelector<T>(selector);

/** Every element that matches. */
export const findAll = <T extends HTMLElement = HTMLElement>(
  selector: string,
  within: ParentNode = document,
) => [...within.querySelectorAll<T>(selector)];

/** Listens for an event of elements that match now or later. */
export function on<E extends Event>(
  type: string,
  selector: string,
  handle: (event: E, element: HTMLElement) => void,
): void {
  document.addEventListener(type, (event) => {
    const target = event.target instanceof Element ? event.target.closest<HTMLElement>(selector) : null;
    if (target) handle(event as E, target);
  });
}

let leaving = false;
addEventListener('pageshow', () => {
  leaving = false;
});

/** Goes to another page; who is on the way to one already is not called elsewhere. */
export function leave(url: string): void {
  if (leaving) return;
  leaving = true;
  location.assign(url);
}

/** Whether the page is on its way to another one by a step of its own. */
export const isLeaving = () => leaving;

/** Whether something in a part of the page differs from how it was written: typed, ticked or chosen, and not sent. */
export const hasChanges = (within: ParentNode) =>
  findAll<HTMLInputElement | HTMLOptionElement>('input, textarea, option', within).some((each) =>
    each instanceof HTMLOptionElement
      ? each.selected !== each.defaultSelected
      : each.value !== each.defaultValue || each.checked !== each.defaultChecked,
  );

/** Whether a form of the settings holds what would be lost if the page were left now. */
export const hasUnsaved = () => findAll('form[data-autosave], form[data-guard]').some(hasChanges);

/** The sign-in has ended: sign in, and come back. A form on its way may be the one that ended it: it knows where to go. */
export function signInAgain(): void {
  const unsaved = hasUnsaved() ? '&unsaved=1' : '';
  if (!find('form[aria-busy]')) leave(`/login?next=${encodeURIComponent(location.pathname)}${unsaved}`);
}

const PATIENCE_MS = 20_000;

/** Reads a page or a part of one from our own origin. @throws Unreached when there is no answer within 20 s */
export async function fetchPage(
  url: string,
  init: RequestInit = {},
): Promise<{ response: Response; page: Document }> {
  const { response, html } = await reach(async () => {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...init,
      headers: { Accept: 'text/html', ...init.headers },
      credentials: 'same-origin',
    });
    return { response, html: await response.text() };
  });
  if (response.redirected && new URL(response.url).pathname === '/login' && location.pathname !== '/login') {
    signInAgain();
  }
  const page = new DOMParser().parseFromString(html, 'text/html');
  return { response, page };
}

let announcer: HTMLElement | null = null;
const SAID_MS = 10_000;

/** Says something to those who listen instead of look; what is said at the same time is said one after the other. */
export function sayAloud(words: string): void {
  if (!announcer) {
    announcer = document.createElement('div');
    announcer.className = 'unseen';
    announcer.setAttribute('aria-live', 'polite');
    document.body.append(announcer);
  }
  const line = document.createElement('p');
  line.textContent = words;
  // A region that is filled in the same breath in which it was made is not read out.
  setTimeout(() => announcer?.append(line), 60);
  setTimeout(() => line.remove(), SAID_MS);
}

/** Names as a sentence lists them, each apart from the direction in which the others are written. */
export function nameNodes(names: string[], most = 4): (Node | string)[] {
  const shown =
    names.length > most ? [...names.slice(0, most - 1), `${names.length - most + 1} more`] : names;
  return new Intl.ListFormat('en-GB')
    .formatToParts(shown)
    .map(({ type, value }) =>
      type === 'element' ? Object.assign(document.createElement('bdi'), { textContent: value }) : value,
    );
}

/** Scrolls until a whole part of the page is in sight; once more when what makes room for it has gone. */
export function bringIntoSight(part: HTMLElement): void {
  part.scrollIntoView({ block: 'nearest' });
  requestAnimationFrame(() => part.scrollIntoView({ block: 'nearest' }));
}

/** Waits; in milliseconds. */
export const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
