/** So many messages are read again by one request at most. */
const AT_ONCE = 10;
/** The least time between two such requests. */
const EVERY_MS = 1000;

/**
 * Messages that somebody changes: the first change is read at once, and what is changed within a second after it by one
 * request. However often somebody edits, every page that is open asks once a second.
 */
export class Amended {
  readonly #read: (seqs: number[]) => Promise<unknown>;
  readonly #pause: (ms: number) => Promise<unknown>;
  readonly #waiting = new Set<number>();
  #isReading = false;

  /**
   * @param read reads these messages again, ten at most
   * @param pause waits so many ms
   */
  constructor(read: (seqs: number[]) => Promise<unknown>, pause: (ms: number) => Promise<unknown>) {
    this.#read = read;
    this.#pause = pause;
  }

  /** Has a message read again. */
  async add(seq: number): Promise<void> {
    this.#waiting.add(seq);
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      while (this.#waiting.size > 0) {
        const seqs = [...this.#waiting].slice(0, AT_ONCE);
        for (const one of seqs) this.#waiting.delete(one);
        await this.#read(seqs);
        await this.#pause(EVERY_MS);
      }
    } finally {
      this.#isReading = false;
    }
  }
}
