import { exports } from 'cloudflare:workers';

const worker = (exports as unknown as { default: Fetcher }).default;
export const ORIGIN = 'https://portal.example.com';

/** A request to the worker under test. */
export const call = (path: string, init?: RequestInit): Promise<Response> =>
  worker.fetch(`${ORIGIN}${path}`, init);

/** A frame from the server. */
export type Frame = { type: string } & Record<string, unknown>;

/** A client's end of a socket: keeps what comes, in order. */
export interface TestSocket {
  ws: WebSocket;
  /** Every frame so far, `pong`s left out. */
  frames: Frame[];
  /** The frames of a type, without the type. */
  of(type: string): Record<string, unknown>[];
  /** Waits until `count` frames of a type have come in all; resolves with the last of them. */
  until(type: string, count?: number): Promise<Frame>;
  /** Sends `ping` and waits for the `pong`. */
  ping(): Promise<void>;
  send(frame: unknown): void;
  /** Resolves once the server closed it. */
  closed: Promise<{ code: number; reason: string }>;
}

const opened = new Set<WebSocket>();

/** Closes what a test left open. */
export function closeSockets(): void {
  for (const ws of opened) ws.close();
  opened.clear();
}

/** Takes the client's end of an upgraded answer. */
export function openSocket(answer: Response): TestSocket {
  const ws = answer.webSocket;
  if (!ws) throw new Error(`No socket but ${answer.status}`);
  const frames: Frame[] = [];
  let pongs = 0;
  const watchers = new Set<() => void>();
  const when = (met: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!met()) return;
        watchers.delete(look);
        resolve();
      };
      watchers.add(look);
      look();
    });
  ws.addEventListener('message', ({ data }) => {
    if (data === 'pong') pongs += 1;
    else frames.push(JSON.parse(String(data)));
    for (const look of [...watchers]) look();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    ws.addEventListener('close', ({ code, reason }) => resolve({ code, reason }));
  });
  ws.accept();
  opened.add(ws);
  const of = (type: string) =>
    frames.filter((frame) => frame.type === type).map(({ type: _, ...rest }) => rest);
  return {
    ws,
    frames,
    of,
    closed,
    send: (frame) => ws.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
    until: async (type, count = 1) => {
      await when(() => of(type).length >= count);
      return frames.filter((frame) => frame.type === type)[count - 1]!;
    },
    ping: async () => {
      const expected = pongs + 1;
      ws.send('ping');
      await when(() => pongs >= expected);
    },
  };
}
