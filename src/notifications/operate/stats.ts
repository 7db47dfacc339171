import { count, desc, gte, isNotNull, isNull, lte, min, type SQL, sql } from 'drizzle-orm';
import * as z from 'zod';
import { allOf, nonNull } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { retrying } from '../../db/retry.ts';
import { alerts, deadLetters, linkOpens, smsDeliveryLog } from '../../db/schema.ts';
import { askStores } from '../../platform/ask-stores.ts';
import type { Deps } from '../../platform/deps.ts';
import { iso, timestamp } from '../../platform/http/validation.ts';
import { newId } from '../../platform/ids.ts';
import { errorRule } from '../../platform/sms/twilio-errors.ts';
import { HOUR_MS } from '../../platform/time.ts';

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
  waiting: z.object({ count: z.int(), oldestAt: timestamp.nullable() }),
  deadLetters: z.array(
    z.object({ deliveryId: z.string(), familyId: z.string(), count: z.int(), lastAt: timestamp }),
  ),
  databases: z
    .object({ down: z.array(z.string()) })
    .describe('Databases that did not answer, and are not counted.'),
  alerts: z.array(z.object({ kind: z.string(), message: z.string(), count: z.int(), lastAt: timestamp })),
});

/** See {@link statsSchema}. */
export type Stats = z.infer<typeof statsSchema>;

const LISTED = 50;

const toCounts = (rows: { key: string; count: number }[]) =>
  Object.fromEntries(rows.map(({ key, count }) => [key, count]));

const log = smsDeliveryLog;
const counted = count().as('count');

/** Deliveries written since then. Their ids sort by time, so that one range of the primary key is read. @param since ms */
const writtenSince = (since: number) =>
  allOf(gte(log.id, newId('dlv', since).slice(0, 14)), gte(log.createdAt, since));

/** How long it took from message to carrier, in whole steps: a tenth of a second, a second, from ten minutes on a minute. */
function secondsToSent(recent: SQL) {
  const took = sql`(${log.sentAt} - ${log.createdAt})`;
  const seconds = sql<number>`case when ${took} < 10000 then ${took} / 100 * 0.1
    when ${took} < 600000 then ${took} / 1000 else ${took} / 60000 * 60 end`;
  return q
    .select({ seconds: seconds.as('seconds'), count: counted })
    .from(log)
    .where(allOf(recent, isNotNull(log.sentAt)))
    .groupBy(seconds);
}

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

function familyStatements(since: number, now: number) {
  const recent = writtenSince(since);
  const day = sql<string>`date(${log.createdAt} / 1000, 'unixepoch')`;
  return {
    byStatus: q.select({ key: log.status, count: counted }).from(log).where(recent).groupBy(log.status),
    byReason: q
      .select({ key: nonNull(log.reason).as('key'), count: counted })
      .from(log)
      .where(allOf(recent, isNotNull(log.reason)))
      .groupBy(log.reason),
    errors: q
      .select({ code: nonNull(log.error).as('code'), count: counted })
      .from(log)
      .where(allOf(recent, isNotNull(log.error)))
      .groupBy(log.error)
      .orderBy(desc(counted)),
    took: secondsToSent(recent),
    segments: q
      .select({ count: sql<number>`coalesce(sum(${log.segments}), 0)`.as('count') })
      .from(log)
      .where(recent),
    byDay: q
      .select({ day: day.as('day'), status: log.status, count: counted })
      .from(log)
      .where(recent)
      .groupBy(day, log.status)
      .orderBy(day, log.status),
    waiting: q
      .select({ count: counted, oldestAt: min(log.wakeAt).as('oldestAt') })
      .from(log)
      .where(lte(log.wakeAt, now)),
  };
}

/** Adds up what several stores counted under the same key, in the order of first sight. */
function sumBy<T extends { count: number }>(rows: readonly T[], key: (row: T) => string): T[] {
  const sums = new Map<string, T>();
  for (const row of rows) {
    const known = sums.get(key(row));
    sums.set(key(row), known ? { ...known, count: known.count + row.count } : row);
  }
  return [...sums.values()];
}

/** The value below which this share of the counted ones is; null without any. */
function quantile(rows: readonly { seconds: number; count: number }[], share: number): number | null {
  const sorted = rows.toSorted((a, b) => a.seconds - b.seconds);
  let left = Math.floor(sorted.reduce((sum, { count }) => sum + count, 0) * share);
  for (const { seconds, count } of sorted) {
    if (left < count) return seconds;
    left -= count;
  }
  return null;
}

/** The stats of the last `hours`: of every store that answers; who does not is named. */
export async function loadStats(deps: Deps, hours: number): Promise<Stats> {
  const now = deps.now();
  const since = now - hours * HOUR_MS;
  const [directory, { answers, down }] = await Promise.all([
    retrying(() => deps.db.directory.batch(directoryStatements(since))),
    askStores(deps, 'stats', (db) => retrying(() => db.batch(familyStatements(since, now)))),
  ]);
  const all = <T>(rows: (answer: (typeof answers)[number]['answer']) => T[]): T[] =>
    answers.flatMap(({ answer }) => rows(answer));
  const took = all((answer) => answer.took);
  const waiting = all((answer) => answer.waiting);
  const oldest = waiting.flatMap(({ oldestAt }) => oldestAt ?? []);
  const sum = (rows: { count: number }[]) => rows.reduce((total, { count }) => total + count, 0);
  return {
    since: iso(since),
    byStatus: toCounts(
      sumBy(
        all((answer) => answer.byStatus),
        ({ key }) => key,
      ),
    ),
    byReason: toCounts(
      sumBy(
        all((answer) => answer.byReason),
        ({ key }) => key,
      ),
    ),
    errors: sumBy(
      all((answer) => answer.errors),
      ({ code }) => code,
    )
      .sort((a, b) => b.count - a.count)
      .map(({ code, count }) => ({ code, count, advice: errorRule(Number(code) || null, 0).advice })),
    secondsToSent: { p50: quantile(took, 0.5), p95: quantile(took, 0.95) },
    segments: sum(all((answer) => answer.segments)),
    byDay: sumBy(
      all((answer) => answer.byDay),
      ({ day, status }) => `${day} ${status}`,
    ).sort((a, b) => a.day.localeCompare(b.day) || a.status.localeCompare(b.status)),
    opens: directory.opens,
    waiting: { count: sum(waiting), oldestAt: oldest.length > 0 ? iso(Math.min(...oldest)) : null },
    deadLetters: directory.deadLetters.map((letter) => ({ ...letter, lastAt: iso(letter.lastAt) })),
    alerts: directory.alerts.map((alert) => ({ ...alert, lastAt: iso(alert.lastAt) })),
    databases: { down },
  };
}
