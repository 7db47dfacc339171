import type { LiveUpdate } from '../live.ts';
import { tickClocks } from './clocks.ts';
import { setFaults } from './faults.ts';
import { liveForms } from './forms.ts';
import { liveInbox } from './inbox.ts';
import { jumpLinks } from './jumps.ts';
import { putLine, scrollThreads } from './lines.ts';
import { showNumber } from './numbers.ts';
import { clearTitle } from './title.ts';

const page = document.documentElement;
const offline = document.querySelector<HTMLElement>('.offline');

/** Shows one update. */
function apply(update: LiveUpdate): void {
  switch (update.type) {
    case 'hello':
      if (update.boot !== page.dataset.boot) location.reload();
      break;
    case 'line':
      void putLine(update);
      break;
    case 'stopped': {
      const banner = document.getElementById(update.id);
      if (banner) banner.outerHTML = update.html;
      break;
    }
    case 'number':
      showNumber(update);
      break;
    case 'faults':
      setFaults(update.values, update.summary);
      break;
    case 'reload':
      location.reload();
      break;
  }
}

liveForms();
jumpLinks();
liveInbox();
clearTitle();
scrollThreads();
tickClocks();

const events = new EventSource(`/simulator/events?after=${page.dataset.seq ?? 0}`);
events.onmessage = (event) => apply(JSON.parse(event.data) as LiveUpdate);
events.onopen = () => offline?.setAttribute('hidden', '');
events.onerror = () => offline?.removeAttribute('hidden');
