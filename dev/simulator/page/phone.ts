import type { Carrier } from '../carrier.ts';
import { bubble, noticeLine } from './bubble.ts';
import { type Card, isStopped } from './cards.ts';
import { cornerClock, formatPhone, pictureLetters } from './format.ts';
import { type Html, html } from './html.ts';
import { circleIcon, openIcon, receptionIcon, sendIcon, stoppedIcon } from './icons.ts';
import { RECEPTIONS, receptionKey } from './reception.ts';

/** What is said above a conversation while Twilio blocks it; empty otherwise. */
export function stopBanner(carrier: Carrier, card: Card): Html {
  const stopped = card.phone !== null && isStopped(carrier, card.phone);
  return html`<div class="stopped" id="stopped-${card.id}">${
    stopped &&
    html`<p>${stoppedIcon} <span>This phone replied STOP. Twilio blocks every text until it replies START.</span></p>`
  }</div>`;
}

/** How many lines a phone shows, and how many of them stand before one that it was asked for. */
const LINES = 200;
const LINES_BEFORE = 20;

type Line = { at: number; seq: number | null; line: Html };

/** Texts and notices of a phone in the order of time. */
function lines(carrier: Carrier, phone: string): Line[] {
  const texts = carrier.messages.all({ phone });
  const notices = carrier.notices.filter((notice) => notice.phone === phone);
  return [
    ...texts.map((message) => ({ at: message.createdAt, seq: message.seq, line: bubble(message) })),
    ...notices.map((notice) => ({ at: notice.at, seq: null, line: noticeLine(notice) })),
  ].sort((one, other) => one.at - other.at);
}

/** The newest lines of a phone or, with `at`, those around the text with that `seq`. */
function conversation(carrier: Carrier, phone: string, at: number | undefined): Html[] {
  const all = lines(carrier, phone);
  const asked = at === undefined ? -1 : all.findIndex(({ seq }) => seq === at);
  const newest = Math.max(0, all.length - LINES);
  const first = asked === -1 ? newest : Math.min(newest, Math.max(0, asked - LINES_BEFORE));
  const shown = all.slice(first, first + LINES);
  const later = all.length - first - shown.length;
  return [
    ...(first > 0 ? [html`<p class="more">${first} before these. The search finds them.</p>`] : []),
    ...shown.map(({ line }) => line),
    ...(later > 0 ? [html`<p class="more"><a href="/">${later} after these</a></p>`] : []),
  ];
}

function owner(card: Card, canSignIn: boolean): Html {
  return html`<header class="owner">
    <span class="picture tone-${card.tone}" aria-hidden="true">${pictureLetters(card.userId ? card.name : '')}</span>
    <div class="who"><h3>${card.name}</h3><p>${card.userId && card.phone ? html`<span class="number">${formatPhone(card.phone)}</span>` : ''}${card.note && html`<span class="note">${card.note}</span>`}</p></div>
    ${
      card.userId &&
      canSignIn &&
      html`<form method="post" action="/simulator/sign-in/${encodeURIComponent(card.userId)}" target="_blank"><button class="button">Open the portal as ${card.name} ${openIcon}</button></form>`
    }
  </header>`;
}

function replyForm(className: string, phone: string, fields: Html): Html {
  return html`<form class="${className}" method="post" action="/simulator/reply" data-live><input type="hidden" name="phone" value="${phone}">${fields}</form>`;
}

/** Two forms, because Enter in the field would press the first button of its form. */
function composer(card: Card, phone: string): Html {
  const whose = `from ${card.name}’s phone`;
  const words = ['STOP', 'START', 'HELP'].map(
    (word) => html`<button name="body" value="${word}" aria-label="${word}, ${whose}">${word}</button>`,
  );
  const field = html`<input type="text" name="body" aria-label="Text message ${whose}" placeholder="Text message" autocomplete="off" maxlength="1600">`;
  const send = html`<button class="send" aria-label="Send ${whose}">${sendIcon}</button>`;
  return html`<div class="composer">${replyForm('quick', phone, html`${words}`)}${replyForm('write', phone, html`${field}${send}`)}</div>`;
}

function reception(carrier: Carrier, card: Card, phone: string): Html {
  const behaviour = carrier.numbers.get(phone);
  const chosen = receptionKey(behaviour);
  return html`<form class="reception" id="reception-${card.id}" method="post" action="/simulator/reception" data-live data-auto>
    <input type="hidden" name="phone" value="${phone}">
    <label class="fate"><span>A text</span> <select name="reception" aria-label="On ${card.name}’s phone, a text">${RECEPTIONS.map(
      ({ key, label }) => html`<option value="${key}"${key === chosen && html` selected`}>${label}</option>`,
    )}</select></label>
    <label class="channel"><input type="checkbox" name="rcs" value="1"${behaviour.rcs && html` checked`} aria-label="RCS on ${card.name}’s phone"> <span aria-hidden="true">RCS</span></label>
    <noscript><button class="plain">Set</button></noscript>
  </form>`;
}

/** The screen of a phone whose number is not known yet. */
function blankScreen(card: Card): Html {
  return html`<div class="thread"><p class="empty">${card.name} has no phone number yet.<br>Open the portal as ${card.name} and add any US number, such as +1 415 555 2671. That phone then appears here.</p></div>`;
}

/** Whom the phone's texts come from. */
export function contact(carrier: Carrier, card: Card): Html {
  const rcs = card.phone !== null && carrier.numbers.get(card.phone).rcs;
  const sender = formatPhone(carrier.settings.from[0] ?? '');
  return html`<div class="contact" id="contact-${card.id}"><span class="picture brand" aria-hidden="true">${circleIcon}</span><p>${rcs ? 'RCS agent' : sender}</p></div>`;
}

function screen(carrier: Carrier, card: Card, at: number | undefined): Html {
  if (card.phone === null) return blankScreen(card);
  return html`${contact(carrier, card)}
    ${stopBanner(carrier, card)}
    <div class="thread" role="log" aria-label="Texts on ${card.name}’s phone" tabindex="0">${conversation(carrier, card.phone, at)}<p class="empty">No texts yet. When someone posts while ${card.name} is away, one arrives here.</p></div>
    ${composer(card, card.phone)}`;
}

/** A phone with its owner above and its reception below; with `at`, around the text with that `seq`. */
export function phoneCard(carrier: Carrier, card: Card, canSignIn: boolean, at?: number): Html {
  return html`<article class="phone" id="${card.id}"${card.phone !== null && html` data-phone="${card.phone}"`} aria-label="${card.name}’s phone">
    ${owner(card, canSignIn)}
    <div class="device"><div class="screen">
      <div class="statusbar" aria-hidden="true"><span class="clock">${cornerClock(Date.now())}</span><span class="island"></span>${receptionIcon}</div>
      ${screen(carrier, card, at)}
    </div></div>
    ${card.phone !== null && reception(carrier, card, card.phone)}
  </article>`;
}
