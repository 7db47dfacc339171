import { backoffMs } from './backoff.ts';
import { type ClientFrame, type Message, readServerFrame, type ServerFrame } from './socket-frames.ts';
import { type CatchUp, ThreadCursor } from './thread-cursor.ts';

/** Where the connection stands. */
export type LiveStatus =
  | { state: 'connecting' }
  | { state: 'online' }
  /** Trying again in `retryMs`. */
  | { state: 'waiting'; retryMs: number }
  /** Over for good: by {@link Live.close}, or for the reason the server gave. */
  | { state: 'closed'; reason: string };

/** A WebSocket, as far as it is used here: the browser's, Node's, or that of the package `ws`. */
export interface LiveSocket {
  readonly readyState: number;
  send(data: string): void;
  close(code?: number): void;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number; reason: string }) => void): void;
}

/** A page that may be hidden: the browser's `document`. */
export interface VisiblePage {
  readonly visibilityState: string;
  addEventListener(type: 'visibilitychange', listener: () => void): void;
  removeEventListener(type: 'visibilitychange', listener: () => void): void;
}

/** What a {@link Live} client is made of: where to connect, what to do with what comes, and what stands in for the browser. */
export interface LiveOptions {
  /** `wss://…/api/presence/socket` */
  url: string;
  /** The bearer token, asked for with every connection; without it the browser's cookie speaks. */
  token?: () => string | Promise<string>;
  /** Every frame but messages of followed threads, which come in order through {@link Live.follow}. */
  onFrame(frame: ServerFrame): void;
  onStatus?(status: LiveStatus): void;
  /** Fills gaps of followed threads: `GET /api/threads/:id/messages?after=`, every page of it. */
  catchUp: CatchUp;
  /** Asked when a connection was refused; false ends the attempts (the sign-in is over). Default: keep trying. */
  mayRetry?(): Promise<boolean>;
  /** Something failed that will be tried again; for a log. */
  onError?(error: unknown): void;
  /** Default: the global one, which Node has since version 22. */
  WebSocket?: new (
    url: string,
    protocols?: string[],
  ) => LiveSocket;
  /** The page, whose visibility is the person's state. Default: the global one, if there is one. */
  document?: VisiblePage | undefined;
  random?: () => number;
}

/** Heard of every 20 s, as `PRESENCE_TTL_SECONDS` expects. */
const PING_MS = 20_000;
/** Without an answer for so long the line is dead, whatever the system says. */
const PONG_MS = 10_000;
/** So long a connection may take, up to the first frame. */
const CONNECT_MS = 20_000;
/** How often "typing" is worth a frame: frames have a budget. */
const TYPING_MS = 3000;
const PROTOCOL = 'fcs.v1';
/** Close codes and reasons after which trying again is pointless. */
const REPLACED = 4001;
const FINAL_REASONS = ['session ended', 'account removed'];

/** A live connection to the family that mends itself. */
export class Live {
  readonly #options: LiveOptions;
  readonly #document: LiveOptions['document'];
  readonly #cursors = new Map<string, ThreadCursor>();
  #ws: LiveSocket | null = null;
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #over = false;
  #typed: { threadId: string; at: number } | null = null;

  /** Connects at once. @throws Error where there is no WebSocket */
  constructor(options: LiveOptions) {
    if (!options.WebSocket && typeof globalThis.WebSocket !== 'function')
      throw new Error('There is no WebSocket here: hand one in, such as that of the package "ws".');
    this.#options = options;
    this.#document = 'document' in options ? options.document : globalThis.document;
    this.#document?.addEventListener('visibilitychange', this.#onVisibility);
    void this.#connect();
  }

  /**
   * Shows a thread's messages after `last`, each once and in order, across lost connections, until the function that
   * is returned is called.
   * @param last - `seq` of the newest message shown already; 0 when none is
   */
  follow(threadId: string, last: number, show: (message: Message) => void): () => void {
    const cursor = new ThreadCursor(threadId, last, this.#options.catchUp, show);
    this.#cursors.set(threadId, cursor);
    if (this.#isOpen()) this.#fill(cursor);
    return () => {
      if (this.#cursors.get(threadId) === cursor) this.#cursors.delete(threadId);
    };
  }

  /** Tells the thread's other members that the person is typing. Call it with every key; it speaks every 3 s. */
  typing(threadId: string): void {
    const now = Date.now();
    if (this.#typed?.threadId === threadId && now - this.#typed.at < TYPING_MS) return;
    this.#typed = { threadId, at: now };
    this.#send({ type: 'typing', threadId });
  }

  /** Ends the connection for good. */
  close(): void {
    this.#end('closed by the client');
    this.#ws?.close(1000);
  }

  /** Tries again at once instead of waiting; for "back online" events and impatient people. */
  retryNow(): void {
    if (this.#over || this.#ws) return;
    clearTimeout(this.#timer);
    void this.#connect();
  }

  readonly #onVisibility = () => {
    this.#send({ type: 'state', state: this.#state() });
    if (this.#state() === 'active') this.retryNow();
  };

  #state(): 'active' | 'away' {
    return this.#document?.visibilityState === 'hidden' ? 'away' : 'active';
  }

  #isOpen(): boolean {
    return this.#ws?.readyState === 1;
  }

  #send(frame: ClientFrame): void {
    if (this.#isOpen()) this.#ws?.send(JSON.stringify(frame));
  }

  async #connect(): Promise<void> {
    const { token, onStatus } = this.#options;
    onStatus?.({ state: 'connecting' });
    try {
      const protocols = token ? [PROTOCOL, `bearer.${await token()}`] : undefined;
      if (this.#over || this.#ws) return;
      const Socket = this.#options.WebSocket ?? WebSocket;
      const url = new URL(this.#options.url);
      const state = this.#state();
      url.searchParams.set('state', state);
      this.#listen(new Socket(url.href, protocols), state);
    } catch (error) {
      this.#options.onError?.(error);
      this.#wait();
    }
  }

  /** @param told - what the server was told of the page when the connection was asked for */
  #listen(ws: LiveSocket, told: 'active' | 'away'): void {
    this.#ws = ws;
    let opened = false;
    let beat: ReturnType<typeof setInterval> | undefined;
    let deadline: ReturnType<typeof setTimeout> | undefined;
    const ping = () => {
      ws.send('ping');
      deadline ??= setTimeout(lost, PONG_MS);
    };
    const heard = () => {
      clearTimeout(deadline);
      deadline = undefined;
    };
    const gone = (code: number, reason: string) => {
      clearInterval(beat);
      clearTimeout(deadline);
      if (this.#ws !== ws) return;
      this.#ws = null;
      if (this.#over) return;
      if (code === REPLACED || FINAL_REASONS.includes(reason)) this.#end(reason);
      else if (opened) this.#wait();
      else void this.#refused();
    };
    const lost = () => {
      gone(1006, 'no answer');
      ws.close();
    };
    deadline = setTimeout(lost, CONNECT_MS);
    ws.addEventListener('open', () => {
      opened = true;
      beat = setInterval(ping, PING_MS);
      if (this.#state() !== told) this.#send({ type: 'state', state: this.#state() });
    });
    ws.addEventListener('message', ({ data }) => {
      if (this.#ws !== ws) return;
      heard();
      const frame = readServerFrame(data);
      if (frame) this.#take(frame);
    });
    ws.addEventListener('close', ({ code, reason }) => gone(code, reason));
    ws.addEventListener('error', () => gone(1006, 'connection failed'));
  }

  #take(frame: ServerFrame): void {
    if (frame.type === 'snapshot') {
      this.#attempt = 0;
      this.#options.onStatus?.({ state: 'online' });
      for (const cursor of this.#cursors.values()) this.#fill(cursor);
    }
    const cursor = frame.type === 'message' ? this.#cursors.get(frame.threadId) : undefined;
    if (frame.type === 'message' && cursor) {
      cursor.receive(frame.message).catch((error) => this.#failed(cursor, error));
    } else this.#options.onFrame(frame);
  }

  #fill(cursor: ThreadCursor): void {
    cursor.fill().catch((error) => this.#failed(cursor, error));
  }

  /** Catching up failed: again in a while, if it is still wanted and the line is there. */
  #failed(cursor: ThreadCursor, error: unknown): void {
    this.#options.onError?.(error);
    const again = () => {
      if (this.#isOpen() && [...this.#cursors.values()].includes(cursor)) this.#fill(cursor);
    };
    setTimeout(again, backoffMs(1, this.#random()));
  }

  #random(): number {
    return (this.#options.random ?? Math.random)();
  }

  async #refused(): Promise<void> {
    try {
      if ((await this.#options.mayRetry?.()) === false) return this.#end('signed out');
    } catch (error) {
      this.#options.onError?.(error);
    }
    this.#wait();
  }

  #wait(): void {
    if (this.#over || this.#ws) return;
    const retryMs = backoffMs(this.#attempt++, this.#random());
    this.#options.onStatus?.({ state: 'waiting', retryMs });
    this.#timer = setTimeout(() => void this.#connect(), retryMs);
  }

  #end(reason: string): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#document?.removeEventListener('visibilitychange', this.#onVisibility);
    this.#options.onStatus?.({ state: 'closed', reason });
  }
}
