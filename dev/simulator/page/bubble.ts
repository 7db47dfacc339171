import { errorWords } from '../twilio-errors.ts';
import type { Notice, SimulatedMessage } from '../types.ts';
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

/** The small print under a text: how far it got, what it cost, when. */
function meta(message: SimulatedMessage): Html {
  const parts = message.segments === 1 ? '1 segment' : `${message.segments} segments`;
  const error =
    message.errorCode === null
      ? ''
      : ` · ${message.errorCode} ${errorWords(message.errorCode) ?? ''}`.trimEnd();
  const script = message.encoding === 'UCS-2' ? ', Unicode' : '';
  const cost = message.direction === 'inbound' ? '' : ` · ${parts}${script}`;
  const time = new Date(message.createdAt).toISOString();
  const by = message.writtenBy === 'twilio' ? html`<span class="by">Answered by Twilio</span> · ` : '';
  return html`<p class="meta" aria-live="off">${by}<span class="status">${STATUS_WORDS[message.status]}${error}</span> · <time datetime="${time}">${clock(message.createdAt)}</time>${cost}</p>`;
}

/** One text on a phone. */
export function bubble(message: SimulatedMessage): Html {
  const side = message.direction === 'inbound' ? 'mine' : 'theirs';
  const body = message.body === '' ? html`<em>(empty)</em>` : linkify(message.body);
  return html`<div class="text ${side}" id="text-${message.sid}" data-status="${message.status}"><p class="bubble">${body}</p>${meta(message)}</div>`;
}

/** A line of Twilio's debugger, in the conversation that it is about. */
export function noticeLine(notice: Notice): Html {
  return html`<p class="notice" id="notice-${notice.seq}"><strong>${notice.code}</strong> ${notice.text}</p>`;
}
