import { randomBytes } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';

/**
 * A carrier that only takes texts, so that nothing is measured but who sends them: no receipts, no queue. What the product
 * is tested with is the simulator of `dev/simulator/`.
 */
export interface Carrier {
  origin: string;
  /** When each text arrived since {@link Carrier.forget}, ms of `performance.now()`, with its number. */
  arrivals(): readonly { to: string; at: number }[];
  /** When each text was answered. */
  answers(): readonly number[];
  forget(): void;
  /** How long it takes for an answer, ms. */
  setLatency(ms: number): void;
  /** Answers nothing until it is let go. */
  hold(): void;
  letGo(): void;
  /** Resolves when so many texts were answered. @throws Error after a minute without a new one */
  answered(count: number): Promise<void>;
  close(): void;
}

const PATIENCE_MS = 60_000;
const LOOK_MS = 5;

/** Starts the carrier on a free port. */
export async function startCarrier(): Promise<Carrier> {
  let arrivals: { to: string; at: number }[] = [];
  let answers: number[] = [];
  let latency = 0;
  let held: (() => void)[] | null = null;

  const answer = (response: ServerResponse, form: URLSearchParams) => {
    const sid = `SM${randomBytes(16).toString('hex')}`;
    const to = form.get('To');
    const body = { sid, status: 'queued', error_code: null, num_segments: '1', to, body: form.get('Body') };
    response.writeHead(201, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    answers.push(performance.now());
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const form = new URLSearchParams(Buffer.concat(chunks).toString());
      arrivals.push({ to: form.get('To') ?? '', at: performance.now() });
      const later = () => void setTimeout(() => answer(response, form), latency);
      if (held) held.push(later);
      else if (latency > 0) later();
      else answer(response, form);
    });
  });
  server.keepAliveTimeout = PATIENCE_MS;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    origin: `http://127.0.0.1:${port}`,
    arrivals: () => arrivals,
    answers: () => answers,
    forget: () => {
      arrivals = [];
      answers = [];
    },
    setLatency: (ms) => {
      latency = ms;
    },
    hold: () => {
      held ??= [];
    },
    letGo: () => {
      const waiting = held ?? [];
      held = null;
      for (const later of waiting) later();
    },
    answered: async (count) => {
      let seen = answers.length;
      for (let since = performance.now(); answers.length < count; ) {
        if (answers.length > seen) {
          seen = answers.length;
          since = performance.now();
        }
        if (performance.now() - since > PATIENCE_MS) throw new Error(`${seen} of ${count} texts came`);
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
