import { saveByThemselves } from './autosave.ts';
import { searchLists, tellZone } from './browser-zone.ts';
import { offerTextedCode, sendWholeCodes } from './code-field.ts';
import { countDown } from './countdown.ts';
import { searchDocs } from './docs-search.ts';
import { find } from './dom.ts';
import { tameMenus } from './menus.ts';
import { Messages } from './messages.ts';
import { pollRegions, watchSettings } from './poll.ts';
import { swapForms } from './swap.ts';
import { guardOldPages, watchPage } from './watch-page.ts';

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
