import { errorWords } from '../twilio-errors.ts';
import type { CarrierNotice, SimulatedMessage } from '../types.ts';
import { clock, linkify } from './format.ts';
import { type Html, html } from './html.ts';

const STATUS_WORDS: Readonly<Record<SimulatedMessage['status'], string>> = {
  accepted: 'Accepted',
  queued: 'Queued',
  sent: 'Sent',
  delivered: 'Delivered',
  read: 'Read',
  undelivered: 'Not delivered',
  failed: 'Failed',
  received: 'Sent',
};

/** How far a text got, with the code and words of a bad end. */
export function statusWords({ status, errorCode }: SimulatedMessage): string {
  if (errorCode === null) return STATUS_WORDS[status];
  return `${STATUS_WORDS[status]} · ${errorCode} ${errorWords(errorCode) ?? ''}`.trimEnd();
}

/** What a text weighs: RCS knows no segments. */
function weight({ channel, segments, encoding }: SimulatedMessage): string {
  if (channel === 'rcs') return 'RCS';
  const parts = segments === 1 ? '1\u00a0segment' : `${segments}\u00a0segments`;
  return encoding === 'UCS-2' ? `${parts}, Unicode` : parts;
}

/** The small print under a text: how far it got, what it cost, when. */
function meta(message: SimulatedMessage): Html {
  const cost = message.direction === 'inbound' && message.channel === 'sms' ? '' : ` · ${weight(message)}`;
  const time = new Date(message.createdAt).toISOString();
  const by = message.writtenBy === 'twilio' ? html`<span class="by">Answered by Twilio</span> · ` : '';
  return html`<p class="meta" aria-live="off">${by}<span class="status">${statusWords(message)}</span> · <time datetime="${time}">${clock(message.createdAt)}</time>${cost}</p>`;
}

/** The suggestions that an RCS text brings along; only the newest text shows them. */
function chips({ channel, direction, to }: SimulatedMessage): Html | false {
  if (channel !== 'rcs' || direction === 'inbound') return false;
  const words = ['STOP', 'HELP'].map(
    (word) => html`<button name="body" value="${word}" aria-label="Suggestion: ${word}">${word}</button>`,
  );
  return html`<form class="chips" method="post" action="/simulator/reply" data-live><input type="hidden" name="phone" value="${to}"><input type="hidden" name="suggestion" value="1">${words}</form>`;
}

/** One text on a phone. */
export function bubble(message: SimulatedMessage): Html {
  const side = message.direction === 'inbound' ? 'mine' : 'theirs';
  const body = message.body === '' ? html`<em>(empty)</em>` : linkify(message.body);
  return html`<div class="text ${side}" id="text-${message.sid}" data-status="${message.status}" data-channel="${message.channel}"><p class="bubble">${body}</p>${meta(message)}${chips(message)}</div>`;
}

/** A line of Twilio's debugger, in the conversation that it is about. */
export function noticeLine(notice: CarrierNotice): Html {
  return html`<p class="notice" id="notice-${notice.seq}"><strong>${notice.code}</strong> ${notice.text}</p>`;
}
