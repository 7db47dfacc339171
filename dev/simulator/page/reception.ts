import type { NumberBehaviour } from '../numbers.ts';

/** What can be wrong with a phone, as the page offers it. */
export const RECEPTIONS: readonly { key: string; label: string; behaviour: NumberBehaviour }[] = [
  { key: 'good', label: 'gets its texts', behaviour: {} },
  { key: 'off', label: 'is switched off (30003)', behaviour: { undelivered: 30003 } },
  { key: 'unknown', label: 'does not exist (30005)', behaviour: { undelivered: 30005 } },
  { key: 'filtered', label: 'has a carrier that filters (30007)', behaviour: { failed: 30007 } },
  { key: 'landline', label: 'is a landline (refused, 21614)', behaviour: { refuse: 21614 } },
  { key: 'silent', label: 'sends no delivery receipt', behaviour: { noFinalReceipt: true } },
];

/** The choice that a behaviour amounts to; one that the page does not offer shows as the first. */
export function receptionKey(behaviour: NumberBehaviour): string {
  const same = (other: NumberBehaviour): boolean => JSON.stringify(other) === JSON.stringify(behaviour);
  return RECEPTIONS.find((reception) => same(reception.behaviour))?.key ?? 'good';
}
