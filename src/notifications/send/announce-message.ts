import { retrying } from '../../db/retry.ts';
import { within } from '../../platform/concurrency.ts';
import type { Deps } from '../../platform/deps.ts';
import type { Admission, Publication } from '../../platform/family/family-rpc.ts';
import type { DeliveryJob } from '../../platform/jobs.ts';
import { errorFields } from '../../platform/log.ts';
import { writeVerdicts } from '../deliveries/outbox.ts';
import { sortAdmissions } from './admissions.ts';
import { candidateOf, OBJECT_DEADLINE_MS } from './ask-family.ts';
import { type FactsRow, toRecord } from './facts.ts';
import { fold, type Lead } from './fold.ts';
import { policySettings } from './policy.ts';

/** Tells the family's object, and asks it about the texts; null when it fails or does not answer. */
async function tellFamily(
  deps: Deps,
  familyId: string,
  publication: Publication,
  leads: readonly Lead[],
): Promise<Admission[] | null> {
  try {
    const told = deps.family(familyId).announce(publication, leads.map(candidateOf));
    return await within(OBJECT_DEADLINE_MS, told);
  } catch (error) {
    deps.log.error('family.not_told', { familyId, ...errorFields(error) });
    return null;
  }
}

/**
 * After a post: one call to the family's object publishes the live event and decides about the texts. Who may be texted
 * goes to the queue as admitted; what is held back is written, and never becomes a queue message. When the object
 * does not answer, the consumer asks it again. The rows in D1 are authoritative: the sweep finds what is lost here.
 * @param rows the facts of the message's deliveries, as read in the post's own batch
 * @param gatherSeconds how long the texts wait for further messages that they can tell of
 * @throws when the database or the queue fails
 */
export async function announceMessage(
  deps: Deps,
  familyId: string,
  publication: Publication,
  rows: readonly FactsRow[],
  gatherSeconds = 0,
): Promise<void> {
  const waiting = rows.filter(({ status }) => status === 'pending').map((row) => toRecord(row, deps));
  const { leads, ruledOut } = fold(waiting, policySettings(deps.config), deps.now());
  const admissions = await tellFamily(deps, familyId, publication, leads);
  const byId = new Map(leads.map((lead) => [lead.record.id, lead]));
  const { admitted, heldBack } = sortAdmissions(byId, admissions ?? []);
  const verdicts = [
    ...ruledOut,
    ...heldBack.map(({ lead, verdict }) => ({ id: lead.record.id, ...verdict })),
  ];
  const jobs: DeliveryJob[] =
    admissions === null
      ? leads.map(({ record }) => ({ deliveryId: record.id, familyId }))
      : admitted.map(({ record, admittedAt: at, lastToday }) => ({
          deliveryId: record.id,
          familyId,
          admitted: { at, lastToday },
        }));
  await Promise.all([
    jobs.length > 0 && deps.enqueue(jobs, gatherSeconds),
    verdicts.length > 0 && retrying(() => deps.db.forFamily(familyId).run(writeVerdicts(verdicts))),
  ]);
}
