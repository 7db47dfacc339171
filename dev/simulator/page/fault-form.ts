import type { Carrier } from '../carrier.ts';
import type { Faults, PlannedFault } from '../faults.ts';
import { HttpError } from '../http.ts';

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
];

/** The position nearest to a rate that was set elsewhere. */
function levelOf(rate: number): string {
  if (rate === 0) return '0';
  return rate === 1 ? '1' : '0.3';
}

/** The form's values as they stand, by field name. */
export function faultValues(carrier: Carrier): Record<string, string> {
  const faults = carrier.faults.get();
  const latency = LATENCIES.findLast((each) => Number(each.value) <= faults.latencyMs);
  return {
    ...Object.fromEntries(FAULT_SWITCHES.map(({ name }) => [name, levelOf(faults[name])])),
    latencyMs: latency?.value ?? '0',
    optOuts: carrier.settings.optOuts,
  };
}

/** One sentence on how Twilio is doing. */
export function faultSummary(carrier: Carrier): string {
  const faults = carrier.faults.get();
  const on = FAULT_SWITCHES.filter(({ name }) => faults[name] > 0).map(({ label }) => label.toLowerCase());
  if (faults.latencyMs > 0) on.push('slow answers');
  const planned = carrier.faults.planned().reduce((sum, plan) => sum + plan.times, 0);
  if (planned > 0)
    on.push(planned === 1 ? 'the next text meets trouble' : `the next ${planned} requests meet trouble`);
  return on.length === 0 ? 'Twilio works as it should' : `Twilio is in trouble: ${on.join(', ')}`;
}

/** Applies the form. */
export function applyFaultForm(carrier: Carrier, form: URLSearchParams): void {
  const rates = FAULT_SWITCHES.map(({ name }) => [name, Number(form.get(name) ?? 0)]);
  carrier.faults.set({ ...Object.fromEntries(rates), latencyMs: Number(form.get('latencyMs') ?? 0) });
  const choice = OPT_OUT_CHOICES.find(({ value }) => value === form.get('optOuts'));
  if (choice) carrier.settings.optOuts = choice.value;
  carrier.events.emit({ type: 'settings' });
}

/** Plans what the form chose for the next text. */
export function applyNextForm(carrier: Carrier, form: URLSearchParams): void {
  const choice = NEXT_CHOICES.find(({ value }) => value === form.get('fault'));
  if (!choice) throw new HttpError(400, 'There is no such fault.');
  carrier.faults.next({ fault: choice.fault });
  carrier.events.emit({ type: 'settings' });
}
