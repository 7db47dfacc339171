import type { Admission } from '../../platform/family/family-rpc.ts';
import type { VerdictRow } from '../deliveries/outbox.ts';
import type { Lead } from './fold.ts';

/** A lead that the Family object admitted. */
export interface Admitted extends Lead {
  /** When, ms UTC by the object's clock. */
  admittedAt: number;
  lastToday: boolean;
}

/** Splits the Family object's verdicts into what may be sent and what is held back. */
export function sortAdmissions(
  leads: ReadonlyMap<string, Lead>,
  admissions: readonly Admission[],
): { admitted: Admitted[]; heldBack: { lead: Lead; verdict: Omit<VerdictRow, 'id'> }[] } {
  const admitted: Admitted[] = [];
  const heldBack: { lead: Lead; verdict: Omit<VerdictRow, 'id'> }[] = [];
  for (const { deliveryId, verdict, at, lastToday } of admissions) {
    const lead = leads.get(deliveryId);
    if (!lead) continue;
    if (verdict.action === 'send') admitted.push({ ...lead, admittedAt: at, lastToday });
    else {
      const { reason, detail } = verdict;
      const until = verdict.action === 'defer' ? verdict.until : null;
      const status = until === null ? 'suppressed' : 'deferred';
      heldBack.push({ lead, verdict: { status, reason, until, ...(detail && { detail }) } });
    }
  }
  return { admitted, heldBack };
}
