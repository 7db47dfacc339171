import { saveByThemselves } from './autosave.ts';
import { offerTextedCode, sendWholeCodes } from './code-field.ts';
import { countDown } from './countdown.ts';
import { searchDocs } from './docs-search.ts';
import { find, on } from './dom.ts';
import { tameMenus } from './menus.ts';
import { Messages } from './messages.ts';
import { pollRegions, watchSettings } from './poll.ts';
import { isBusy, refreshRegion, swapForms } from './swap.ts';
import { guardOldPages, watchPage } from './watch-page.ts';

/** A field with a list beneath it is taken as a whole when one comes to it: what is typed then searches all of it. */
function searchLists(): void {
  on('focusin', 'input[list]', (_, input) => (input as HTMLInputElement).select());
}

/**
 * Tells the server in which zone to write times; a page that was written in another one is read again, once, before
 * anything else takes hold of it.
 */
async function tellZone(): Promise<void> {
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

document.documentElement.classList.add('js');

let messages: Messages | null = null;

swapForms((region) => {
  countDown(region);
  offerTextedCode(region);
  pollRegions(region);
  messages?.prepare(region);
});
tameMenus();
sendWholeCodes();
saveByThemselves();
searchLists();
searchDocs();
guardOldPages();
await tellZone();
countDown(document);
pollRegions(document);
void watchSettings();
void watchPage();
const panes = find('[data-panes]');
if (panes) messages = new Messages(panes);
