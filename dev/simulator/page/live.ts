import type { ServerResponse } from 'node:http';
import type { Carrier } from '../carrier.ts';
import type { SimulatorEvent } from '../events.ts';
import { phoneOf } from '../types.ts';
import { bubble, noticeLine } from './bubble.ts';
import { listCards } from './cards.ts';
import { faultSummary, faultValues } from './fault-form.ts';
import type { Html } from './html.ts';
import { stopBanner } from './phone.ts';

/** What the page is told while it is open. `line` puts a text or notice on a phone, or renews it. */
export type LiveUpdate =
  | { type: 'hello'; boot: string }
  | { type: 'line'; phone: string; id: string; html: string; incoming: boolean }
  | { type: 'stopped'; id: string; html: string }
  | { type: 'faults'; values: Record<string, string>; summary: string }
  | { type: 'reload' };

function line(phone: string, id: string, markup: Html, incoming: boolean): LiveUpdate {
  return { type: 'line', phone, id, html: markup.markup, incoming };
}

/** The page's update for an event, if it shows at all. */
function updateFor(carrier: Carrier, event: SimulatorEvent): LiveUpdate | null {
  switch (event.type) {
    case 'message':
    case 'status': {
      const { message } = event;
      const incoming = message.direction !== 'inbound';
      return line(phoneOf(message), `text-${message.sid}`, bubble(message), incoming);
    }
    case 'notice': {
      const { notice } = event;
      return notice.phone === null
        ? null
        : line(notice.phone, `notice-${notice.seq}`, noticeLine(notice), false);
    }
    case 'optOut': {
      const card = listCards(carrier).find((each) => each.phone === event.phone);
      return card
        ? { type: 'stopped', id: `stopped-${card.id}`, html: stopBanner(carrier, card).markup }
        : null;
    }
    case 'number':
      return null;
    case 'settings':
      return { type: 'faults', values: faultValues(carrier), summary: faultSummary(carrier) };
    case 'people':
    case 'cleared':
      return { type: 'reload' };
  }
}

const KEEP_ALIVE_MS = 20_000;

/**
 * Streams updates to a page (server-sent events) until it goes away. What came after the text with `seq` `after`
 * is told again first: the page may have been rendered before it.
 */
export function streamUpdates(carrier: Carrier, response: ServerResponse, boot: string, after: number): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const send = (update: LiveUpdate | null): void => {
    if (update) response.write(`data: ${JSON.stringify(update)}\n\n`);
  };
  send({ type: 'hello', boot });
  for (const message of carrier.messages.all({ after })) {
    send(updateFor(carrier, { type: 'message', message }));
  }
  const stop = carrier.events.listen((event) => send(updateFor(carrier, event)));
  const keepAlive = setInterval(() => response.write(':\n\n'), KEEP_ALIVE_MS);
  response.on('close', () => {
    stop();
    clearInterval(keepAlive);
  });
}
