import { find, findAll } from './dom.ts';

/**
 * Changes the list above or below what is in sight, which stays exactly where it was. Engines differ in what they
 * hold on to by themselves, so their scroll anchoring is off for this list (`overflow-anchor: none`), and this measures.
 */
export function holdPlace(log: HTMLElement, change: () => void): void {
  const top = log.getBoundingClientRect().top;
  const mark = findAll('.msg', log).find((item) => item.getBoundingClientRect().bottom > top);
  const before = mark?.getBoundingClientRect().bottom ?? 0;
  change();
  const moved = mark?.isConnected ? mark.getBoundingClientRect().bottom - before : 0;
  if (Math.abs(moved) > 0.5) log.scrollTop += moved;
}

/** How far below the upper edge an item is shown, of what was read before, in pixels. */
const ABOVE = 72;

/** Scrolls so that an item stands near the upper edge; nearer to the end there may be no room for that. */
export function showNearTop(log: HTMLElement, item: HTMLElement): void {
  const room = Math.min(ABOVE, log.clientHeight / 4);
  log.scrollTop += item.getBoundingClientRect().top - log.getBoundingClientRect().top - room;
}

const NAMES = ['Today', 'Yesterday'];
const DAY_MS = 86_400_000;

const midnight = (date: Date) => new Date(date).setHours(0, 0, 0, 0);

/** Names the days of a list anew that were `Today` or `Yesterday` when it was written: it may have been open for days. */
export function renameDays(items: HTMLElement): void {
  for (const heading of findAll('.day h2', items)) {
    if (!NAMES.includes(heading.textContent ?? '')) continue;
    let next = heading.closest('li')?.nextElementSibling;
    while (next && !find('time', next)) next = next.nextElementSibling;
    const at = next && find<HTMLTimeElement>('time', next)?.dateTime;
    if (!at) continue;
    const date = new Date(at);
    const days = Math.round((midnight(new Date()) - midnight(date)) / DAY_MS);
    heading.textContent =
      NAMES[days] ?? date.toLocaleDateString('en-US', { weekday: 'long', month: 'long', day: 'numeric' });
  }
}
