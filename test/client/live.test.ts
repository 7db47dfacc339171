import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { backoffMs } from '../../src/client/backoff.ts';
import { Live, type LiveOptions, type LiveStatus } from '../../src/client/live.ts';
import type { Message, ServerFrame } from '../../src/client/socket-frames.ts';
import { message } from './message.ts';

/** A socket whose other end is the test. */
class FakeSocket extends EventTarget {
  static made: FakeSocket[] = [];
  readonly url: string;
  readonly protocols: string[] | undefined;
  readonly sent: string[] = [];
  readyState = 0;

  constructor(url: string, protocols?: string[]) {
    super();
    this.url = url;
    this.protocols = protocols;
    FakeSocket.made.push(this);
  }

  send(data: string) {
    this.sent.push(data);
  }

  close() {
    this.readyState = 2;
  }

  open() {
    this.readyState = 1;
    this.dispatchEvent(new Event('open'));
    this.say({ type: 'snapshot', online: [] });
  }

  say(frame: ServerFrame | 'pong') {
    const data = frame === 'pong' ? frame : JSON.stringify(frame);
    this.dispatchEvent(new MessageEvent('message', { data }));
  }

  drop(code = 1006, reason = '') {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event('close'), { code, reason }));
  }
}

/** A page that can be hidden. */
class FakePage extends EventTarget {
  visibilityState: DocumentVisibilityState = 'visible';

  show(visibilityState: DocumentVisibilityState) {
    this.visibilityState = visibilityState;
    this.dispatchEvent(new Event('visibilitychange'));
  }
}

const page = () => new FakePage() as FakePage & NonNullable<LiveOptions['document']>;
let statuses: LiveStatus[] = [];
let frames: ServerFrame[] = [];
let stored: Message[] = [];

/** A connected client: options may be overridden. */
async function start(over: Partial<LiveOptions> = {}) {
  const live = new Live({
    url: 'wss://portal.example.com/api/presence/socket',
    onFrame: (frame) => frames.push(frame),
    onStatus: (status) => statuses.push(status),
    catchUp: async (_, after) => stored.filter(({ seq }) => seq > after),
    WebSocket: FakeSocket as unknown as LiveOptions['WebSocket'],
    document: undefined,
    random: () => 0,
    ...over,
  });
  await vi.advanceTimersByTimeAsync(0);
  return live;
}
const latest = () => FakeSocket.made.at(-1)!;
const states = () => statuses.map(({ state }) => state);

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.made = [];
  statuses = [];
  frames = [];
  stored = [];
});
afterEach(() => {
  vi.useRealTimers();
});

it('backs off from one second to thirty, spread', () => {
  const range = (attempt: number) => [backoffMs(attempt, 0), backoffMs(attempt, 1)];
  expect([0, 1, 2, 3, 4, 5, 50].map(range)).toEqual([
    [1000, 2000],
    [2000, 4000],
    [4000, 8000],
    [8000, 16000],
    [15000, 30000],
    [15000, 30000],
    [15000, 30000],
  ]);
  fc.assert(
    fc.property(fc.nat(2000), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
      const ms = backoffMs(attempt, random);
      expect(ms).toBeGreaterThanOrEqual(1000);
      expect(ms).toBeLessThanOrEqual(30_000);
    }),
  );
});

describe('the live client', () => {
  it('offers its token as a subprotocol, a fresh one each time', async () => {
    let tokens = 0;
    await start({ token: async () => `t${++tokens}` });
    latest().open();
    latest().drop();
    await vi.advanceTimersByTimeAsync(1000);
    expect(FakeSocket.made.map(({ protocols }) => protocols)).toEqual([
      ['fcs.v1', 'bearer.t1'],
      ['fcs.v1', 'bearer.t2'],
    ]);
  });

  it('comes back with growing pauses, and from the start again once it was online', async () => {
    await start();
    latest().open();
    for (const pause of [1000, 2000, 4000, 8000, 15_000, 15_000]) {
      const before = FakeSocket.made.length;
      latest().drop();
      await vi.advanceTimersByTimeAsync(pause - 1);
      expect(FakeSocket.made.length).toBe(before);
      await vi.advanceTimersByTimeAsync(1);
      expect(FakeSocket.made.length).toBe(before + 1);
    }
    latest().open();
    latest().drop();
    expect(statuses.at(-1)).toEqual({ state: 'waiting', retryMs: 1000 });
  });

  it('says ping every 20 s, however much comes in, and gives up a line that does not answer', async () => {
    await start();
    const socket = latest();
    socket.open();
    for (let second = 1; second <= 45; second++) {
      await vi.advanceTimersByTimeAsync(1000);
      socket.say('pong');
    }
    expect(socket.sent).toEqual(['ping', 'ping']);
    await vi.advanceTimersByTimeAsync(15_000 + 9999);
    expect(states().at(-1)).toBe('online');
    await vi.advanceTimersByTimeAsync(1);
    expect(states().at(-1)).toBe('waiting');
    socket.drop();
    expect(states().filter((state) => state === 'waiting')).toHaveLength(1);
  });

  it('is away while the page is hidden', async () => {
    const document = page();
    await start({ document });
    latest().open();
    document.show('hidden');
    document.show('visible');
    expect(latest().sent.map((text) => JSON.parse(text).state)).toEqual(['away', 'active']);
    expect(new URL(latest().url).searchParams.get('state')).toBe('active');
    document.show('hidden');
    latest().drop();
    await vi.advanceTimersByTimeAsync(1000);
    expect(new URL(latest().url).searchParams.get('state')).toBe('away');
  });

  it('says so when the page was hidden, or shown, while it connected', async () => {
    const document = page();
    await start({ document });
    document.show('hidden');
    latest().open();
    expect(latest().sent).toEqual(['{"type":"state","state":"away"}']);
    latest().drop();
    await vi.advanceTimersByTimeAsync(1000);
    document.show('visible');
    latest().open();
    expect(latest().sent).toEqual(['{"type":"state","state":"active"}']);
  });

  it('gives up a connection that is not there after 20 s', async () => {
    await start();
    await vi.advanceTimersByTimeAsync(19_999);
    expect([states(), FakeSocket.made.length]).toEqual([['connecting'], 1]);
    await vi.advanceTimersByTimeAsync(1);
    expect([states().at(-1), latest().readyState]).toEqual(['waiting', 2]);
    await vi.advanceTimersByTimeAsync(1000);
    latest().open();
    await vi.advanceTimersByTimeAsync(20_000);
    expect([states().at(-1), FakeSocket.made.length]).toEqual(['online', 2]);
  });

  it('does not wait when the person comes back to the page', async () => {
    const document = page();
    await start({ document });
    latest().drop();
    await vi.advanceTimersByTimeAsync(1);
    document.show('visible');
    await vi.advanceTimersByTimeAsync(0);
    expect(FakeSocket.made).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(FakeSocket.made).toHaveLength(2);
  });

  it('shows a followed thread without gaps and repeats across a lost connection', async () => {
    const shown: number[] = [];
    stored = [message(1), message(2)];
    const live = await start();
    latest().open();
    const stop = live.follow('thr', 1, ({ seq }) => shown.push(seq));
    await vi.advanceTimersByTimeAsync(0);
    latest().say({ type: 'message', threadId: 'thr', message: message(3) });
    latest().drop();
    stored.push(message(3), message(4), message(5));
    await vi.advanceTimersByTimeAsync(1000);
    latest().open();
    await vi.advanceTimersByTimeAsync(0);
    latest().say({ type: 'message', threadId: 'thr', message: message(5) });
    latest().say({ type: 'message', threadId: 'thr', message: message(6) });
    expect(shown).toEqual([2, 3, 4, 5, 6]);
    stop();
    latest().say({ type: 'message', threadId: 'thr', message: message(7) });
    expect(shown).toEqual([2, 3, 4, 5, 6]);
    expect(frames.filter(({ type }) => type === 'message')).toHaveLength(1);
  });

  it('asks again for what could not be had', async () => {
    const shown: number[] = [];
    const errors: unknown[] = [];
    let failing = true;
    const live = await start({
      onError: (error) => errors.push(error),
      catchUp: async () => {
        if (failing) throw new Error('no network');
        return [message(1)];
      },
    });
    latest().open();
    live.follow('thr', 0, ({ seq }) => shown.push(seq));
    await vi.advanceTimersByTimeAsync(0);
    expect([errors.length, shown]).toEqual([1, []]);
    failing = false;
    await vi.advanceTimersByTimeAsync(2000);
    expect(shown).toEqual([1]);
  });

  it.each([
    [1008, 'session ended'],
    [1008, 'account removed'],
    [4001, 'another device took this place'],
  ])('stays away after close %i, %s', async (code, reason) => {
    await start();
    latest().open();
    latest().drop(code, reason);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(FakeSocket.made).toHaveLength(1);
    expect(statuses.at(-1)).toEqual({ state: 'closed', reason });
  });

  it('stays away when it was refused and the sign-in is over, and only then', async () => {
    let signedIn = true;
    await start({ mayRetry: async () => signedIn });
    latest().drop();
    await vi.advanceTimersByTimeAsync(1000);
    signedIn = false;
    latest().drop();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(FakeSocket.made).toHaveLength(2);
    expect(statuses.at(-1)).toEqual({ state: 'closed', reason: 'signed out' });
  });

  it('ends when told to, and listens to the page no more', async () => {
    const document = page();
    const live = await start({ document });
    latest().open();
    live.close();
    latest().drop(1000);
    document.show('visible');
    live.retryNow();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(FakeSocket.made).toHaveLength(1);
    expect(states()).toEqual(['connecting', 'online', 'closed']);
  });

  it('speaks of typing once in three seconds a thread', async () => {
    const live = await start();
    latest().open();
    for (let i = 0; i < 50; i++) {
      live.typing('thr');
      await vi.advanceTimersByTimeAsync(100);
    }
    live.typing('other');
    expect(latest().sent.map((text) => JSON.parse(text).threadId)).toEqual(['thr', 'thr', 'other']);
  });

  it('ignores frames it does not know', async () => {
    await start();
    latest().open();
    for (const data of ['{', '[]', 'null', '{"type":"later"}', new Blob()]) {
      latest().dispatchEvent(new MessageEvent('message', { data }));
    }
    expect(frames).toEqual([{ type: 'snapshot', online: [] }]);
  });
});
