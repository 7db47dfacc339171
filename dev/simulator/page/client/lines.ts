import type { LiveUpdate } from '../live.ts';
import { countUnread } from './jumps.ts';

type Line = Extract<LiveUpdate, { type: 'line' }>;

function element(markup: string): HTMLElement | null {
  const template = document.createElement('template');
  template.innerHTML = markup;
  return template.content.querySelector('*');
}

function findPhone(phone: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-phone="${CSS.escape(phone)}"]`);
}

const fetching = new Map<string, Promise<void>>();

/** Puts the phone of a stranger at the end of the row, with all that is on it. */
async function addPhone(phone: string): Promise<void> {
  const answer = await fetch(`/simulator/phone?number=${encodeURIComponent(phone)}`);
  const card = answer.ok ? element(await answer.text()) : null;
  if (!card || findPhone(phone)) return;
  card.classList.add('arriving');
  document.getElementById('phones')?.append(card);
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

/** Scrolls every conversation to its end. */
export function scrollThreads(): void {
  for (const thread of document.querySelectorAll('.thread')) thread.scrollTop = thread.scrollHeight;
}

/** Puts a text or notice on its phone, or renews the one that is there. */
export async function putLine({ phone, id, html, incoming }: Line): Promise<void> {
  const fresh = element(html);
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
  thread.scrollTo({ top: thread.scrollHeight, behavior: still ? 'auto' : 'smooth' });
  if (!incoming) return;
  buzz(card);
  countUnread(card);
}
