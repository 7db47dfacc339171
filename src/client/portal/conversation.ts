import type { ServerFrame } from '../frames.ts';
import type { Live } from '../live.ts';
import { Composer } from './composer.ts';
import { announce, fetchPage, find, findAll, on, wait } from './dom.ts';
import { refreshRegion } from './swap.ts';

/** How near the end still counts as being there, in pixels. */
const AT_END = 90;
const TYPING_MS = 5000;
/** After a message of one's own: when to look again who was told, in milliseconds. */
const LOOK_AGAIN = [1500, 4000, 10_000, 30_000, ...Array<number>(10).fill(60_000)];

/** The open conversation: what arrives, what one reads, who is writing. */
export class Conversation {
  readonly threadId: string;
  readonly #main: HTMLElement;
  readonly #path: string;
  readonly #viewer: string;
  readonly #log: HTMLElement;
  readonly #items: HTMLElement;
  readonly #composer: Composer;
  readonly #live: () => Live;
  readonly #typists = new Map<string, ReturnType<typeof setTimeout>>();
  #last: number;
  #fetching: Promise<void> | null = null;
  #again = false;
  #readSeq = 0;
  #round = 0;

  constructor(main: HTMLElement, live: () => Live) {
    this.#main = main;
    this.#live = live;
    this.threadId = main.dataset.thread ?? '';
    this.#path = main.dataset.path ?? '';
    this.#viewer = main.dataset.viewer ?? '';
    this.#last = Number(main.dataset.last);
    this.#log = find('[data-log]', main)!;
    this.#items = find('[data-items]', main)!;
    this.#composer = new Composer(
      {
        main,
        threadId: this.threadId,
        catchUp: () => this.catchUp(),
        typing: () => this.#live().typing(this.threadId),
        toEnd: () => this.#toEnd(),
      },
      find<HTMLFormElement>('[data-composer]', main)!,
    );
    this.#log.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    on('click', '[data-jump]', () => {
      this.#toEnd();
      find('textarea', this.#main)?.focus();
    });
    document.addEventListener('visibilitychange', () => this.#markRead());
    window.addEventListener('focus', () => this.#markRead());
    this.#watchOlder();
    this.#markRead();
    void this.#lookAgain();
  }

  /** Takes an event of this conversation. */
  take(frame: ServerFrame): void {
    if (frame.type === 'message' && frame.threadId === this.threadId) {
      this.#stopTyping(frame.message.authorId);
      // One's own, while it is being sent, is shown when it is accepted, in the place of its draft.
      if (frame.message.authorId === this.#viewer && this.#composer.sending) return;
      void this.catchUp().catch(() => undefined); // The next event or reconnection asks again.
    } else if (frame.type === 'read' && frame.threadId === this.threadId) {
      this.#seen(frame.userId, frame.seq);
    } else if (frame.type === 'typing' && frame.threadId === this.threadId) {
      this.#startTyping(frame.userId);
    } else if (frame.type === 'thread' && frame.thread.id === this.threadId) {
      void refreshRegion('thread-head', this.#path).catch(() => null); // The next page has it.
    }
  }

  /** The line is there, or back: what was missed, and what could not be sent meanwhile. */
  resume(wasLost: boolean): void {
    void this.catchUp().catch(() => undefined); // As above.
    if (wasLost) this.#composer.retryFailed();
  }

  /** Shows everything after the last message shown. Calls while one is under way ask once more after it. */
  catchUp(): Promise<void> {
    if (this.#fetching) {
      this.#again = true;
      return this.#fetching;
    }
    this.#fetching = this.#fetchNew().finally(() => {
      this.#fetching = null;
    });
    return this.#fetching;
  }

  async #fetchNew(): Promise<void> {
    do {
      this.#again = false;
      const { response, page } = await fetchPage(`${this.#path}/items?after=${this.#last}`);
      if (!response.ok) throw new Error(`items: ${response.status}`);
      const list = find('[data-items]', page);
      if (!list) return;
      this.#append(findAll(':scope > li', list));
      if (list.dataset.more !== undefined) this.#again = true;
    } while (this.#again);
  }

  #append(items: HTMLElement[]): void {
    const fresh = items.filter((item) => !item.dataset.seq || Number(item.dataset.seq) > this.#last);
    if (!fresh.some((item) => item.dataset.seq)) return;
    const atEnd = this.#isAtEnd();
    const { scrollHeight, scrollTop } = this.#log;
    // Whoever wrote has read: their picture moves down with what they say.
    for (const item of fresh) this.#clearSeen(item);
    this.#items.append(...fresh);
    find('[data-none]', this.#main)?.remove();
    this.#last = Number(fresh.at(-1)?.dataset.seq ?? this.#last);
    const others = fresh.filter((item) => item.dataset.seq && item.dataset.author !== this.#viewer);
    if (atEnd) this.#toEnd();
    else {
      this.#log.scrollTop = scrollTop - (this.#log.scrollHeight - scrollHeight);
      if (others.length > 0) find('[data-jump]', this.#main)!.hidden = false;
    }
    for (const item of others) {
      const words = [
        find('.who', item)?.textContent,
        find('.text', item)?.textContent ?? 'sent an attachment',
      ];
      announce(words.join(': '));
    }
    this.#markRead();
    if (others.length < fresh.length) void this.#lookAgain();
  }

  #clearSeen(item: HTMLElement): void {
    const ids = [
      ...findAll('[data-seen-by]', item).map(({ dataset }) => dataset.seenBy),
      item.dataset.author,
    ];
    for (const id of ids) {
      if (id) find(`[data-seen-by="${CSS.escape(id)}"]`, this.#items)?.remove();
    }
  }

  /** Somebody has read up to a message: their picture moves there. */
  #seen(userId: string, seq: number): void {
    if (userId === this.#viewer) return;
    const item = find(`#m-${seq}`, this.#items);
    const mark = find(`[data-seen-by="${CSS.escape(userId)}"]`, this.#items);
    if (item && item.dataset.author !== userId && mark) find('.seen', item)?.append(mark);
    else if (mark) mark.remove();
    const own = findAll(`.own[data-seq]`, this.#items).slice(-5);
    void this.#refresh(own.map(({ dataset }) => Number(dataset.seq)));
  }

  /** Reads messages again, for who was told and who has read. */
  async #refresh(seqs: number[]): Promise<void> {
    if (seqs.length === 0) return;
    const { response, page } = await fetchPage(`${this.#path}/items?at=${seqs.join(',')}`);
    if (!response.ok) return;
    for (const fresh of findAll('[data-seq]', page)) {
      const stale = find(`#${fresh.id}`, this.#items);
      if (!stale) continue;
      const [told, newTold] = [
        find<HTMLDetailsElement>('.told', stale),
        find<HTMLDetailsElement>('.told', fresh),
      ];
      if (told && newTold) {
        newTold.open = told.open;
        // Not while somebody is on it: the focus would be lost.
        if (!told.contains(document.activeElement)) told.replaceWith(newTold);
      }
      for (const mark of findAll('[data-seen-by]', fresh)) this.#clearMark(mark.dataset.seenBy ?? '');
      find('.seen', stale)?.replaceChildren(...(find('.seen', fresh)?.childNodes ?? []));
    }
  }

  #clearMark(userId: string): void {
    for (const mark of findAll(`[data-seen-by="${CSS.escape(userId)}"]`, this.#items)) mark.remove();
  }

  /** Follows who is told of one's own newest messages, until everybody is, or for ten minutes. A new call takes over. */
  async #lookAgain(): Promise<void> {
    const round = ++this.#round;
    for (const ms of LOOK_AGAIN) {
      await wait(ms);
      if (round !== this.#round) return;
      const open = findAll('.own:has(.told[data-open])', this.#items).slice(-5);
      if (open.length === 0) return;
      if (document.visibilityState === 'hidden') continue;
      await this.#refresh(open.map(({ dataset }) => Number(dataset.seq))).catch(() => undefined); // Next time.
    }
  }

  #isAtEnd(): boolean {
    return this.#log.scrollTop > -AT_END;
  }

  #toEnd(): void {
    this.#log.scrollTop = 0;
    find('[data-jump]', this.#main)!.hidden = true;
    this.#markRead();
  }

  #scrolled(): void {
    if (!this.#isAtEnd()) return;
    find('[data-jump]', this.#main)!.hidden = true;
    this.#markRead();
  }

  /** What stands in front of somebody who is there is read. */
  #markRead(): void {
    if (document.visibilityState !== 'visible' || !document.hasFocus() || !this.#isAtEnd()) return;
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

  /** Earlier pages come when one scrolls to where they would be. */
  #watchOlder(): void {
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) void this.#loadOlder();
      },
      { root: this.#log, rootMargin: '600px 0px 0px 0px' },
    );
    const link = find('[data-older]', this.#main);
    if (!link) return;
    observer.observe(link);
    link.addEventListener('click', (event) => {
      event.preventDefault();
      void this.#loadOlder();
    });
  }

  #loadingOlder = false;

  async #loadOlder(): Promise<void> {
    const link = find('[data-older]', this.#main);
    if (!link || this.#loadingOlder) return;
    this.#loadingOlder = true;
    link.ariaBusy = 'true';
    try {
      const { response, page } = await fetchPage(`${this.#path}/items?before=${link.dataset.older}`);
      const list = response.ok ? find('[data-items]', page) : null;
      if (list) this.#prepend(list, link);
    } catch {
      // The link stays: pressing it, or scrolling there again, tries again.
    }
    link.ariaBusy = null;
    this.#loadingOlder = false;
  }

  /** The page ends with the message that was the first so far, whose day may begin earlier now. */
  #prepend(list: HTMLElement, link: HTMLElement): void {
    const first = find('[data-seq]', this.#items);
    while (first && this.#items.firstElementChild && this.#items.firstElementChild !== first) {
      this.#items.firstElementChild.remove();
    }
    first?.remove();
    this.#items.prepend(...findAll(':scope > li', list));
    if (list.dataset.older) link.dataset.older = list.dataset.older;
    else link.parentElement?.remove();
    // Still in sight: the observer speaks only when that changes.
    if (list.dataset.older && link.getBoundingClientRect().bottom > -600)
      void wait(0).then(() => this.#loadOlder());
  }

  #startTyping(userId: string): void {
    if (userId === this.#viewer) return;
    clearTimeout(this.#typists.get(userId));
    this.#typists.set(
      userId,
      setTimeout(() => this.#stopTyping(userId), TYPING_MS),
    );
    this.#showTyping();
  }

  #stopTyping(userId: string): void {
    clearTimeout(this.#typists.get(userId));
    if (this.#typists.delete(userId)) this.#showTyping();
  }

  #showTyping(): void {
    const names = [...this.#typists.keys()].map(
      (id) => find(`[data-here-of="${CSS.escape(id)}"]`, this.#main)?.dataset.name ?? 'Someone',
    );
    const list = new Intl.ListFormat('en').format(names);
    find('[data-typing]', this.#main)!.textContent =
      names.length === 0 ? '' : `${list} ${names.length > 1 ? 'are' : 'is'} writing …`;
  }
}
