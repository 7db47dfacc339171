/** A bell that one waiter listens to: what rings before somebody waits is not kept. */
export class Signal {
  #ring: () => void = () => undefined;

  /** Wakes the waiter. */
  ring(): void {
    this.#ring();
  }

  /** Resolves with the next ring, or after so many ms; null: with a ring alone. */
  async next(ms: number | null): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | null = null;
    await new Promise<void>((resolve) => {
      this.#ring = resolve;
      if (ms !== null) timer = setTimeout(resolve, ms);
    });
    if (timer !== null) clearTimeout(timer);
  }
}
