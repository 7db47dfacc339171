import { deployOf, hotFamily, thousandMoves } from './crowds.ts';
import { placement } from './families.ts';
import { type MorningResult, morning } from './morning.ts';
import { costOfMillionTexts } from './service-times.ts';
import { stampede } from './stampede.ts';

/** What is simulated. */
export interface SimulationOptions {
  families: number;
  seed: number;
  /** Texts a second that the senders take; by default as many as go in ten minutes. */
  perSecond?: number | undefined;
}

const n = (value: number) => value.toLocaleString('en-US');
const clock = (seconds: number) =>
  seconds < 60
    ? `${seconds} s`
    : seconds < 7200
      ? `${(seconds / 60).toFixed(1)} min`
      : `${(seconds / 3600).toFixed(1)} h`;

const told = (result: MorningResult) =>
  `texts ${n(result.texts)}, sent ${n(result.sent)}, expired ${n(result.expired)}, lost ${n(result.lost)}; ` +
  `p50 ${clock(result.p50)}, p99 ${clock(result.p99)}, last ${clock(result.last)}; ` +
  `at the carrier at most ${result.mostAhead.toFixed(0)} s of its rate`;

/** The simulation as text: the same for the same options, byte for byte. */
export function simulate({ families, seed, perSecond }: SimulationOptions): string {
  const placed = placement(families);
  const rate = perSecond ?? Math.max(3, Math.ceil((families * 0.25 * 0.47) / 600));
  const senders = { perSecond: rate, concurrency: Math.max(96, Math.ceil(rate / 3)) };
  const base = { families, seed, ...senders, outage: null };
  const usual = morning(base, placed);
  const outage = morning({ ...base, outage: { store: 1, seconds: 80 } }, placed);
  const slow = morning({ ...base, perSecond: Math.max(1, Math.floor(rate / 10)) }, placed);
  const [free, limited] = [hotFamily(seed, false), hotFamily(seed, true)];
  const moves = thousandMoves(seed);
  const due = { texts: 100_000, perSecond: 1000, concurrency: 333, families };
  const storm = stampede(due);
  const isolates = Math.max(100, Math.ceil(families / 200));
  return [
    `${n(families)} families in ${n(placed.stores.length)} databases, seed ${seed}; senders take ${n(rate)} a second`,
    '',
    `Seven o'clock in every zone: ${told(usual)}`,
    `  with senders ten times slower: ${told(slow)}`,
    `One database down for 80 s: ${told(outage)}; p99 in the others ${clock(outage.p99Elsewhere)}`,
    `${n(due.texts)} texts due at once, senders take ${n(due.perSecond)} a second: in the queues after ${storm.swept.toFixed(0)} s, ` +
      `last text after ${storm.last.toFixed(0)} s`,
    `A family of 200 posts 50 a second: ${n(free.hot.taken)} of ${n(free.hot.asked)} taken, p99 ${n(free.hot.p99)} ms; ` +
      `others ${n(free.others.taken)} of ${n(free.others.asked)}, p50 ${n(free.others.p50)} ms, p99 ${n(free.others.p99)} ms`,
    `  with 20 writers at 10 posts a minute: others ${n(limited.others.taken)} of ${n(limited.others.asked)}, ` +
      `p50 ${n(limited.others.p50)} ms, p99 ${n(limited.others.p99)} ms`,
    `A thousand moves, maps up to 15 s old: ${n(moves.posts)} posts, ${n(moves.waited)} waited, ${n(moves.refused)} refused, ` +
      `lost ${n(moves.lost)}; p50 ${n(moves.p50)} ms, p99 ${n(moves.p99)} ms`,
    `A deploy: ${n(isolates)} isolates have their map after ${deployOf(isolates).toFixed(1)} s`,
    `Cloudflare takes $${costOfMillionTexts().toFixed(2)} for a million texts (without the posts behind them)`,
    '',
  ].join('\n');
}
