import { backoffMs } from '../backoff.ts';
import { wait } from './dom.ts';
import { ifReached, reach } from './reach.ts';

/** Who scrolls through much that is new tells of it in steps. */
const STEP_MS = 400;

/** How far somebody has read, here at once and on the server soon after. */
export class ReadCursor {
  readonly #url: string;
  readonly #changed: () => void;
  #seq: number;
  /** What the server does not know yet. */
  #untold: string | null = null;
  #telling = false;

  /** @param seq - as the page says; @param changed - called when it moves on */
  constructor(threadId: string, seq: number, changed: () => void) {
    this.#url = `/api/threads/${encodeURIComponent(threadId)}/read`;
    this.#seq = seq;
    this.#changed = changed;
  }

  /** Seq of the newest message that was read. */
  get seq(): number {
    return this.#seq;
  }

  /** A message was seen, and those before it. */
  see(seq: number, messageId: string): void {
    if (seq <= this.#seq) return;
    this.#untold = messageId;
    this.follow(seq);
    void this.#tell();
  }

  /** The server knows it already: from another device, or with a message of one's own. */
  follow(seq: number): void {
    if (seq <= this.#seq) return;
    this.#seq = seq;
    this.#changed();
  }

  async #tell(): Promise<void> {
    if (this.#telling) return;
    this.#telling = true;
    for (let failed = 0; this.#untold; ) {
      const messageId = this.#untold;
      const done = await this.#post(messageId);
      if (done && this.#untold === messageId) this.#untold = null;
      failed = done ? 0 : failed + 1;
      await wait(done ? STEP_MS : backoffMs(failed, Math.random()));
    }
    this.#telling = false;
  }

  /** @returns false when it is to be tried again */
  async #post(messageId: string): Promise<boolean> {
    const told = () =>
      fetch(this.#url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ messageId }),
        keepalive: true, // Whoever leaves has read, too.
      });
    const response = await ifReached(reach(told));
    if (!response) return false;
    await response.body?.cancel(); // An answer that nobody reads holds its connection.
    return response.status < 500 && response.status !== 429;
  }
}
