import { afterPage, SWEEP_MS, SWEEP_PAGE_ROWS } from '../../src/notifications/operate/sweep-page.ts';
import { IDLE, type PaceState, takePermits } from '../../src/platform/pace/pace.ts';
import { groupOfStore } from '../../src/platform/queue-groups.ts';
import { placement } from './families.ts';
import { BATCH, CARRIER_MS, D1_FACTOR, SWEEP_PAGE } from './service-times.ts';

/** What is due at once, and what the senders take. */
export interface StampedeOptions {
  texts: number;
  /** Texts a second. */
  perSecond: number;
  /** Requests that Twilio takes at once. */
  concurrency: number;
  /** How many families there are: they say how many databases. */
  families: number;
}

/** Seconds after the texts were due. */
export interface StampedeResult {
  /** When the last row was in a queue. */
  swept: number;
  /** When the last text was at the carrier. */
  last: number;
  stores: number;
}

/** The cron comes once a minute; here it has just been. */
const CRON_MS = 60_000;
const START = Date.parse('2026-01-15T12:00:00Z');

/** When the rows of a store come into the queue: its own sweep, page by page. Ms after they were due. */
function sweepOf(rows: number): { at: number; rows: number }[] {
  const pages: { at: number; rows: number }[] = [];
  const pageMs = SWEEP_PAGE.sqlMs * D1_FACTOR + SWEEP_PAGE.queueMs;
  for (let [at, left, until] = [CRON_MS, rows, CRON_MS + SWEEP_MS]; ; ) {
    const taken = Math.min(left, SWEEP_PAGE_ROWS);
    at += pageMs;
    left -= taken;
    pages.push({ at, rows: taken });
    const next = afterPage(taken, at, until);
    if (next === 'dry') return pages;
    // What is left comes with the sweep of the next minute.
    if (next === 'late') {
      at = Math.ceil(at / CRON_MS) * CRON_MS;
      until = at + SWEEP_MS;
    }
  }
}

/** Texts of many families that are all due at the same moment: swept store by store, then sent at the senders' pace. */
export function stampede({ texts, perSecond, concurrency, families }: StampedeOptions): StampedeResult {
  const { stores, storeOf } = placement(families);
  const due = stores.map(() => 0);
  for (let i = 0; i < texts; i++) due[storeOf(`fam_${i % families}`)]! += 1;
  const arrivals = due.map(sweepOf);
  const swept = Math.max(
    ...arrivals.flatMap((pages) => pages.filter(({ rows }) => rows > 0).map(({ at }) => at)),
  );
  const groups = Map.groupBy(stores.keys(), (store) => groupOfStore(stores[store]!));
  // Each group's consumers have their share of the requests; a store's thread lets so many batches through.
  const groupShare = Math.floor((concurrency / groups.size / CARRIER_MS) * 1000);
  const storeShare = Math.floor((1000 / (BATCH.sqlMs * D1_FACTOR)) * BATCH.texts);
  const waiting = stores.map(() => 0);
  let pace: PaceState = IDLE;
  let [sent, second] = [0, 0];
  for (; sent < texts; second++) {
    for (const [store, pages] of arrivals.entries())
      while (pages[0] && pages[0].at <= second * 1000) waiting[store]! += pages.shift()!.rows;
    const ready = [...groups.values()].flatMap((members) => {
      let room = groupShare;
      return [...members].map((store) => {
        const rows = Math.min(waiting[store]!, storeShare, room);
        room -= rows;
        return { store, rows };
      });
    });
    const asked = ready.reduce((sum, { rows }) => sum + rows, 0);
    const turns = takePermits(
      pace,
      { urgent: 0, lightReturning: 0, light: 0, returning: asked, fresh: 0 },
      { perSecond, perDay: null },
      START + second * 1000,
    );
    pace = turns.state;
    let room = turns.given.returning;
    for (const { store, rows } of ready) {
      const some = Math.min(rows, room);
      room -= some;
      sent += some;
      waiting[store]! -= some;
    }
  }
  // What was handed over last waits at the carrier behind the others.
  const last = Math.max(second, (pace.busyUntil - START) / 1000);
  return { swept: swept / 1000, last, stores: stores.length };
}
