import { count, desc, gte, isNotNull, isNull, lte, min, type SQL, sql } from 'drizzle-orm';
import * as z from 'zod';
import { allOf, limitOf, nonNull, oneRow, scalar } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { retrying } from '../../db/retry.ts';
import { alerts, deadLetters, linkOpens, smsDeliveryLog } from '../../db/schema.ts';
import type { Deps } from '../../platform/deps.ts';
import { iso, isoOrNull, timestamp } from '../../platform/http/validation.ts';
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

/** So many seconds it took from message to carrier for this share of the deliveries. */
function secondsToSent(recent: SQL, share: number): SQL<number | null> {
  const sent = allOf(recent, isNotNull(log.sentAt));
  const took = sql`${log.sentAt} - ${log.createdAt}`;
  const rank = q
    .select({ n: sql<number>`cast(count(*) * ${share} as integer)`.as('n') })
    .from(log)
    .where(sent);
  return scalar<number>(
    q
      .select({ seconds: sql`(${took}) / 1000.0`.as('seconds') })
      .from(log)
      .where(sent)
      .orderBy(took)
      .limit(1)
      .offset(limitOf(sql<number>`${rank}`)),
  );
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
    sums: q
      .select({
        p50: secondsToSent(recent, 0.5).as('p50'),
        p95: secondsToSent(recent, 0.95).as('p95'),
        segments: scalar<number>(
          q
            .select({ sum: sql`sum(${log.segments})`.as('sum') })
            .from(log)
            .where(recent),
        ).as('segments'),
      })
      .from(oneRow),
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

/** The stats of the last `hours`. */
export async function loadStats(deps: Deps, hours: number): Promise<Stats> {
  const now = deps.now();
  const since = now - hours * HOUR_MS;
  const directory = await retrying(() => deps.db.directory.batch(directoryStatements(since)));
  // There is one shard today; several would be added up here.
  const shard = deps.db.shards().at(-1);
  const family = await retrying(() => shard!.batch(familyStatements(since, now)));
  const [sums] = family.sums;
  const [waiting] = family.waiting;
  return {
    since: iso(since),
    byStatus: toCounts(family.byStatus),
    byReason: toCounts(family.byReason),
    errors: family.errors.map(({ code, count }) => ({
      code,
      count,
      advice: errorRule(Number(code) || null, 0).advice,
    })),
    secondsToSent: { p50: sums?.p50 ?? null, p95: sums?.p95 ?? null },
    segments: sums?.segments ?? 0,
    byDay: family.byDay,
    opens: directory.opens,
    waiting: { count: waiting?.count ?? 0, oldestAt: isoOrNull(waiting?.oldestAt ?? null) },
    deadLetters: directory.deadLetters.map((letter) => ({ ...letter, lastAt: iso(letter.lastAt) })),
    alerts: directory.alerts.map((alert) => ({ ...alert, lastAt: iso(alert.lastAt) })),
  };
}
