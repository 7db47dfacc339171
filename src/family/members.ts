/** How long (ms) a thread's members are taken for granted. */
const FRESH_MS = 10_000;

/** Who is in a thread, remembered for some seconds so that typing costs the database little. */
export class Members {
  readonly #known = new Map<string, { ids: ReadonlySet<string>; until: number }>();

  /**
   * The members of a thread.
   * @param load - asks the database
   * @param now - ms UTC
   */
  async of(threadId: string, load: () => Promise<string[]>, now: number): Promise<ReadonlySet<string>> {
    const known = this.#known.get(threadId);
    if (known && known.until > now) return known.ids;
    const ids = new Set(await load());
    this.#known.set(threadId, { ids, until: now + FRESH_MS });
    return ids;
  }

  /** Forgets it all: somebody joined, or left. */
  forget(): void {
    this.#known.clear();
  }
}
