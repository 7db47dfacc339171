import { carrierOptOut, markNumberUnusable } from '../../consent/carrier-reports.ts';
import type { Db } from '../../db/client.ts';
import { retrying } from '../../db/retry.ts';
import { sql } from '../../db/sql.ts';
import type { Deps } from '../../platform/deps.ts';
import { errorRule } from '../../platform/sms/twilio-errors.ts';
import { MINUTE_MS } from '../../platform/time.ts';
import { mayBecome, type Status } from './delivery-status.ts';
import { mergeInto } from './finish.ts';

/** What a receipt says. `errorCode` null: none. */
export interface Receipt {
  deliveryId: string;
  /** Null when the address did not say: then every database is asked. */
  familyId: string | null;
  sid: string;
  /** Twilio's word: `queued`, `sent`, `delivered`, `undelivered`, `failed`, `read` … */
  status: string;
  errorCode: number | null;
  /** The number it was about, E.164. */
  to: string | null;
}

/** After so long an unreachable handset is tried once more. */
const RETRY_AFTER_MS = 10 * MINUTE_MS;

/** Twilio's final words, in ours. */
function finalStatus(status: string, errorCode: number | null): Status | null {
  if (status === 'delivered' || status === 'read') return 'delivered';
  if (status === 'undelivered') return 'undelivered';
  if (status !== 'failed' && status !== 'canceled') return null;
  return errorCode !== null && errorRule(errorCode, 0).retryOnce ? 'undelivered' : 'failed';
}

/**
 * The statements that write what the carrier knows of a delivery: that it took the text (which ends any
 * doubt, even when absence had been concluded, and whatever the row waits for now), and how it ended. Never back;
 * any order; any number of times.
 * A row that is tried a second time still holds the first text's SID: late receipts of that one say nothing.
 */
export function outcomeStatements(
  db: Db,
  {
    deliveryId,
    sid,
    status,
    errorCode,
    segments,
    now,
  }: {
    deliveryId: string;
    sid: string;
    status: string;
    errorCode: number | null;
    segments: number | null;
    now: number;
  },
) {
  const final = finalStatus(status, errorCode);
  const retries = final === 'undelivered' && errorCode !== null && errorRule(errorCode, 0).retryOnce === true;
  // A text of this row that went out before the claim was the first try.
  const isFirst = sql`sent_at >= claimed_at`;
  const wakeAt = retries ? sql`CASE WHEN ${isFirst} THEN ${now + RETRY_AFTER_MS} END` : sql`NULL`;
  const target: Status = final ?? 'sent';
  // It was claimed once and has left after all: back through the states to the one from which it is sent.
  const backFrom = (status: Status, to: Status) =>
    db.run(sql`
      UPDATE sms_delivery_log SET status = ${to}
      WHERE id = ${deliveryId} AND status = ${status} AND ${mayBecome(to)} AND claim IS NOT NULL AND provider_sid IS NOT ${sid}`);
  return [
    backFrom('deferred', 'pending'),
    backFrom('pending', 'sending'),
    db.run(sql`
      UPDATE sms_delivery_log SET status = 'sent', provider_sid = ${sid}, sent_at = COALESCE(sent_at, ${now}),
        segments = COALESCE(${segments}, segments), reason = NULL, due_at = NULL, wake_at = NULL
      WHERE id = ${deliveryId} AND status = 'sending' AND ${mayBecome('sent')} AND provider_sid IS NOT ${sid}`),
    db.run(sql`
      UPDATE sms_delivery_log SET status = ${target}, error = ${errorCode === null ? null : String(errorCode)},
        delivered_at = ${final === 'delivered' ? now : null}, wake_at = ${wakeAt}
      WHERE id = ${deliveryId} AND provider_sid = ${sid} AND ${mayBecome(target)} AND ${final === null ? 0 : 1} = 1`),
  ] as const;
}

/**
 * Applies a delivery receipt: to the row, to the number, to the operators' attention.
 * A delivery that does not exist (any more) is no error.
 */
export async function applyReceipt(deps: Deps, receipt: Receipt): Promise<void> {
  const { deliveryId, familyId, sid, status, errorCode } = receipt;
  const databases = familyId === null ? deps.db.shards() : [deps.db.forFamily(familyId)];
  for (const db of databases) {
    const statements = outcomeStatements(db, {
      deliveryId,
      sid,
      status,
      errorCode,
      segments: null,
      now: deps.now(),
    });
    await retrying(() => db.batch([...statements, mergeInto(db, [deliveryId])]));
  }
  deps.log.info('delivery.receipt', { deliveryId, status, code: errorCode });
  if (errorCode !== null) await applyErrorCode(deps, errorCode, receipt);
}

/** What an error code of a receipt means beyond its delivery. */
export async function applyErrorCode(
  deps: Deps,
  errorCode: number,
  { to: number, sid }: Pick<Receipt, 'to' | 'sid'>,
): Promise<void> {
  const rule = errorRule(errorCode, 0);
  if (rule.alert) await deps.alert(rule.alert, `A receipt says ${errorCode}. ${rule.advice}`);
  if (number === null) return;
  if (rule.meaning === 'opted_out') await carrierOptOut(deps, { number, receipt: sid });
  if (rule.number) await markNumberUnusable(deps, { number, strike: rule.number === 'strike', receipt: sid });
}
