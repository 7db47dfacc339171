import { Notice } from '../layout.tsx';
import { CodeField, ResendForm } from '../login-page.tsx';
import { phoneWords } from '../number-words.ts';
import { PhoneField } from '../phone-field.tsx';
import { FieldError, invalid, Section } from './section.tsx';
import type { SettingsView } from './settings-data.ts';

/** The number: none, waiting for its code, verified, or dead; and the way from each to the next. */
export function PhoneSection(view: SettingsView) {
  const { me, pending, told } = view;
  return (
    <Section
      id="phone"
      title="Your number"
      told={told}
      state={<PhonePill state={pending && me.phoneState !== 'verified' ? 'pending' : me.phoneState} />}
      lead={
        me.phone
          ? undefined
          : 'With a number, we can text you when you miss a message, and you can sign in with it.'
      }
    >
      {me.phone && <p class="setting-value num">{spaced(me.phone)}</p>}
      {me.phoneState === 'unusable' && (
        <Notice tone="bad">
          Texts do not arrive at this number: your phone company says that it cannot get any. Verify it again
          if that has changed, or give another one.
        </Notice>
      )}
      {pending ? <CodeForm {...view} pending={pending} /> : <NumberForm {...view} />}
      {me.phone && <RemoveForm />}
    </Section>
  );
}

const spaced = (masked: string) => masked.replace(/•+/, (dots) => ` ${dots} `);

function PhonePill({ state }: { state: SettingsView['me']['phoneState'] }) {
  const pills = {
    none: ['', 'None yet'],
    pending: ['care', 'Not verified yet'],
    verified: ['good', 'Verified'],
    unusable: ['bad', 'Cannot get texts'],
  } as const;
  const [tone, words] = pills[state];
  return <span class={`pill ${tone}`}>{words}</span>;
}

function NumberForm({ me, told, typed, choices }: SettingsView) {
  const form = (
    <form method="post" action="/settings/phone" class="stack" data-swap="phone">
      <PhoneField
        id="phone-number"
        label={me.phone ? 'New mobile number' : 'Mobile number'}
        value={typed.phone}
        choices={choices}
        described={invalid(told, 'phone')}
      >
        <FieldError told={told} field="phone" />
      </PhoneField>
      <div>
        <button class="button go" type="submit">
          Text me a code
        </button>
      </div>
      <p class="soft small">One text with a code. Msg &amp; data rates may apply.</p>
    </form>
  );
  if (!me.phone) return form;
  return (
    <details class="more" open={told?.field === 'phone' || me.phoneState === 'unusable'}>
      <summary>
        {me.phoneState === 'unusable' ? 'Verify again, or another number' : 'Change the number'}
      </summary>
      {form}
    </details>
  );
}

function CodeForm({ pending, told, resendSeconds, choices }: SettingsView & { pending: string }) {
  return (
    <>
      <form method="post" action="/settings/phone/code" class="stack" data-swap="phone">
        <p>
          Enter the code from our text to <b class="nowrap">{phoneWords(pending)}</b>, to show that the number
          is yours.
        </p>
        <CodeField error={told?.field === 'code' ? told.words : null} />
        <div>
          <button class="button go" type="submit">
            Confirm the number
          </button>
        </div>
      </form>
      <div class="row">
        <ResendForm
          action="/settings/phone"
          fields={{ phone: pending, again: '1' }}
          seconds={resendSeconds}
          swap="phone"
        />
        <details class="more inline">
          <summary>Use another number</summary>
          <form method="post" action="/settings/phone" class="stack" data-swap="phone">
            <PhoneField id="other-number" label="Mobile number" choices={choices} described={{}} />
            <div>
              <button class="button" type="submit">
                Text me a code
              </button>
            </div>
          </form>
        </details>
      </div>
    </>
  );
}

function RemoveForm() {
  return (
    <details class="more">
      <summary>Remove the number</summary>
      <form method="post" action="/settings/phone/remove" class="stack" data-swap="phone">
        <p class="soft">Texts stop, and you can no longer sign in with it.</p>
        <div>
          <button class="button danger" type="submit">
            Remove my number
          </button>
        </div>
      </form>
    </details>
  );
}
