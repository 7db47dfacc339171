import type { Carrier } from '../carrier.ts';
import { type Card, listCards } from './cards.ts';
import { faultPanel } from './fault-panel.ts';
import { pictureLetters } from './format.ts';
import { type Html, html } from './html.ts';
import { openIcon } from './icons.ts';
import { type InboxQuery, inbox } from './inbox.ts';
import { phoneCard } from './phone.ts';
import { tour } from './tour.ts';

/** What the page is told about its surroundings. */
export type PageFrame = {
  brand: string;
  canSignIn: boolean;
  /** The steps of the tour, in Markdown. */
  steps: readonly string[];
  /** Changes with every start of the simulator, so that an old page knows to load anew. */
  boot: string;
  assetVersion: string;
};

/** What is looked at: which texts are listed, and the `seq` of the one that its phone must show. */
export type PhonesView = { query: InboxQuery; at?: number };

/** Where to go on a narrow screen, which shows the list or one phone at a time. */
function jumps(cards: readonly Card[]): Html {
  return html`<nav class="jumps" aria-label="Texts and phones"><a href="#inbox" data-jump="inbox" data-current>All texts<span class="count"></span></a>${cards.map(
    (card) =>
      html`<a href="#${card.id}" data-jump="${card.id}"><span class="picture tone-${card.tone}" aria-hidden="true">${pictureLetters(card.userId ? card.name : '')}</span> ${card.name}<span class="count"></span></a>`,
  )}</nav>`;
}

/** The whole page. */
export function pageDocument(carrier: Carrier, frame: PageFrame, { query, at }: PhonesView): Html {
  const cards = listCards(carrier);
  const { brand, boot, assetVersion, canSignIn, steps } = frame;
  return html`<!doctype html>
<html lang="en" data-boot="${boot}" data-seq="${carrier.messages.lastSeq()}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Phones · ${brand}</title>
<link rel="icon" href="/simulator/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/simulator/assets/phones.css?${assetVersion}">
<script type="module" src="/simulator/assets/phones.js?${assetVersion}"></script>
</head>
<body>
<a class="skip" href="#phones">Skip to the phones</a>
<header class="top">
  <h1>Phones</h1>
  <p>A pretend Twilio: every text that ${brand} sends lands on one of these phones, and nowhere else.</p>
  <a class="button quiet" href="${carrier.settings.publicOrigin}" target="_blank" rel="noopener">Open ${brand} ${openIcon}</a>
</header>
${jumps(cards)}
<main class="stage">
  ${inbox(carrier, query, tour(carrier, steps))}
  <section class="phones" id="phones" aria-label="Phones" tabindex="-1">${cards.map((card) => phoneCard(carrier, card, canSignIn, at))}</section>
</main>
<section class="trouble" aria-label="Trouble">${faultPanel(carrier)}</section>
<p class="offline" role="status" hidden>The simulator does not answer. This page goes on by itself when it is back.</p>
</body>
</html>`;
}
