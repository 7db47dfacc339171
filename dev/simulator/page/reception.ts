import type { NumberBehaviour } from '../numbers.ts';
import { sameOutcome, TEXT_OUTCOMES } from './outcomes.ts';

/** What can be wrong with a phone, as the page offers it; the words finish "on this phone, a text …". */
export const RECEPTIONS: readonly { key: string; label: string; behaviour: NumberBehaviour }[] = [
  { key: 'good', label: 'arrives', behaviour: {} },
  { key: 'landline', label: 'is refused: a landline (21614)', behaviour: { refuse: 21614 } },
  ...TEXT_OUTCOMES.map(({ value, label, outcome }) => ({ key: value, label, behaviour: outcome })),
];

/** The choice that a behaviour amounts to; one that the page does not offer shows as the first. */
export function receptionKey(behaviour: NumberBehaviour): string {
  const same = (other: NumberBehaviour): boolean =>
    other.refuse === behaviour.refuse && sameOutcome(other, behaviour);
  return RECEPTIONS.find((reception) => same(reception.behaviour))?.key ?? 'good';
}
