import type { MetaStore } from './meta-store.ts';

const NAME = 'alarm_at';
/** An alarm for "now" is set this far ahead (ms), so that no mistake can make it spin. */
const MIN_DELAY_MS = 50;

/**
 * The object's one alarm, with a note of its own about when it is due. A Durable Object has one alarm and promises to
 * ring it at least once; should it get stuck all the same, the next call of any kind finds the note overdue and sets
 * the alarm anew.
 */
export class Alarm {
  readonly #storage: DurableObjectStorage;
  readonly #meta: MetaStore;

  constructor(storage: DurableObjectStorage, meta: MetaStore) {
    this.#storage = storage;
    this.#meta = meta;
  }

  /** When it is due, ms UTC, as noted; null when nothing is. */
  get dueAt(): number | null {
    return this.#meta.get(NAME);
  }

  /** It rang: the note is settled. */
  fired(): void {
    this.#meta.set(NAME, null);
  }

  /**
   * Makes sure that it rings by `next`. One that is set earlier stays: ringing early costs less than moving it with
   * every heartbeat.
   * @param next - the earliest of everything that waits, ms UTC; null when nothing does
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
