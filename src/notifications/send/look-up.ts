import { and } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { eq } from '../../db/comparisons.ts';
import { coalesce } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { retrying } from '../../db/retry.ts';
import { smsDeliveryLog } from '../../db/schema.ts';
import { linkCode } from '../../links/link-code.ts';
import { AT_ONCE, inParallel } from '../../platform/concurrency.ts';
import type { Deps } from '../../platform/deps.ts';
import { errorFields } from '../../platform/log.ts';
import type { CarrierText } from '../../platform/sms/twilio.ts';
import { mayBecome } from '../deliveries/delivery-status.ts';
import { applyErrorCode, reportStatements, retryTerms, returnTold } from '../deliveries/receipts.ts';
import { UNKNOWN_OUTCOME } from '../operate/explanations.ts';
import type { DeliveryRecord } from './facts.ts';
import type { JobResult } from './job-result.ts';

const log = smsDeliveryLog;

/** Number of look-ups without a result, all after the lease, from which absence is concluded. */
const LOOKS = 2;

/** Absence is concluded so many leases after the claim at the earliest: the carrier's list may lag by more than one. */
const CONCLUDED_AFTER_LEASES = 1.6;

/** Min. time between two look-ups, ms: a text that was accepted late can still turn up. */
const pauseMs = (deps: Deps) => Math.min(5000, (deps.config.CLAIM_LEASE_SECONDS * 1000) / 4);

/** The carrier has the text: its status is applied like a receipt. */
async function found(deps: Deps, db: Db, record: DeliveryRecord, text: CarrierText): Promise<void> {
  const report = {
    deliveryId: record.id,
    sid: text.sid,
    status: text.status,
    errorCode: text.errorCode,
    segments: text.segments,
    now: deps.now(),
  };
  const retry = await retryTerms(deps, db, report);
  await retrying(() => db.batch(reportStatements(report, retry)));
  if (text.errorCode !== null)
    await applyErrorCode(deps, text.errorCode, {
      to: record.claimedPhone,
      sid: text.sid,
      familyId: record.familyId,
    });
  deps.log.info('delivery.found', { deliveryId: record.id, familyId: record.familyId });
}

/** Condition: the row is still held by the claim under which it was read. */
const isUnderClaim = ({ id, claim }: DeliveryRecord) =>
  and(eq(log.id, id), eq(log.status, 'sending'), eq(log.claim, claim ?? ''));

/**
 * The carrier does not have the text: counted at first, and concluded by {@link LOOKS} look-ups. The row remembers
 * the first claim that was concluded absent, in case the list was only late. What a process that died merged into it waits
 * again.
 */
async function absent(deps: Deps, db: Db, record: DeliveryRecord): Promise<JobResult> {
  const now = deps.now();
  const leaseMs = deps.config.CLAIM_LEASE_SECONDS * 1000;
  const earliest = (record.claimedAt ?? now) + CONCLUDED_AFTER_LEASES * leaseMs;
  const concluded = record.absences + 1 >= LOOKS && now >= earliest;
  const until = concluded ? now : Math.max(now + pauseMs(deps), earliest);
  const wakeAt = Math.max(now + leaseMs, until);
  const counted = q
    .update(log)
    .set({
      absences: record.absences + 1,
      dueAt: until,
      wakeAt,
      ...(concluded
        ? { status: 'pending' as const, doubtSince: coalesce<number>(log.doubtSince, log.claimedAt) }
        : {}),
    })
    .where(and(isUnderClaim(record), mayBecome('pending'), eq(log.absences, record.absences)));
  await retrying(() =>
    db.batch({ counted, returned: concluded && returnTold({ deliveryId: record.id, leaseMs }) }),
  );
  deps.log.info('delivery.absent', {
    deliveryId: record.id,
    familyId: record.familyId,
    looks: record.absences + 1,
  });
  const { id, familyId } = record;
  return { id, familyId, end: 'retry', delaySeconds: Math.ceil((until - now) / 1000) };
}

/**
 * The carrier never answered within the notification's expiry: the row fails with an unknown outcome. It is not
 * sent again, and stops holding up other texts.
 */
async function giveUp(deps: Deps, db: Db, record: DeliveryRecord): Promise<void> {
  await retrying(() =>
    db.run(
      q
        .update(log)
        .set({ status: 'failed', error: UNKNOWN_OUTCOME, dueAt: null, wakeAt: null })
        .where(and(isUnderClaim(record), mayBecome('failed'))),
    ),
  );
  deps.log.error('delivery.never_known', { deliveryId: record.id, familyId: record.familyId });
}

/**
 * The text of a claim in the carrier's list, by the code of its link. While the secret of links is being rotated the code
 * may be the one that the secret before made: both are asked for, or the text would be sent again.
 * @throws when the carrier cannot be asked
 */
async function findText(
  { config, sms }: Deps,
  record: DeliveryRecord,
  where: Omit<Parameters<Deps['sms']['find']>[0], 'reference'>,
): Promise<CarrierText | null> {
  for (const secret of [config.MAGIC_SECRET, config.MAGIC_SECRET_PREVIOUS]) {
    if (secret === undefined) continue;
    const text = await sms.find({ ...where, reference: await linkCode(secret, record) });
    if (text) return text;
  }
  return null;
}

/**
 * Looks up one claim, and any earlier one that was concluded absent: its text may have been late.
 * @throws when the carrier cannot be asked, or the database fails
 */
async function lookUp(deps: Deps, db: Db, record: DeliveryRecord, phone: string): Promise<JobResult> {
  const since = record.doubtSince ?? record.claimedAt ?? record.facts.createdAt;
  let text: CarrierText | null;
  try {
    text = await findText(deps, record, { to: phone, since, except: record.endedSids });
  } catch (error) {
    const age = deps.now() - record.facts.createdAt;
    if (age > deps.config.SMS_EXPIRY_SECONDS * 1000) await giveUp(deps, db, record);
    throw error;
  }
  if (!text) return await absent(deps, db, record);
  await found(deps, db, record, text);
  return { id: record.id, end: 'ack' };
}

/**
 * Looks up claims whose lease has expired: sent after all, or absent at the carrier and free to be sent again.
 * Failures are logged and left to the next sweep; a carrier that does not answer is not asked for the whole batch.
 * Never throws.
 */
export async function reconcile(deps: Deps, db: Db, records: DeliveryRecord[]): Promise<JobResult[]> {
  let failures = 0;
  return await inParallel(records, async (record) => {
    const left: JobResult = { id: record.id, end: 'ack' };
    if (record.claimedPhone === null || failures >= AT_ONCE) return left;
    try {
      return await lookUp(deps, db, record, record.claimedPhone);
    } catch (error) {
      failures += 1;
      deps.log.warn('delivery.not_looked_up', { deliveryId: record.id, ...errorFields(error) });
      return left;
    }
  });
}
