import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import * as z from 'zod';
import type { Carrier } from './carrier.ts';
import { handleControlApi } from './control-api.ts';
import { HttpError, sendJson } from './http.ts';
import { handleTwilioApi } from './twilio-api.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>;

/** Turns what a handler throws into an answer; a fault of our own is shown, since only a developer sees it. */
function answerError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy();
  if (error instanceof z.ZodError) sendJson(response, 400, { error: z.prettifyError(error) });
  else if (error instanceof HttpError) sendJson(response, error.status, { error: error.message });
  else sendJson(response, 500, { error: error instanceof Error ? error.message : String(error) });
}

/** For how long an idle connection is kept, ms: longer than its clients keep theirs, who would ask on one that was just closed. */
const IDLE_MS = 600_000;

/** The simulator's HTTP server: Twilio's API, the control API, and the page for everything else. */
export function createSimulatorServer(carrier: Carrier, page: Handler): Server {
  const server = createServer((request, response) => {
    const url = URL.parse(request.url ?? '/', 'http://simulator');
    const handle: Handler = async (...message) => {
      const path = message[2].pathname;
      if (path.startsWith('/2010-04-01/')) return await handleTwilioApi(carrier, ...message);
      if (path.startsWith('/simulator/api/')) return await handleControlApi(carrier, ...message);
      return await page(...message);
    };
    if (!url) return answerError(response, new HttpError(400, 'That is no path.'));
    handle(request, response, url).catch((error: unknown) => answerError(response, error));
  });
  server.keepAliveTimeout = IDLE_MS;
  return server;
}
