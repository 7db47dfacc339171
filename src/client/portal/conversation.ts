import { backoffMs } from '../backoff.ts';
import type { Live } from '../live.ts';
import type { ServerFrame } from '../socket-frames.ts';
import { Amended } from './amended.ts';
import { ComposerControl } from './composer.ts';
import { find, on, sayAloud, wait } from './dom.ts';
import { renameDays, showNearTop } from './message-list.ts';
import { MessageWindow, seqOf, type Way } from './message-window.ts';
import { OwnMessages } from './own-messages.ts';
import { ifReached, Unreached } from './reach.ts';
import { ReadCursor } from './read-cursor.ts';
import { ReadMarks } from './read-marks.ts';
import { refreshRegion } from './swap.ts';
import { changeLastWords, isAmended, showLastWords, showUnread } from './thread-rows.ts';
import { Typists } from './typists.ts';

/** How near the end still counts as being there, in pixels. */
const AT_END = 90;
/** So many messages that arrive at once are read out; of more, only how many. */
const READ_OUT = 3;
/** A message is seen when its lower edge is, give or take so many pixels. */
const SEEN = 8;

/** Shows at once whether the conversation is muted; the head that the server sends then says the same. */
function showMuted(muted: boolean): void {
  const sign = find('.thread-head > .pill');
  if (!muted) sign?.remove();
  else if (!sign) {
    const pill = Object.assign(document.createElement('span'), { className: 'pill', textContent: 'Muted' });
    find('.thread-name')?.after(pill);
  }
}

/** The open conversation: what arrives, and what one reads. */
export class Conversation {
  readonly threadId: string;
  readonly #main: HTMLElement;
  readonly #path: string;
  readonly #viewer: string;
  readonly #log: HTMLElement;
  readonly #items: HTMLElement;
  readonly #up: HTMLElement;
  readonly #down: HTMLElement;
  readonly #window: MessageWindow;
  readonly #read: ReadCursor;
  readonly #composer: ComposerControl;
  readonly #readMarks: ReadMarks;
  readonly #typists: Typists;
  readonly #amended = new Amended((seqs) => this.#refresh(seqs), wait);
  #fetching: Promise<void> | null = null;
  #again = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #failed = 0;
  /** Seq of the message under the line "New"; 0 for none. */
  #unreadFrom: number;
  /** The line has been in sight since it was drawn. */
  #lineSeen = false;
  /** The page was opened below unread messages: nothing is read before one was there. */
  #skipped: boolean;
  #wasAtEnd = false;
  /** Shows in the list again what stood there before one's own words that are not sent yet. */
  #putBackList: () => unknown = () => undefined;

  constructor(main: HTMLElement, live: () => Live) {
    const { thread = '', path = '', viewer = '', read, newest } = main.dataset;
    this.threadId = thread;
    this.#main = main;
    this.#path = path;
    this.#viewer = viewer;
    this.#log = find('[data-log]', main)!;
    this.#items = find('[data-items]', main)!;
    this.#up = find('[data-jump=unread]', main)!;
    this.#down = find('[data-jump=newest]', main)!;
    this.#readMarks = new ReadMarks(path, this.#items);
    this.#typists = new Typists(main);
    this.#read = new ReadCursor(thread, Number(read), () => this.showCount());
    this.#unreadFrom = Number(newest) > Number(read) ? Number(read) + 1 : 0;
    this.#window = new MessageWindow({
      path,
      main,
      log: this.#log,
      items: this.#items,
      unreadFrom: () => this.#lineSeq(),
      before: (items, way) => this.#prepare(items, way),
      after: () => this.#changed(),
    });
    this.#skipped = this.#unreadFrom > 0 && this.#unreadFrom < seqOf(this.#window.messages[0]);
    this.#composer = new ComposerControl(
      {
        main,
        threadId: thread,
        viewerId: viewer,
        catchUp: () => this.catchUp(),
        typing: () => live().typing(thread),
        toEnd: () => void this.#toEnd(),
        sending: (words, waits) => this.#showSending(words, waits),
        dropped: () => {
          this.#putBackList();
          this.#putBackList = () => undefined;
        },
        sent: (seq, words) => {
          this.#putBackList = () => changeLastWords(thread, 'You', words);
          this.#wrote(seq);
        },
      },
      find<HTMLFormElement>('[data-composer]', main)!,
    );
    new OwnMessages({
      threadId: thread,
      refresh: (seqs) => this.#refresh(seqs),
      changed: (seq, words) =>
        seq === this.#window.newest ? changeLastWords(thread, 'You', words) : () => undefined,
    });
    this.#log.addEventListener('scroll', () => this.#look(), { passive: true });
    new ResizeObserver(() => this.#look()).observe(this.#log);
    on('click', '[data-jump]', (_, button) => {
      const toLine = button === this.#up || this.#isLineBelow();
      void (toLine ? this.#toLine() : this.#toEnd());
      this.#log.focus({ preventScroll: true }); // The button hides; in the field, a phone would open its keyboard.
    });
    on<SubmitEvent>('submit', '[data-mute]', ({ submitter }) =>
      showMuted(submitter?.getAttribute('value') !== 'off'),
    );
    on('swap-failed', '[data-mute]', (_, form) => showMuted(find('[value=off]', form) !== null));
    document.addEventListener('visibilitychange', () => {
      renameDays(this.#items);
      this.#look();
    });
    window.addEventListener('focus', () => this.#look());
    const line = this.#line();
    if (line && !location.hash) showNearTop(this.#log, line);
    // Of a long message, the words that were found.
    find('.msg:target mark', this.#items)?.scrollIntoView({ block: 'nearest' });
    this.#look();
    this.showCount();
    void this.#readMarks.follow();
  }

  /** Takes an event of this conversation. */
  take(frame: ServerFrame): void {
    if (frame.type === 'thread' && frame.thread.id === this.threadId) {
      void refreshRegion('thread-head', this.#path); // Where it is not reached, the next page has it.
    }
    if (!('threadId' in frame) || frame.threadId !== this.threadId) return;
    if (frame.type === 'message') {
      const { authorId, seq, via } = frame.message;
      if (isAmended(frame.message) && seq <= this.#window.newest) return void this.#amended.add(seq);
      const own = authorId === this.#viewer;
      this.#typists.stop(authorId);
      if (own && via !== 'sms') this.#wrote(seq);
      else this.#markUnread(this.#lineSeq());
      // One's own, while it is being sent, is shown when it is accepted, in the place of its draft.
      if (!own || !this.#composer.sending) void this.catchUp();
      this.#window.newest = Math.max(this.#window.newest, seq);
      this.#look();
      this.showCount();
    } else if (frame.type === 'read' && frame.userId === this.#viewer) this.#read.follow(frame.seq);
    else if (frame.type === 'read') this.#readMarks.seen(frame.userId, frame.seq);
    else if (frame.userId !== this.#viewer) this.#typists.start(frame.userId);
  }

  /** The line is there, or back: what was missed, and what could not be sent meanwhile. */
  resume(wasLost: boolean): void {
    void this.catchUp();
    if (!wasLost) return;
    this.#composer.retryFailed();
    // What was edited or taken back meanwhile.
    void this.#refresh(this.#window.messages.slice(-10).map(seqOf));
  }

  /** The list does not say that one has said what nobody can read yet. */
  #showSending(words: string, waits: boolean): void {
    const [putBack, before] = [
      showLastWords(this.threadId, waits ? 'Not sent' : 'You', words),
      this.#putBackList,
    ];
    this.#putBackList = () => {
      if (putBack()) before();
    };
  }

  async #refresh(seqs: number[]): Promise<void> {
    await ifReached(this.#window.refresh(seqs)); // No connection: the line's return asks again.
  }

  /** Shows in the list, and in the title, how much is unread here. */
  showCount(): void {
    showUnread(this.threadId, () => (this.#isReading() ? 0 : this.#unread()));
  }

  /**
   * Shows everything after the last message shown, or, where one reads far above it, counts it. Calls while one is under
   * way ask once more after it; what cannot be read is asked for again in a while.
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
        if (!this.#window.hasEnd) {
          await this.#window.peek();
          continue;
        }
        const fresh = await this.#window.newer();
        this.#arrived(fresh);
        if (fresh.length === 0 && this.#isBehind())
          throw new Unreached('The newest messages are not there yet');
      }
      this.#failed = 0;
    } catch (error) {
      this.#retry = setTimeout(() => this.catchUp(), backoffMs(this.#failed++, Math.random()));
      if (!(error instanceof Unreached)) throw error;
    } finally {
      this.#fetching = null;
    }
    this.#look();
    this.showCount();
  }

  /** Before messages come into the page. */
  #prepare(items: HTMLElement[], way: Way | 'instead'): void {
    this.#wasAtEnd = this.#isAtEnd();
    if (way === 'newer') for (const item of items) this.#readMarks.clearFor(item);
    const line = items.find((item) => item.matches('.fresh'));
    if (!line) return;
    this.#line()?.remove();
    this.#markUnread(seqOf(items[items.indexOf(line) + 1]));
  }

  /** The line belongs above this message. */
  #markUnread(seq: number): void {
    if (seq === this.#unreadFrom) return;
    this.#unreadFrom = seq;
    this.#lineSeen = false;
  }

  /** After messages came into the page, or another stretch of them is shown. */
  #changed(): void {
    renameDays(this.#items);
    if (this.#window.messages.length > 0) find('[data-none]', this.#main)?.remove();
    if (this.#window.hasEnd && this.#isBehind()) void this.catchUp();
  }

  /** Messages have arrived at the end. */
  #arrived(fresh: HTMLElement[]): void {
    const last = fresh.at(-1);
    if (!last) return;
    const others = fresh.filter(({ dataset }) => dataset.author !== this.#viewer);
    if (this.#wasAtEnd) {
      const line = this.#line();
      if (line && !this.#isHere() && this.#unread() > 0) showNearTop(this.#log, line);
      else this.#log.scrollTop = 0;
    }
    this.#readOut(others);
    if (others.length < fresh.length) void this.#readMarks.follow();
  }

  /** One has written: whoever writes has read what came before. */
  #wrote(seq: number): void {
    this.#skipped = false;
    this.#window.newest = Math.max(this.#window.newest, seq);
    this.#read.follow(seq);
  }

  #readOut(items: HTMLElement[]): void {
    if (items.length > READ_OUT) sayAloud(`${items.length} new messages`);
    for (const item of items.length > READ_OUT ? [] : items) {
      const words = find('.text', item)?.textContent ?? 'sent an attachment';
      sayAloud(`${find('.who', item)?.textContent}: ${words}`);
    }
  }

  #unread(): number {
    return Math.max(0, this.#window.newest - this.#read.seq);
  }

  /** Above which message the line belongs: where everything is read, above the first that comes while nobody looks. */
  #lineSeq(): number {
    return this.#unread() === 0 && !this.#isReading() ? this.#read.seq + 1 : this.#unreadFrom;
  }

  #line(): HTMLElement | null {
    return find('.fresh', this.#items);
  }

  /** Whether the end of the page lacks something that the server has told of. */
  #isBehind(): boolean {
    return this.#window.newest > (seqOf(this.#window.messages.at(-1)) || 0);
  }

  #isAtEnd(): boolean {
    return this.#window.hasEnd && this.#log.scrollTop > -AT_END;
  }

  #isHere(): boolean {
    return document.visibilityState === 'visible' && document.hasFocus();
  }

  /** Whether somebody is there, with the newest message in front of them. */
  #isReading(): boolean {
    return this.#isHere() && this.#isAtEnd() && !this.#skipped;
  }

  /** Where what is in sight ends: at the strip with the button, which lies over the list. */
  #bottom(): number {
    const { bottom } = this.#log.getBoundingClientRect();
    return this.#down.hidden
      ? bottom
      : Math.min(bottom, this.#down.parentElement!.getBoundingClientRect().top);
  }

  /** Whether the line is further down than what is in sight. */
  #isLineBelow(): boolean {
    if (this.#unread() === 0 || this.#skipped) return false;
    const line = this.#line();
    if (line) return line.getBoundingClientRect().top > this.#bottom();
    return this.#lineSeq() > seqOf(this.#window.messages.at(-1));
  }

  async #toEnd(): Promise<void> {
    if (!this.#window.hasEnd && !(await this.#window.show('newest'))) return;
    this.#log.scrollTop = 0;
    this.#skipped = false;
    this.#look();
  }

  async #toLine(): Promise<void> {
    if (!this.#line() && !(await this.#window.show(`around=${this.#lineSeq()}`))) return;
    const line = this.#line();
    if (line) showNearTop(this.#log, line);
    this.#look();
  }

  /** What stands in front of somebody who is there is read; what is out of sight has a button that leads there. */
  #look(): void {
    this.#down.hidden = this.#isAtEnd();
    const [{ top }, bottom] = [this.#log.getBoundingClientRect(), this.#bottom()];
    const { messages } = this.#window;
    const line = this.#line();
    const isAbove = line ? line.getBoundingClientRect().bottom < top : this.#unreadFrom <= seqOf(messages[0]);
    const isInSight = line && !isAbove && line.getBoundingClientRect().top < bottom;
    if (this.#isHere() && isInSight) {
      this.#lineSeen = true;
      this.#skipped = false;
    }
    this.#readTo(messages.findLast((item) => item.getBoundingClientRect().bottom < bottom + SEEN));

    const unread = this.#unread();
    this.#up.hidden = this.#unreadFrom === 0 || !isAbove || this.#lineSeen;
    this.#up.textContent = `${this.#window.newest - this.#unreadFrom + 1} new ↑`;
    this.#down.textContent = unread > 0 && !this.#skipped ? `${unread} new ↓` : 'Newest ↓';
  }

  #readTo(item: HTMLElement | undefined): void {
    if (item && this.#isHere() && !this.#skipped) this.#read.see(seqOf(item), item.dataset.id ?? '');
  }
}
