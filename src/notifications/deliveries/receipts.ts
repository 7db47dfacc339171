import { and, eq, gte, isNotNull } from 'drizzle-orm';
import { carrierOptOut, markNumberUnusable } from '../../consent/carrier-reports.ts';
import { coalesce, differs, iif } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { retrying } from '../../db/retry.ts';
import { smsDeliveryLog } from '../../db/schema.ts';
import { hot } from '../../db/statement.ts';
import type { Deps } from '../../platform/deps.ts';
import { errorRule } from '../../platform/sms/twilio-errors.ts';
import { MINUTE_MS } from '../../platform/time.ts';
import { mayBecome, type Status } from './delivery-status.ts';
import { mergeInto } from './finish.ts';

/** A delivery receipt. `errorCode` null: none. */
export interface Receipt {
  deliveryId: string;
  /** Null when the callback's query has none: then every database is asked. */
  familyId: string | null;
  sid: string;
  /** Twilio's status: `queued`, `sent`, `delivered`, `undelivered`, `failed`, `read` … */
  status: string;
  errorCode: number | null;
  /** The number it was about, E.164. */
  to: string | null;
}

/** Delay until an unreachable handset is tried once more. */
const RETRY_AFTER_MS = 10 * MINUTE_MS;

type FinalStatus = Extract<Status, 'delivered' | 'undelivered' | 'failed'>;

/** The final state for a status of Twilio's; null when it is not final. */
function finalStatus(status: string, errorCode: number | null): FinalStatus | null {
  if (status === 'delivered' || status === 'read') return 'delivered';
  if (status === 'undelivered') return 'undelivered';
  if (status !== 'failed' && status !== 'canceled') return null;
  return errorCode !== null && errorRule(errorCode, 0).retryOnce ? 'undelivered' : 'failed';
}

/** The carrier's report on a delivery's text. `status` is Twilio's; times in ms. */
interface CarrierReport {
  deliveryId: string;
  sid: string;
  status: string;
  errorCode: number | null;
  segments: number | null;
  now: number;
}

const log = smsDeliveryLog;

/** Statement: moves a row whose text was sent after all back to the state before sending. */
const backTo = (status: Status, to: Status) =>
  hot<{ deliveryId: string; sid: string }>()((v) =>
    q
      .update(log)
      .set({ status: to })
      .where(
        and(
          eq(log.id, v.deliveryId),
          eq(log.status, status),
          mayBecome(to),
          isNotNull(log.claim),
          differs(log.providerSid, v.sid),
        ),
      ),
  );
const toPending = backTo('deferred', 'pending');
const toSending = backTo('pending', 'sending');

const toSent = hot<{ deliveryId: string; sid: string; segments: number | null; now: number }>()((v) =>
  q
    .update(log)
    .set({
      status: 'sent',
      providerSid: v.sid,
      sentAt: coalesce(log.sentAt, v.now),
      segments: coalesce(v.segments, log.segments),
      doubtSince: null,
      reason: null,
      dueAt: null,
      wakeAt: null,
    })
    .where(
      and(
        eq(log.id, v.deliveryId),
        eq(log.status, 'sending'),
        mayBecome('sent'),
        differs(log.providerSid, v.sid),
      ),
    ),
);

/** Statement: writes a final state. `retryAt` null: no retry. */
const endAs = (status: FinalStatus) =>
  hot<{ deliveryId: string; sid: string; error: string | null; now: number; retryAt: number | null }>()(
    (v) => {
      // A text sent before the current claim was the first attempt.
      const isFirst = gte(log.sentAt, log.claimedAt);
      return q
        .update(log)
        .set({
          status,
          error: v.error,
          deliveredAt: status === 'delivered' ? v.now : null,
          wakeAt: iif(isFirst, v.retryAt, null),
        })
        .where(and(eq(log.id, v.deliveryId), eq(log.providerSid, v.sid), mayBecome(status)));
    },
  );
const END = {
  delivered: endAs('delivered'),
  undelivered: endAs('undelivered'),
  failed: endAs('failed'),
} satisfies Record<FinalStatus, unknown>;

/**
 * The statements that apply a carrier's report: that it accepted the text (which ends any doubt, even after
 * absence was concluded, whatever the row waits for now), and its final state. Monotonic and idempotent, in any
 * order. Rows that the text covers are merged into it. A row on its second attempt still holds the first text's
 * SID: late receipts of that text have no effect.
 */
export function reportStatements({ deliveryId, sid, status, errorCode, segments, now }: CarrierReport) {
  const final = finalStatus(status, errorCode);
  const retries = final === 'undelivered' && errorCode !== null && errorRule(errorCode, 0).retryOnce === true;
  const error = errorCode === null ? null : String(errorCode);
  return {
    pending: toPending({ deliveryId, sid }),
    sending: toSending({ deliveryId, sid }),
    sent: toSent({ deliveryId, sid, segments, now }),
    ended:
      final && END[final]({ deliveryId, sid, error, now, retryAt: retries ? now + RETRY_AFTER_MS : null }),
    merged: mergeInto([deliveryId]),
  };
}

/**
 * Applies a delivery receipt to the row and the number, and alerts operators. An unknown delivery is no error.
 * @throws when a database fails: Twilio repeats the receipt
 */
export async function applyReceipt(deps: Deps, receipt: Receipt): Promise<void> {
  const { deliveryId, familyId, sid, status, errorCode } = receipt;
  const databases = familyId === null ? deps.db.shards() : [deps.db.forFamily(familyId)];
  for (const db of databases) {
    const report = { deliveryId, sid, status, errorCode, segments: null, now: deps.now() };
    await retrying(() => db.batch(reportStatements(report)));
  }
  deps.log.info('delivery.receipt', { deliveryId, status, code: errorCode });
  if (errorCode !== null) await applyErrorCode(deps, errorCode, receipt);
}

/** Applies a receipt's error code beyond its delivery: the number's state, alerts. */
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
