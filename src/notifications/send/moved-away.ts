import type { StoreName } from '../../db/stores/slots.ts';
import type { Deps } from '../../platform/deps.ts';
import type { DeliveryJob } from '../../platform/jobs.ts';
import { errorFields } from '../../platform/log.ts';
import { retryOf } from './ask-family.ts';
import type { JobResult } from './job-result.ts';

/**
 * Hands on the jobs whose rows were not found in a store because their families have moved since the map was read:
 * they are handled where these live now. Most often a row is not found because nothing is left to do, so the map is
 * read anew once a second at the most. Never throws.
 * @param known rows that were found, or are dealt with already
 */
export async function handOnMoved(
  { db, log }: Pick<Deps, 'db' | 'log'>,
  store: StoreName,
  jobs: readonly DeliveryJob[],
  known: readonly Pick<JobResult, 'id'>[],
): Promise<JobResult[]> {
  const found = new Set(known.map(({ id }) => id));
  const missing = jobs.filter(({ deliveryId }) => !found.has(deliveryId));
  if (missing.length === 0) return [];
  try {
    await db.doubtMap();
    const homes = await Promise.all(missing.map(({ familyId }) => db.storeOf(familyId)));
    return missing.flatMap(({ deliveryId: id, familyId }, i) =>
      homes[i] === store ? [] : [retryOf({ id, familyId }, 1)],
    );
  } catch (error) {
    // The sweep finds the rows, where they are.
    log.warn('map.not_refreshed', { store, ...errorFields(error) });
    return [];
  }
}
