import { on } from './dom.ts';
import { isBusy, refreshRegion } from './swap.ts';

/** A field with a list beneath it is taken as a whole when one comes to it: what is typed then searches all of it. */
export function searchLists(): void {
  on('focusin', 'input[list]', (_, input) => (input as HTMLInputElement).select());
}

/**
 * Tells the server in which zone to write times; a page that was written in another one is read again, once, before
 * anything else takes hold of it.
 */
export async function tellZone(): Promise<void> {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone) return;
  const secure = location.protocol === 'https:' ? '; Secure' : '';
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser yet
  document.cookie = `fcs_zone=${zone}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  const written = document.documentElement.dataset.zone;
  if (written && written !== zone) {
    document.documentElement.dataset.zone = zone;
    await refreshRegion('main', location.href, isBusy); // Where it is not reached, times stay in the zone they were written in.
  }
}
