import { percentile, randomOf } from './families.ts';
import { D1_FACTOR, FREEZE_MS, MAP_READ_MS, POST_MS } from './service-times.ts';

/** Of posts that were asked for: how many were taken, and how long those took, ms. */
export interface Waits {
  asked: number;
  taken: number;
  p50: number;
  p99: number;
}

/** D1 answers "overloaded" to what would wait longer; here in ms. */
const QUEUE_MS = 2000;

/**
 * A family of 200 posts 50 a second into one database, beside a usual load: one thread, first come, first served.
 * @param limited whether each of the 200 keeps to the budget of posts a minute
 */
export function hotFamily(seed: number, limited: boolean): { hot: Waits; others: Waits } {
  const random = randomOf(seed);
  const [SECONDS, HOT, USUAL, BUDGET_A_MINUTE] = [60, 50, 40, limited ? 10 : Number.POSITIVE_INFINITY];
  const arrivals: { at: number; hot: boolean }[] = [];
  for (let i = 0; i < SECONDS * HOT; i++) arrivals.push({ at: random() * SECONDS * 1000, hot: true });
  for (let i = 0; i < SECONDS * USUAL; i++) arrivals.push({ at: random() * SECONDS * 1000, hot: false });
  arrivals.sort((a, b) => a.at - b.at);
  const waits: { hot: number[]; others: number[] } = { hot: [], others: [] };
  const asked = { hot: 0, others: 0 };
  let [free, budget] = [0, 0];
  for (const { at, hot } of arrivals) {
    const who = hot ? 'hot' : 'others';
    asked[who] += 1;
    if (hot && ++budget > BUDGET_A_MINUTE * 20) continue; // Twenty of them write.
    const begin = Math.max(at, free);
    if (begin - at > QUEUE_MS) continue;
    free = begin + (hot ? POST_MS.large : POST_MS.usual) * D1_FACTOR;
    const took = Math.round(free - at);
    waits[who][took] = (waits[who][took] ?? 0) + 1;
  }
  const summary = (who: 'hot' | 'others'): Waits => ({
    asked: asked[who],
    taken: waits[who].reduce((sum, n) => sum + (n ?? 0), 0),
    p50: percentile(waits[who], 0.5),
    p99: percentile(waits[who], 0.99),
  });
  return { hot: summary('hot'), others: summary('others') };
}

/** What a thousand moves do to families that chat. */
export interface MovesResult {
  posts: number;
  waited: number;
  refused: number;
  lost: number;
  p50: number;
  p99: number;
}

/**
 * A thousand families move while each posts every two seconds, through isolates whose maps are up to 15 s old: a fence
 * tells them, they look again every 100 ms, and answer 503 after two seconds.
 */
export function thousandMoves(seed: number): MovesResult {
  const random = randomOf(seed);
  const [LOOK_MS, GIVE_UP_MS, EVERY_MS, WATCHED_MS] = [100, 2000, 2000, 20_000];
  const result: MovesResult = { posts: 0, waited: 0, refused: 0, lost: 0, p50: 0, p99: 0 };
  const waits: number[] = [];
  for (let family = 0; family < 1000; family++) {
    const u = random();
    const freeze =
      u < 0.5
        ? FREEZE_MS.p50 * (0.5 + u)
        : u < 0.95
          ? FREEZE_MS.p50 + ((u - 0.5) / 0.45) * (FREEZE_MS.p95 - FREEZE_MS.p50)
          : FREEZE_MS.p95 + ((u - 0.95) / 0.05) * (FREEZE_MS.most - FREEZE_MS.p95);
    for (let at = random() * EVERY_MS - WATCHED_MS / 2; at < WATCHED_MS / 2; at += EVERY_MS) {
      result.posts += 1;
      const isMapStale = at > freeze && random() < 0.5;
      const until = at < 0 ? at : at < freeze ? freeze : isMapStale ? at + 1 : at;
      const took = until <= at ? 0 : Math.ceil((until - at) / LOOK_MS) * LOOK_MS;
      if (took > GIVE_UP_MS) result.refused += 1;
      else waits[took] = (waits[took] ?? 0) + 1;
      if (took > 0) result.waited += 1;
    }
  }
  result.p50 = percentile(waits, 0.5);
  result.p99 = percentile(waits, 0.99);
  return result;
}

/** A deploy starts every isolate anew: each reads the map once. @returns s until the last has it */
export const deployOf = (isolates: number): number => (isolates * MAP_READ_MS * D1_FACTOR) / 1000;
