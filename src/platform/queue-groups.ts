import type { StoreName } from '../db/stores/slots.ts';

/**
 * The queues of deliveries: `DELIVERIES`, and beside it `DELIVERIES_0`, `DELIVERIES_1` …, each for a group of stores, so
 * that what piles up before stores that are slow holds up those of no other group. A job is handled wherever it is found.
 */

/** How many groups of stores there are at most: with the first queue eight, so that two batches of each stay below what Twilio takes at once. */
export const QUEUE_GROUPS = 7;

/** The group of a store; null for the directory's own database, whose queue is the first. */
export function groupOfStore(store: StoreName): number | null {
  const number = /^d1:(\d+)$/.exec(store)?.[1];
  return number === undefined ? null : Number(number) % QUEUE_GROUPS;
}

/** The binding of the queue of a group. */
export const queueBinding = (group: number): string => `DELIVERIES_${group}`;
