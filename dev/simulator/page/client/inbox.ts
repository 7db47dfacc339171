import { countUnread } from './jumps.ts';
import { elementOf } from './markup.ts';

const TYPING_PAUSE_MS = 150;

const byId = (id: string) => document.getElementById(id);
const field = document.querySelector<HTMLInputElement>('.search input');

/** What is searched for now. */
const words = (): string => field?.value.trim() ?? '';

async function fetchResults(query: string): Promise<HTMLElement | null> {
  const answer = await fetch(`/simulator/texts?${query}`);
  return answer.ok ? elementOf(await answer.text()) : null;
}

let asked = 0;

/** Lists what is searched for; of several answers under way only the newest counts. */
async function search(): Promise<void> {
  asked += 1;
  const mine = asked;
  const fresh = await fetchResults(String(new URLSearchParams({ q: words() })));
  if (!fresh || mine !== asked) return;
  byId('results')?.replaceWith(fresh);
  const found = byId('found');
  if (found) found.textContent = fresh.dataset.found ?? '';
}

let timer = 0;
function searchSoon(): void {
  clearTimeout(timer);
  timer = window.setTimeout(() => void search(), TYPING_PAUSE_MS);
}

/** Puts the next page of older texts under the list. */
async function addOlder(link: HTMLAnchorElement): Promise<void> {
  const fresh = await fetchResults(new URL(link.href).search.slice(1));
  if (!fresh) return;
  const added = [...fresh.querySelectorAll<HTMLElement>('.row')];
  byId('rows')?.append(...added);
  const next = fresh.querySelector('.older');
  if (next) link.replaceWith(next);
  else link.remove();
  added[0]?.querySelector('a')?.focus();
}

/** Leads from the list to the text on its phone, without a new page where the phone shows it already. */
function goTo(event: MouseEvent, link: HTMLAnchorElement): void {
  const { hash } = new URL(link.href);
  if (event.ctrlKey || event.metaKey || event.shiftKey || !byId(hash.slice(1))) return;
  event.preventDefault();
  history.replaceState(null, '', location.pathname); // The same text may be asked for twice.
  location.hash = hash;
}

/** Makes the list search while somebody types, and grow at its end. */
export function liveInbox(): void {
  field?.addEventListener('input', searchSoon);
  document.querySelector('.search')?.addEventListener('submit', (event) => {
    event.preventDefault();
    void search();
  });
  byId('inbox')?.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!link) return;
    if (link.classList.contains('row-link')) return goTo(event, link);
    if (!link.classList.contains('older')) return;
    event.preventDefault();
    void addOlder(link);
  });
}

/** Puts a text at the top of the list, or renews the one that is there. */
export function putRow(markup: string): void {
  const fresh = elementOf(markup);
  const rows = byId('rows');
  if (!fresh || !rows) return;
  const old = byId(fresh.id);
  if (old) {
    const [was, is] = [old.querySelector('.status'), fresh.querySelector('.status')];
    if (was && is) was.replaceWith(is);
    old.dataset.status = fresh.dataset.status;
    return;
  }
  if (words() !== '') {
    searchSoon();
    return;
  }
  const newest = rows.querySelector<HTMLElement>('.row');
  if (newest && Number(fresh.dataset.seq) <= Number(newest.dataset.seq)) return;
  fresh.classList.add('arriving');
  rows.prepend(fresh);
  const panel = byId('inbox');
  if (panel) countUnread(panel);
}
