import { find, nameNodes } from './dom.ts';

const TYPING_MS = 5000;

/** Who else is writing in a conversation. */
export class Typists {
  readonly #main: HTMLElement;
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(main: HTMLElement) {
    this.#main = main;
  }

  /** Somebody writes; who says so no more has stopped. */
  start(userId: string): void {
    clearTimeout(this.#timers.get(userId));
    const stop = setTimeout(() => this.stop(userId), TYPING_MS);
    this.#timers.set(userId, stop);
    this.#show();
  }

  /** Somebody has said what they were writing. */
  stop(userId: string): void {
    clearTimeout(this.#timers.get(userId));
    if (this.#timers.delete(userId)) this.#show();
  }

  #show(): void {
    const names = [...this.#timers.keys()].map(
      (id) => find(`[data-here-of="${CSS.escape(id)}"]`, this.#main)?.dataset.name ?? 'Someone',
    );
    const line = find('[data-typing]', this.#main)!;
    line.replaceChildren(...nameNodes(names));
    if (names.length > 0) line.append(names.length > 1 ? ' are writing …' : ' is writing …');
  }
}
