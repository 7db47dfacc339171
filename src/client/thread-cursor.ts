import type { Message } from './socket-frames.ts';

/** Asks the API for a thread's messages after a `seq`, oldest first; all of them, however many pages that takes. */
export type CatchUp = (threadId: string, after: number) => Promise<Message[]>;

/**
 * Follows one thread so that its reader sees every message once, in the order of `seq`, whatever the line does: a
 * repeated one is left out, and a gap is filled from the API before anything after it is shown.
 */
export class ThreadCursor {
  readonly #threadId: string;
  readonly #catchUp: CatchUp;
  readonly #show: (message: Message) => void;
  readonly #waiting = new Map<number, Message>();
  #last: number;
  #filling: Promise<void> | null = null;
  #again = false;

  /** @param last - `seq` of the newest message that is shown already; 0 when none is */
  constructor(threadId: string, last: number, catchUp: CatchUp, show: (message: Message) => void) {
    this.#threadId = threadId;
    this.#last = last;
    this.#catchUp = catchUp;
    this.#show = show;
  }

  /** `seq` of the newest message shown. */
  get last(): number {
    return this.#last;
  }

  /** Takes a message that came live. @throws what catching up throws, when there was a gap to fill */
  async receive(message: Message): Promise<void> {
    if (message.seq <= this.#last) return;
    this.#waiting.set(message.seq, message);
    this.#flush();
    if (this.#waiting.size > 0) await this.fill();
  }

  /** Asks for what was missed. A call while another one is under way asks once more after it. */
  async fill(): Promise<void> {
    if (this.#filling) {
      this.#again = true;
      return await this.#filling;
    }
    this.#filling = this.#fillAll();
    try {
      await this.#filling;
    } finally {
      this.#filling = null;
    }
  }

  async #fillAll(): Promise<void> {
    do {
      this.#again = false;
      for (const message of await this.#catchUp(this.#threadId, this.#last)) {
        if (message.seq > this.#last) this.#waiting.set(message.seq, message);
      }
      this.#flush();
    } while (this.#again);
    // Whatever still waits was asked around after it came: what is missing before it does not exist for us.
    for (const message of [...this.#waiting.values()].sort((a, b) => a.seq - b.seq)) this.#pass(message);
  }

  #flush(): void {
    for (;;) {
      const next = this.#waiting.get(this.#last + 1);
      if (!next) break;
      this.#pass(next);
    }
  }

  #pass(message: Message): void {
    this.#waiting.delete(message.seq);
    this.#last = message.seq;
    this.#show(message);
  }
}
