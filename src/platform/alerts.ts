import { and, desc, isNotNull, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { eq, gt, gte } from '../db/comparisons.ts';
import { excluded, scalar } from '../db/expressions.ts';
import { q } from '../db/query.ts';
import { alerts } from '../db/schema.ts';
import type { Config } from './config.ts';
import { newId } from './ids.ts';
import { errorFields, type Log } from './log.ts';
import { DAY_MS, HOUR_MS } from './time.ts';

/** Kinds of alerts. Stable names; the message says what to do. */
export type AlertKind =
  | 'twilio_credentials'
  | 'twilio_sender'
  | 'twilio_filtered'
  | 'twilio_flagged'
  | 'twilio_limits'
  | 'dead_letter'
  | 'events_given_up'
  | 'events_gone'
  | 'events_stuck'
  | 'codes_per_day'
  | 'unknown_numbers'
  | 'link_misses'
  | 'wrong_codes'
  | 'stuck_rows'
  | 'service_cap_half'
  | 'service_cap_near'
  | 'service_cap_reached'
  | 'texts_unusual'
  | 'opt_out_unplaced'
  | 'carrier_silent'
  | 'carrier_refuses'
  | 'texts_late'
  | 'database_silent'
  | 'database_filling';

/**
 * Raises an alert: logs it, stores it, and posts it to the webhook once per hour and kind, unless operators have said
 * that they know of it. Never throws.
 */
export type RaiseAlert = (kind: AlertKind, message: string) => Promise<void>;

/**
 * The number of the occurrence within an hour that is posted; the first one, unless single occurrences mean
 * nothing.
 */
const POSTED_AT: Partial<Record<AlertKind, number>> = { twilio_filtered: 3 };

const POST_TIMEOUT_MS = 5000;

/** An acknowledgement holds for what comes of the same kind within two hours of the last, and for a day at most. */
const SAME_TROUBLE_MS = 2 * HOUR_MS;
const ACKNOWLEDGED_MS = DAY_MS;

/** A value of the last alert of a kind, if it was acknowledged and may be of the same trouble as one that is raised now. */
const ofSameTrouble = <C extends typeof alerts.acknowledgedAt | typeof alerts.acknowledgedBy>(
  column: C,
  kind: AlertKind,
  now: number,
) =>
  scalar<C['_']['data']>(
    q
      .select({ value: column })
      .from(alerts)
      .where(
        and(
          eq(alerts.kind, kind),
          gte(alerts.hourAt, now - SAME_TROUBLE_MS - HOUR_MS),
          gt(alerts.lastAt, now - SAME_TROUBLE_MS),
          isNotNull(alerts.acknowledgedAt),
          gt(alerts.acknowledgedAt, now - ACKNOWLEDGED_MS),
        ),
      )
      .orderBy(desc(alerts.hourAt))
      .limit(1),
  );

/**
 * What is posted: our fields, and `text`, which is all that Slack's incoming webhooks take (docs.slack.dev/messaging,
 * "Sending messages using incoming webhooks"); these get nothing else.
 */
function alertBody(
  { ALERT_WEBHOOK_URL: url, BRAND_NAME: service }: Pick<Config, 'ALERT_WEBHOOK_URL' | 'BRAND_NAME'>,
  { kind, message, at }: { kind: AlertKind; message: string; at: number },
): Record<string, string> {
  const text = `${service}: ${message} (${kind})`;
  if (url && new URL(url).hostname === 'hooks.slack.com') return { text };
  return { text, service, kind, message, at: new Date(at).toISOString() };
}

/** Creates the function that raises alerts. `message` must hold no personal data. */
export function createAlerts({
  directory,
  config,
  log,
  now,
}: {
  directory: Db;
  config: Pick<Config, 'ALERT_WEBHOOK_URL' | 'BRAND_NAME'>;
  log: Log;
  now: () => number;
}): RaiseAlert {
  return async (kind, message) => {
    log.error('alert', { kind, message });
    const at = now();
    try {
      const row = {
        id: newId('alr', at),
        kind,
        hourAt: at - (at % HOUR_MS),
        message,
        count: 1,
        firstAt: at,
        lastAt: at,
        acknowledgedAt: ofSameTrouble(alerts.acknowledgedAt, kind, at),
        acknowledgedBy: ofSameTrouble(alerts.acknowledgedBy, kind, at),
      };
      const kept = await directory.first(
        q
          .insert(alerts)
          .values(row)
          .onConflictDoUpdate({
            target: [alerts.kind, alerts.hourAt],
            set: {
              count: sql`${alerts.count} + 1`,
              lastAt: excluded(alerts.lastAt),
              message: excluded(alerts.message),
            },
          })
          .returning({ count: alerts.count, acknowledgedAt: alerts.acknowledgedAt }),
      );
      if (!config.ALERT_WEBHOOK_URL || !kept || kept.acknowledgedAt !== null) return;
      if (kept.count !== (POSTED_AT[kind] ?? 1)) return;
      const answer = await fetch(config.ALERT_WEBHOOK_URL, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(alertBody(config, { kind, message, at })),
        signal: AbortSignal.timeout(POST_TIMEOUT_MS),
      });
      if (!answer.ok) log.warn('alert.not_posted', { kind, status: answer.status });
    } catch (error) {
      log.error('alert.not_kept', { kind, ...errorFields(error) });
    }
  };
}
