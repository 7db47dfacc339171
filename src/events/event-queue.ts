import { askStores } from '../platform/ask-stores.ts';
import { inParallel } from '../platform/concurrency.ts';
import type { Deps } from '../platform/deps.ts';
import { eventJob } from '../platform/jobs.ts';
import { errorFields } from '../platform/log.ts';
import { readEventId } from './event-cursor.ts';
import { fillAtHome } from './events-at-home.ts';
import { forgetEvents } from './forget-events.ts';
import { pushEvents } from './push-events.ts';
import { findEvent } from './read-events.ts';
import { handOverEvent } from './receiver.ts';

/** Hands one event over again. @returns whether it was taken, or is no more */
async function redeliver(deps: Deps, id: string): Promise<boolean> {
  const key = readEventId(id);
  const found = key && (await findEvent(deps, key));
  if (!found) return true;
  const [event] = await fillAtHome(deps, [found]);
  return !event || (await handOverEvent(deps.config, event, deps.now())).kind !== 'failed';
}

/**
 * The consumer of the queue of events: pushes each store named once, and beside it hands over again what was asked for, so
 * that neither waits for the other. Never throws.
 */
export async function consumeEvents(deps: Deps, batch: MessageBatch<unknown>): Promise<void> {
  const pushed = new Set<string>();
  await inParallel(batch.messages, async (message) => {
    const job = eventJob.safeParse(message.body);
    try {
      if (!job.success) deps.log.error('event_job.malformed', { messageId: message.id });
      else if ('redeliver' in job.data) {
        if (!(await redeliver(deps, job.data.redeliver)))
          return message.retry({ delaySeconds: 5 * 3 ** Math.min(8, message.attempts) });
      } else if (!pushed.has(job.data.store)) {
        pushed.add(job.data.store);
        const again = await pushEvents(deps, job.data.store);
        if (again !== null) await deps.enqueueEvents({ store: job.data.store }, again);
      }
      message.ack();
    } catch (error) {
      deps.log.error('events.not_pushed', errorFields(error));
      message.retry({ delaySeconds: 2 ** Math.min(8, message.attempts) });
    }
  });
}

/**
 * The consumer of its dead-letter queue: the events themselves are safe, and the sweep goes on with them. Never
 * throws.
 */
export async function reportDeadEvents(deps: Deps, batch: MessageBatch<unknown>): Promise<void> {
  await deps.alert(
    'events_stuck',
    'Pushing events failed every attempt of the queue. The sweep goes on with what is new; ask again for what was to be posted again.',
  );
  batch.ackAll();
}

/**
 * Finds events whose queue message was lost, and forgets old ones; a store that is down is left to the next sweep.
 * Never throws: a store that fails is logged.
 */
export async function sweepEvents(deps: Deps): Promise<void> {
  await askStores(deps, 'events', async (_, store) => {
    await forgetEvents(deps, store);
    if (deps.config.EVENTS_URL) await deps.enqueueEvents({ store });
  });
}
