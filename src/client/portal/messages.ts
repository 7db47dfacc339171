import { Live, type LiveStatus } from '../live.ts';
import type { ServerFrame } from '../socket-frames.ts';
import { Conversation } from './conversation.ts';
import { find, wait } from './dom.ts';
import { Here } from './here.ts';
import { refreshRegion } from './swap.ts';
import { readTab, writeTab } from './tab-store.ts';
import { hasThreadRow, isAmended, showLastWords, showUnread, titleUnread } from './thread-rows.ts';

/** A short break of the line is nobody's business; a longer one is said. */
const SAY_OFFLINE_AFTER_MS = 2500;
/** The list is read again so soon after an event, and so often at most while there are many. */
const [LIST_SOON_MS, LIST_EVERY_MS] = [250, 2000];
/** Whoever looks elsewhere so long gets the list anew: in another tab of theirs they may have muted something. */
const STALE_MS = 5_000;
const SCROLLED = 'fcs-list';

/** The messages pages: one live line, the list of conversations, and the one that is open. */
export class Messages {
  readonly here = new Here();
  readonly #conversation: Conversation | null;
  readonly #live: Live;
  #lost = false;
  #online = false;
  #offlineTimer: ReturnType<typeof setTimeout> | undefined;
  #refreshing = false;
  #listedAt = 0;
  #leftAt = 0;

  constructor(panes: HTMLElement) {
    const main = find('[data-thread]', panes);
    this.#conversation = main ? new Conversation(main, () => this.#live) : null;
    this.#live = new Live({
      url: `${location.origin.replace(/^http/, 'ws')}/api/presence/socket`,
      onFrame: (frame) => this.#take(frame),
      onStatus: (status) => this.#status(status),
      catchUp: () => Promise.resolve([]),
      mayRetry: async () => {
        const response = await fetch('/api/me');
        await response.body?.cancel();
        return response.status !== 401;
      },
    });
    // The line itself may notice half a minute later than the system.
    window.addEventListener('offline', () => this.#lose(0));
    window.addEventListener('online', () => {
      this.#live.retryNow();
      if (this.#online) this.#resume();
    });
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) this.#leftAt = Date.now();
      else if (Date.now() - this.#leftAt > STALE_MS) void this.#refreshList();
    });
    this.#keepScroll();
  }

  /** The list stays where it was scrolled to, from page to page. */
  #keepScroll(): void {
    const list = find('.threads');
    if (!list) return;
    list.scrollTop = Number(readTab(SCROLLED));
    find('[aria-current]', list)?.scrollIntoView({ block: 'nearest' });
    window.addEventListener('pagehide', () => {
      const now = find('.threads');
      // On a phone it is not shown beside a conversation, and keeps no place then.
      if (now && now.offsetParent !== null) writeTab(SCROLLED, String(now.scrollTop));
    });
  }

  #take(frame: ServerFrame): void {
    const viewer = document.documentElement.dataset.viewer;
    if (frame.type === 'snapshot') {
      this.here.set(frame.online.filter(({ state }) => state === 'online').map(({ userId }) => userId));
    } else if (frame.type === 'presence') {
      this.here.change(frame.userId, frame.state === 'online');
    }
    this.#conversation?.take(frame);
    if (frame.type === 'message') {
      const { authorId, authorName, body, via } = frame.message;
      const own = authorId === viewer;
      const isNew = !isAmended(frame.message);
      if (isNew) showLastWords(frame.threadId, own ? 'You' : authorName, body);
      if (isNew && frame.threadId !== this.#conversation?.threadId) {
        showUnread(frame.threadId, (before) => (own && via !== 'sms' ? 0 : before + 1));
      }
      if (this.#isListShown() || !hasThreadRow(frame.threadId)) void this.#refreshList();
    }
    const readElsewhere =
      frame.type === 'read' && frame.userId === viewer && frame.threadId !== this.#conversation?.threadId;
    if (frame.type === 'thread' || readElsewhere) void this.#refreshList();
  }

  /** A phone shows the list or the conversation. */
  #isListShown(): boolean {
    return find('#threads')?.offsetParent != null;
  }

  /** A part of the page came in: what the page itself knows better is shown on it. */
  prepare(region: HTMLElement): void {
    this.here.show(region);
    if (region.id !== 'threads') return;
    this.#conversation?.showCount();
    titleUnread();
  }

  /** The list is read again, once for a burst of events. */
  async #refreshList(): Promise<void> {
    if (this.#refreshing) return;
    this.#refreshing = true;
    await wait(Math.max(LIST_SOON_MS, this.#listedAt + LIST_EVERY_MS - Date.now()));
    this.#refreshing = false;
    this.#listedAt = Date.now();
    const current = this.#conversation ? `&current=${encodeURIComponent(this.#conversation.threadId)}` : '';
    await refreshRegion('threads', `/messages?list${current}`); // Where it is not reached, the next event asks again.
  }

  #status(status: LiveStatus): void {
    this.#online = status.state === 'online';
    if (this.#online) this.#resume();
    else if (status.state === 'waiting') this.#lose(SAY_OFFLINE_AFTER_MS);
    else if (status.state === 'closed') {
      const replaced = status.reason.startsWith('another');
      this.#say(
        replaced
          ? 'You have opened too many windows. Reload this one to go on here.'
          : 'You are signed out here. Reload the page to sign in; what you wrote stays.',
      );
    }
  }

  #lose(afterMs: number): void {
    this.#lost = true;
    clearTimeout(this.#offlineTimer);
    this.#offlineTimer = setTimeout(
      () => this.#say('No connection.', 'What you write is sent when it is back.'),
      afterMs,
    );
  }

  /** The line is there, or there again. */
  #resume(): void {
    clearTimeout(this.#offlineTimer);
    this.#say('');
    this.#conversation?.resume(this.#lost);
    if (this.#lost) void this.#refreshList();
    this.#lost = false;
  }

  /** @param more - said where there is room */
  #say(words: string, more = ''): void {
    const banner = find('[data-offline]');
    const all = `${words} ${more}`.trim();
    if (!banner || banner.textContent === all) return;
    const rest = Object.assign(document.createElement('span'), {
      className: 'if-room',
      textContent: ` ${more}`,
    });
    banner.replaceChildren(words, ...(more ? [rest] : []));
  }
}
