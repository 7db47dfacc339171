import type { VerdictRow } from '../deliveries/outbox.ts';
import type { DeliveryRecord } from './facts.ts';
import { obsoleteOrForbidden, type PolicySettings, postponedBeside } from './policy.ts';

/** A delivery that is decided about, and the others of its batch that one text covers together with it. */
export interface Lead {
  record: DeliveryRecord;
  companions: DeliveryRecord[];
}

/** Whether the first text should cover the second, not the other way round: urgent before newest. */
const takesPrecedence = (a: DeliveryRecord, b: DeliveryRecord) =>
  a.urgentMessage === b.urgentMessage ? (a.seq ?? 0) > (b.seq ?? 0) : a.urgentMessage;

/** The families in turn, so that one with many texts does not make the others wait. */
export function inTurn<T>(items: readonly T[], familyOf: (item: T) => string): T[] {
  const queues = [...Map.groupBy(items, familyOf).values()];
  const longest = Math.max(0, ...queues.map(({ length }) => length));
  return Array.from({ length: longest }, (_, i) => queues.flatMap((queue) => queue.slice(i, i + 1))).flat();
}

/**
 * Folds a batch: one lead a person and thread. Deliveries that no text may cover any more are ruled out first.
 * Families take turns.
 * @param now ms
 */
export function fold(
  records: readonly DeliveryRecord[],
  settings: PolicySettings,
  now: number,
): { leads: Lead[]; ruledOut: VerdictRow[] } {
  const ruledOut: VerdictRow[] = [];
  const leads = new Map<string, Lead>();
  for (const record of records) {
    const reason = obsoleteOrForbidden(record.facts, settings, now);
    if (reason !== null) {
      ruledOut.push({ id: record.id, status: 'suppressed', reason, until: null });
      continue;
    }
    const { id, userId, threadId } = record;
    const key = threadId === null ? id : JSON.stringify([userId, threadId]);
    const lead = leads.get(key);
    if (!lead) leads.set(key, { record, companions: [] });
    else if (takesPrecedence(record, lead.record)) {
      leads.set(key, { record, companions: [...lead.companions, lead.record] });
    } else lead.companions.push(record);
  }
  return { leads: inTurn([...leads.values()], ({ record }) => record.familyId), ruledOut };
}

/**
 * The verdicts on a lead that is not sent now, and on its companions: they wait with it, and are looked at again only
 * if its own next look has not settled them, so that a reader who is present is asked about once.
 * @param now ms
 */
export function postponed(
  { record, companions }: Lead,
  verdict: Omit<VerdictRow, 'id'>,
  settings: PolicySettings & { leaseMs: number },
  now: number,
): VerdictRow[] {
  const beside = companions.map(({ id, facts }) => ({
    id,
    ...postponedBeside(verdict, facts, settings, now),
  }));
  return [{ id: record.id, ...verdict }, ...beside];
}
