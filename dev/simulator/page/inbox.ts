import type { Carrier } from '../carrier.ts';
import type { SimulatedMessage } from '../types.ts';
import { statusWords } from './bubble.ts';
import { type Card, listCards } from './cards.ts';
import { formatPhone, pictureLetters, when } from './format.ts';
import { type Html, html } from './html.ts';

/** Which texts the list shows: those with all words of `words`, and those older than the `seq` `before`. */
export type InboxQuery = { words: string; before?: number };

/** How many texts the list shows at once. */
export const PAGE_SIZE = 50;

/** The query of an address: `q` and `before`. */
export function inboxQuery(params: URLSearchParams): InboxQuery {
  const before = Number(params.get('before') ?? '');
  return { words: (params.get('q') ?? '').trim(), ...(before > 0 ? { before } : {}) };
}

/** Texts that arrived at a phone, newest first. */
export function findTexts(carrier: Carrier, { words, before }: InboxQuery): SimulatedMessage[] {
  const names = new Map(carrier.people.map(({ phone, name }) => [phone, name]));
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (message: SimulatedMessage): boolean => {
    const { to, body } = message;
    const text = [names.get(to), to, formatPhone(to), body, statusWords(message)].join(' ').toLowerCase();
    return wanted.every((word) => text.includes(word));
  };
  return carrier.messages
    .all({ direction: 'outbound' })
    .filter((message) => (before === undefined || message.seq < before) && fits(message))
    .reverse();
}

/** One text in the list; it leads to the same text on its phone. */
export function inboxRow(message: SimulatedMessage, card: Card | undefined): Html {
  const { sid, seq, status, body, to, createdAt } = message;
  const name = card?.name ?? formatPhone(to);
  const time = new Date(createdAt).toISOString();
  return html`<li class="row" id="row-${sid}" data-seq="${seq}" data-status="${status}"><a class="row-link" href="/?at=${seq}#text-${sid}"><span class="picture tone-${card?.tone ?? 1}" aria-hidden="true">${pictureLetters(card?.userId ? name : '')}</span><span class="to"><strong>${name}</strong> <time datetime="${time}">${when(createdAt, Date.now())}</time></span> <span class="words">${body}</span> <span class="status">${statusWords(message)}</span></a></li>`;
}

/** What a search has found, in words; empty without one. */
function foundWords(count: number, words: string): string {
  if (words === '') return '';
  if (count === 0) return `No text with “${words}”`;
  return `${count === 1 ? '1 text' : `${count} texts`} with “${words}”`;
}

/** The texts that a query finds, with the way to older ones. */
export function inboxResults(carrier: Carrier, query: InboxQuery): Html {
  const found = findTexts(carrier, query);
  const cards = new Map(listCards(carrier).map((card) => [card.phone, card]));
  const shown = found.slice(0, PAGE_SIZE);
  const older = new URLSearchParams({ q: query.words, before: String(shown.at(-1)?.seq ?? 0) });
  const rows = shown.map((message) => inboxRow(message, cards.get(message.to)));
  return html`<div class="results" id="results" data-found="${foundWords(found.length, query.words)}"><ol class="rows" id="rows">${rows}</ol>${
    found.length > shown.length && html`<a class="older" href="/?${String(older)}">Older texts</a>`
  }</div>`;
}

/** The list of all texts over all phones, with its search; `below` stands under it. */
export function inbox(carrier: Carrier, query: InboxQuery, below: Html): Html {
  const found = query.words === '' ? '' : foundWords(findTexts(carrier, query).length, query.words);
  return html`<section class="inbox" id="inbox" aria-labelledby="inbox-title">
    <div class="inbox-head"><h2 id="inbox-title">All texts</h2>
    <form class="search" role="search" method="get" action="/"><input type="search" name="q" value="${query.words}" aria-label="Search all texts" placeholder="Search all texts" autocomplete="off"></form>
    <p class="found" id="found" role="status">${found}</p></div>
    <div class="inbox-body" id="inbox-body">${inboxResults(carrier, query)}
    <p class="none">No texts yet. The next one shows up here and slides onto its phone.</p></div>
    ${below}
  </section>`;
}
