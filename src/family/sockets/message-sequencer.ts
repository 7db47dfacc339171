/** Max. wait (ms) of a message for its predecessor. The client fetches what never arrives. */
const MAX_WAIT_MS = 500;
/** The same in a thread whose last `seq` is unknown. */
const UNKNOWN_MAX_WAIT_MS = 50;

interface Waiter {
  seq: number;
  go: () => void;
}

/**
 * Orders the live messages of a thread by `seq`: posts that were written one after the other can reach the
 * object in reverse order. Kept in memory only.
 */
export class MessageSequencer {
  readonly #waiting = new Map<string, Set<Waiter>>();

  /**
   * Waits until every message before `seq` has been delivered, at most for the time-out.
   * @param last - the last delivered `seq` of the thread; null when unknown
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

  /** Marks a message as delivered, and resumes the next one if it waits. */
  delivered(threadId: string, seq: number): void {
    this.#release(threadId, seq + 1);
  }

  /** Resumes all waiting messages up to `seq`, in order. */
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
