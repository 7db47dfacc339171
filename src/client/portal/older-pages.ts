import { fetchPage, find, findAll, wait } from './dom.ts';

/** How far above the window earlier messages begin to load, in pixels. */
const AHEAD = 600;

/** Brings a conversation's earlier messages when one scrolls up to them. */
export class OlderPages {
  readonly #path: string;
  readonly #items: HTMLElement;
  readonly #link: HTMLElement;
  #loading = false;

  constructor(path: string, { log, items, link }: Record<'log' | 'items' | 'link', HTMLElement>) {
    this.#path = path;
    this.#items = items;
    this.#link = link;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) void this.#load();
      },
      { root: log, rootMargin: `${AHEAD}px 0px 0px 0px` },
    );
    observer.observe(link);
    link.addEventListener('click', (event) => {
      event.preventDefault();
      void this.#load();
    });
  }

  async #load(): Promise<void> {
    if (this.#loading || !this.#link.isConnected) return;
    this.#loading = true;
    this.#link.ariaBusy = 'true';
    try {
      const { response, page } = await fetchPage(`${this.#path}/items?before=${this.#link.dataset.older}`);
      const list = response.ok ? find('[data-items]', page) : null;
      if (list) this.#prepend(list);
    } catch {
      // The link stays: pressing it, or scrolling there again, tries again.
    }
    this.#link.ariaBusy = null;
    this.#loading = false;
  }

  /** The page ends with the message that was the first so far, whose day may begin earlier now. */
  #prepend(list: HTMLElement): void {
    const first = find('[data-seq]', this.#items);
    while (first && this.#items.firstElementChild && this.#items.firstElementChild !== first) {
      this.#items.firstElementChild.remove();
    }
    first?.remove();
    this.#items.prepend(...findAll(':scope > li', list));
    if (!list.dataset.older) {
      this.#link.parentElement?.remove();
      return;
    }
    this.#link.dataset.older = list.dataset.older;
    // Still in sight: the observer speaks only when that changes.
    if (this.#link.getBoundingClientRect().bottom > -AHEAD) void wait(0).then(() => this.#load());
  }
}
