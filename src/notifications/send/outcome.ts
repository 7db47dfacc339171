import { carrierOptOut, markNumberUnusable } from '../../consent/carrier-reports.ts';
import type { Deps } from '../../platform/deps.ts';
import type { SendOutcome } from '../../platform/sms/twilio.ts';
import { errorRule } from '../../platform/sms/twilio-errors.ts';
import type { Finished } from '../deliveries/finish.ts';
import type { DeliveryRecord } from './facts.ts';

/** The outcome of a claimed text. `late`: the claim was too old to send under it, so the text was not sent. */
export type Outcome = SendOutcome | { kind: 'late' };

/**
 * The row's update for an outcome; null for one in doubt, which stays claimed until it is looked up. No delay
 * is longer than the lease unless the carrier asks for it, so that work resumes soon after an outage.
 */
export function finishedRow(
  record: DeliveryRecord,
  outcome: Outcome,
  { now, leaseMs }: { now: number; leaseMs: number },
): Finished | null {
  const row = { id: record.id, sid: null, segments: null, error: null, until: null };
  switch (outcome.kind) {
    case 'accepted':
      return { ...row, status: 'sent', sid: outcome.text.sid, segments: outcome.text.segments };
    case 'ambiguous':
      return null;
    case 'late':
      return { ...row, status: 'pending', until: now };
    case 'retry': {
      const wait =
        (outcome.retryAfterSeconds ?? 0) * 1000 || retryDelayMs(record.attempts + 1, record.id, leaseMs);
      return { ...row, status: 'pending', error: outcome.code, until: now + wait };
    }
    case 'operator':
      return { ...row, status: 'pending', error: outcome.code, until: now + leaseMs };
    case 'opted_out':
    case 'permanent':
      return { ...row, status: 'failed', error: outcome.code };
  }
}

/**
 * Applies a failed outcome beyond its row: the number's state, the carrier's opt-out, alerts.
 * @throws when a database fails
 */
export async function handleFailure(
  deps: Deps,
  { record, phone }: { record: DeliveryRecord; phone: string },
  outcome: Outcome,
): Promise<void> {
  if (outcome.kind === 'accepted') return;
  deps.log.warn('delivery.not_sent', {
    deliveryId: record.id,
    familyId: record.familyId,
    outcome: outcome.kind,
    code: outcome.kind === 'late' ? null : outcome.code,
  });
  if (outcome.kind === 'late') return;
  const rule = errorRule(Number(outcome.code) || null, 0);
  if (outcome.kind === 'opted_out') await carrierOptOut(deps, { number: phone });
  if (outcome.kind === 'permanent' && rule.number)
    await markNumberUnusable(deps, { number: phone, strike: rule.number === 'strike' });
  if (outcome.kind === 'operator') {
    await deps.alert(rule.alert ?? 'twilio_credentials', `Twilio answered ${outcome.code}. ${rule.advice}`);
  }
}

const BASE_MS = 2000;

/**
 * The delay before the next attempt: doubles from two seconds to `maxMs`, with jitter of half so that many rows
 * do not come back at once. Deterministic in attempt and key.
 */
export function retryDelayMs(attempt: number, key: string, maxMs: number): number {
  const full = Math.min(maxMs, BASE_MS * 2 ** Math.max(0, attempt - 1));
  let hash = 0;
  for (let i = 0; i < key.length; i++) hash = (Math.imul(hash, 31) + key.charCodeAt(i)) >>> 0;
  return Math.round(full / 2 + (hash % 1000) * (full / 2000));
}
