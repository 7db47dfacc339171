import { dayWords } from '../clock.ts';

/** The three words that work in every text conversation with us. */
export function Keywords() {
  return (
    <dl class="keys">
      <div>
        <dt>STOP</dt>
        <dd>Ends all texts from us. You get one confirmation and nothing after it.</dd>
      </div>
      <div>
        <dt>HELP</dt>
        <dd>Tells you who we are and how to reach us.</dd>
      </div>
      <div>
        <dt>START</dt>
        <dd>Turns texts on again, if you once said STOP.</dd>
      </div>
    </dl>
  );
}

/** What our text looks like, so that nobody takes it for spam. */
export function SampleText({ brand }: { brand: string }) {
  return (
    <p class="sms">
      {brand}: Grandma Rosa: “Are you coming for dinner on Sunday?”{' '}
      <span class="soft">(link to the conversation)</span> Reply STOP to opt out
    </p>
  );
}

/** When the words of a page changed last; a test holds that whoever changes them changes it. */
export function Dated({ changed }: { changed: string }) {
  return (
    <p class="soft small">
      Last changed on <time datetime={changed}>{dayWords(changed)}</time>.
    </p>
  );
}

/** The support contact as a link when it is an address, a site or a number, else as words. */
export function Contact({ contact }: { contact: string }) {
  const href = contactHref(contact);
  return href ? <a href={href}>{contact}</a> : <b>{contact}</b>;
}

/** Where a contact leads: `mailto:`, `tel:`, or the site itself; null for plain words. */
export function contactHref(contact: string): string | null {
  if (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(contact)) return `mailto:${contact}`;
  if (/^https?:\/\/\S+$/.test(contact)) return contact;
  if (/^\+?[\d\s().-]{7,}$/.test(contact)) return `tel:${contact.replace(/[^\d+]/g, '')}`;
  return null;
}
