import { raw } from 'hono/html';
import type { AppLinks } from '../links/app-links/app-links.ts';
import type { Reader } from '../links/app-links/device.ts';
import { Mark } from './icons.tsx';
import { LANDING_SCRIPT, landingStyle } from './landing-style.ts';
import { type LandingState, landingWords, PREVIEW_WORDS } from './landing-words.ts';
import { FontPreload, fontPath } from './layout.tsx';
import { Contact } from './legal/legal-parts.tsx';

/** Everything the landing page shows. Nothing here names a person or quotes a conversation. */
export interface LandingView {
  state: LandingState;
  brand: string;
  /** Who runs the service, and how people reach them. */
  company: string;
  contact: string;
  reader: Reader;
  /** Allows this page's own style and script in the content security policy. */
  cspNonce: string;
  /** The button: posts these fields to this path of ours. Absent where there is nothing to press. */
  form: { action: string; fields: Record<string, string> } | null;
  /** Signing in by phone, and then on to the thread. */
  signIn: string | null;
  /** Somebody else is signed in here: where staying so leads. */
  stay: string | null;
  /** Ways into the app; null once the link no longer finds its thread. */
  app: AppLinks | null;
  /** The reader comes back from an attempt to open the app, or chose the web: do not offer it again. */
  webOnly: boolean;
  /** Query string under which a preview bot that is a person after all gets the whole page. */
  insist: string;
}

/** Response headers of the landing page. */
export function landingHeaders(cspNonce: string): Record<string, string> {
  return {
    'Cache-Control': 'no-store',
    'X-Robots-Tag': 'noindex, nofollow',
    // Not `no-referrer`: with that Chromium posts our own form with `Origin: null`.
    'Referrer-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy':
      `default-src 'none'; style-src 'nonce-${cspNonce}'; script-src 'nonce-${cspNonce}'; font-src 'self'; ` +
      "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  };
}

/**
 * The page behind every link of ours. One obvious choice a device: the web button everywhere, because a
 * phone that has the app has opened it instead of this page; except inside another Android app's browser,
 * where only a tap on an intent link gets out.
 */
export function LandingPage(view: LandingView) {
  const { reader, brand } = view;
  const words = landingWords(view.state, brand);
  const ios = reader.device === 'ios' || reader.device === 'maybe_ipad';
  const banner = ios && !reader.preview ? view.app?.smartBanner : null;
  return (
    <html lang="en" data-device={reader.device}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex, nofollow" />
        <meta name="color-scheme" content="light dark" />
        <meta property="og:type" content="website" />
        <meta property="og:site_name" content={brand} />
        <meta property="og:title" content={PREVIEW_WORDS.title} />
        <meta property="og:description" content={PREVIEW_WORDS.text} />
        {banner && <meta name="apple-itunes-app" content={banner} />}
        <title>{`${words.title} – ${brand}`}</title>
        <FontPreload />
        <style nonce={view.cspNonce}>{raw(landingStyle(fontPath()))}</style>
      </head>
      <body>
        <main>
          <p class="brand">
            <Mark />
            <span>{brand}</span>
          </p>
          <h1>{words.title}</h1>
          <p>
            <Words text={words.text} brand={brand} />
          </p>
          {reader.preview ? (
            <p class="note">
              <a href={view.insist}>Show the whole page</a>
            </p>
          ) : (
            <>
              <Choices {...view} more={words.more} />
              <Assurance {...view} />
            </>
          )}
        </main>
        {!reader.preview && <script nonce={view.cspNonce}>{raw(LANDING_SCRIPT)}</script>}
      </body>
    </html>
  );
}

/** Words in which the brand stays whole, however large the letters are. */
function Words({ text, brand }: { text: string; brand: string }) {
  const [first, ...others] = text.split(brand);
  return (
    <>
      {first}
      {others.map((words) => (
        <>
          <span class="name">{brand}</span>
          {words}
        </>
      ))}
    </>
  );
}

function Choices(view: LandingView & { more: string | undefined }) {
  const { form, signIn, stay, reader, more } = view;
  const intent = view.webOnly || reader.device !== 'android' ? null : view.app?.intent;
  const appFirst = reader.inApp && intent;
  return (
    <>
      {appFirst && (
        <a class="button go" href={intent}>
          Open in the app
        </a>
      )}
      {form && (
        <form method="post" action={form.action}>
          {Object.entries(form.fields).map(([name, value]) => (
            <input type="hidden" name={name} value={value} />
          ))}
          <button class={appFirst ? 'button' : 'button go'} type="submit">
            {view.state === 'other_person' ? 'It was sent to me: continue' : 'Continue on the web'}
          </button>
        </form>
      )}
      {signIn && !form && (
        <a class={appFirst ? 'button' : 'button go'} href={signIn}>
          Sign in with your phone number
        </a>
      )}
      {stay && (
        <a class="button" href={stay}>
          Stay signed in as I am
        </a>
      )}
      {more && <p class="note">{more}</p>}
      {view.app && <AppChoices {...view} app={view.app} intent={appFirst ? null : (intent ?? null)} />}
      {signIn && form && (
        <p class="note">
          Not working? <a href={signIn}>Sign in with your phone number</a>.
        </p>
      )}
    </>
  );
}

/** For somebody who wonders whether to trust the page: what it never asks for, and who can be asked about it. */
function Assurance({ form, company, contact }: LandingView) {
  return (
    <footer class="more">
      <p>
        {form && 'Nothing happens until you press, and you may close this page. '}
        We never ask for a password or for money here.
      </p>
      <p>
        Not sure? <a href="/help">Read who we are</a>, or ask <span class="name">{company}:</span>{' '}
        <Contact contact={contact} />
      </p>
    </footer>
  );
}

function AppChoices(view: LandingView & { app: AppLinks; intent: string | null }) {
  const { app, intent, reader } = view;
  const ios = reader.device === 'ios' || reader.device === 'maybe_ipad';
  const alternate = ios && !view.webOnly ? app.alternate : null;
  const store = ios ? app.appStore : reader.device === 'android' ? app.playStore : null;
  if (!intent && !alternate && !store) return null;
  return (
    <section class={ios ? 'more ios' : 'more'} aria-labelledby="app">
      <h2 id="app">Prefer the app?</h2>
      {(intent ?? alternate) && (
        <a class="button" href={intent ?? alternate ?? ''}>
          Open in the app
        </a>
      )}
      {store && (
        <a class="button" href={store} rel="external">
          Get the app
        </a>
      )}
      {ios && store && (
        <div id="copying" hidden>
          <p class="note">
            If you get the app now, copy the link first: the app then offers to open this conversation.
          </p>
          <button class="button" type="button" id="copy" value={app.universal}>
            Copy the link for the app
          </button>
        </div>
      )}
      <p class="note" id="copied" role="status"></p>
    </section>
  );
}
