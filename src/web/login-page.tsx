import { Notice } from './layout.tsx';
import { phoneWords, waitWords } from './number-words.ts';
import { type PhoneChoices, PhoneField } from './phone-field.tsx';

/** Where somebody is on their way in. */
export interface LoginView {
  step: 'phone' | 'code';
  /** As typed; kept when something was wrong with it. */
  phone: string;
  choices: PhoneChoices;
  next: string;
  error: string | null;
  /** Seconds until another code may be asked for; null when nothing is known. */
  resendSeconds: number | null;
  /** The code was sent again. */
  again: boolean;
  codeMinutes: number;
  /** Why no further code was sent; the one before may still be entered. */
  wait?: string;
  /** What was sent without being signed in was not taken. */
  unsaved?: boolean;
}

/** `/login`: first the number, then the code that was texted to it. */
export function LoginPage(view: LoginView) {
  return (
    <main id="main" class="page narrow" tabindex={-1}>
      <div id="sign-in" class="sign-in" data-region>
        {view.step === 'phone' ? <PhoneStep {...view} /> : <CodeStep {...view} />}
      </div>
    </main>
  );
}

function PhoneStep({ phone, choices, next, error, unsaved }: LoginView) {
  return (
    <>
      <header class="page-head">
        <h1 tabindex={-1}>Sign in</h1>
        <p>We text a six-digit code to your phone. No password to remember.</p>
      </header>
      {unsaved && (
        <Notice tone="care">
          You had been signed out, so what you changed or wrote last was not saved. Sign in, then do it once
          more.
        </Notice>
      )}
      <form method="post" action="/login" class="stack" data-swap="sign-in">
        <input type="hidden" name="next" value={next} />
        <PhoneField
          id="phone"
          label="Your mobile number"
          value={phone}
          choices={choices}
          described={{
            'aria-invalid': error ? 'true' : undefined,
            'aria-describedby': error ? 'phone-error' : 'phone-hint',
          }}
        >
          {error ? (
            <p class="error" id="phone-error" role="alert">
              {error}
            </p>
          ) : (
            <p class="hint" id="phone-hint">
              The number that you verified in the app.
            </p>
          )}
        </PhoneField>
        <button class="button go full" type="submit">
          Text me a code
        </button>
      </form>
      <p class="soft small">
        By asking for a code you agree to get this one text. Msg &amp; data rates may apply. See our{' '}
        <a href="/terms">Terms</a> and <a href="/privacy">Privacy policy</a>.
      </p>
    </>
  );
}

/** The one thing that is true now: a code is on its way, another may not be sent yet, or what was entered was none. */
function CodeLead({ phone, error, again, wait }: LoginView) {
  const number = <b class="nowrap">{phoneWords(phone)}</b>;
  if (error) return <p>The six digits of our newest text to {number}.</p>;
  if (wait) return <Notice tone="care">{wait} If you have one from us already, enter it here.</Notice>;
  if (again)
    return (
      <p role="status">
        If {number} is a number we know, a new code is on its way to it. Only the new one works now.
      </p>
    );
  return <p>If {number} is a number we know, a code is on its way to it.</p>;
}

function CodeStep(view: LoginView) {
  const { phone, next, error, resendSeconds } = view;
  return (
    <>
      <header class="page-head">
        <h1 tabindex={-1}>Enter your code</h1>
        <CodeLead {...view} />
      </header>
      <form method="post" action="/login/code" class="stack" data-swap="sign-in">
        <input type="hidden" name="next" value={next} />
        <input type="hidden" name="phone" value={phone} />
        <CodeField error={error} hint={view.wait ? null : `A code works for ${view.codeMinutes} minutes.`} />
        <button class="button go full" type="submit">
          Sign in
        </button>
      </form>
      <div class="row">
        <ResendForm
          action="/login"
          fields={{ phone, next, again: '1' }}
          seconds={resendSeconds}
          swap="sign-in"
        />
        <a class="link-button" href={`/login?next=${encodeURIComponent(next)}`}>
          Use another number
        </a>
      </div>
    </>
  );
}

/** Six digits; phones offer the code that was just texted. */
export function CodeField({ error, hint = null }: { error: string | null; hint?: string | null }) {
  return (
    <div class="field">
      <label for="code">Six-digit code</label>
      <input
        id="code"
        class="code-input"
        name="code"
        type="text"
        inputmode="numeric"
        autocomplete="one-time-code"
        maxlength={40}
        required
        aria-invalid={error ? 'true' : undefined}
        aria-describedby={error ? 'code-error' : undefined}
        data-autofocus
      />
      {error ? (
        <p class="error" id="code-error" role="alert">
          {error}
        </p>
      ) : (
        hint && <p class="hint">{hint}</p>
      )}
    </div>
  );
}

/** Asks for another code, once that is allowed: the script counts down, without one it is said how long that is. */
export function ResendForm({
  action,
  fields,
  seconds,
  swap,
}: {
  action: string;
  fields: Record<string, string>;
  seconds: number | null;
  swap: string;
}) {
  return (
    <form method="post" action={action} data-swap={swap}>
      {Object.entries(fields).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <button class="link-button" type="submit" data-wait={seconds ?? undefined} data-words="Send a new code">
        Send a new code
      </button>
      {seconds !== null && <noscript> in {waitWords(seconds)}</noscript>}
    </form>
  );
}
