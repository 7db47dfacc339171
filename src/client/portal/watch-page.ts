import { fetchPage, find, signInAgain, wait } from './dom.ts';
import { ifReached, reach } from './reach.ts';
import { putOthers } from './swap.ts';

/**
 * Reads a page with `data-watch` again every so many seconds, while it is looked at, and puts what is new into its parts,
 * except where somebody is typing or has chosen something that is not sent yet. The service is told of which moment the page is
 * (`data-seen`), so that nothing older comes.
 */
export async function watchPage(): Promise<void> {
  const main = find('[data-watch]');
  const seconds = Number(main?.dataset.watch);
  while (main?.isConnected) {
    await wait(seconds * 1000);
    if (document.visibilityState === 'hidden') continue;
    const again = `${location.pathname}?again=${find('[data-seen]')?.dataset.seen ?? ''}`;
    const read = await ifReached(fetchPage(again)); // No connection: the next round asks again.
    if (read?.response.ok) putOthers(read.page, null);
  }
}

/**
 * A browser may bring a page back as it was left, out of its memory. Where somebody has signed out since, nothing of it
 * stays in sight.
 */
export function guardOldPages(): void {
  addEventListener('pageshow', async ({ persisted }) => {
    if (!persisted || !document.documentElement.dataset.viewer) return;
    const response = await ifReached(reach(() => fetch('/api/me'))); // No connection: the next request finds out.
    await response?.body?.cancel(); // Its status says enough.
    if (response?.status === 401) signInAgain();
  });
}
