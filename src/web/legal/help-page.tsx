import { PageHead } from '../layout.tsx';
import type { Legal } from './legal.ts';
import { Contact, Dated, Keywords, SampleText } from './legal-parts.tsx';

const CHANGED = '2026-11-28';

/** `/help`: for someone who got a text and wonders, and for someone who did not. */
export function HelpPage({ brand, company, contact, dailyCap, sender }: Legal) {
  return (
    <main id="main" class="page prose" tabindex={-1}>
      <PageHead title="Help">
        <p>
          {brand} is your family’s chat. When you miss a message, it can send you one text that takes you
          straight to it.
        </p>
        <Dated changed={CHANGED} />
      </PageHead>
      <p>
        Questions? Ask us: <Contact contact={contact} />. A person answers.
      </p>

      <h2>Words you can text back</h2>
      <Keywords />
      <p>
        Plain sentences work too: “please stop texting me” is understood. Message frequency varies with how
        much your family writes. Msg &amp; data rates may apply.
      </p>

      <h2>What our texts look like</h2>
      <SampleText brand={brand} />
      <p>
        {sender ? `They come from ${sender} and begin ` : 'They begin '}
        with the name <b>{brand}</b>. The link opens one conversation. We never ask for a password, and we
        only text you a code when you have just asked for one. Do not pass a code on, not even to us.
      </p>

      <h2>I get too many texts</h2>
      <ul>
        <li>
          In <a href="/settings">Settings</a> you can set quiet hours, hide the words of messages, or turn
          texts off.
        </li>
        <li>Open a conversation’s menu to mute it for an hour, until tomorrow, or for good.</li>
        <li>
          While a conversation is open in front of you, you get no texts about it. Several missed messages
          become one text, and nobody gets more than {dailyCap} in a day.
        </li>
      </ul>

      <h2>I got no text</h2>
      <p>
        <a href="/settings/texts">Your texts</a> lists every one of them, sent or not, and says why. The usual
        reasons: you had already read the message, you were in the chat, your quiet hours were on, or the
        conversation is muted. If you once replied STOP, text START to the same number.
      </p>

      <h2>My link does not work</h2>
      <p>
        A link signs you in once and for a few minutes only, so that nobody else can use it. After that,{' '}
        <a href="/login">sign in with your phone number</a>: you land in the same conversation.
      </p>

      <h2>My number changed</h2>
      <p>
        Verify the new one in <a href="/settings">Settings</a>. The old one stops getting texts at once.
      </p>

      <h2>About the text program</h2>
      <dl>
        <dt>Program name</dt>
        <dd>{brand} family chat alerts</dd>
        <dt>Run by</dt>
        <dd>{company}</dd>
        <dt>Contact</dt>
        <dd>
          <Contact contact={contact} />
        </dd>
        <dt>How people agree to it</dt>
        <dd>
          By a form in Settings, never otherwise: <a href="/terms#opt-in">this is what it looks like</a>.
        </dd>
      </dl>
      <p>
        <a href="/terms">Terms</a> · <a href="/privacy">Privacy policy</a>
      </p>
    </main>
  );
}
