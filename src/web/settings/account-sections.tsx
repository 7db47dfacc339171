import type { ConsentEntry } from '../../consent/ledger.ts';
import { timeInWords } from '../clock.ts';
import { deviceWords } from '../device-words.ts';
import { Section } from './section.tsx';
import type { SettingsView } from './settings-data.ts';

/** Where one is signed in. */
export function SessionsSection({ sessions, currentSessionId, told, now, clock }: SettingsView) {
  return (
    <Section
      id="sessions"
      title="Where you are signed in"
      told={told}
      lead="Sign out what you do not recognise. It takes effect at once."
    >
      <ul class="plain lines">
        {sessions.map(({ id, kind, userAgent, lastUsedAt }) => {
          const device = deviceWords(userAgent, kind);
          const here = id === currentSessionId;
          return (
            <li>
              <div>
                {device} {here && <span class="pill good">This one</span>}
                <p class="soft small">Last used {timeInWords(lastUsedAt, now, clock)}</p>
              </div>
              <form method="post" action="/settings/sessions" data-swap="sessions">
                <button class="button small" type="submit" name="end" value={id}>
                  Sign out<span class="unseen">: {device}</span>
                </button>
              </form>
            </li>
          );
        })}
      </ul>
      <form method="post" action="/settings/sessions/all" class="stack start">
        <button class="button small" type="submit">
          Sign out everywhere
        </button>
        <p class="soft small">Here too: you sign in again with your phone, or by a link that we text you.</p>
      </form>
    </Section>
  );
}

const SOURCES: Record<ConsentEntry['source'], string> = {
  web: 'here, in Settings',
  api: 'in the app',
  keyword: 'by a text from your phone',
  carrier: 'as your phone company told us',
  import: 'when you signed up in the family’s app',
  host: 'as you told the people of the family’s app',
  number_moved: 'because the number was confirmed by someone else',
  number_removed: 'because you removed the number',
};

/** Every yes and every no to texts, as it is kept. */
export function ConsentsSection({ consents, told, now, clock }: SettingsView) {
  return (
    <Section
      id="consents"
      title="Your yes and no to texts"
      told={told}
      lead="We keep this record because the law asks for it. Nothing in it can be changed."
    >
      {consents.length === 0 ? (
        <p class="soft">You have not agreed to texts yet.</p>
      ) : (
        <ol class="plain ledger">
          {consents.map(({ action, source, version, at }) => (
            <li>
              <span class={action === 'opt_in' ? 'pill good' : 'pill'}>
                {action === 'opt_in' ? 'Yes' : 'No'}
              </span>
              <p>
                {SOURCES[source]}
                <span class="soft small">
                  <time datetime={new Date(at).toISOString()}>{timeInWords(at, now, clock)}</time>
                  {version && (
                    <>
                      {' · wording of '}
                      <span class="nowrap">{version}</span>
                    </>
                  )}
                </span>
              </p>
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}

/** The way out. */
export function DeleteSection({ told }: SettingsView) {
  return (
    <Section id="delete" title="Delete your account" told={told}>
      <p class="soft">
        Your name, number, address and sign-ins are erased at once. What you wrote stays in your family’s
        conversations, under “Former member”; what else remains is said in the{' '}
        <a href="/privacy">privacy policy</a>. This cannot be undone.
      </p>
      <details class="more" open={told?.section === 'delete'}>
        <summary>Delete my account</summary>
        <form method="post" action="/settings/delete" class="stack">
          <label class="choice">
            <input type="checkbox" name="sure" value="yes" required />
            <span>Yes, delete my account for good.</span>
          </label>
          <div>
            <button class="button danger" type="submit">
              Delete my account
            </button>
          </div>
        </form>
      </details>
    </Section>
  );
}
