import { type Html, html } from './html.ts';

const icon = (path: Html): Html =>
  html`<svg viewBox="0 0 24 24" width="18" height="18" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">${path}</svg>`;

/** An arrow that leaves the page. */
export const openIcon = icon(html`<path d="M7 17 17 7M9 7h8v8"/>`);

/** An arrow that sends. */
export const sendIcon = icon(html`<path d="M12 19V5M5 12l7-7 7 7"/>`);

/** A raised hand: stopped. */
export const stoppedIcon = icon(html`<circle cx="12" cy="12" r="9"/><path d="m5.7 5.7 12.6 12.6"/>`);

/** People in a circle: the sender, in a phone's list of contacts. */
export const circleIcon = icon(
  html`<circle cx="12" cy="6" r="2.5"/><circle cx="6.5" cy="15.5" r="2.5"/><circle cx="17.5" cy="15.5" r="2.5"/>`,
);

/** Signal and battery, as phones show them. */
export const receptionIcon = html`<svg viewBox="0 0 48 14" width="48" height="14" fill="currentColor" aria-hidden="true" focusable="false"><rect x="0" y="9" width="3" height="4" rx="1"/><rect x="5" y="6" width="3" height="7" rx="1"/><rect x="10" y="3" width="3" height="10" rx="1"/><rect x="15" y="0" width="3" height="13" rx="1"/><rect x="24.5" y="1.5" width="19" height="10.5" rx="3" fill="none" stroke="currentColor" stroke-opacity=".5"/><rect x="26.5" y="3.5" width="13" height="6.5" rx="1.5"/><path d="M45 5v3.5c.9-.3 1.5-1 1.5-1.75S45.9 5.3 45 5Z"/></svg>`;

/** The page's own picture, as a file. */
export const favicon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect x="7" y="2" width="18" height="28" rx="5" fill="#2c3485"/><rect x="9" y="4.5" width="14" height="23" rx="3" fill="#eef0fb"/><rect x="11" y="9" width="9" height="5" rx="2.5" fill="#9aa5e8"/><rect x="13" y="16" width="8" height="5" rx="2.5" fill="#3d4fd1"/></svg>';
