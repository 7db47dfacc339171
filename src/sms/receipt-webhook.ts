import { applyErrorCode, applyReceipt } from '../notifications/deliveries/receipts.ts';
import type { Deps } from '../platform/deps.ts';
import { AppError } from '../platform/errors.ts';
import { parseAddress } from '../platform/sms/address.ts';
import { messageSidOf, numberOf, type Webhook } from './signed-webhook.ts';

/** Max. length of a sender's address that is kept. */
const MOST_SENDER = 64;

/** Twilio's error code; null when there is none. */
function errorCodeOf(webhook: Webhook): number | null {
  const code = webhook.get('ErrorCode');
  return /^[1-9]\d{0,5}$/.test(code) ? Number(code) : null;
}

/** An id from the query of our status callback. */
function idOf({ query }: Webhook, name: string): string | null {
  const id = query.get(name);
  return id !== null && id !== '' && id.length <= 200 ? id : null;
}

/**
 * Handles a receipt. One that names a delivery belongs to the log; one of a code or a confirmation can still
 * tell that a number is dead or has opted out. Source:
 * twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks.
 * @throws AppError `invalid_request`; when a database fails, so that Twilio repeats the receipt
 */
export async function handleStatus(deps: Deps, webhook: Webhook): Promise<void> {
  const sid = messageSidOf(webhook);
  // RCS says that a text was read by `EventType=READ`, without a status.
  const status = webhook.get('MessageStatus') || webhook.get('SmsStatus') || webhook.get('EventType');
  if (!/^[a-z_-]{2,30}$/i.test(status)) throw new AppError('invalid_request', 'MessageStatus is missing.');
  const errorCode = errorCodeOf(webhook);
  const to = numberOf(webhook, 'To');
  const deliveryId = idOf(webhook, 'delivery');
  const familyId = idOf(webhook, 'family');
  if (deliveryId !== null) {
    const from = parseAddress(webhook.get('From'));
    const channel = (parseAddress(webhook.get('To')) ?? from)?.channel ?? null;
    await applyReceipt(deps, {
      deliveryId,
      familyId,
      sid,
      status: status.toLowerCase(),
      errorCode,
      to,
      channel: from?.channel === 'rcs' ? 'rcs' : channel,
      sender: from?.name.slice(0, MOST_SENDER) ?? null,
    });
  } else if (errorCode !== null) {
    await applyErrorCode(deps, errorCode, { to, sid, familyId: null });
  }
}
