import type { LiveUpdate } from '../live.ts';
import { putRow } from './inbox.ts';
import { countUnread } from './jumps.ts';
import { elementOf } from './markup.ts';
import { countInTitle } from './title.ts';

type Line = Extract<LiveUpdate, { type: 'line' }>;

function findPhone(phone: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-phone="${CSS.escape(phone)}"]`);
}

const fetching = new Map<string, Promise<void>>();

/** Puts the phone of a stranger at the end of the row, with all that is on it. */
async function addPhone(phone: string): Promise<void> {
  const answer = await fetch(`/simulator/phone?number=${encodeURIComponent(phone)}`);
  const card = answer.ok ? elementOf(await answer.text()) : null;
  if (!card || findPhone(phone)) return;
  card.classList.add('arriving');
  document.getElementById('phones')?.append(card);
  for (const thread of card.querySelectorAll('.thread')) watchThread(thread);
}

/** The text is known already: only how far it got changes, so that nobody has it read out twice. */
function renew(old: HTMLElement, fresh: HTMLElement): void {
  old.dataset.status = fresh.dataset.status;
  const [was, is] = [old.querySelector('.meta'), fresh.querySelector('.meta')];
  if (was && is) was.replaceWith(is);
}

function buzz(phone: HTMLElement): void {
  phone.classList.remove('buzzing');
  void phone.offsetWidth; // Restarts the animation when texts follow one another.
  phone.classList.add('buzzing');
}

/** Scrolls every conversation to its end, but for the text that the address names. */
export function scrollThreads(): void {
  for (const thread of document.querySelectorAll('.thread')) {
    thread.scrollTop = thread.scrollHeight;
    watchThread(thread);
  }
  if (location.hash.length > 1) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

const atEnd = new WeakMap<Element, boolean>();
const isAtEnd = ({ scrollTop, scrollHeight, clientHeight }: Element) =>
  scrollTop + clientHeight >= scrollHeight - 4;

/** Keeps the newest text of a phone in sight when its screen becomes smaller, unless somebody reads further up. */
const keptAtEnd = new ResizeObserver((entries) => {
  for (const { target } of entries) if (atEnd.get(target) ?? true) target.scrollTop = target.scrollHeight;
});

/** Watches the conversation of a phone; see {@link keptAtEnd}. */
export function watchThread(thread: Element): void {
  // At the end of a scroll: one that is on its way to the newest text has not left it.
  thread.addEventListener('scrollend', () => atEnd.set(thread, isAtEnd(thread)));
  keptAtEnd.observe(thread);
}

/** Brings a phone that is beside the screen into view, unless somebody is writing, or sees one panel at a time. */
function reveal(phone: HTMLElement): void {
  const row = phone.parentElement;
  const writing = document.activeElement instanceof HTMLInputElement;
  if (!row || writing || getComputedStyle(row).display === 'contents') return;
  const [own, whole] = [phone.getBoundingClientRect(), row.getBoundingClientRect()];
  if (own.right > whole.right) row.scrollLeft += own.right - whole.right;
  if (own.left < whole.left) row.scrollLeft -= whole.left - own.left;
}

/** Puts a text or notice on its phone, or renews the one that is there. */
export async function putLine({ phone, id, html, incoming, row }: Line): Promise<void> {
  if (row !== null) putRow(row);
  const fresh = elementOf(html);
  if (!fresh) return;
  if (!findPhone(phone)) {
    const adding = fetching.get(phone) ?? addPhone(phone);
    fetching.set(phone, adding);
    await adding;
    fetching.delete(phone);
  }
  const card = findPhone(phone);
  const thread = card?.querySelector('.thread');
  if (!card || !thread) return;
  const old = document.getElementById(id);
  if (old) return renew(old, fresh);
  fresh.classList.add('arriving');
  thread.insertBefore(fresh, thread.querySelector('.empty'));
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  atEnd.set(thread, true);
  thread.scrollTo({ top: thread.scrollHeight, behavior: still ? 'auto' : 'smooth' });
  if (!incoming) return;
  buzz(card);
  reveal(card);
  countUnread(card);
  countInTitle();
}
