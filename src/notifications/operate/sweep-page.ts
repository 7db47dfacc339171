/**
 * How a sweep goes through a store: page by page, until nothing is due or its time is up. Pure, so that the simulation
 * sweeps as the product does.
 */

/** Rows that one statement takes up. */
export const SWEEP_PAGE_ROWS = 500;

/** A sweep goes on until nothing is due, or for so long. */
export const SWEEP_MS = 8 * 60_000;

/**
 * What follows a page: `dry` when nothing more is due, `more` for another page, `late` when there is more and the time is up.
 * @param taken how many rows it took up
 * @param untilMs when the sweep's time is up, ms
 */
export function afterPage(taken: number, now: number, untilMs: number): 'dry' | 'more' | 'late' {
  if (taken < SWEEP_PAGE_ROWS) return 'dry';
  return now < untilMs ? 'more' : 'late';
}
