import type { Config } from '../../platform/config.ts';
import type { Deps } from '../../platform/deps.ts';
import type { FamilyFacts } from '../../platform/family/family-rpc.ts';
import type { DeliveryJob } from '../../platform/jobs.ts';
import { SECOND_MS } from '../../platform/time.ts';
import type { Admitted } from './admissions.ts';
import type { Undecided } from './ask-family.ts';
import type { DeliveryRecord } from './facts.ts';
import type { Lead } from './fold.ts';
import { decide, policySettings } from './policy.ts';

/**
 * How long (ms) an admission at the post is good for; then the family's object is asked anew. Windows count from it, so that
 * two texts may be nearer by as much: a sixtieth of the window. And who was away may be here by then.
 */
export const admissionMs = ({ SMS_WINDOW_SECONDS }: Pick<Config, 'SMS_WINDOW_SECONDS'>): number =>
  SMS_WINDOW_SECONDS === 0 ? MOST_MS : Math.min(MOST_MS, (SMS_WINDOW_SECONDS * SECOND_MS) / 60);
const MOST_MS = 2000;

/** What the family's object said at the post holds for the first attempt alone. */
export const firstTry = (
  { attempts }: Pick<Message<unknown>, 'attempts'>,
  { deliveryId, familyId, admitted }: DeliveryJob,
): DeliveryJob =>
  attempts === 1 && admitted ? { deliveryId, familyId, admitted } : { deliveryId, familyId };

/** A family that restricts nothing. */
const FREE: FamilyFacts = {
  presence: 'offline',
  windowUntil: null,
  everyThreadUntil: null,
  userCapUntil: null,
  familyCapUntil: null,
  share: null,
};

/** Whether what was said at the post may have been withdrawn: the row was claimed, edited, or its place given back since. */
const isTouched = ({ attempts, revision }: DeliveryRecord) => attempts > 0 || revision > 0;

/**
 * Tells the leads that were admitted at the post a moment ago from those that the family's object is to be asked about. The
 * facts are newer than the admission: whom they hold back by now is asked about too.
 */
export function splitHandedOver(
  { config, now: clock }: Pick<Deps, 'config' | 'now'>,
  leads: readonly Lead[],
  jobs: readonly DeliveryJob[],
): { handed: Admitted[]; open: Lead[] } {
  const now = clock();
  const settings = policySettings(config);
  const admissions = new Map(jobs.map(({ deliveryId, admitted }) => [deliveryId, admitted]));
  const handed: Admitted[] = [];
  const open: Lead[] = [];
  for (const lead of leads) {
    const admission = admissions.get(lead.record.id);
    const isFree = decide(lead.record.facts, FREE, settings, now).action === 'send';
    const stands = admission !== undefined && now - admission.at < admissionMs(config);
    if (stands && isFree && !isTouched(lead.record)) {
      handed.push({ ...lead, admittedAt: admission.at, lastToday: admission.lastToday });
    } else open.push(lead);
  }
  return { handed, open };
}

/**
 * The deliveries that were admitted at the post and will not be sent under their own id: another text tells of them, they
 * are ruled out, or they ended before the queue handed them over. Their windows are to be released.
 * @param open the rows that are pending or claimed
 * @param leads those that are about to be sent or asked about
 */
export function admittedInVain(
  jobs: readonly DeliveryJob[],
  open: readonly DeliveryRecord[],
  leads: readonly Lead[],
): Undecided[] {
  const about = new Set(leads.map(({ record }) => record.id));
  const attempts = new Map(open.map((record) => [record.id, record.attempts]));
  return jobs.flatMap(({ deliveryId: id, familyId, admitted }) =>
    admitted && !about.has(id)
      ? [{ record: { id, familyId, attempts: attempts.get(id) ?? 0 }, admittedAt: admitted.at }]
      : [],
  );
}
