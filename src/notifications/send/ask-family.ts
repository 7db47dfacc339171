import type { Db } from '../../db/client.ts';
import { within } from '../../platform/concurrency.ts';
import type { Deps } from '../../platform/deps.ts';
import type { Admission, Candidate } from '../../platform/family/family-rpc.ts';
import { errorFields } from '../../platform/log.ts';
import { withdrawDecisions } from '../deliveries/withdraw.ts';
import { type Admitted, sortAdmissions } from './admissions.ts';
import type { Covered } from './covered.ts';
import type { DeliveryRecord } from './facts.ts';
import { type Lead, postponed } from './fold.ts';
import type { JobResult } from './job-result.ts';
import type { PolicySettings } from './policy.ts';
import type { Arrival } from './sending.ts';
import type { NotSent, Telling } from './wave.ts';

/** Delay of jobs whose Family object cannot be reached: without its verdict no text is sent. */
const OBJECT_PAUSE_SECONDS = 5;

/** How long a family's object may take: one that hangs holds up only its own family's texts. */
export const OBJECT_DEADLINE_MS = 3000;

/** A job that is decided again soon. */
export const retryOf = (
  { id, familyId }: Pick<DeliveryRecord, 'id' | 'familyId'>,
  delaySeconds = OBJECT_PAUSE_SECONDS,
): JobResult => ({
  id,
  familyId,
  end: 'retry',
  delaySeconds,
});

/** What the family's object is told of a lead. */
export const candidateOf = ({ record: { id, userId, threadId, authorId, facts } }: Lead): Candidate => ({
  deliveryId: id,
  userId,
  threadId,
  authorId,
  urgent: facts.urgent,
  kind: facts.kind,
  facts,
});

/** Asks a family's object for verdicts; null when it fails or does not answer. */
async function admit(deps: Deps, familyId: string, leads: readonly Lead[]): Promise<Admission[] | null> {
  try {
    return await within(OBJECT_DEADLINE_MS, deps.family(familyId).admit(leads.map(candidateOf)));
  } catch (error) {
    deps.log.error('family.not_asked', { familyId, ...errorFields(error) });
    return null;
  }
}

/** A delivery whose window is given back; see {@link NotSent}. */
type Released = Pick<NotSent, 'admittedAt'> & {
  record: Pick<DeliveryRecord, 'id' | 'familyId' | 'attempts'>;
};

/** One that was not claimed here: another consumer, which decided about it too, may claim it yet. */
export type Undecided = Released;

async function withdraw(deps: Deps, db: Db, unclaimed: readonly Undecided[]): Promise<Set<string>> {
  try {
    return await withdrawDecisions(
      db,
      unclaimed.map(({ record }) => record),
    );
  } catch (error) {
    deps.log.warn('delivery.not_withdrawn', { deliveries: unclaimed.length, ...errorFields(error) });
    return new Set();
  }
}

/**
 * Releases the windows of texts that were not sent, and their places in the caps. A failure is logged: the next text
 * then waits a little longer. Never throws.
 * @param unclaimed are released unless another consumer has claimed them, and once none can any more
 * @param refused were claimed, and not sent
 */
export async function releaseWindows(
  deps: Deps,
  db: Db,
  { unclaimed, refused = [] }: { unclaimed: readonly Undecided[]; refused?: readonly Released[] },
): Promise<void> {
  const withdrawn = await withdraw(deps, db, unclaimed);
  const unused = [...refused, ...unclaimed.filter(({ record }) => withdrawn.has(record.id))];
  const byFamily = Map.groupBy(unused, ({ record }) => record.familyId);
  await Promise.all(
    [...byFamily].map(async ([familyId, texts]) => {
      try {
        const given = texts.map(({ record: { id, attempts }, admittedAt }) => ({
          deliveryId: id,
          at: admittedAt,
          mayHaveLeft: attempts > 0,
        }));
        await within(OBJECT_DEADLINE_MS, deps.family(familyId).release(given));
      } catch (error) {
        deps.log.warn('family.not_released', { familyId, ...errorFields(error) });
      }
    }),
  );
}

/** What the batch's leads are decided with. */
export interface Decision {
  covered: Promise<ReadonlyMap<string, Covered>>;
  terms: PolicySettings & { leaseMs: number };
  now: number;
}

/** Decides about a family's leads: what may be sent, and the verdicts on the rest. @throws when the database fails */
export async function decideFamily(
  deps: Deps,
  familyId: string,
  leads: readonly Lead[],
  { covered, terms, now }: Decision,
  ends: JobResult[],
): Promise<Arrival> {
  const [admissions, tells] = await Promise.all([admit(deps, familyId, leads), covered]);
  if (admissions === null) {
    for (const { record, companions } of leads)
      ends.push(...[record, ...companions].map((each) => retryOf(each)));
    return { telling: [], verdicts: [] };
  }
  const byId = new Map(leads.map((lead) => [lead.record.id, lead]));
  const { admitted, heldBack } = sortAdmissions(byId, admissions);
  return {
    telling: withCovered(admitted, tells, ends),
    verdicts: heldBack.flatMap(({ lead, verdict }) => postponed(lead, verdict, terms, now)),
  };
}

/** Admitted leads with what their texts tell of. Who has left the thread meanwhile is decided about again. */
export function withCovered(
  admitted: readonly Admitted[],
  tells: ReadonlyMap<string, Covered>,
  ends: JobResult[],
): Telling[] {
  const telling: Telling[] = [];
  for (const lead of admitted) {
    const covered = tells.get(lead.record.id);
    if (covered) telling.push({ ...lead, covered });
    else ends.push(retryOf(lead.record, 1));
  }
  return telling;
}
