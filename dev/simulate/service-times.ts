import { SWEEP_PAGE_ROWS } from '../../src/notifications/operate/sweep-page.ts';

/**
 * What things take, in ms of one database's thread or of one request, and what they cost. Measured with native SQLite on
 * the product's own statements; D1 is taken for three times as slow (docs/scale.md).
 */
export const D1_FACTOR = 3;

/** A sweep's page of due rows, and handing it to the queue (`sendBatch`, several at once). */
export const SWEEP_PAGE = { rows: SWEEP_PAGE_ROWS, sqlMs: 45, queueMs: 60 };
/** A batch of the queue: facts, waves of claims with their links, outcomes. */
export const BATCH = { texts: 100, sqlMs: 26 + 4 * 15 };
/** One request to Twilio. */
export const CARRIER_MS = 250;
/** A post of a family of 200, and of a usual one. */
export const POST_MS = { large: 32, usual: 1.6 };
/** From the first refused write of a moving family to the first that its new database takes. */
export const FREEZE_MS = { p50: 164, p95: 509, most: 940 };
/** Reading the map of stores: ranges of slots and exceptions. */
export const MAP_READ_MS = 1;
/** Families that one database holds, and databases that one Worker can bind. */
export const FAMILIES_A_STORE = 5000;
export const MOST_STORES = 5000;

/** US dollars a million, of what a text needs: rows written and read, queue operations, requests, CPU time. */
export const COST = { rowsWritten: 1, rowsRead: 0.001, queueOperations: 0.4, requests: 0.3, cpuMs: 0.02 };
/** Of one text: claim, link and outcome; facts; three operations; a share of a batch. */
export const A_TEXT = { rowsWritten: 9, rowsRead: 62, queueOperations: 3, requests: 2, cpuMs: 3 };

/** What Cloudflare takes for a million texts, in US dollars. */
export const costOfMillionTexts = (): number =>
  Object.entries(COST).reduce(
    (sum, [what, dollars]) => sum + dollars * A_TEXT[what as keyof typeof A_TEXT],
    0,
  );
