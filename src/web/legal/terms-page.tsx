import { PageHead } from '../layout.tsx';
import { ConsentForm } from '../settings/consent-form.tsx';
import type { Legal } from './legal.ts';
import { Contact, Dated, Keywords, SampleText } from './legal-parts.tsx';

const CHANGED = '2026-11-28';

/** `/terms`: the messaging terms that carriers ask for (CTIA Messaging Principles 5.1, A2P 10DLC), and the rest. */
export function TermsPage({ brand, company, contact, consent, dailyCap }: Legal) {
  return (
    <main id="main" class="page prose" tabindex={-1}>
      <PageHead title="Terms">
        <p>
          These terms are between you and {company}
          {company === brand ? '' : `, which runs ${brand}`}. The part on text messages comes first, because
          that is what most people look for.
        </p>
        <Dated changed={CHANGED} />
      </PageHead>

      <h2 id="texts">Text messages</h2>
      <h3>The program</h3>
      <p>
        <b>{brand} family chat alerts</b> sends you a text when someone in your family’s chat writes and you
        are away. We also text a one-time code when you verify your number or sign in, one confirmation when
        you switch texts on, and a test text when you ask for one. We send no advertising.
      </p>
      <SampleText brand={brand} />

      <h3 id="opt-in">How you agree</h3>
      <ol>
        <li>You sign in to {brand} and open Settings.</li>
        <li>You enter your mobile number, and the code that we text to it: that shows that it is yours.</li>
        <li>
          You tick the box below, which is never ticked beforehand, and press “Turn texts on”. Until you do
          both, we send you nothing but codes that you ask for.
        </li>
        <li>One text confirms it, and says again how to stop.</li>
      </ol>
      <figure aria-label="The form by which you agree, as it looks in Settings">
        <figcaption class="soft small">
          A picture of the form in Settings. The box and the button do nothing here.
        </figcaption>
        <fieldset class="card stack" disabled>
          <ConsentForm wording={{ text: consent }} urgent={null} />
        </fieldset>
      </figure>
      <p>
        Whoever agreed in the app that their family signed up with agreed to that app’s words; our record
        names them.
      </p>
      <p>
        Consent is not a condition of using the chat or of any purchase. We keep a record of when and how you
        agreed, which you can read in <a href="/settings">Settings</a>.
      </p>

      <h3>How often, and what it costs</h3>
      <p>
        <b>Message frequency varies</b> with how much your family writes; it is never more than {dailyCap}{' '}
        texts in a day. We charge nothing for texts. <b>Msg &amp; data rates may apply</b>, depending on your
        plan.
      </p>

      <h3>How to stop, and how to get help</h3>
      <Keywords />
      <p>
        Reply STOP to any of our texts to opt out at any time, or turn texts off in{' '}
        <a href="/settings">Settings</a>. For help, reply HELP, see <a href="/help">Help</a>, or contact{' '}
        <Contact contact={contact} />.
      </p>

      <h3>Carriers</h3>
      <p>
        Texts reach phones of most carriers in the United States and Canada. <b>Carriers are not liable</b>{' '}
        for delayed or undelivered messages. Do not rely on a text in an emergency: call your local emergency
        number.
      </p>

      <h3>Your number and your privacy</h3>
      <p>
        We use your number for these texts and for signing you in, nothing else. Mobile numbers and your
        agreement to get texts are not shared with or sold to third parties for their marketing. See the{' '}
        <a href="/privacy">privacy policy</a>.
      </p>

      <h2>The chat</h2>
      <ul>
        <li>{brand} is for families and the people they invite. Be kind, and write nothing unlawful.</li>
        <li>What you write stays yours. We store it and show it to the members of its conversation.</li>
        <li>
          Keep your phone to yourself: whoever holds it can sign in as you. Give us a number only if it is
          yours.
        </li>
        <li>You can delete your account at any time in Settings.</li>
      </ul>
      <h2>What we promise, and what we cannot</h2>
      <p>
        We work to keep the service running and your messages safe. We cannot promise that it is never
        interrupted or that every text arrives. As far as the law allows, we are not liable for indirect
        losses.
      </p>
      <h2>Changes</h2>
      <p>
        When these terms change in a way that matters to you, we say so in the chat before it happens. The
        wording you agreed to stays on record with its date.
      </p>
      <p>
        Questions: <Contact contact={contact} />
      </p>
    </main>
  );
}
