/** What the phone's system should do with one of our addresses. */
export interface LinkRule {
  /** Path pattern: `*` is any run of characters (also none), `?` one character. */
  path: string;
  /** Query parameters that must all be present with a matching value. */
  query?: Record<string, string>;
  /** `app`: hand the address to the app when it is installed; `web`: always the browser. */
  opens: 'app' | 'web';
  /** Why; becomes the comment in Apple's file. */
  why: string;
}

/**
 * The one table behind both association files. Order matters: in Apple's `components` and in Android's
 * `dynamic_app_link_components` alike the first match wins and an address that matches nothing is not opened.
 *
 * `/messages/*` is web on purpose: it is where "continue on the web" ends, and a reader who chose the web
 * must not be bounced into the app by the redirect.
 *
 * @see https://developer.apple.com/documentation/bundleresources/applinks/details-swift.dictionary/components-swift.dictionary
 * @see https://developer.android.com/training/app-links/configure-assetlinks
 */
export const LINK_RULES: readonly LinkRule[] = [
  { path: '*', query: { web: '1' }, opens: 'web', why: 'The reader chose the web' },
  { path: '/l/?*', opens: 'app', why: 'The link in a text message' },
  { path: '/ul/thread/?*', opens: 'app', why: 'A universal link to a conversation' },
  { path: '/messages*', opens: 'web', why: 'Where continuing on the web ends' },
  { path: '/magic*', opens: 'web', why: 'Sign-in links that are meant for the browser' },
  { path: '/login*', opens: 'web', why: 'Signing in with a phone number' },
  { path: '/settings*', opens: 'web', why: 'Text message settings' },
  { path: '/ops*', opens: 'web', why: 'Operations' },
  { path: '/api/*', opens: 'web', why: 'The API' },
  { path: '*', opens: 'web', why: 'Everything else is for the browser' },
];
