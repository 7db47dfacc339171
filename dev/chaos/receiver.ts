import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { draw } from '../simulator/draw.ts';
import { rest } from './rest.ts';

/** An event as it was posted. */
export interface HeardEvent {
  /** The `webhook-id`. */
  id: string;
  type: string;
  /** The message or delivery that it is about. */
  subjectId?: string;
}

/** How the receiver treats what is posted; it has heard what it accepts, whatever it answers. */
const BEHAVIOURS = {
  fine: { accepts: true, answers: 204 },
  'silent after accepting': { accepts: true, answers: null },
  'killed after accepting': { accepts: true, answers: 'dies' },
  'killed before accepting': { accepts: false, answers: 'dies' },
  'broken: 500': { accepts: false, answers: 500 },
  'broken after accepting: 500': { accepts: true, answers: 500 },
  'too busy: 429': { accepts: false, answers: 429 },
} as const;
type Behaviour = keyof typeof BEHAVIOURS;

/** The host's receiver of events: in this process, so that it survives the stack's. */
export interface Receiver {
  /** The settings with which the stack posts to it. */
  settings: Readonly<Record<string, string>>;
  /** What it has accepted, in that order; with repeats. */
  heard: readonly HeardEvent[];
  /** Posts whose signature was wrong. */
  forged(): number;
  set(behaviour: Behaviour): void;
  close(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Starts a receiver on a port of its own, which accepts everything at first. */
export async function startReceiver(): Promise<Receiver> {
  const secret = `whsec_${btoa('a-secret-of-24-bytes-long')}`;
  const verifier = new Webhook(secret);
  const heard: HeardEvent[] = [];
  let behaviour: Behaviour = 'fine';
  let forged = 0;
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await bodyOf(request);
    const { accepts, answers } = BEHAVIOURS[behaviour];
    const headers = request.headers as Record<string, string>;
    try {
      verifier.verify(body, headers);
    } catch {
      forged += 1;
      return response.writeHead(401).end();
    }
    const { type, data } = JSON.parse(body);
    if (accepts)
      heard.push({ id: headers['webhook-id']!, type, subjectId: (data.message ?? data.delivery)?.id });
    if (answers === 'dies') return response.destroy();
    if (answers === 429) response.setHeader('Retry-After', '1');
    if (answers !== null) response.writeHead(answers).end();
    return response;
  };
  const server = createServer((request, response) => {
    // A stack that is killed breaks off in the middle of what it posts.
    take(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    settings: { EVENTS_URL: `http://127.0.0.1:${port}/`, EVENTS_SECRET: secret },
    heard,
    forged: () => forged,
    set: (next) => {
      behaviour = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Each failure more makes the wait before an event's next try longer: no more than these come in a minute of trouble. */
const TROUBLE_MS = 60_000;
/** By then whatever waited was taken, and the next failure is the first again. */
const CALM_MS = 360_000;

/**
 * Changes how the receiver treats what is posted, every half to two seconds until the signal, for a minute of each seven;
 * then it is fine.
 * @returns what it was, in order
 */
export async function troubleReceiver(
  receiver: Receiver,
  seed: number,
  over: AbortSignal,
): Promise<string[]> {
  const names = Object.keys(BEHAVIOURS) as Behaviour[];
  const had: string[] = [];
  let calmAt = performance.now() + TROUBLE_MS;
  while (!over.aborted) {
    if (performance.now() >= calmAt) {
      receiver.set('fine');
      if (!(await rest(CALM_MS, over))) break;
      calmAt = performance.now() + TROUBLE_MS;
    }
    const n = had.length;
    const behaviour = names[Math.floor(draw(seed, `receiver:${n}`) * names.length)]!;
    had.push(behaviour);
    receiver.set(behaviour);
    await rest(500 + 1500 * draw(seed, `receiver:${n}:lasts`), over);
  }
  receiver.set('fine');
  return had;
}
