import type { Carrier } from './carrier.ts';
import type { Faults } from './faults.ts';
import type { Settings } from './options.ts';
import type { MessageStatus, SimulatedMessage } from './types.ts';
import { wireAddresses } from './wire.ts';

/** When a message's receipts are posted: each as it happens, or all of them in this order at the end. */
export type ReceiptPlan = { as: 'they happen' } | { as: 'at the end'; order: MessageStatus[] };

/**
 * The order of a message's receipts.
 * @param steps The statuses that it went through, in order; the last one but `read` is how it ended.
 */
export function planReceipts(
  steps: readonly MessageStatus[],
  faults: Faults,
  reordered: boolean,
): ReceiptPlan {
  if (faults.receiptOrder) {
    const final = steps.findLast((step) => step !== 'read');
    const order = faults.receiptOrder.map((step) => (step === 'final' ? final : step));
    return { as: 'at the end', order: order.filter((status) => status !== undefined) };
  }
  return reordered ? { as: 'at the end', order: [...steps].reverse() } : { as: 'they happen' };
}

/** YYMMDDhhmm in UTC, the carrier's "done date" in the last receipt. */
function doneDate(ms: number): string {
  return new Date(ms).toISOString().replace(/\D/g, '').slice(2, 12);
}

/**
 * The form of a status callback (twilio.com/docs/messaging/guides/track-outbound-message-status). A read receipt, which
 * comes on RCS alone, has an `EventType` in the place of a status.
 */
function receiptParams(
  settings: Settings,
  message: SimulatedMessage,
  status: MessageStatus,
  now: number,
): Record<string, string> {
  const ended = status === 'undelivered' || status === 'failed';
  const { from, to } = wireAddresses(settings, message);
  return {
    AccountSid: settings.accountSid,
    ApiVersion: '2010-04-01',
    From: from,
    MessageSid: message.sid,
    SmsSid: message.sid,
    To: to,
    ...(status === 'read' ? { EventType: 'READ' } : { MessageStatus: status, SmsStatus: status }),
    ...(message.messagingServiceSid ? { MessagingServiceSid: message.messagingServiceSid } : {}),
    ...(ended && message.errorCode !== null ? { ErrorCode: String(message.errorCode) } : {}),
    ...(status === 'delivered' || status === 'undelivered' ? { RawDlrDoneDate: doneDate(now) } : {}),
  };
}

/** Posts one receipt, unless chance loses it; chance may double it. */
export async function postReceipt(
  carrier: Carrier,
  message: SimulatedMessage,
  status: MessageStatus,
  nth: number,
): Promise<void> {
  if (message.statusCallback === null) return;
  const faults = carrier.faults.get();
  const key = `receipt:${message.seq}:${status}:${nth}`;
  if (carrier.faults.chance(faults.receiptLost, `${key}:lost`)) return;
  const times = carrier.faults.chance(faults.receiptDuplicated, `${key}:twice`) ? 2 : 1;
  const params = receiptParams(carrier.settings, message, status, Date.now());
  for (let time = 0; time < times; time += 1) {
    await carrier.webhooks.post('status', message.statusCallback, params);
  }
}
