import * as z from 'zod';
import { within } from './deadline.ts';

/** A queue message, with ids only: a delivery row is to be processed. */
export const deliveryJob = z.object({
  deliveryId: z.string().min(1),
  familyId: z.string().min(1),
});

/** See {@link deliveryJob}. */
export type DeliveryJob = z.infer<typeof deliveryJob>;

/** A message of the queue of events: a store has events to push, or one event is to be handed over again. */
export const eventJob = z.union([z.object({ store: z.string() }), z.object({ redeliver: z.string() })]);

/** See {@link eventJob}. */
export type EventJob = z.infer<typeof eventJob>;

/**
 * A queue message: an opt-out that could not be written when it came. It holds the reading and the number's hash, never
 * words.
 */
export const optOutJob = z.object({
  kind: z.literal('opt_out'),
  messageSid: z.string().min(1),
  numberHash: z.string().min(1),
  by: z.enum(['twilio', 'carrier_word', 'plain']),
  /** The TwiML that it was answered with: one that sends nothing. */
  silence: z.string(),
});

/** See {@link optOutJob}. */
export type OptOutJob = z.infer<typeof optOutJob>;

const BATCH = 100; // Cloudflare Queues: sendBatch takes at most 100 messages.
const TIMEOUT_MS = 5000; // A producer's send can hang; the sweep finds what it would have carried.

/**
 * Sends jobs to the queue.
 * @param delaySeconds how long the queue delays them
 * @throws when the queue refuses or does not answer in time; the rows in D1 are authoritative, and the sweep
 * finds them
 */
export async function enqueue<Job>(queue: Queue<Job>, jobs: Job[], delaySeconds = 0): Promise<void> {
  for (let i = 0; i < jobs.length; i += BATCH) {
    const chunk = jobs.slice(i, i + BATCH).map((body) => ({ body }));
    await within(TIMEOUT_MS, queue.sendBatch(chunk, { delaySeconds }));
  }
}
