import { fetchPage, find, findAll } from './dom.ts';
import { holdPlace } from './message-list.ts';
import { Motion } from './motion.ts';
import { ifReached, Unreached } from './reach.ts';

/** How far outside of the window the next page begins to load, in pixels. */
const AHEAD = 600;
/** So many messages the page keeps; what is far from the reader makes room when the list rests. */
const KEPT = 240;
/** Nothing nearer than this is taken away, in heights of the window. */
const NEAR = 2;

/** Which end of the stretch. */
export type Way = 'older' | 'newer';

/** What a window works on. */
export interface WindowOptions {
  path: string;
  main: HTMLElement;
  log: HTMLElement;
  items: HTMLElement;
  /** Seq above which a line says that what follows is new; 0: nothing is. */
  unreadFrom: () => number;
  /** Called with items before they come in above or below, or instead of all others; and after. */
  before: (items: HTMLElement[], way: Way | 'instead') => void;
  after: () => void;
}

/** Puts a message in the place of what it was. Its menu stays as it is, open and with the focus, where it still has one. */
function putInPlace(stale: HTMLElement, fresh: HTMLElement, log: HTMLElement): void {
  const at = document.activeElement;
  const hadFocus = at instanceof HTMLElement && stale.contains(at);
  const menu = find('[data-own-menu]', stale);
  stale.replaceWith(fresh);
  if (menu) find('[data-own-menu]', fresh)?.replaceWith(menu);
  if (hadFocus) (fresh.contains(at) ? at : log).focus({ preventScroll: true });
}

/** Seq of an item, NaN for a line between messages. */
export const seqOf = (item: HTMLElement | undefined) => Number(item?.dataset.seq ?? Number.NaN);

/**
 * The stretch of a conversation that is in the page: it grows where one scrolls to, and forgets what is far away, so
 * that a conversation of years is as light as one of a day.
 */
export class MessageWindow {
  readonly #o: WindowOptions;
  readonly #links: Record<Way, HTMLElement>;
  readonly #loading: Record<Way, Promise<HTMLElement[]> | null> = { older: null, newer: null };
  readonly #observer: IntersectionObserver;
  readonly #motion: Motion;
  /** Changes when another stretch is shown: what was asked for before that does not fit any more. */
  #turn = 0;
  /** Seq of the newest message that the server has told of. */
  newest: number;

  constructor(options: WindowOptions) {
    this.#o = options;
    const { main, log } = options;
    this.newest = Number(main.dataset.newest);
    const link = (way: Way) => find(`[data-way=${way}]`, main)!;
    this.#links = { older: link('older'), newer: link('newer') };
    this.#observer = new IntersectionObserver(
      (entries) => {
        for (const { isIntersecting, target } of entries)
          if (isIntersecting) this.#extend((target as HTMLElement).dataset.way as Way);
      },
      { root: log, rootMargin: `${AHEAD}px 0px` },
    );
    for (const [way, element] of Object.entries(this.#links)) {
      this.#observer.observe(element);
      element.addEventListener('click', (event) => {
        event.preventDefault();
        this.#extend(way as Way);
      });
    }
    this.#motion = new Motion(log, () => this.#forget());
  }

  /** The messages that are in the page, oldest first. */
  get messages(): HTMLElement[] {
    return findAll(':scope > [data-seq]', this.#o.items);
  }

  /** Whether the end of the conversation is in the page. */
  get hasEnd(): boolean {
    return this.#links.newer.parentElement!.hidden === true;
  }

  /** Brings the messages after the last one. @returns them. @throws Unreached when they could not be read */
  newer(): Promise<HTMLElement[]> {
    return this.#load('newer');
  }

  /** Shows another stretch instead: `newest`, or `around=` a seq. @returns whether it could be read */
  async show(query: string): Promise<boolean> {
    const turn = ++this.#turn;
    const list = await ifReached(this.#read(query));
    if (!list || turn !== this.#turn) return false;
    const items = findAll(':scope > li', list);
    this.#o.before(items, 'instead');
    this.#o.items.replaceChildren(...items);
    this.#limit('older', list);
    this.#limit('newer', list);
    this.#o.after();
    return true;
  }

  /** Shows messages as they are now, where they are in the page; ten at most. @throws Unreached when they could not be read */
  async refresh(seqs: number[]): Promise<void> {
    // Not what is being edited.
    const shown = seqs.filter((seq) => find(`#m-${seq}:not(:has(.edit))`, this.#o.items));
    if (shown.length === 0) return;
    const list = await this.#read(`at=${shown.join(',')}`);
    await this.#motion.still();
    holdPlace(this.#o.log, () => {
      for (const fresh of findAll('[data-seq]', list)) {
        const stale = find(`#${fresh.id}`, this.#o.items);
        // What comes between two messages of one person is not known from one of them.
        fresh.classList.toggle('follows', stale?.classList.contains('follows'));
        if (stale) putInPlace(stale, fresh, this.#o.log);
      }
    });
    this.#o.after();
  }

  /** Asks how far the conversation goes. @throws Unreached when that could not be read */
  async peek(): Promise<void> {
    await this.#read(`at=${seqOf(this.messages.at(-1))}`);
  }

  /** By link or by scrolling: what fails is tried again when one scrolls there again, or presses. */
  #extend(way: Way): void {
    const link = this.#links[way];
    if (link.ariaBusy) return;
    link.dataset.words ??= link.textContent ?? '';
    link.ariaBusy = 'true';
    link.textContent = 'Loading …';
    this.#load(way).then(
      () => {
        link.ariaBusy = null;
        link.textContent = link.dataset.words!;
        // Where a page is shorter than the window, the observer has nothing new to say by itself.
        this.#observer.unobserve(link);
        this.#observer.observe(link);
      },
      (error: unknown) => {
        link.ariaBusy = null;
        link.textContent = 'Could not be loaded. Try again';
        if (!(error instanceof Unreached)) throw error;
      },
    );
  }

  #load(way: Way): Promise<HTMLElement[]> {
    this.#loading[way] ??= this.#loadPage(way).finally(() => {
      this.#loading[way] = null;
    });
    return this.#loading[way];
  }

  async #loadPage(way: Way): Promise<HTMLElement[]> {
    const turn = this.#turn;
    const edge = this.#edge(way);
    const list = await this.#read(`${way === 'older' ? 'before' : 'after'}=${edge}`);
    await this.#motion.still();
    // Meanwhile another stretch may be shown, or what this page follows on may have made room.
    if (turn !== this.#turn || edge !== this.#edge(way)) return [];
    const items = findAll(':scope > li', list);
    this.#o.before(items, way);
    holdPlace(this.#o.log, () => {
      if (way === 'older') this.#o.items.prepend(...items);
      else this.#o.items.append(...items);
      this.#limit(way, list);
    });
    // What comes in outside of what is in sight is followed by no scroll, and so by no rest that would make room for it.
    this.#forget();
    this.#o.after();
    return items.filter((item) => item.dataset.seq);
  }

  /** Seq of the message at an end of the stretch. */
  #edge(way: Way): number {
    return seqOf(way === 'older' ? this.messages[0] : this.messages.at(-1)) || 0;
  }

  async #read(query: string): Promise<HTMLElement> {
    const { response, page } = await fetchPage(
      `${this.#o.path}/items?${query}&unread=${this.#o.unreadFrom()}`,
    );
    const list = find('[data-items]', page);
    if (!response.ok || !list) throw new Unreached(`items: ${response.status}`);
    this.newest = Math.max(this.newest, Number(list.dataset.newest));
    return list;
  }

  /** Whether a way leads further is known with the page that came from there. */
  #limit(way: Way, list: HTMLElement): void {
    const ends = way === 'older' ? list.dataset.begins : list.dataset.ends;
    this.#links[way].parentElement!.hidden = ends !== undefined;
  }

  /** Takes away what is far from the reader, on the side where more of it is. */
  #forget(): void {
    const { log, items } = this.#o;
    const { messages } = this;
    let spare = messages.length - KEPT;
    if (spare <= 0 || getSelection()?.isCollapsed === false) return;
    const { top, bottom, height } = log.getBoundingClientRect();
    const boxes = messages.map((item) => item.getBoundingClientRect());
    const above = boxes.filter((box) => box.bottom < top - NEAR * height).length;
    const below = boxes.filter((box) => box.top > bottom + NEAR * height).length;
    const way: Way = above > below ? 'older' : 'newer';
    spare = Math.min(spare, Math.max(above, below));
    if (spare <= 0) return;
    // Without what stands between the last one that goes and the first one that stays.
    const edge = way === 'older' ? messages[spare]! : messages[messages.length - spare - 1]!;
    const isFar = (item: Element) => {
      const place = edge.compareDocumentPosition(item);
      return (
        (place & (way === 'older' ? Node.DOCUMENT_POSITION_PRECEDING : Node.DOCUMENT_POSITION_FOLLOWING)) !==
        0
      );
    };
    const far = [...items.children].filter(isFar);
    if (far.some((item) => item.contains(document.activeElement))) log.focus({ preventScroll: true });
    holdPlace(log, () => {
      for (const item of far) item.remove();
      this.#links[way].parentElement!.hidden = false;
    });
  }
}
