import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A form post that reached the application. */
export type Received = { path: string; headers: IncomingHttpHeaders; params: Record<string, string> };

/** An answer: TwiML unless told otherwise; `drop` destroys the socket, `hang` never answers. */
export type FakeAnswer = { status?: number; contentType?: string; body?: string } | 'drop' | 'hang';

/** An application that takes Twilio's webhooks, writes them down and answers what it is told to. */
export type FakeApp = {
  origin: string;
  received: Received[];
  /** What the next posts get, in order; afterwards 200 with `<Response/>`. */
  answers: FakeAnswer[];
  close: () => Promise<void>;
};

/** Starts one on a free port. */
export async function startFakeApp(): Promise<FakeApp> {
  const received: Received[] = [];
  const answers: FakeAnswer[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    received.push({
      path: request.url ?? '',
      headers: request.headers,
      params: Object.fromEntries(new URLSearchParams(body)),
    });
    const answer = answers.shift() ?? {};
    if (answer === 'hang') return;
    if (answer === 'drop') {
      request.socket.destroy();
      return;
    }
    response.writeHead(answer.status ?? 200, { 'content-type': answer.contentType ?? 'text/xml' });
    response.end(answer.body ?? '<?xml version="1.0" encoding="UTF-8"?><Response/>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answers,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
