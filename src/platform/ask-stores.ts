import type { Db } from '../db/client.ts';
import type { StoreName } from '../db/stores/slots.ts';
import { within } from './concurrency.ts';
import type { Deps } from './deps.ts';
import { AppError } from './errors.ts';
import { errorFields } from './log.ts';

/** What the stores answered; who did not is named. */
export interface StoreAnswers<T> {
  answers: { store: StoreName; answer: T }[];
  /** Those that failed, or did not answer in time. */
  down: StoreName[];
}

/** 503: what was not found may be in a store that does not answer. */
export const notEveryStore = () =>
  new AppError('unavailable', 'A database does not answer; try again in a moment.', { retryAfterSeconds: 5 });

/** For how long a request waits for a store while others have answered. */
const PATIENCE_MS = 5000;

/**
 * Asks every store the same, each by itself and all at once: one that is dead or slow holds up no other. Never
 * throws.
 * @param what names the question in the log
 */
export async function askStores<T>(
  { db, log }: Pick<Deps, 'db' | 'log'>,
  what: string,
  ask: (db: Db, store: StoreName) => Promise<T>,
  { stores = db.stores(), limitMs = PATIENCE_MS }: { stores?: readonly StoreName[]; limitMs?: number } = {},
): Promise<StoreAnswers<T>> {
  const asked = await Promise.all(
    stores.map(async (store) => {
      try {
        const work = async () => await ask(db.at(store), store);
        return { store, answer: await within(limitMs, work()) };
      } catch (error) {
        log.warn('store.no_answer', { store, what, ...errorFields(error) });
        return store;
      }
    }),
  );
  return {
    answers: asked.filter((each) => typeof each !== 'string'),
    down: asked.filter((each) => typeof each === 'string'),
  };
}
