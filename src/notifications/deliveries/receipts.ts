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

type FinalStatus = Extract<Status, 'delivered' | 'undelivered' | 'failed'>;

/** Twilio's final words, in ours. */
function finalStatus(status: string, errorCode: number | null): FinalStatus | null {
  if (status === 'delivered' || status === 'read') return 'delivered';
  if (status === 'undelivered') return 'undelivered';
  if (status !== 'failed' && status !== 'canceled') return null;
  return errorCode !== null && errorRule(errorCode, 0).retryOnce ? 'undelivered' : 'failed';
}

/** What the carrier knows of a delivery's text. `status` is Twilio's word; times in ms. */
interface CarrierReport {
  deliveryId: string;
  sid: string;
  status: string;
  errorCode: number | null;
  segments: number | null;
  now: number;
}

const log = smsDeliveryLog;

/** A row that was claimed once, and whose text has left after all: back towards the state from which it is sent. */
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

/** The end of a text, for each state that is one. `retryAt` null: it is not tried again. */
const endAs = (status: FinalStatus) =>
  hot<{ deliveryId: string; sid: string; error: string | null; now: number; retryAt: number | null }>()(
    (v) => {
      // A text of this row that went out before the claim was the first try.
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
 * The statements that write what the carrier knows of a delivery: that it took the text (which ends any
 * doubt, even when absence had been concluded, and whatever the row waits for now), and how it ended. Never back;
 * any order; any number of times. What the text told as well is merged into it.
 * A row that is tried a second time still holds the first text's SID: late receipts of that one say nothing.
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
 * Applies a delivery receipt: to the row, to the number, to the operators' attention.
 * A delivery that does not exist (any more) is no error.
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
