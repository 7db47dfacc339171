import type { MetaStore } from './meta-store.ts';

const NAME = 'alarm_at';
/** Min. delay of an alarm (ms), so that a fault cannot make it fire in a loop. */
const MIN_DELAY_MS = 50;

/**
 * The object's one alarm, and a stored copy of its due time. Durable Objects guarantee that an alarm fires at
 * least once; should it get stuck all the same, the next call of any kind finds the stored time overdue and
 * sets the alarm again.
 */
export class Alarm {
  readonly #storage: DurableObjectStorage;
  readonly #meta: MetaStore;

  constructor(storage: DurableObjectStorage, meta: MetaStore) {
    this.#storage = storage;
    this.#meta = meta;
  }

  /** The stored due time, ms UTC; null when no alarm is set. */
  get dueAt(): number | null {
    return this.#meta.get(NAME);
  }

  /** Clears the stored due time after the alarm has fired. */
  fired(): void {
    this.#meta.set(NAME, null);
  }

  /**
   * Makes sure that the alarm fires by `next`. An earlier alarm is kept: firing early costs less than moving it
   * with every heartbeat.
   * @param next - the earliest of all deadlines, ms UTC; null for none
   */
  schedule(next: number | null, now: number): void {
    const dueAt = this.dueAt;
    if (next === null) {
      if (dueAt === null) return;
      this.#meta.set(NAME, null);
      void this.#storage.deleteAlarm();
      return;
    }
    const at = Math.max(next, now + MIN_DELAY_MS);
    if (dueAt !== null && dueAt > now && dueAt <= at) return;
    this.#meta.set(NAME, at);
    void this.#storage.setAlarm(at);
  }
}
