import type { Admission } from '../../platform/family/family-rpc.ts';
import type { VerdictRow } from '../deliveries/outbox.ts';
import type { DeliveryRecord } from './facts.ts';

/** A delivery that the Family object admitted. */
export interface Admitted {
  record: DeliveryRecord;
  lastToday: boolean;
}

/** Whether the first text should cover the second, not the other way round: urgent before newest. */
const takesPrecedence = ({ record: a }: Admitted, { record: b }: Admitted) =>
  a.urgentMessage === b.urgentMessage ? a.facts.createdAt > b.facts.createdAt : a.urgentMessage;

/** Keeps one of several texts to one person about one thread, which covers the others. */
function mergeByThread(passed: Admitted[]): { admitted: Admitted[]; spare: DeliveryRecord[] } {
  const chosen = new Map<string, Admitted>();
  for (const one of passed) {
    const { id, userId, threadId } = one.record;
    const key = threadId === null ? id : JSON.stringify([userId, threadId]);
    const other = chosen.get(key);
    if (!other || takesPrecedence(one, other)) chosen.set(key, one);
  }
  const admitted = [...chosen.values()];
  const spare = passed.filter((one) => !admitted.includes(one)).map(({ record }) => record);
  return { admitted, spare };
}

/**
 * Splits the Family object's verdicts into what is sent and what is not. `spare` deliveries were admitted too,
 * but another text covers them: they are merged into it, or decided again if it is not sent.
 */
export function sortAdmissions(records: Map<string, DeliveryRecord>, admissions: Admission[]) {
  const passed: Admitted[] = [];
  const postponed: VerdictRow[] = [];
  for (const { deliveryId, verdict, lastToday } of admissions) {
    const record = records.get(deliveryId);
    if (!record) continue;
    if (verdict.action === 'send') passed.push({ record, lastToday });
    else if (verdict.action === 'defer') {
      postponed.push({ id: deliveryId, status: 'deferred', reason: verdict.reason, until: verdict.until });
    } else postponed.push({ id: deliveryId, status: 'suppressed', reason: verdict.reason, until: null });
  }
  return { ...mergeByThread(passed), postponed };
}
