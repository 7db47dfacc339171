import type { Deps } from '../../platform/deps.ts';
import { PAUSES_KEPT_MS, type Pause, pauseOf } from '../../platform/pauses.ts';
import { SECOND_MS } from '../../platform/time.ts';
import type { VerdictRow } from '../deliveries/outbox.ts';
import type { Lead } from './fold.ts';
import type { Reason } from './policy.ts';

/** What is paused is looked at again after this time: a pause can be taken away at any moment. */
const LOOK_AGAIN_MS = 30 * SECOND_MS;

/** What is paused: as read with the batch's facts while that is fresh, else read anew. */
export type PauseReader = () => Promise<readonly Pause[]>;

/** @param list as it was read at this moment */
export function pauseReader(deps: Deps, list: readonly Pause[]): PauseReader {
  const readAt = deps.now();
  return async () => (deps.now() - readAt < PAUSES_KEPT_MS ? list : await deps.pauses());
}

/**
 * Tells what may be texted from what operators have paused. What is paused waits, with the reason; what has expired is
 * left to the policy, which drops it.
 * @throws when the pauses cannot be read: nothing is sent then
 */
export async function withoutPaused<T extends Pick<Lead, 'record'>>(
  deps: Deps,
  readPauses: PauseReader,
  leads: readonly T[],
): Promise<{ free: T[]; paused: { lead: T; verdict: Omit<VerdictRow, 'id'> }[] }> {
  const list = leads.length === 0 ? [] : await readPauses();
  const now = deps.now();
  const free: T[] = [];
  const paused: { lead: T; verdict: Omit<VerdictRow, 'id'> }[] = [];
  for (const lead of leads) {
    const { record } = lead;
    const country = record.phone === null ? null : deps.phones.countryOf(record.phone);
    const pause = pauseOf(list, { familyId: record.familyId, country });
    const expiresAt = record.facts.createdAt + deps.config.SMS_EXPIRY_SECONDS * SECOND_MS;
    if (pause === null || now > expiresAt) free.push(lead);
    else {
      const until = Math.min(now + LOOK_AGAIN_MS, pause.until ?? Number.POSITIVE_INFINITY);
      paused.push({ lead, verdict: { status: 'deferred', reason: 'paused' satisfies Reason, until } });
    }
  }
  return { free, paused };
}
