import { type Carrier, senderKey } from './carrier.ts';
import { planReceipts, postReceipt } from './receipts.ts';
import type { MessageStatus, SimulatedMessage } from './types.ts';

type Ending = { steps: MessageStatus[]; errorCode: number | null };

/** How an accepted message will go on, decided at the moment it would leave Twilio's queue. */
function endingOf(carrier: Carrier, message: SimulatedMessage, now: number): Ending {
  const { refuse, failed, undelivered, noFinalReceipt } = carrier.numbers.get(message.to);
  const blocked = carrier.optOuts.has(senderKey(carrier.settings, message.from), message.to);
  const expired = message.validityPeriod !== null && now - message.createdAt > message.validityPeriod * 1000;
  // An opt-out applies to what is already queued; Twilio's own answers are exempt from it.
  if (blocked && message.writtenBy === 'app') return { steps: ['failed'], errorCode: 21610 };
  if (expired) return { steps: ['failed'], errorCode: 30036 };
  const failure = failed ?? (message.direction === 'outbound-reply' ? refuse : undefined);
  if (failure !== undefined) return { steps: ['failed'], errorCode: failure };
  if (undelivered !== undefined) return { steps: ['sent', 'undelivered'], errorCode: undelivered };
  return { steps: noFinalReceipt ? ['sent'] : ['sent', 'delivered'], errorCode: null };
}

/** Moves a message on and tells those who watch. */
function move(carrier: Carrier, message: SimulatedMessage, status: MessageStatus, code: number | null): void {
  message.status = status;
  message.updatedAt = Date.now();
  if (status === 'sent') message.sentAt = message.updatedAt;
  if (status === 'failed' || status === 'undelivered') message.errorCode = code;
  carrier.events.emit({ type: 'status', message });
}

/**
 * Takes an accepted message through its life, with its receipts. There is no receipt for the status that the create
 * call answered with: `queued`, or `accepted` with a Messaging Service, which then has one for `queued`.
 */
async function deliver(carrier: Carrier, message: SimulatedMessage): Promise<void> {
  const faults = carrier.faults.get();
  const reordered = carrier.faults.chance(faults.receiptReordered, `receipt:${message.seq}:order`);
  const gone: MessageStatus[] = [];
  const held = faults.receiptOrder !== null || reordered;

  // The message moves on whether or not the application answers; its receipts keep their order.
  let receipts = Promise.resolve();
  const step = (status: MessageStatus, code: number | null): void => {
    move(carrier, message, status, code);
    gone.push(status);
    if (!held) receipts = receipts.then(() => postReceipt(carrier, message, status, 0));
  };

  if (message.status === 'accepted') step('queued', null);
  if (!(await carrier.work.pause(carrier.settings.pace.sentMs))) return;
  const ending = endingOf(carrier, message, Date.now());
  for (const [index, status] of ending.steps.entries()) {
    if (index > 0 && !(await carrier.work.pause(carrier.settings.pace.deliveredMs))) return;
    step(status, ending.errorCode);
  }
  await receipts;
  const plan = planReceipts(gone, faults, reordered);
  if (plan.as === 'they happen') return;
  for (const [nth, status] of plan.order.entries()) await postReceipt(carrier, message, status, nth);
}

/** Starts the delivery of a message that was just accepted. */
export function startDelivery(carrier: Carrier, message: SimulatedMessage): void {
  carrier.events.emit({ type: 'message', message });
  carrier.work.run(() => deliver(carrier, message));
}
