/** How long (ms) a cached thread is valid. */
const FRESH_MS = 10_000;

/** Caches the members of threads for some seconds, so that typing frames cost few queries. */
export class ThreadMembersCache {
  #known = new Map<string, { ids: ReadonlySet<string>; until: number }>();

  /**
   * The members of a thread.
   * @param load - reads them from the database
   * @param now - ms UTC
   * @throws what `load` throws
   */
  async of(threadId: string, load: () => Promise<string[]>, now: number): Promise<ReadonlySet<string>> {
    const memory = this.#known;
    const known = memory.get(threadId);
    if (known && known.until > now) return known.ids;
    const ids = new Set(await load());
    memory.set(threadId, { ids, until: now + FRESH_MS });
    return ids;
  }

  /** Clears the cache, including entries that are being loaded. */
  forget(): void {
    this.#known = new Map();
  }
}
