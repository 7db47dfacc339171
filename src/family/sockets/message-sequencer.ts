/** How long a message waits for the one before it, in ms. What never comes, the client asks for. */
const MAX_WAIT_MS = 500;
/** The same in a thread that was never heard of, where the one before may be old. */
const UNKNOWN_MAX_WAIT_MS = 50;

interface Waiter {
  seq: number;
  go: () => void;
}

/**
 * Puts the messages of a thread in the order of their `seq`: posts that were written one after the other can reach
 * the object the other way round. Kept in memory only: it bridges milliseconds, and nobody relies on it later.
 */
export class MessageSequencer {
  readonly #waiting = new Map<string, Set<Waiter>>();

  /**
   * Waits until every message before `seq` has been passed on, or has been waited for long enough.
   * @param last - the last `seq` of the thread that was passed on; null when none ever was
   */
  async wait(threadId: string, seq: number, last: number | null): Promise<void> {
    if (seq <= (last ?? 0) + 1) return;
    const queue = this.#waiting.get(threadId) ?? new Set();
    this.#waiting.set(threadId, queue);
    await new Promise<void>((resolve) => {
      const maxWait = last === null ? UNKNOWN_MAX_WAIT_MS : MAX_WAIT_MS;
      const timer = setTimeout(() => this.#release(threadId, seq), maxWait);
      const go = () => {
        clearTimeout(timer);
        resolve();
      };
      queue.add({ seq, go });
    });
  }

  /** Says that a message has been passed on; the next one, if it waits, goes. */
  delivered(threadId: string, seq: number): void {
    this.#release(threadId, seq + 1);
  }

  /** Lets everything up to `seq` go, in order. */
  #release(threadId: string, seq: number): void {
    const queue = this.#waiting.get(threadId);
    if (!queue) return;
    const due = [...queue].filter((waiting) => waiting.seq <= seq).sort((a, b) => a.seq - b.seq);
    for (const waiting of due) {
      queue.delete(waiting);
      waiting.go();
    }
    if (queue.size === 0) this.#waiting.delete(threadId);
  }
}
