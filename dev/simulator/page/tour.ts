import type { Carrier } from '../carrier.ts';
import { inlineMarkdown } from './format.ts';
import { type Html, html } from './html.ts';

/** What to do, for whoever has nothing to follow: any two people will do. */
const WITHOUT_PEOPLE = [
  'Sign in to the portal as two people, the second one in a private window: a browser is one person at a time.',
  'In **Settings**, have a code texted to any US number, such as +1 415 555 2671; its phone appears here. Switch texts on.',
  'Close that window and write something as the other one: a text slides in. Tap its link, or answer **STOP**.',
];

/**
 * The steps to take, open as long as there is nothing else to see.
 * @param steps in Markdown; used when there are people that they can be about
 */
export function tour(carrier: Carrier, steps: readonly string[]): Html {
  const known = carrier.people.length > 0 && steps.length > 0;
  const open = carrier.messages.lastSeq() === 0;
  return html`<details class="tour"${open && html` open`}><summary>${known ? 'A tour of five minutes' : 'What to do'}</summary><ol>${(
    known ? steps : WITHOUT_PEOPLE
  ).map((step) => html`<li>${inlineMarkdown(step)}</li>`)}</ol></details>`;
}
