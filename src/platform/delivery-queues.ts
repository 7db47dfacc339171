import type { StoreName } from '../db/stores/slots.ts';
import { type DeliveryJob, enqueue } from './jobs.ts';
import { groupOfStore, queueBinding } from './queue-groups.ts';

/** The queue of a store: its group's, where that is bound. */
function queueOfStore<Job>(env: { DELIVERIES: Queue<Job> }, store: StoreName): Queue<Job> {
  const group = groupOfStore(store);
  const bound = env as unknown as Record<string, Queue<Job> | undefined>;
  return (group === null ? undefined : bound[queueBinding(group)]) ?? env.DELIVERIES;
}

/**
 * Sends jobs to the queues of their stores, to each by itself.
 * @param storeOf tells the store of a family
 * @param delaySeconds how long the queues delay them
 * @throws when one of the queues does not take its jobs, after the others have; the sweep finds those rows
 */
export async function enqueueDeliveries<Job>(
  env: { DELIVERIES: Queue<Job | DeliveryJob> },
  storeOf: (familyId: string) => Promise<StoreName>,
  jobs: readonly DeliveryJob[],
  delaySeconds?: number,
): Promise<void> {
  const located = await Promise.all(
    jobs.map(async (job) => ({ job, queue: queueOfStore(env, await storeOf(job.familyId)) })),
  );
  const sent = await Promise.allSettled(
    [...Map.groupBy(located, ({ queue }) => queue)].map(([queue, group]) =>
      enqueue<Job | DeliveryJob>(
        queue,
        group.map(({ job }) => job),
        delaySeconds,
      ),
    ),
  );
  const refused = sent.find(({ status }) => status === 'rejected');
  if (refused?.status === 'rejected') throw refused.reason;
}
