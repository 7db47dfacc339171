import { type Carrier, senderKey } from './carrier.ts';
import type { TextOutcome } from './numbers.ts';
import { planReceipts, postReceipt } from './receipts.ts';
import type { MessageStatus, SimulatedMessage } from './types.ts';

/** What becomes of a message once it is accepted: what a fault decided then, or else what its number does. */
function outcomeOf(carrier: Carrier, message: SimulatedMessage): TextOutcome {
  return message.outcome ?? carrier.numbers.get(message.to);
}

/** The code with which a message fails at the moment it would leave Twilio's queue, or null. */
function failureOf(carrier: Carrier, message: SimulatedMessage): number | null {
  const blocked = carrier.optOuts.has(senderKey(carrier.settings, message.from), message.to);
  // An opt-out applies to what is already queued; Twilio's own answers are exempt from it.
  if (blocked && message.writtenBy === 'app') return 21610;
  if (isExpired(message)) return 30036;
  const { failed } = outcomeOf(carrier, message);
  if (failed !== undefined || message.direction !== 'outbound-reply') return failed ?? null;
  return carrier.numbers.get(message.to).refuse ?? null;
}

function isExpired({ validityPeriod, createdAt }: SimulatedMessage): boolean {
  return validityPeriod !== null && Date.now() - createdAt > validityPeriod * 1000;
}

/** Moves a message on and tells those who watch. */
function move(carrier: Carrier, message: SimulatedMessage, status: MessageStatus, code: number | null): void {
  message.status = status;
  message.updatedAt = Date.now();
  if (status === 'sent') message.sentAt = message.updatedAt;
  if (status === 'failed' || status === 'undelivered') message.errorCode = code;
  carrier.events.emit({ type: 'status', message });
}

/** Says that a message has come to a status, with the error code of a bad end. */
type Step = (status: MessageStatus, code?: number) => void;

/** Takes a message out of Twilio's queue. False when it failed there, or was called off. */
async function leave(carrier: Carrier, message: SimulatedMessage, step: Step): Promise<boolean> {
  // No receipt tells the status with which the create call answered: `queued`, or `accepted` with a service.
  if (message.status === 'accepted') {
    step('queued');
    if (carrier.queues.isFull(message.from)) {
      step('failed', 30001);
      return false;
    }
  }
  const mayPass = (): boolean => !isExpired(message);
  if (!(await carrier.queues.turn(message.from, message.segments, mayPass))) return false;
  if (!(await carrier.work.pause(carrier.settings.pace.sentMs))) return false;
  const failure = failureOf(carrier, message);
  if (failure === null) step('sent');
  else step('failed', failure);
  return failure === null;
}

/** Takes a message that has left to its end on the phone. */
async function arrive(carrier: Carrier, message: SimulatedMessage, step: Step): Promise<void> {
  const { deliveredMs } = carrier.settings.pace;
  const { undelivered, noFinalReceipt } = outcomeOf(carrier, message);
  if (noFinalReceipt || !(await carrier.work.pause(deliveredMs))) return;
  if (undelivered !== undefined) return step('undelivered', undelivered);
  step('delivered');
  const reads = message.channel === 'rcs' && carrier.numbers.get(message.to).reads !== false;
  if (reads && (await carrier.work.pause(deliveredMs))) step('read');
}

/** Takes an accepted message from where it is to its end, with its receipts. */
async function deliver(carrier: Carrier, message: SimulatedMessage): Promise<void> {
  const faults = carrier.faults.get();
  const reordered = carrier.faults.chance(faults.receiptReordered, `receipt:${message.seq}:order`);
  const gone: MessageStatus[] = [];
  const held = faults.receiptOrder !== null || reordered;

  // The message moves on whether or not the application answers; its receipts keep their order.
  let receipts = Promise.resolve();
  const step: Step = (status, code) => {
    move(carrier, message, status, code ?? null);
    gone.push(status);
    if (!held) receipts = receipts.then(() => postReceipt(carrier, message, status, 0));
  };

  if (message.status === 'sent' || (await leave(carrier, message, step)))
    await arrive(carrier, message, step);
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

const UNDER_WAY: ReadonlySet<MessageStatus> = new Set(['accepted', 'queued', 'sent']);

/** Goes on with the deliveries that the end of an earlier process cut short. */
export function resumeDeliveries(carrier: Carrier): void {
  for (const message of carrier.messages.all()) {
    if (UNDER_WAY.has(message.status)) carrier.work.run(() => deliver(carrier, message));
  }
}
