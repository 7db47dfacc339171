import { fetchPage, find, findAll, signInAgain, wait } from './dom.ts';
import { ifReached, reach, readAnswer } from './reach.ts';
import { putOthers, refreshRegion, tell } from './swap.ts';

const EVERY_MS = 900;
const LONGEST_MS = 90_000;
const WATCH_MS = 3000;
/** A page that nobody has touched for so long is looked after ten times less often. */
const TOUCHED_MS = 120_000;

const polled = new Set<string>();

/** Parts with `data-poll` are read again from there, until they no longer say so: a test text on its way. */
export function pollRegions(within: ParentNode): void {
  const regions = findAll('[data-poll]', within);
  if (within instanceof HTMLElement && within.dataset.poll) regions.push(within);
  for (const { id } of regions) {
    if (polled.has(id)) continue;
    polled.add(id);
    void poll(id).finally(() => polled.delete(id));
  }
}

async function poll(id: string): Promise<void> {
  const until = Date.now() + LONGEST_MS;
  let told = '';
  while (Date.now() < until) {
    await wait(EVERY_MS);
    const url = document.getElementById(id)?.dataset.poll;
    if (!url) return;
    if (document.visibilityState === 'hidden') continue;
    const region = await refreshRegion(id, url); // Where it is not reached, the next round asks again.
    if (region) told = tell(region, told);
  }
}

/** What the settings page would look different for; null when the service does not say. @throws Unreached */
async function readState(): Promise<string | null> {
  const [preferences, me] = await reach(() => Promise.all([fetch('/api/preferences'), fetch('/api/me')]));
  if (preferences.status === 401 || me.status === 401) signInAgain();
  await preferences.body?.cancel(); // The tag says enough.
  if (!preferences.ok || !me.ok) return null;
  const { phone, phoneState } = await readAnswer(me);
  // Something on the way may have made the tag weak, which is no change.
  const tag = preferences.headers.get('ETag')?.replace(/^W\//, '');
  return [tag, phoneState, phone].join(' ');
}

/**
 * What happens elsewhere shows at once on the settings page: a STOP from the phone, a number that turns out to be
 * dead. Parts in which somebody is typing stay.
 */
export async function watchSettings(): Promise<void> {
  const main = find('[data-state]');
  let touched = Date.now();
  for (const sign of ['pointermove', 'keydown', 'scroll', 'visibilitychange']) {
    document.addEventListener(
      sign,
      () => {
        touched = Date.now();
      },
      { passive: true },
    );
  }
  for (let round = 0; main?.isConnected; round++) {
    await wait(WATCH_MS);
    if (document.visibilityState === 'hidden') continue;
    if (Date.now() - touched > TOUCHED_MS && round % 10 > 0) continue;
    const state = await ifReached(readState()); // No connection: the next round asks again.
    if (state === null || state === main.dataset.state) continue;
    const read = await ifReached(fetchPage('/settings'));
    if (read?.response.ok) putOthers(read.page, null);
  }
}
