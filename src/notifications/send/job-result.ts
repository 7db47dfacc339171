import type { Deps } from '../../platform/deps.ts';
import type { Lead } from './fold.ts';

/** The result of a queue message: acknowledged, or retried. */
export type JobResult =
  | { id: string; end: 'ack' }
  | { id: string; familyId: string; end: 'retry'; delaySeconds: number };

/**
 * What becomes of the jobs of a lead and its companions. Companions are told of in a text that was sent, or wait for what
 * becomes of one that is open; else they are decided again, with their lead or without it.
 * @param how `again`: in so many seconds
 */
export function resultsOf(
  { record: { id, familyId }, companions }: Lead,
  how: 'sent' | 'open' | 'not sent' | { again: number },
): JobResult[] {
  const again = typeof how === 'object' ? how.again : null;
  const retry = (each: string, delaySeconds: number): JobResult => ({
    id: each,
    familyId,
    end: 'retry',
    delaySeconds,
  });
  const own: JobResult = again === null ? { id, end: 'ack' } : retry(id, again);
  if (how === 'sent' || how === 'open') return [own];
  return [own, ...companions.map((each) => retry(each.id, again ?? 1))];
}

/**
 * Puts jobs back whose messages are acknowledged already.
 * @throws when the queue fails: then the sweep finds the rows
 */
export async function enqueueAgain(deps: Deps, results: readonly JobResult[]): Promise<void> {
  const again = results.flatMap((result) => (result.end === 'retry' ? [result] : []));
  for (const [delaySeconds, group] of Map.groupBy(again, (each) => each.delaySeconds)) {
    const jobs = group.map(({ id, familyId }) => ({ deliveryId: id, familyId }));
    await deps.enqueue(jobs, Math.min(MAX_DELAY_SECONDS, delaySeconds));
  }
}

/** Max. delay of a queue message; the sweep takes up what waits longer. */
export const MAX_DELAY_SECONDS = 300;
