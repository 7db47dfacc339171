import { PageHead } from '../layout.tsx';
import type { Legal, Spans } from './legal.ts';
import { Contact, Dated } from './legal-parts.tsx';

const CHANGED = '2026-11-28';

/** Every cookie that we set; a test looks for others in the code. */
const cookiesOf = (spans: Spans) => [
  { name: 'fcs_session', purpose: 'Keeps you signed in, after your last visit for', span: spans.session },
  {
    name: 'fcs_device',
    purpose:
      'Tells that you signed in here before, so that nobody who asks for codes to your number can keep you out. For',
    span: spans.device,
  },
  {
    name: 'fcs_login',
    purpose: 'Belongs to a code that was asked for in this browser. For',
    span: spans.code,
  },
  {
    name: 'fcs_link',
    purpose: 'Belongs to the page of a link, so that its button works in this browser alone. For',
    span: spans.nonce,
  },
  { name: 'fcs_hours', purpose: 'How you want times written, if you chose. For', span: spans.hours },
  { name: 'fcs_zone', purpose: 'Your time zone, so that times read right. For', span: spans.zone },
];

/** `/privacy`: what is kept, why, for how long, and who else sees it. */
export function PrivacyPage({ brand, company, contact, replies, spans }: Legal) {
  return (
    <main id="main" class="page prose" tabindex={-1}>
      <PageHead title="Privacy policy">
        <p>
          What {company} keeps about you when your family uses {company === brand ? 'it' : brand}, why, and
          how to make us forget it.
        </p>
        <Dated changed={CHANGED} />
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

      <h2>What we keep, why, and how long</h2>
      <dl>
        <dt>Your name and family</dt>
        <dd>From the app that your family signed up with. Until you delete your account.</dd>
        <dt>Your mobile number</dt>
        <dd>
          Once you have confirmed it with a code, to send you texts and to let you sign in. Until you remove
          it or delete your account. A number that a code was asked for is kept with the code, which works for{' '}
          {spans.code}, and for {spans.codeKept} after that.
        </dd>
        <dt>A fingerprint of your number</dt>
        <dd>
          A row of characters that we compute from the number with a secret of ours, and that nobody can turn
          back into the number without it. It remembers a STOP, and it ties the record of your agreement to
          the number. It remains when the number is removed or the account deleted, so that nobody switches
          texts to it on again by mistake, and so that we can show what was agreed to.
        </dd>
        <dt>What you chose, and where you are in each conversation</dt>
        <dd>
          Your settings and time zone, what you muted, how far you have read, and when you were here last: so
          that a text comes only when it helps. The others in a conversation see how far you have read, and
          whether you are here. Until you delete your account.
        </dd>
        <dt>Your agreement to get texts, and every change of it</dt>
        <dd>
          When, how, with which wording, for which fingerprint, and from which network address and browser:
          the law asks us to be able to show it. It is kept for good; network address and browser are struck
          out when you delete your account. You can read it in <a href="/settings#consents">Settings</a>.
        </dd>
        <dt>Messages, and which files are attached</dt>
        <dd>
          So that the members of a conversation can read them. They stay when you delete your account, under
          “Former member”; one that you take back loses its words at once.
          {spans.message !== null && ` All are deleted after ${spans.message}.`}
        </dd>
        <dt>A log of texts</dt>
        <dd>
          Which message, to which number, when, and whether it was sent, delivered or left out, and why. It
          holds no words of your messages. You can read it under <a href="/settings/texts">Your texts</a>. The
          number goes {spans.logNumber} after the text has ended, the entry after {spans.log}, also when you
          delete your account; the last entry that told you of a conversation stays with it.
        </dd>
        <dt>A list of what happened</dt>
        <dd>
          That a message was written, a text sent, a number confirmed: for the app of your family to read, for{' '}
          {spans.event}.
        </dd>
        <dt>Texts that you send us</dt>
        <dd>
          When one came, under the fingerprint of its number, and whether it was STOP, START or HELP; not its
          words. For {spans.inboundText}; STOP and START for good.{' '}
          {replies
            ? `An answer to one of our texts becomes a message in its conversation; one of which we must ask where it belongs waits for that, ${spans.heldReply} at most.`
            : 'Nobody reads other words: write in the chat.'}
        </dd>
        <dt>Links in texts</dt>
        <dd>
          A fingerprint of each, and when it was opened. One signs you in for {spans.linkSignIn}, finds its
          conversation for {spans.link}, and is forgotten {spans.linkKept} later.
        </dd>
        <dt>Sign-ins</dt>
        <dd>
          When, and with which browser, so that you can end one that is not yours. They end {spans.session}{' '}
          after the last use, and are forgotten {spans.sessionKept} later.
        </dd>
        <dt>Looks of our operators</dt>
        <dd>
          Who helps you can look up why a text came or did not come. Who looked at whom, and when, is kept for{' '}
          {spans.log}.
        </dd>
        <dt>Counts of attempts</dt>
        <dd>By network address and number, to hold off abuse. For a day at most.</dd>
        <dt>Earlier states of our databases</dt>
        <dd>So that a mistake of ours can be undone. What is deleted stays in them for 30 days at most.</dd>
      </dl>

      <h2>Cookies</h2>
      <p>Small notes that your browser keeps for us: only what the pages need. None follows you elsewhere.</p>
      <dl>
        {cookiesOf(spans).map(({ name, purpose, span }) => (
          <>
            <dt>
              <code>{name}</code>
            </dt>
            <dd>
              {purpose} {span}.
            </dd>
          </>
        ))}
      </dl>
      <p>
        A browser that lists them shows <code>__Host-</code> before all of these names but the last. What you
        have begun to write is kept by your browser’s tab, until you close it.
      </p>

      <h2>Who else sees something</h2>
      <ul>
        <li>
          Cloudflare, which runs our servers, and with them stores what stands above. It sees each request:
          when, for which page, from which network address.
        </li>
        <li>
          Twilio and the phone carriers, which deliver the texts. A text holds the sender’s name and the
          beginning of the message, unless you choose to hide them in <a href="/settings">Settings</a>. We
          have Twilio empty the words of each such text {spans.carrierWords} after it, once it has ended.
          Twilio keeps its own record of the number and the time of each text, and the words of texts that you
          send us, also when you delete your account here. Ask us, and we have it deleted there.
        </li>
        <li>
          The app that your family signed up with, which may read what happens in its family, messages
          included.
        </li>
      </ul>
      <p>
        All of the above categories exclude text messaging originator opt-in data and consent; this
        information is not shared with any third parties beyond what delivering your texts needs.
      </p>

      <h2>When you delete your account</h2>
      <p>
        Your name, number, settings and sign-ins are erased at once, and the links that we texted to you. What
        remains is said above: what you wrote, under “Former member”; the record of your agreement, under the
        fingerprint; the log of texts; a code’s number until its time is over; and what Twilio keeps.
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
