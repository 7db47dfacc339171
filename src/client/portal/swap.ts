import { announce, fetchPage, find, findAll, on } from './dom.ts';

/** Called with every part of the page that came in later. */
type Prepare = (region: HTMLElement) => void;

let prepare: Prepare = () => undefined;

/** Puts the part with this id from a page into ours. @returns the new part; null when the page has none */
function putRegion(id: string, page: Document): HTMLElement | null {
  const fresh = page.getElementById(id);
  const stale = document.getElementById(id);
  if (!fresh || !stale) return null;
  stale.replaceWith(fresh);
  prepare(fresh);
  return fresh;
}

const TYPING = 'input:not([type=hidden]):focus, select:focus, textarea:focus, [data-menu][open]';

/** Puts every other part that both pages have, except where somebody is typing or a menu is open. */
export function putOthers(page: Document, except: string | null): void {
  for (const { id } of findAll('[data-region]', page)) {
    const stale = document.getElementById(id);
    const busy = stale && find(TYPING, stale);
    if (id !== except && stale && !busy && !stale.dataset.poll) putRegion(id, page);
  }
  const [state, main] = [find('[data-state]', page)?.dataset.state, find('[data-state]')];
  if (state && main) main.dataset.state = state;
}

/** Reads a page again and puts one part of it into ours. */
export async function refreshRegion(id: string, url = location.href): Promise<HTMLElement | null> {
  const { response, page } = await fetchPage(url);
  return response.ok ? putRegion(id, page) : null;
}

/** Where to go on by keyboard after a part was swapped: what is wrong, what is asked next, or where one was. */
function moveFocus(region: HTMLElement, name: string | null): void {
  const wanted = ['[aria-invalid="true"]', '[data-autofocus]'];
  if (name) wanted.push(`[name="${CSS.escape(name)}"]:not([type=hidden])`);
  for (const selector of [...wanted, '[data-refocus]', 'h1[tabindex], h2[tabindex]']) {
    const target = find(selector, region);
    target?.focus();
    // What is hidden, or may not be used now, does not take it.
    if (target && document.activeElement === target) return;
  }
}

function showFailure(form: HTMLFormElement): void {
  const words = 'We could not reach the service. Check your connection and try again.';
  let note = find('[data-failure]', form);
  if (!note) {
    note = document.createElement('p');
    note.dataset.failure = '';
    note.className = 'form-failure';
    form.append(note);
  }
  note.textContent = words;
  announce(words);
}

async function submit(form: HTMLFormElement, submitter: HTMLElement | null, id: string): Promise<void> {
  const action = submitter?.getAttribute('formaction') ?? form.getAttribute('action') ?? location.href;
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form, submitter)) {
    if (typeof value === 'string') body.append(name, value);
  }
  const { response, page } = await fetchPage(action, { method: 'POST', body });
  const here = new URL(location.href);
  const there = new URL(response.url);
  if (response.redirected && there.pathname !== here.pathname) {
    location.assign(response.url);
    return;
  }
  const region = putRegion(id, page);
  if (!region) {
    // Neither the part nor a way on: show what came, as the browser itself would have.
    location.assign(response.redirected ? response.url : here.href);
    return;
  }
  putOthers(page, id);
  const told = find('[role=status], [role=alert]', region)?.textContent?.trim();
  if (told) announce(told);
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
      .catch(() => showFailure(form))
      .finally(() => {
        form.ariaBusy = null;
        if (submitter) submitter.ariaBusy = null;
      });
  });
}
