import type { Carrier } from '../carrier.ts';
import type { Faults, PlannedFault } from '../faults.ts';
import { HttpError } from '../http.ts';
import { sameOutcome, TEXT_OUTCOMES } from './outcomes.ts';

/** A fault that the page can switch: never, sometimes or always. */
export type FaultSwitch = {
  name: keyof Faults & (typeof SWITCHED)[number];
  label: string;
  hint: string;
};

const SWITCHED = [
  'rateLimited',
  'serverError',
  'timeout',
  'dropBefore',
  'dropAfter',
  'failing',
  'receiptLost',
  'receiptDuplicated',
  'receiptReordered',
] as const;

/** What the page calls them. */
export const FAULT_SWITCHES: readonly FaultSwitch[] = [
  { name: 'rateLimited', label: 'Too many requests', hint: 'answers 429' },
  { name: 'serverError', label: 'Server error', hint: 'answers 500' },
  { name: 'timeout', label: 'No answer', hint: 'the request hangs' },
  { name: 'dropBefore', label: 'Line drops early', hint: 'text not taken' },
  { name: 'dropAfter', label: 'Line drops late', hint: 'text taken, answer lost' },
  { name: 'failing', label: 'Texts fail', hint: 'taken, but never delivered' },
  { name: 'receiptLost', label: 'Receipts lost', hint: 'never told “delivered”' },
  { name: 'receiptDuplicated', label: 'Receipts doubled', hint: 'each comes twice' },
  { name: 'receiptReordered', label: 'Receipts swapped', hint: '“delivered” before “sent”' },
];

/** The three positions of a switch, as rates. */
export const FAULT_LEVELS = [
  { value: '0', label: 'Never' },
  { value: '0.3', label: 'Sometimes' },
  { value: '1', label: 'Always' },
] as const;

/** Waiting times that the page offers, in ms; the last one outlasts the application's patience of 10 s. */
export const LATENCIES = [
  { value: '0', label: 'at once' },
  { value: '1500', label: 'after 1.5 seconds' },
  { value: '5000', label: 'after 5 seconds' },
  { value: '12000', label: 'after 12 seconds' },
] as const;

/** How long the list may lag behind, in seconds. */
export const LIST_DELAYS = [
  { value: '0', label: 'at once' },
  { value: '30', label: 'after 30 seconds' },
  { value: '90', label: 'after 90 seconds' },
  { value: '600', label: 'after ten minutes' },
] as const;

/** What a 429 says about when to come back, in seconds; nothing: no header. */
export const RETRY_AFTERS = [
  { value: '1', label: 'after a second' },
  { value: '30', label: 'after 30 seconds' },
  { value: '', label: 'without saying when' },
] as const;

/** Texts a second that a sender hands on; nothing: any number. */
export const SENDER_RATES = [
  { value: '', label: 'any number of texts' },
  { value: '3', label: '3 texts a second' },
  { value: '1', label: 'a text a second' },
  { value: '0.1', label: 'a text in ten seconds' },
] as const;

/** What may wait for a sender, in seconds of sending. */
export const SENDER_QUEUES = [
  { value: '36000', label: 'ten hours' },
  { value: '60', label: 'a minute' },
  { value: '10', label: 'ten seconds' },
] as const;

/** Who answers keywords, as the page offers it. */
export const OPT_OUT_CHOICES = [
  { value: 'twilio', label: 'Twilio' },
  { value: 'advanced', label: 'Twilio, and it tells the app' },
  { value: 'off', label: 'the app itself' },
] as const;

/** What can happen to the next text alone. */
export const NEXT_CHOICES: readonly { value: string; label: string; fault: PlannedFault['fault'] }[] = [
  { value: 'dropAfter', label: 'taken, but the answer is lost', fault: 'dropAfter' },
  { value: 'dropBefore', label: 'lost before Twilio takes it', fault: 'dropBefore' },
  { value: 'timeoutAfter', label: 'taken, but never answered', fault: 'timeoutAfter' },
  { value: 'rateLimited', label: 'too many requests (429)', fault: 'rateLimited' },
  { value: 'unavailable', label: 'service unavailable (503)', fault: 'unavailable' },
  { value: '21611', label: 'queue full (21611)', fault: 21611 },
  { value: '30002', label: 'account suspended (30002)', fault: 30002 },
  ...TEXT_OUTCOMES.map(({ value, label, outcome }) => ({ value: `then-${value}`, label, fault: outcome })),
];

/** The position nearest to a rate that was set elsewhere. */
function levelOf(rate: number): string {
  if (rate === 0) return '0';
  return rate === 1 ? '1' : '0.3';
}

/** The last choice that is not above a number that was set elsewhere. */
function nearest(choices: readonly { value: string }[], set: number): string {
  const numbers = choices.map(({ value }) => value).sort((one, other) => Number(one) - Number(other));
  return numbers.findLast((value) => value !== '' && Number(value) <= set) ?? numbers[0] ?? '';
}

/** The form's values as they stand, by field name. */
export function faultValues(carrier: Carrier): Record<string, string> {
  const faults = carrier.faults.get();
  return {
    ...Object.fromEntries(FAULT_SWITCHES.map(({ name }) => [name, levelOf(faults[name])])),
    latencyMs: nearest(LATENCIES, faults.latencyMs),
    listDelaySeconds: nearest(LIST_DELAYS, faults.listDelaySeconds),
    retryAfterSeconds:
      faults.retryAfterSeconds === null ? '' : nearest(RETRY_AFTERS, faults.retryAfterSeconds),
    senderPerSecond: faults.senderPerSecond === null ? '' : nearest(SENDER_RATES, faults.senderPerSecond),
    senderQueueSeconds: nearest(SENDER_QUEUES, faults.senderQueueSeconds),
    ending:
      TEXT_OUTCOMES.find(({ outcome }) => sameOutcome(outcome, faults.endings[0] ?? {}))?.value ?? '30008',
    optOuts: carrier.settings.optOuts,
  };
}

/** One sentence on how Twilio is doing. */
export function faultSummary(carrier: Carrier): string {
  const faults = carrier.faults.get();
  const on = FAULT_SWITCHES.filter(({ name }) => faults[name] > 0).map(({ label }) => label.toLowerCase());
  if (faults.latencyMs > 0) on.push('slow answers');
  if (faults.listDelaySeconds > 0) on.push('the list is late');
  if (faults.senderPerSecond !== null) on.push('the sender is slow');
  if (faults.concurrent !== null) on.push('few requests at once');
  const planned = carrier.faults.planned().reduce((sum, plan) => sum + plan.times, 0);
  if (planned > 0)
    on.push(planned === 1 ? 'the next text meets trouble' : `the next ${planned} requests meet trouble`);
  return on.length === 0 ? 'Twilio works as it should' : `Twilio is in trouble: ${on.join(', ')}`;
}

const NUMBERS = [
  'latencyMs',
  'listDelaySeconds',
  'retryAfterSeconds',
  'senderPerSecond',
  'senderQueueSeconds',
] as const;

/** Applies the form. */
export function applyFaultForm(carrier: Carrier, form: URLSearchParams): void {
  const rates = FAULT_SWITCHES.map(({ name }) => [name, Number(form.get(name) ?? 0)]);
  // A field that the form left out keeps what is there; an empty one means "none".
  const numbers = NUMBERS.filter((name) => form.has(name)).map((name) => [
    name,
    form.get(name) === '' ? null : Number(form.get(name)),
  ]);
  const ending = TEXT_OUTCOMES.find(({ value }) => value === form.get('ending'));
  carrier.faults.set({
    ...Object.fromEntries(rates),
    ...Object.fromEntries(numbers),
    ...(ending ? { endings: [ending.outcome] } : {}),
  });
  const choice = OPT_OUT_CHOICES.find(({ value }) => value === form.get('optOuts'));
  if (choice) carrier.settings.optOuts = choice.value;
  carrier.events.emit({ type: 'settings' });
}

/** Plans what the form chose for the next text. */
export function applyNextForm(carrier: Carrier, form: URLSearchParams): void {
  const choice = NEXT_CHOICES.find(({ value }) => value === form.get('fault'));
  if (!choice) throw new HttpError(400, 'There is no such fault.');
  const to = form.get('to');
  carrier.faults.next({ fault: choice.fault, ...(to ? { to } : {}) });
  carrier.events.emit({ type: 'settings' });
}
