import * as z from 'zod';
import { retrying } from '../../db/retry.ts';
import { sql } from '../../db/sql.ts';
import type { Deps } from '../../platform/deps.ts';
import { iso, isoOrNull, timestamp } from '../../platform/http/validation.ts';
import { newId } from '../../platform/ids.ts';
import { errorRule } from '../../platform/sms/twilio-errors.ts';
import { HOUR_MS } from '../../platform/time.ts';

const counts = z.record(z.string(), z.int());

/** What operators look at: counts, no personal data. */
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

/** The stats of the last `hours`. Delivery ids sort by time, so that one range of the primary key is read. */
export async function loadStats(deps: Deps, hours: number): Promise<Stats> {
  const now = deps.now();
  const since = now - hours * HOUR_MS;
  const recent = sql`d.id >= ${newId('dlv', since).slice(0, 14)} AND d.created_at >= ${since}`;
  const db = deps.db.directory;
  const [opens, deadLetters, alerts] = await retrying(() =>
    db.batch([
      db.all<Stats['opens'][number]>(sql`
        SELECT day, device, outcome, count FROM link_opens WHERE day >= ${iso(since).slice(0, 10)} ORDER BY day, device, outcome`),
      db.all<{ deliveryId: string; familyId: string; count: number; lastAt: number }>(sql`
        SELECT delivery_id AS deliveryId, family_id AS familyId, count, last_at AS lastAt
        FROM dead_letters WHERE resolved_at IS NULL ORDER BY last_at DESC LIMIT ${LISTED}`),
      db.all<{ kind: string; message: string; count: number; lastAt: number }>(sql`
        SELECT kind, message, count, last_at AS lastAt FROM alerts WHERE last_at >= ${since} ORDER BY last_at DESC LIMIT ${LISTED}`),
    ]),
  );
  // One shard today; sums over several would be added up here.
  const [shard] = deps.db.shards();
  const family = shard!;
  const percentile = (
    share: number,
  ) => sql`(SELECT (d.sent_at - d.created_at) / 1000.0 FROM sms_delivery_log d
    WHERE ${recent} AND d.sent_at IS NOT NULL ORDER BY d.sent_at - d.created_at
    LIMIT 1 OFFSET (SELECT CAST(COUNT(*) * ${share} AS INTEGER) FROM sms_delivery_log d WHERE ${recent} AND d.sent_at IS NOT NULL))`;
  const [byStatus, byReason, errors, sums, byDay, waiting] = await retrying(() =>
    family.batch([
      family.all<{ key: string; count: number }>(
        sql`SELECT d.status AS key, COUNT(*) AS count FROM sms_delivery_log d WHERE ${recent} GROUP BY d.status`,
      ),
      family.all<{ key: string; count: number }>(sql`
        SELECT d.reason AS key, COUNT(*) AS count FROM sms_delivery_log d
        WHERE ${recent} AND d.reason IS NOT NULL GROUP BY d.reason`),
      family.all<{ code: string; count: number }>(sql`
        SELECT d.error AS code, COUNT(*) AS count FROM sms_delivery_log d
        WHERE ${recent} AND d.error IS NOT NULL GROUP BY d.error ORDER BY count DESC`),
      family.all<{ p50: number | null; p95: number | null; segments: number | null }>(sql`
        SELECT ${percentile(0.5)} AS p50, ${percentile(0.95)} AS p95,
          (SELECT SUM(d.segments) FROM sms_delivery_log d WHERE ${recent}) AS segments`),
      family.all<Stats['byDay'][number]>(sql`
        SELECT date(d.created_at / 1000, 'unixepoch') AS day, d.status AS status, COUNT(*) AS count
        FROM sms_delivery_log d WHERE ${recent} GROUP BY 1, 2 ORDER BY 1, 2`),
      family.all<{ count: number; oldestAt: number | null }>(sql`
        SELECT COUNT(*) AS count, MIN(d.wake_at) AS oldestAt FROM sms_delivery_log d WHERE d.wake_at <= ${now}`),
    ]),
  );
  return {
    since: iso(since),
    byStatus: toCounts(byStatus),
    byReason: toCounts(byReason),
    errors: errors.map(({ code, count }) => ({
      code,
      count,
      advice: errorRule(Number(code) || null, 0).advice,
    })),
    secondsToSent: { p50: sums[0]?.p50 ?? null, p95: sums[0]?.p95 ?? null },
    segments: sums[0]?.segments ?? 0,
    byDay,
    opens,
    waiting: { count: waiting[0]?.count ?? 0, oldestAt: isoOrNull(waiting[0]?.oldestAt ?? null) },
    deadLetters: deadLetters.map((letter) => ({ ...letter, lastAt: iso(letter.lastAt) })),
    alerts: alerts.map((alert) => ({ ...alert, lastAt: iso(alert.lastAt) })),
  };
}
