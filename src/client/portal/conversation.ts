import { backoffMs } from '../backoff.ts';
import type { ServerFrame } from '../frames.ts';
import type { Live } from '../live.ts';
import { Composer } from './composer.ts';
import { renameDays } from './days.ts';
import { announce, fetchPage, find, findAll, on } from './dom.ts';
import { OlderPages } from './older-pages.ts';
import { Receipts } from './receipts.ts';
import { refreshRegion } from './swap.ts';
import { Typists } from './typists.ts';

/** How near the end still counts as being there, in pixels. */
const AT_END = 90;
/** So many messages that arrive at once are read out; of more, only how many. */
const READ_OUT = 3;

/** The open conversation: what arrives, and what one reads. */
export class Conversation {
  readonly threadId: string;
  readonly #main: HTMLElement;
  readonly #path: string;
  readonly #viewer: string;
  readonly #log: HTMLElement;
  readonly #items: HTMLElement;
  readonly #jump: HTMLElement;
  readonly #composer: Composer;
  readonly #receipts: Receipts;
  readonly #typists: Typists;
  #last: number;
  #fetching: Promise<void> | null = null;
  #again = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #failed = 0;
  #readSeq = 0;
  /** Something unread has its line already. */
  #marked = false;

  constructor(main: HTMLElement, live: () => Live) {
    const { thread = '', path = '', viewer = '', last } = main.dataset;
    this.threadId = thread;
    this.#main = main;
    this.#path = path;
    this.#viewer = viewer;
    this.#last = Number(last);
    this.#log = find('[data-log]', main)!;
    this.#items = find('[data-items]', main)!;
    this.#jump = find('[data-jump]', main)!;
    this.#receipts = new Receipts(path, this.#items);
    this.#typists = new Typists(main);
    this.#composer = new Composer(
      {
        main,
        threadId: thread,
        viewerId: viewer,
        catchUp: () => this.catchUp(),
        typing: () => live().typing(thread),
        toEnd: () => this.#toEnd(),
      },
      find<HTMLFormElement>('[data-composer]', main)!,
    );
    this.#log.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    on('click', '[data-jump]', () => {
      this.#toEnd();
      this.#log.focus({ preventScroll: true }); // The button hides; in the field, a phone would open its keyboard.
    });
    document.addEventListener('visibilitychange', () => {
      renameDays(this.#items);
      this.#markRead();
    });
    window.addEventListener('focus', () => this.#markRead());
    const older = find('[data-older]', main);
    if (older) new OlderPages(path, { log: this.#log, items: this.#items, link: older });
    this.#markRead();
    void this.#receipts.follow();
  }

  /** Takes an event of this conversation. */
  take(frame: ServerFrame): void {
    if (frame.type === 'thread' && frame.thread.id === this.threadId) {
      void refreshRegion('thread-head', this.#path).catch(() => null); // The next page has it.
    }
    if (!('threadId' in frame) || frame.threadId !== this.threadId) return;
    if (frame.type === 'message') {
      this.#typists.stop(frame.message.authorId);
      // One's own, while it is being sent, is shown when it is accepted, in the place of its draft.
      if (frame.message.authorId !== this.#viewer || !this.#composer.sending) void this.catchUp();
    } else if (frame.userId !== this.#viewer) {
      if (frame.type === 'read') this.#receipts.seen(frame.userId, frame.seq);
      else this.#typists.start(frame.userId);
    }
  }

  /** The line is there, or back: what was missed, and what could not be sent meanwhile. */
  resume(wasLost: boolean): void {
    void this.catchUp();
    if (wasLost) this.#composer.retryFailed();
  }

  /**
   * Shows everything after the last message shown. Calls while one is under way ask once more after it; what cannot be
   * read is asked for again in a while.
   */
  catchUp(): Promise<void> {
    this.#again = true;
    clearTimeout(this.#retry);
    this.#fetching ??= this.#fetchNew();
    return this.#fetching;
  }

  async #fetchNew(): Promise<void> {
    try {
      while (this.#again) {
        this.#again = false;
        const { response, page } = await fetchPage(`${this.#path}/items?after=${this.#last}`);
        if (!response.ok) throw new Error(`items: ${response.status}`);
        const list = find('[data-items]', page);
        if (!list) return;
        this.#append(findAll(':scope > li', list));
        if (list.dataset.more !== undefined) this.#again = true;
      }
      this.#failed = 0;
    } catch {
      this.#retry = setTimeout(() => this.catchUp(), backoffMs(this.#failed++, Math.random()));
    } finally {
      this.#fetching = null;
    }
  }

  #append(items: HTMLElement[]): void {
    const fresh = items.filter((item) => !item.dataset.seq || Number(item.dataset.seq) > this.#last);
    if (!fresh.some((item) => item.dataset.seq)) return;
    const [atEnd, reading] = [this.#isAtEnd(), this.#isReading()];
    const { scrollHeight, scrollTop } = this.#log;
    const others = fresh.filter((item) => item.dataset.seq && item.dataset.author !== this.#viewer);
    for (const item of fresh) this.#receipts.clearFor(item);
    this.#items.append(...fresh);
    if (others[0] && !reading) this.#markUnread(others[0]);
    renameDays(this.#items);
    find('[data-none]', this.#main)?.remove();
    this.#last = Number(fresh.at(-1)?.dataset.seq ?? this.#last);
    if (atEnd) this.#toEnd();
    else {
      this.#log.scrollTop = scrollTop - (this.#log.scrollHeight - scrollHeight);
      if (others.length > 0) this.#jump.textContent = 'New messages';
    }
    this.#readOut(others);
    this.#markRead();
    if (others.length < fresh.length) void this.#receipts.follow();
  }

  /** The line above the first message that came while nobody looked. */
  #markUnread(first: HTMLElement): void {
    if (this.#marked) return;
    this.#marked = true;
    find('.fresh', this.#items)?.remove();
    const line = document.createElement('li');
    line.className = 'fresh';
    line.append(Object.assign(document.createElement('span'), { textContent: 'New' }));
    first.classList.remove('follows');
    first.before(line);
  }

  #readOut(items: HTMLElement[]): void {
    if (items.length > READ_OUT) announce(`${items.length} new messages`);
    for (const item of items.length > READ_OUT ? [] : items) {
      const words = find('.text', item)?.textContent ?? 'sent an attachment';
      announce(`${find('.who', item)?.textContent}: ${words}`);
    }
  }

  #isAtEnd(): boolean {
    return this.#log.scrollTop > -AT_END;
  }

  /** Whether somebody is there, with the newest message in front of them. */
  #isReading(): boolean {
    return document.visibilityState === 'visible' && document.hasFocus() && this.#isAtEnd();
  }

  #toEnd(): void {
    this.#log.scrollTop = 0;
    this.#scrolled();
  }

  #scrolled(): void {
    this.#jump.hidden = this.#isAtEnd();
    if (!this.#jump.hidden) return;
    this.#jump.textContent = 'Newest messages';
    this.#markRead();
  }

  /** What stands in front of somebody who is there is read. */
  #markRead(): void {
    if (!this.#isReading()) return;
    this.#marked = false;
    const item = findAll('[data-seq]', this.#items).at(-1);
    const seq = Number(item?.dataset.seq ?? 0);
    if (!item || seq <= this.#readSeq) return;
    const before = this.#readSeq;
    this.#readSeq = seq;
    fetch(`/api/threads/${encodeURIComponent(this.threadId)}/read`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ messageId: item.dataset.id }),
    }).then(
      async (response) => {
        if (!response.ok) this.#readSeq = before;
        await response.body?.cancel(); // An answer that nobody reads holds its connection.
      },
      () => {
        this.#readSeq = before;
      },
    );
  }
}
