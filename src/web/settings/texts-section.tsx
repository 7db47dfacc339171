import type { DeliveryJson } from '../../notifications/operate/delivery-log.ts';
import { Icon } from '../icons.tsx';
import { Notice } from '../layout.tsx';
import { phoneWords } from '../number-words.ts';
import { ConsentForm } from './consent-form.tsx';
import { SaveRow, Section } from './section.tsx';
import type { SettingsView } from './settings-data.ts';

/** Whether one gets texts, by one's own word; and a text to try it. */
export function TextsSection(view: SettingsView) {
  const { preferences, me, told, test, carrierBlocked, startNumber } = view;
  const verified = me.phoneState === 'verified' || me.phoneState === 'unusable';
  const running = test && !isOver(test);
  return (
    <Section
      id="texts"
      title="Texts"
      told={told}
      state={
        <span class={preferences.smsEnabled ? 'pill good' : 'pill'}>
          {preferences.smsEnabled ? 'On' : 'Off'}
        </span>
      }
      lead="When your family writes and you are away, you get one text with a link to it."
      poll={running ? `/settings?test=${encodeURIComponent(test.id)}` : undefined}
    >
      {!verified && !preferences.smsEnabled && (
        <p>
          First <a href="#phone">verify your number</a>. Then you can turn texts on here.
        </p>
      )}
      {carrierBlocked && <Blocked startNumber={startNumber} />}
      {preferences.smsEnabled ? <WhileOn {...view} /> : verified && !carrierBlocked && <TurnOn {...view} />}
    </Section>
  );
}

function Blocked({ startNumber }: { startNumber: string | null }) {
  return (
    <Notice tone="care">
      <p>
        <b>You replied STOP, so your phone company blocks our texts.</b>
      </p>
      <p>
        To get them again, text <b>START</b> to{' '}
        {startNumber ? (
          <a class="nowrap" href={`sms:${startNumber}?body=START`}>
            {phoneWords(startNumber)}
          </a>
        ) : (
          'the number our texts came from'
        )}{' '}
        from your phone. Nobody else can do that for you, not even we.
      </p>
    </Notice>
  );
}

function TurnOn({ wording, consents, preferences }: SettingsView) {
  const before = consents.some(({ action }) => action === 'opt_in');
  return (
    <form method="post" action="/settings/texts/on" class="stack" data-swap="texts" data-guard>
      <ConsentForm wording={wording} urgent={before ? preferences.urgentAllowed : null} />
    </form>
  );
}

function WhileOn({ preferences, test, me, told }: SettingsView) {
  return (
    <>
      <form method="post" action="/settings/urgent" data-swap="texts" data-autosave>
        <label class="choice">
          <input
            type="checkbox"
            // biome-ignore lint/a11y/useAriaPropsForRole: a checkbox says by itself whether it is on (HTML-AAM)
            role="switch"
            name="urgent"
            value="yes"
            checked={preferences.urgentAllowed}
          />
          <span>
            <b>Urgent messages may text me any time</b>
            <span class="hint">
              Even at night, or about a conversation that I muted. Each person has three a day.
            </span>
          </span>
        </label>
        <SaveRow section="texts" told={told} />
      </form>
      {test && <TestProgress test={test} />}
      <div class="row">
        <form method="post" action="/settings/test" data-swap="texts">
          <button class="button" type="submit" disabled={me.phoneState !== 'verified'}>
            Send me a test text
          </button>
        </form>
        <form method="post" action="/settings/texts/off" data-swap="texts">
          <button class="button" type="submit">
            Turn texts off
          </button>
        </form>
      </div>
      <p class="soft small">
        You can also reply STOP to any text. <a href="/settings/texts">See every text, and why it came</a>.
      </p>
    </>
  );
}

const OVER: DeliveryJson['status'][] = ['delivered', 'undelivered', 'failed', 'suppressed', 'merged'];
const isOver = ({ status }: DeliveryJson) => OVER.includes(status);

/** How far the test text has come: queued, sent, delivered; or what stopped it. */
function TestProgress({ test }: { test: DeliveryJson }) {
  const bad = ['undelivered', 'failed', 'suppressed'].includes(test.status);
  const reached = { pending: 0, deferred: 0, sending: 0, sent: 1, delivered: 2 }[test.status as string] ?? 0;
  return (
    <div class="test" role="status">
      {!bad && (
        <ol class="steps-line plain">
          {['Queued', 'Sent', 'Delivered'].map((words, i) => (
            <li class={i < reached || reached === 2 ? 'done' : i === reached ? 'now' : undefined}>
              <Icon name="check" />
              {words}
            </li>
          ))}
        </ol>
      )}
      <p class={bad ? 'error-words' : 'soft'}>{test.explanation}</p>
      {!isOver(test) && (
        <noscript>
          <a href={`/settings?test=${encodeURIComponent(test.id)}#texts`}>Look again</a>
        </noscript>
      )}
    </div>
  );
}
