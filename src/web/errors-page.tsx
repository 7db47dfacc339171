import type { Child } from 'hono/jsx';

/** The page for an address without anything, and for things that are not yours to see: they look the same. */
export function NotFoundPage({ signedIn }: { signedIn: boolean }) {
  return (
    <Dead title="There is nothing here">
      <p>
        The address may have lost a part on the way, or the conversation is no longer yours to see. If it came
        from a text message, tap the link in the text once more.
      </p>
      <a class="button go" href={signedIn ? '/messages' : '/login'}>
        {signedIn ? 'Go to your messages' : 'Sign in'}
      </a>
    </Dead>
  );
}

/** The page for a failure of ours. `retry`: where the same thing can be tried again; `requestId`: its name in the log. */
export function FailurePage({ retry, requestId }: { retry: string; requestId: string }) {
  return (
    <Dead title="That did not work, and it is our fault">
      <p>
        Nothing you wrote before is lost. Wait a moment and try again; if it keeps happening, our help page
        says how to reach us. Tell us then that it was request <code>{requestId}</code>.
      </p>
      <a class="button go" href={retry}>
        Try again
      </a>
      <a class="button" href="/help">
        Help
      </a>
    </Dead>
  );
}

/** The page for a form or page that was refused: the sentence says what to do. */
export function RefusedPage({ message, back }: { message: string; back: string }) {
  return (
    <Dead title="That could not be done">
      <p>{message}</p>
      <a class="button go" href={back}>
        Go back
      </a>
    </Dead>
  );
}

function Dead({ title, children }: { title: string; children?: Child }) {
  return (
    <main id="main" class="page narrow dead" tabindex={-1}>
      <svg class="ring" viewBox="0 0 96 96" width="96" height="96" aria-hidden="true">
        <circle cx="48" cy="48" r="34" fill="none" stroke="currentColor" stroke-width="2" />
        <circle class="gap" cx="48" cy="14" r="10" />
        <circle class="dot" cx="80.3" cy="37.5" r="9" />
        <circle class="dot" cx="68" cy="75.5" r="9" />
        <circle class="dot" cx="28" cy="75.5" r="9" />
        <circle class="dot" cx="15.7" cy="37.5" r="9" />
      </svg>
      <h1>{title}</h1>
      {children}
    </main>
  );
}
