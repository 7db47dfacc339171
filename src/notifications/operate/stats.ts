import { desc, isNull } from 'drizzle-orm';
import * as z from 'zod';
import type { Results } from '../../db/client.ts';
import { gte } from '../../db/comparisons.ts';
import { q } from '../../db/query.ts';
import { retrying } from '../../db/retry.ts';
import { alerts, deadLetters, linkOpens } from '../../db/schema.ts';
import type { StoreName } from '../../db/stores/slots.ts';
import { askStores } from '../../platform/ask-stores.ts';
import type { Deps } from '../../platform/deps.ts';
import { iso, isoOrNull, timestamp } from '../../platform/http/validation.ts';
import { once } from '../../platform/once.ts';
import { errorRule } from '../../platform/sms/twilio-errors.ts';
import { HOUR_MS } from '../../platform/time.ts';
import { alertColumns, alertSchema, alertToJson } from './acknowledge.ts';
import { failedTries, type TextsSeen, troublesOf } from './carrier-health.ts';
import { hourOf, spansOf } from './count-spans.ts';
import { addUp, type Cell, type CountedSince, type HourCount, quantile } from './count-sums.ts';
import { addUpCounts, type Counts, countsOfStore, type StoreCounts } from './counts.ts';
import { doubtAfterMs, textsSeen, watchStatements } from './watch.ts';

const counts = once(() => z.record(z.string(), z.int()));
const left = once(() => z.object({ texts: z.int(), segments: z.int() }));

/** Statistics for operators: counts without personal data. */
export const statsSchema = once(() =>
  z.object({
    since: timestamp,
    byStatus: counts(),
    byReason: counts().describe('Suppressions and deferrals.'),
    errors: z.array(
      z.object({
        code: z.string(),
        count: z.int(),
        advice: z.string(),
        firstAt: timestamp,
        lastAt: timestamp,
        url: z.string().nullable().describe("The carrier's own page about the code."),
      }),
    ),
    secondsToSent: z.object({ p50: z.number().nullable(), p95: z.number().nullable() }),
    segments: z.int(),
    byDay: z
      .array(z.object({ day: z.string(), status: z.string(), count: z.int() }))
      .describe('Days of UTC.'),
    byHour: z
      .array(z.object({ hour: timestamp, status: z.string(), count: z.int() }))
      .describe('By the hour that begins then, the last 48 hours at most.'),
    hour: z
      .object({ at: timestamp, now: left(), weekAgo: left() })
      .describe('What left of the texts written in this hour so far, and in the whole same hour a week ago.'),
    opens: z.array(z.object({ day: z.string(), device: z.string(), outcome: z.string(), count: z.int() })),
    waiting: z
      .object({ count: z.int(), oldestAt: timestamp.nullable() })
      .describe('Overdue for the sweep now; counted up to 10,000.'),
    deadLetters: z.array(
      z.object({ deliveryId: z.string(), familyId: z.string(), count: z.int(), lastAt: timestamp }),
    ),
    databases: z
      .object({ down: z.array(z.string()) })
      .describe('Databases that did not answer, and are not counted.'),
    troubles: z
      .array(z.object({ kind: z.string(), message: z.string() }))
      .describe('What is wrong with texts at this moment, and what to do; empty: nothing.'),
    tries: z
      .object({
        five: z.object({ failed: z.int(), share: z.number() }),
        sixty: z.object({ failed: z.int(), share: z.number() }),
      })
      .describe(
        "Tries of the last five and sixty minutes that failed for the carrier's or our account's sake.",
      ),
    lastAcceptedAt: timestamp
      .nullable()
      .describe('The minute in which the carrier last took a text, within two days.'),
    unmoved: z
      .object({ texts: z.int(), people: z.int(), families: z.int(), oldestAt: timestamp.nullable() })
      .describe(
        'Texts that should have left by now, whatever they wait for; counted up to 1,000 a database.',
      ),
    alerts: z.array(alertSchema()),
  }),
);

/** See {@link statsSchema}. */
export type Stats = z.infer<ReturnType<typeof statsSchema>>;

const LISTED = 50;

const directoryStatements = (since: number) => ({
  opens: q
    .select({
      day: linkOpens.day,
      device: linkOpens.device,
      outcome: linkOpens.outcome,
      count: linkOpens.count,
    })
    .from(linkOpens)
    .where(gte(linkOpens.day, iso(since).slice(0, 10)))
    .orderBy(linkOpens.day, linkOpens.device, linkOpens.outcome),
  deadLetters: q
    .select({
      deliveryId: deadLetters.deliveryId,
      familyId: deadLetters.familyId,
      count: deadLetters.count,
      lastAt: deadLetters.lastAt,
    })
    .from(deadLetters)
    .where(isNull(deadLetters.resolvedAt))
    .orderBy(desc(deadLetters.lastAt))
    .limit(LISTED),
  alerts: q
    .select(alertColumns)
    .from(alerts)
    .where(gte(alerts.lastAt, since))
    .orderBy(desc(alerts.lastAt))
    .limit(LISTED),
});

/** The carrier's codes that came, the most frequent first. */
function errorsOf(cells: readonly Cell[]): Stats['errors'] {
  const byCode = Map.groupBy(
    cells.filter(({ error }) => error !== ''),
    ({ error }) => error,
  );
  return [...byCode]
    .map(([code, group]) => ({
      code,
      count: group.reduce((sum, { count }) => sum + count, 0),
      advice: errorRule(Number(code) || null, 0).advice,
      firstAt: iso(Math.min(...group.map(({ firstAt }) => firstAt))),
      lastAt: iso(Math.max(...group.map(({ lastAt }) => lastAt))),
      url: /^\d{5}$/.test(code) ? `https://www.twilio.com/docs/api/errors/${code}` : null,
    }))
    .sort((a, b) => b.count - a.count);
}

/** The day of a moment by UTC. */
export const utcDay = (at: number): string => iso(at).slice(0, 10);

/** Hours as days. @param dayOf the day of a moment, by the clock of whoever reads it */
function byDay(hours: readonly HourCount[], dayOf: (at: number) => string): Stats['byDay'] {
  const days = new Map(hours.map(({ hourAt }) => [hourAt, '']));
  for (const at of days.keys()) days.set(at, dayOf(at));
  const sums = new Map<string, Stats['byDay'][number]>();
  for (const { hourAt, status, count } of hours) {
    const day = days.get(hourAt)!;
    const key = `${day} ${status}`;
    sums.set(key, { day, status, count: count + (sums.get(key)?.count ?? 0) });
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
}

/** What of one span of time the figures are made of. */
interface Span {
  since: number;
  counted: CountedSince;
  days: Stats['byDay'];
}

/** The time that figures are of, and its last part, which is told apart. */
export interface StatsRange {
  /** ms */
  since: number;
  recentSince: number;
  /** The day of a moment (ms UTC) as `2026-11-27`, by the clock of whoever reads it. */
  dayOf: (at: number) => string;
}

/** What is asked for such figures: statements of the directory and of each store. */
export function planStats(deps: Deps, range: StatsRange) {
  const now = deps.now();
  const spans = spansOf({ ...range, now });
  const hoursFrom = Math.max(spans.recent[0]?.from ?? 0, hourOf(range.recentSince));
  return {
    ...range,
    now,
    directory: directoryStatements(range.since),
    watch: watchStatements(now, doubtAfterMs(deps.config)),
    countsOf: (store: StoreName) => countsOfStore(deps.db.keyOf(store), { ...spans, hoursFrom, now }),
  };
}

type Plan = ReturnType<typeof planStats>;
type Watched = Parameters<typeof textsSeen>[0][number];

/** What the figures are made of. */
interface Loaded {
  directory: Results<Plan['directory']>;
  counted: Counts;
  seen: TextsSeen;
  now: number;
}

/** Adds up what stores have answered. @param down those that did not */
export const addUpStores = (
  { recentSince, now }: Plan,
  directory: Loaded['directory'],
  stores: readonly (Watched & { counts: StoreCounts })[],
  down: string[],
): Loaded => ({
  directory,
  counted: addUpCounts(
    stores.map(({ counts }) => counts),
    { recentSince, now, down },
  ),
  seen: textsSeen(stores, down, now),
  now,
});

function statsOf({ directory, counted, seen, now }: Loaded, span: Span): Stats {
  const { since, days } = span;
  const { cells, times } = span.counted;
  const { hours, waiting, down, hour } = counted;
  return {
    since: iso(since),
    byStatus: addUp(cells, ({ status }) => status),
    byReason: addUp(
      cells.filter(({ reason }) => reason !== ''),
      ({ reason }) => reason,
    ),
    errors: errorsOf(cells),
    secondsToSent: { p50: quantile(times, 0.5), p95: quantile(times, 0.95) },
    segments: cells.reduce((sum, { segments }) => sum + segments, 0),
    byDay: days,
    byHour: hours
      .filter(({ hourAt }) => hourAt >= hourOf(since))
      .map(({ hourAt, status, count }) => ({ hour: iso(hourAt), status, count })),
    hour: { ...hour, at: iso(hour.at) },
    opens: directory.opens.filter(({ day }) => day >= utcDay(since)),
    waiting: { count: waiting.count, oldestAt: isoOrNull(waiting.oldestAt) },
    deadLetters: directory.deadLetters.map((letter) => ({ ...letter, lastAt: iso(letter.lastAt) })),
    alerts: directory.alerts.filter(({ lastAt }) => lastAt >= since).map(alertToJson),
    databases: { down },
    troubles: troublesOf(seen, now),
    tries: {
      five: failedTries(seen.tries.five, seen.inDoubt),
      sixty: failedTries(seen.tries.sixty, seen.inDoubt),
    },
    lastAcceptedAt: isoOrNull(seen.lastAcceptedAt),
    unmoved: { ...seen.waiting, oldestAt: isoOrNull(seen.waiting.oldestAt) },
  };
}

/** The figures of the whole time. */
export const statsOfWhole = (loaded: Loaded, { since, dayOf }: StatsRange): Stats =>
  statsOf(loaded, { since, counted: loaded.counted.whole, days: byDay(loaded.counted.days, dayOf) });

/** The figures of its last part, which is no longer than the hours that are told one by one. */
export function statsOfRecent(loaded: Loaded, { recentSince, dayOf }: StatsRange): Stats {
  const hours = loaded.counted.hours.filter(({ hourAt }) => hourAt >= hourOf(recentSince));
  return statsOf(loaded, {
    since: recentSince,
    counted: loaded.counted.recent,
    days: byDay(hours, dayOf),
  });
}

/**
 * The stats of the last `hours`, and of the hour in which they begin. A store that does not answer is named.
 * @throws when the directory fails
 */
export async function loadStats(deps: Deps, hours: number): Promise<Stats> {
  const since = deps.now() - hours * HOUR_MS;
  const plan = planStats(deps, { since, recentSince: since, dayOf: utcDay });
  const [directory, { answers, down }] = await Promise.all([
    retrying(() => deps.db.directory.batch(plan.directory)),
    askStores(deps, 'stats', async (db, store) => {
      const counts = plan.countsOf(store);
      const answer = await retrying(() => db.batch({ ...counts.statements, ...plan.watch }));
      return { ...answer, counts: counts.read(answer) };
    }),
  ]);
  const stores = answers.map(({ answer }) => answer);
  return statsOfWhole(addUpStores(plan, directory, stores, down), plan);
}
