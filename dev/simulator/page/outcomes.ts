import type { TextOutcome } from '../numbers.ts';

/** How an accepted text can end badly, as the page offers it; the words finish "a text …". */
export const TEXT_OUTCOMES: readonly { value: string; label: string; outcome: TextOutcome }[] = [
  { value: '30003', label: 'meets a phone that is off (30003)', outcome: { undelivered: 30003 } },
  { value: '30005', label: 'meets no such phone (30005)', outcome: { undelivered: 30005 } },
  { value: '30006', label: 'meets a landline (30006)', outcome: { undelivered: 30006 } },
  { value: '30007', label: 'is filtered (30007)', outcome: { undelivered: 30007 } },
  { value: '30008', label: 'is lost, nobody knows why (30008)', outcome: { undelivered: 30008 } },
  { value: '30001', label: 'finds the queue full (30001)', outcome: { failed: 30001 } },
  { value: '30022', label: 'is over the registered rate (30022)', outcome: { undelivered: 30022 } },
  { value: '30023', label: 'is over the day’s cap (30023)', outcome: { failed: 30023 } },
  { value: '30036', label: 'waits too long (30036)', outcome: { failed: 30036 } },
  { value: '30047', label: 'finds no compliant hour (30047)', outcome: { failed: 30047 } },
  { value: '30034', label: 'has an unregistered sender (30034)', outcome: { undelivered: 30034 } },
  { value: 'silent', label: 'gets no last receipt', outcome: { noFinalReceipt: true } },
];

/** Whether two outcomes are the same. */
export function sameOutcome(one: TextOutcome, other: TextOutcome): boolean {
  const parts = ({ failed, undelivered, noFinalReceipt }: TextOutcome) => [
    failed,
    undelivered,
    noFinalReceipt,
  ];
  return String(parts(one)) === String(parts(other));
}
