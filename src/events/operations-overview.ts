import { selectSize } from '../db/client.ts';
import { retrying } from '../db/retry.ts';
import { objectState, type PartState, partStates, selectBeat } from '../notifications/operate/part-states.ts';
import {
  addUpStores,
  planStats,
  type Stats,
  statsOfRecent,
  statsOfWhole,
} from '../notifications/operate/stats.ts';
import { askStores } from '../platform/ask-stores.ts';
import { type AuditEntry, selectActs } from '../platform/audit.ts';
import type { Deps } from '../platform/deps.ts';
import { type Pause, selectPauses } from '../platform/pauses.ts';
import { DAY_MS } from '../platform/time.ts';
import { type ReceiverHealth, receiverHealth, receiverState, receiverStatements } from './receiver-health.ts';

/** All that operators look at, of texts and of events. */
export interface Overview {
  /** The moment that it was read at, ms UTC. */
  at: number;
  /** The last 24 hours, and the last 30 days. */
  today: Stats;
  month: Stats;
  /** The parts that texts and events go through. */
  parts: PartState[];
  receiver: ReceiverHealth;
  pauses: readonly Pause[];
  /** What operators did, newest first. */
  acts: readonly AuditEntry[];
}

const MONTH_MS = 30 * DAY_MS;
/** Entries of the audit log. */
const ACTS = 20;

/**
 * Loads it in one trip to each store and one to the directory, and asks one family object whether it answers. A store that
 * does not answer is named, and left out of the sums.
 * @param dayOf the day of a moment (ms UTC) as `2026-11-27`, by the clock of whoever reads it
 * @throws what D1 throws, when the directory fails
 */
export async function loadOverview(deps: Deps, dayOf: (at: number) => string): Promise<Overview> {
  const now = deps.now();
  const plan = planStats(deps, { since: now - MONTH_MS, recentSince: now - DAY_MS, dayOf });
  const [{ beat, pauses, acts, ...directory }, { answers, down }, objects] = await Promise.all([
    retrying(() =>
      deps.db.directory.batch({
        ...plan.directory,
        beat: selectBeat({}),
        pauses: selectPauses({ now }),
        acts: selectActs(ACTS),
      }),
    ),
    askStores(deps, 'overview', async (db, store) => {
      const [asked, counts] = [Date.now(), plan.countsOf(store)];
      const answer = await retrying(() =>
        db.batch({ ...counts.statements, ...plan.watch, ...receiverStatements(), size: selectSize }),
      );
      return { ...answer, store, counts: counts.read(answer), bytes: answer.size, ms: Date.now() - asked };
    }),
    objectState(deps),
  ]);
  const stores = answers.map(({ answer }) => answer);
  const loaded = addUpStores(plan, directory, stores, down);
  const [today, receiver] = [statsOfRecent(loaded, plan), await receiverHealth(deps.config, stores)];
  const parts = partStates({ stats: today, beat: beat[0], answered: stores, down, objects }, now);
  return {
    at: now,
    today,
    month: statsOfWhole(loaded, plan),
    parts: [...parts, receiverState(receiver, deps.config.EVENTS_URL !== undefined, now)],
    receiver,
    pauses,
    acts,
  };
}
