import { MAIN_STORE } from '../db/stores/map.ts';
import { lastActAt } from '../platform/audit.ts';
import type { Deps } from '../platform/deps.ts';
import { createLookRate, type LookRate } from '../platform/pace/paced-look.ts';
import { SECOND_MS } from '../platform/time.ts';
import { loadOverview, type Overview } from './operations-overview.ts';

/**
 * How new an overview has to be. `opened`: of looks that come close upon each other the first two are exact, and beyond them
 * one in two seconds, whose figures the others are shown. `after`: a page that looks again by itself is also shown what
 * somebody else saw within ten seconds, if that is newer than what it shows, which is of this moment (ms UTC).
 */
export type Newness = 'exact' | 'opened' | { after: number };

const OPENED_MS = 2 * SECOND_MS;
const AGAIN_MS = 10 * SECOND_MS;
const AT_ONCE = 2;
/** An operator's act takes no longer from its entry in the audit log to its effect; until then nothing is shared. */
const ACT_MS = 2 * SECOND_MS;
/** Clocks of operators that are remembered at the most. */
const MOST_CLOCKS = 16;

/** What an isolate remembers of looks. */
interface Memory {
  /** What was seen last, by the zone of the clock. */
  seen: Map<string, Overview>;
  exact: LookRate;
}
const memories = new WeakMap<object, Memory>();

function memoryOf(key: object): Memory {
  const memory = memories.get(key) ?? {
    seen: new Map(),
    exact: createLookRate({ atOnce: AT_ONCE, everyMs: OPENED_MS }),
  };
  memories.set(key, memory);
  return memory;
}

function isNewEnough({ at }: Overview, newness: Newness, now: number): boolean {
  if (at > now || newness === 'exact') return false;
  return newness === 'opened' ? now - at < OPENED_MS : now - at < AGAIN_MS && at > newness.after;
}

/**
 * The overview, for operators who look at it at the same time: ten who leave the page open cost hardly more than one. `at` says
 * of which moment it is. What an operator does in this isolate shows at once.
 * @param zone by the clock of which `dayOf` names the day of a moment
 * @throws what D1 throws, when the directory fails
 */
export async function sharedOverview(
  deps: Deps,
  { zone, dayOf, newness }: { zone: string; dayOf: (at: number) => string; newness: Newness },
): Promise<Overview> {
  const memory = memoryOf(deps.db.keyOf(MAIN_STORE));
  const now = deps.now();
  const seen = memory.seen.get(zone);
  const isExact = newness === 'exact' || (newness === 'opened' && memory.exact.take(now));
  if (!isExact && seen && isNewEnough(seen, newness, now) && seen.at >= lastActAt(deps) + ACT_MS) return seen;
  const overview = await loadOverview(deps, dayOf);
  if (memory.seen.size >= MOST_CLOCKS) memory.seen.clear();
  memory.seen.set(zone, overview);
  return overview;
}
