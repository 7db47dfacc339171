import * as z from 'zod';
import { inParallel, within } from './concurrency.ts';

/**
 * A queue message, with ids only: a delivery row is to be processed. `admitted`: its family's object has let the text leave
 * at that moment (ms), and says whether it is the last one today; without it the consumer asks.
 */
export const deliveryJob = z.object({
  deliveryId: z.string().min(1),
  familyId: z.string().min(1),
  admitted: z.object({ at: z.number(), lastToday: z.boolean() }).optional(),
});

/** See {@link deliveryJob}. */
export type DeliveryJob = z.infer<typeof deliveryJob>;

/** A message of the queue of events: a store has events to push, or one event is to be handed over again. */
export const eventJob = z.union([z.object({ store: z.string() }), z.object({ redeliver: z.string() })]);

/** See {@link eventJob}. */
export type EventJob = z.infer<typeof eventJob>;

/** A message of the queue of sweeps: a store is to be swept. */
export const sweepJob = z.object({ store: z.string().min(1) });

/** See {@link sweepJob}. */
export type SweepJob = z.infer<typeof sweepJob>;

/** A message of the queue of moves: a family's move is to go on, or that of a range of slots. */
export const moveJob = z.union([
  z.object({ move: z.string().min(1) }),
  z.object({ slotMove: z.string().min(1) }),
]);

/** See {@link moveJob}. */
export type MoveJob = z.infer<typeof moveJob>;

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
  const chunks = Array.from({ length: Math.ceil(jobs.length / BATCH) }, (_, i) =>
    jobs.slice(i * BATCH, (i + 1) * BATCH).map((body) => ({ body })),
  );
  await inParallel(chunks, async (chunk) => {
    await within(TIMEOUT_MS, queue.sendBatch(chunk, { delaySeconds }));
  });
}
