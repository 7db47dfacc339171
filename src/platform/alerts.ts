import { sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { excluded } from '../db/expressions.ts';
import { q } from '../db/query.ts';
import { alerts } from '../db/schema.ts';
import type { Config } from './config.ts';
import { newId } from './ids.ts';
import { errorFields, type Log } from './log.ts';
import { HOUR_MS } from './time.ts';

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

/** Raises an alert: logs it, stores it, and posts it to the webhook once per hour and kind. Never throws. */
export type RaiseAlert = (kind: AlertKind, message: string) => Promise<void>;

/**
 * The number of the occurrence within an hour that is posted; the first one, unless single occurrences mean
 * nothing.
 */
const POSTED_AT: Partial<Record<AlertKind, number>> = { twilio_filtered: 3 };

const POST_TIMEOUT_MS = 5000;

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
          .returning({ count: alerts.count }),
      );
      if (!config.ALERT_WEBHOOK_URL || kept?.count !== (POSTED_AT[kind] ?? 1)) return;
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
