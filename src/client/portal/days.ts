import { find, findAll } from './dom.ts';

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
