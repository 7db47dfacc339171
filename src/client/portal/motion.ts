/** After so many frames without a scroll a list stands still. */
const STILL_FRAMES = 8;

/**
 * Knows whether a list is being scrolled. Where it is, nothing may come in above or go: Chromium runs a smooth scroll to
 * a position that it measures from the list's beginning, so the reader would be carried past what came in; WebKit ends
 * the momentum of a finger when a script sets the position. Frames are counted, not milliseconds or `scrollend`, which
 * engines have only of late: a slow machine shows few frames of a scroll, but one that moves shows it in each.
 */
export class Motion {
  readonly #onStill: () => void;
  #framesLeft = 0;
  #waiting: (() => void)[] = [];

  /** @param onStill called whenever the list has come to rest */
  constructor(log: HTMLElement, onStill: () => void) {
    this.#onStill = onStill;
    log.addEventListener('scroll', () => this.#moved(), { passive: true });
    // The scroll that a key begins is seen some frames later. Who holds a key at the list's end waits for more to come.
    log.addEventListener('keydown', ({ repeat }) => {
      if (!repeat) this.#moved();
    });
    // Where nobody looks, no frame comes.
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) this.#rest();
    });
  }

  /** Waits until the list stands still; not at all where it does. */
  async still(): Promise<void> {
    if (this.#framesLeft > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #moved(): void {
    if (document.hidden) return;
    if (this.#framesLeft === 0) requestAnimationFrame(() => this.#frame());
    this.#framesLeft = STILL_FRAMES;
  }

  #frame(): void {
    if (this.#framesLeft === 0) return;
    this.#framesLeft--;
    if (this.#framesLeft === 0) this.#rest();
    else requestAnimationFrame(() => this.#frame());
  }

  #rest(): void {
    this.#framesLeft = 0;
    this.#onStill();
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
