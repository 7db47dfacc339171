import type { ServerResponse } from 'node:http';
import type { Carrier } from '../carrier.ts';
import type { SimulatorEvent } from '../events.ts';
import { phoneOf } from '../types.ts';
import { bubble, noticeLine } from './bubble.ts';
import { cardOf } from './cards.ts';
import { faultSummary, faultValues } from './fault-form.ts';
import type { Html } from './html.ts';
import { inboxRow } from './inbox.ts';
import { contact, stopBanner } from './phone.ts';
import { receptionKey } from './reception.ts';

/**
 * What the page is told while it is open. `line` puts a text or notice on a phone, or renews it, and a text that arrived
 * into the list; `number` says how the carrier treats a phone.
 */
export type LiveUpdate =
  | { type: 'hello'; boot: string }
  | { type: 'line'; phone: string; id: string; html: string; incoming: boolean; row: string | null }
  | { type: 'number'; id: string; reception: string; rcs: boolean; contact: string }
  | { type: 'stopped'; id: string; html: string }
  | { type: 'faults'; values: Record<string, string>; summary: string }
  | { type: 'reload' };

function line(phone: string, id: string, markup: Html, row: Html | null): LiveUpdate {
  const incoming = row !== null;
  return { type: 'line', phone, id, html: markup.markup, incoming, row: row?.markup ?? null };
}

/** The page's update for an event, if it shows at all. */
function updateFor(carrier: Carrier, event: SimulatorEvent): LiveUpdate | null {
  switch (event.type) {
    case 'message':
    case 'status': {
      const { message } = event;
      const phone = phoneOf(message);
      const row = message.direction === 'inbound' ? null : inboxRow(message, cardOf(carrier, phone));
      return line(phone, `text-${message.sid}`, bubble(message), row);
    }
    case 'notice': {
      const { notice } = event;
      return notice.phone === null
        ? null
        : line(notice.phone, `notice-${notice.seq}`, noticeLine(notice), null);
    }
    case 'optOut': {
      const card = cardOf(carrier, event.phone);
      return card
        ? { type: 'stopped', id: `stopped-${card.id}`, html: stopBanner(carrier, card).markup }
        : null;
    }
    case 'number': {
      const card = cardOf(carrier, event.phone);
      if (!card) return null;
      const behaviour = carrier.numbers.get(event.phone);
      const reception = receptionKey(behaviour);
      const { markup } = contact(carrier, card);
      return { type: 'number', id: card.id, reception, rcs: behaviour.rcs === true, contact: markup };
    }
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
