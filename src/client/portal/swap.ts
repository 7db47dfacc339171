import { fieldsOf, offerUndo, savedForm } from './autosave.ts';
import { fetchPage, find, findAll, hasChanges, leave, on, sayAloud } from './dom.ts';
import { ifReached, UNREACHED_WORDS, Unreached } from './reach.ts';

/** Called with every part of the page that came in later. */
type Prepare = (region: HTMLElement) => void;

let prepare: Prepare = () => undefined;

/** By what something that takes the focus is known again in the part that replaces its own. */
function nameOf(element: HTMLElement): string {
  const { tagName, id, textContent } = element;
  const [href, name, value] = ['href', 'name', 'value'].map((each) => element.getAttribute(each) ?? '');
  return [tagName, id || href || (name ? `${name}=${value}` : textContent)].join(' ');
}

/**
 * Puts the part with this id from a page into ours; who was in it by keyboard, or had scrolled in it, stays there.
 * @returns the new part; null when the page has none
 */
function putRegion(id: string, page: Document): HTMLElement | null {
  const fresh = page.getElementById(id);
  const stale = document.getElementById(id);
  if (!fresh || !stale) return null;
  const at = document.activeElement;
  const name = at instanceof HTMLElement && stale.contains(at) ? nameOf(at) : null;
  const { scrollTop, scrollLeft } = stale;
  stale.replaceWith(fresh);
  Object.assign(fresh, { scrollTop, scrollLeft });
  prepare(fresh);
  if (name) {
    const same = findAll('a, button, input, summary, [tabindex]', fresh).find(
      (each) => nameOf(each) === name,
    );
    same?.focus({ preventScroll: true });
  }
  return fresh;
}

const TYPING =
  'input:not([type=hidden]):focus, select:focus, textarea:focus, [data-menu][open], form[aria-busy]';

/** Whether somebody is typing in a part, has chosen what is not saved yet, or sends it, or has its menu open. */
export function isBusy(region: HTMLElement): boolean {
  return find(TYPING, region) !== null || hasChanges(region);
}

/** Puts every other part that both pages have, except where somebody is at work. */
export function putOthers(page: Document, except: string | null): void {
  for (const { id } of findAll('[data-region]', page)) {
    const stale = document.getElementById(id);
    if (id !== except && stale && !stale.dataset.poll && !isBusy(stale)) putRegion(id, page);
  }
  const [state, main] = [find('[data-state]', page)?.dataset.state, find('[data-state]')];
  if (state && main) main.dataset.state = state;
}

const hasOpenMenu = (region: HTMLElement) => find('[data-menu][open]', region) !== null;

/**
 * Reads a page again and puts one part of it into ours, unless somebody is in the middle of something there.
 * @returns the new part; null when nothing was put, or the service was not reached, in which case the part stays as it is
 */
export async function refreshRegion(
  id: string,
  url = location.href,
  isInUse = hasOpenMenu,
): Promise<HTMLElement | null> {
  const read = await ifReached(fetchPage(url));
  const stale = document.getElementById(id);
  return read?.response.ok && stale && !isInUse(stale) ? putRegion(id, read.page) : null;
}

/** Reads out what a part that came in has to say; an alert does so by itself. @returns the words */
export function tell(region: HTMLElement, unless?: string): string {
  const status = find('[role=status]', region);
  const words = (status && (find(':scope > p', status) ?? status).textContent?.trim()) ?? '';
  if (words && words !== unless) sayAloud(words);
  return words;
}

const FAILURE = 'That did not work. Wait a moment and try again.';

/** Where to go on by keyboard after a part was swapped: in another part, what is wrong, what is asked next, or where one was. */
function moveFocus(region: HTMLElement, name: string | null): void {
  const next = find('[data-next]');
  if (next) {
    delete next.dataset.next;
    next.focus();
    return;
  }
  const wanted = ['[aria-invalid="true"]', '[data-autofocus]', ':focus'];
  if (name) wanted.push(`[name="${CSS.escape(name)}"]:not([type=hidden])`);
  for (const selector of [...wanted, '[data-refocus]', 'h1[tabindex], h2[tabindex]']) {
    const target = find(selector, region);
    target?.focus();
    // One goes on typing behind what was refused, not before it.
    if (target instanceof HTMLInputElement && target.value && /^(text|tel|search)$/.test(target.type))
      target.setSelectionRange(target.value.length, target.value.length);
    // What is hidden, or may not be used now, does not take it.
    if (target && document.activeElement === target) return;
  }
}

function showFailure(form: HTMLFormElement, words: string): void {
  let note = find('[data-failure]', form);
  if (!note) {
    note = document.createElement('p');
    note.dataset.failure = '';
    note.className = 'form-failure';
    form.append(note);
  }
  note.textContent = words;
  form.dispatchEvent(new Event('swap-failed', { bubbles: true }));
  form.dataset.unsaved = '';
  sayAloud(words);
}

async function submit(form: HTMLFormElement, submitter: HTMLElement | null, id: string): Promise<void> {
  const action = submitter?.getAttribute('formaction') ?? form.getAttribute('action') ?? location.href;
  const autosave = form.dataset.autosave !== undefined;
  const before = autosave ? savedForm(form) : null;
  // `keepalive`: what was switched is saved also when the page is left in the same breath.
  const send = (body: URLSearchParams) => fetchPage(action, { method: 'POST', body, keepalive: autosave });
  let sent = fieldsOf(form, submitter);
  let answer = await send(sent);
  // What was switched meanwhile is sent too, before the answer to what had been there is shown.
  while (autosave && String(fieldsOf(form, submitter)) !== String(sent)) {
    sent = fieldsOf(form, submitter);
    answer = await send(sent);
  }
  const { response, page } = answer;
  const here = new URL(location.href);
  const there = new URL(response.url);
  if (response.redirected && there.pathname !== here.pathname) {
    leave(response.url);
    return;
  }
  const region = putRegion(id, page);
  if (!region) {
    // Neither the part nor a way on: what was typed stays, beside what the page that came has to say.
    if (response.ok) leave(response.redirected ? response.url : here.href);
    else showFailure(form, find('main p', page)?.textContent ?? FAILURE);
    return;
  }
  if (before) offerUndo(region, before);
  document.title = page.title;
  putOthers(page, id);
  tell(region);
  moveFocus(region, submitter?.getAttribute('name') ?? null);
}

/**
 * Forms with `data-swap` are sent without leaving the page: the server answers with the page it would have
 * shown anyway, and the part named is taken from it.
 */
export function swapForms(prepareRegion: Prepare): void {
  prepare = prepareRegion;
  on<SubmitEvent>('submit', 'form[data-swap]', (event, element) => {
    const form = element as HTMLFormElement;
    event.preventDefault();
    if (form.ariaBusy === 'true') return;
    form.ariaBusy = 'true';
    const { submitter } = event;
    if (submitter) submitter.ariaBusy = 'true';
    submit(form, submitter, form.dataset.swap ?? '')
      .catch((error) => {
        showFailure(form, error instanceof Unreached ? UNREACHED_WORDS : FAILURE);
        if (!(error instanceof Unreached)) throw error;
      })
      .finally(() => {
        form.ariaBusy = null;
        if (submitter) submitter.ariaBusy = null;
      });
  });
}
