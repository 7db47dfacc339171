import { desc, gte, isNull } from 'drizzle-orm';
import * as z from 'zod';
import { q } from '../../db/query.ts';
import { retrying } from '../../db/retry.ts';
import { alerts, deadLetters, linkOpens } from '../../db/schema.ts';
import type { Deps } from '../../platform/deps.ts';
import { iso, isoOrNull, timestamp } from '../../platform/http/validation.ts';
import { errorRule } from '../../platform/sms/twilio-errors.ts';
import { HOUR_MS } from '../../platform/time.ts';
import { failedTries, troublesOf } from './carrier-health.ts';
import { addUp, loadCounts, quantile } from './counts.ts';
import { lookAtTexts } from './watch.ts';

const counts = z.record(z.string(), z.int());

/** Statistics for operators: counts without personal data. */
export const statsSchema = z.object({
  since: timestamp,
  byStatus: counts,
  byReason: counts.describe('Suppressions and deferrals.'),
  errors: z.array(z.object({ code: z.string(), count: z.int(), advice: z.string() })),
  secondsToSent: z.object({ p50: z.number().nullable(), p95: z.number().nullable() }),
  segments: z.int(),
  byDay: z.array(z.object({ day: z.string(), status: z.string(), count: z.int() })),
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
  unmoved: z
    .object({ texts: z.int(), people: z.int(), families: z.int(), oldestAt: timestamp.nullable() })
    .describe('Texts that should have left by now, whatever they wait for; counted up to 1,000 a database.'),
  alerts: z.array(z.object({ kind: z.string(), message: z.string(), count: z.int(), lastAt: timestamp })),
});

/** See {@link statsSchema}. */
export type Stats = z.infer<typeof statsSchema>;

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
    .select({ kind: alerts.kind, message: alerts.message, count: alerts.count, lastAt: alerts.lastAt })
    .from(alerts)
    .where(gte(alerts.lastAt, since))
    .orderBy(desc(alerts.lastAt))
    .limit(LISTED),
});

/** The stats of the last `hours`, and of the hour in which they begin. A store that does not answer is named. */
export async function loadStats(deps: Deps, hours: number): Promise<Stats> {
  const now = deps.now();
  const since = now - hours * HOUR_MS;
  const [directory, counted, seen] = await Promise.all([
    retrying(() => deps.db.directory.batch(directoryStatements(since))),
    loadCounts(deps, { since, now }),
    lookAtTexts(deps),
  ]);
  const { cells, days, times, waiting, down } = counted;
  const texts = addUp(cells, ({ status }) => status);
  const errors = addUp(
    cells.filter(({ error }) => error !== ''),
    ({ error }) => error,
  );
  return {
    since: iso(since),
    byStatus: texts,
    byReason: addUp(
      cells.filter(({ reason }) => reason !== ''),
      ({ reason }) => reason,
    ),
    errors: Object.entries(errors)
      .sort(([, a], [, b]) => b - a)
      .map(([code, count]) => ({ code, count, advice: errorRule(Number(code) || null, 0).advice })),
    secondsToSent: { p50: quantile(times, 0.5), p95: quantile(times, 0.95) },
    segments: cells.reduce((sum, { segments }) => sum + segments, 0),
    byDay: days,
    opens: directory.opens,
    waiting: { count: waiting.count, oldestAt: isoOrNull(waiting.oldestAt) },
    deadLetters: directory.deadLetters.map((letter) => ({ ...letter, lastAt: iso(letter.lastAt) })),
    alerts: directory.alerts.map((alert) => ({ ...alert, lastAt: iso(alert.lastAt) })),
    databases: { down },
    troubles: troublesOf(seen, now),
    tries: {
      five: failedTries(seen.tries.five, seen.inDoubt),
      sixty: failedTries(seen.tries.sixty, seen.inDoubt),
    },
    unmoved: { ...seen.waiting, oldestAt: isoOrNull(seen.waiting.oldestAt) },
  };
}
