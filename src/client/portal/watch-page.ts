import { fetchPage, find, wait } from './dom.ts';
import { putOthers } from './swap.ts';

/**
 * Reads a page with `data-watch` again every so many seconds, while it is looked at, and puts what is new into its parts,
 * except where somebody is typing or has chosen something that is not sent yet.
 */
export async function watchPage(): Promise<void> {
  const main = find('[data-watch]');
  const seconds = Number(main?.dataset.watch);
  while (main?.isConnected) {
    await wait(seconds * 1000);
    if (document.visibilityState === 'hidden') continue;
    try {
      const { response, page } = await fetchPage(location.pathname);
      if (response.ok) putOthers(page, null);
    } catch {
      // No connection: the next round asks again.
    }
  }
}
