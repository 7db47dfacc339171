import type { Carrier } from '../carrier.ts';
import { type Card, listCards } from './cards.ts';
import { faultPanel } from './fault-panel.ts';
import { initials } from './format.ts';
import { type Html, html } from './html.ts';
import { openIcon } from './icons.ts';
import { phoneCard } from './phone.ts';

/** What the page is told about its surroundings. */
export type PageFrame = {
  brand: string;
  canSignIn: boolean;
  /** Changes with every start of the simulator, so that an old page knows to load anew. */
  boot: string;
  assetVersion: string;
};

/** What to do, in four steps; with names when there are people to name. */
function steps(carrier: Carrier, canSignIn: boolean): Html {
  const [first, second] = carrier.people.map((person) => person.name);
  const one = first ?? 'someone';
  const other = second ?? 'someone else';
  const open = canSignIn
    ? html`Open the portal as ${one} here, and as ${other} in a private window: a browser is one person at a time.`
    : html`Sign in as two people, the second one in a private window: a browser is one person at a time.`;
  return html`<ol class="steps">
    <li><strong>Be two people</strong> <span>${open}</span></li>
    <li><strong>Verify a phone</strong> <span>Unless that is done: in Settings, have a code texted to ${one}’s number, read it below, switch texts on.</span></li>
    <li><strong>Post, then leave</strong> <span>Close ${one}’s window and write something as ${other}.</span></li>
    <li><strong>Look here</strong> <span>One text slides in. Tap its link, or answer STOP.</span></li>
  </ol>`;
}

function jumps(cards: readonly Card[]): Html {
  return html`<nav class="jumps" aria-label="Phones">${cards.map(
    (card) =>
      html`<a href="#${card.id}" data-jump="${card.id}"><span class="picture tone-${card.tone}" aria-hidden="true">${initials(card.userId ? card.name : '')}</span> ${card.name}<span class="count"></span></a>`,
  )}</nav>`;
}

/** The whole page. */
export function pageDocument(carrier: Carrier, frame: PageFrame): Html {
  const cards = listCards(carrier);
  const { brand, boot, assetVersion, canSignIn } = frame;
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
<header class="top">
  <div><h1>The family’s phones</h1>
  <p>A pretend Twilio. Every text that ${brand} sends lands on one of these phones and nowhere else.</p></div>
  <a class="button quiet" href="${carrier.settings.publicOrigin}" target="_blank" rel="noopener">Open ${brand} ${openIcon}</a>
</header>
<main>
  <section aria-labelledby="how"><h2 id="how" class="unseen">What to do</h2>${steps(carrier, canSignIn)}</section>
  ${jumps(cards)}
  <section aria-labelledby="phones-title"><h2 id="phones-title" class="unseen">Phones</h2>
  <div class="phones" id="phones">${cards.map((card) => phoneCard(carrier, card, canSignIn))}</div></section>
  <section aria-labelledby="trouble"><h2 id="trouble" class="unseen">Trouble</h2>${faultPanel(carrier)}</section>
</main>
<p class="offline" role="status" hidden>The simulator does not answer. This page goes on by itself when it is back.</p>
</body>
</html>`;
}
