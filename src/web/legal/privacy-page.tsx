import { Contact } from '../contact.tsx';
import { PageHead } from '../layout.tsx';
import type { Legal } from './legal.ts';

/** `/privacy`: what is kept, why, for how long, and who else sees it. */
export function PrivacyPage({ brand, company, contact }: Legal) {
  return (
    <main id="main" class="page prose" tabindex={-1}>
      <PageHead title="Privacy policy">
        <p>
          What {company} keeps about you when your family uses {brand}, why, and how to make us forget it.
        </p>
      </PageHead>

      <h2>In short</h2>
      <ul>
        <li>Your family’s messages are for your family. We do not read, sell or mine them.</li>
        <li>
          <b>
            We do not share mobile numbers or text messaging opt-in data and consent with third parties or
            affiliates for marketing or promotional purposes.
          </b>
        </li>
        <li>No advertising, no trackers, nothing loaded from other companies’ sites.</li>
      </ul>

      <h2>What we keep</h2>
      <dl>
        <dt>Your name, email address and family</dt>
        <dd>From the app that your family signed up with.</dd>
        <dt>Your mobile number</dt>
        <dd>Once you have confirmed it with a code, to send you texts and to let you sign in.</dd>
        <dt>Your agreement to get texts, and every change of it</dt>
        <dd>
          When, how, with which wording, and from which network address and browser: the law asks us to be
          able to show it.
        </dd>
        <dt>Messages and the ids of attachments</dt>
        <dd>So that the members of a conversation can read them.</dd>
        <dt>A log of texts</dt>
        <dd>
          Which message, when, and whether it was sent, delivered or left out, and why. It holds no words of
          your messages. You can read it under <a href="/settings/texts">Your texts</a>.
        </dd>
        <dt>Sign-ins</dt>
        <dd>When, and with which browser, so that you can end one that is not yours.</dd>
      </dl>

      <h2>One cookie</h2>
      <p>
        When you sign in, we set one cookie that keeps you signed in for thirty days after your last visit,
        and one that holds your time zone, so that times read right. Neither follows you elsewhere.
      </p>

      <h2>Who else sees something</h2>
      <p>
        Only those who carry it out for us: Cloudflare, which runs our servers, and Twilio with the phone
        carriers, which deliver the texts. A text holds the sender’s name and the beginning of the message,
        unless you choose to hide them in <a href="/settings">Settings</a>. All of the above categories
        exclude text messaging originator opt-in data and consent; this information is not shared with any
        third parties beyond what delivering your texts needs.
      </p>

      <h2>How long</h2>
      <p>
        As long as you have an account. When you delete it in Settings, your name, number, email address and
        sign-ins are erased at once; what you wrote stays in the conversation under “Former member”. If you
        had said STOP, a one-way fingerprint of the number remains, so that nobody can switch texts to it on
        again by mistake.
      </p>

      <h2>Your choices</h2>
      <ul>
        <li>Reply STOP to any text, or turn texts off in Settings.</li>
        <li>Read what we keep about you in Settings, correct your number, end sign-ins.</li>
        <li>Delete your account in Settings, or ask us to.</li>
      </ul>
      <p>
        Children use {brand} only with a parent or guardian, who can ask us to delete their data. For all of
        this: <Contact contact={contact} />
      </p>
    </main>
  );
}
