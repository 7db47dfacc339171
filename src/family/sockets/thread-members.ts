/** How long (ms) a thread's members are taken for granted. */
const FRESH_MS = 10_000;

/** Who is in a thread, remembered for some seconds so that typing costs the database little. */
export class ThreadMembersCache {
  #known = new Map<string, { ids: ReadonlySet<string>; until: number }>();

  /**
   * The members of a thread.
   * @param load - asks the database
   * @param now - ms UTC
   */
  async of(threadId: string, load: () => Promise<string[]>, now: number): Promise<ReadonlySet<string>> {
    const memory = this.#known;
    const known = memory.get(threadId);
    if (known && known.until > now) return known.ids;
    const ids = new Set(await load());
    memory.set(threadId, { ids, until: now + FRESH_MS });
    return ids;
  }

  /** Forgets it all, and what is being loaded: somebody joined, or left. */
  forget(): void {
    this.#known = new Map();
  }
}
