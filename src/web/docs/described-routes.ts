import type { DescribedRoute } from '../../platform/http/openapi/described-route.ts';

/** The subjects of the document, in the order of reading. */
export const TAGS = {
  Service: 'The host application mirrors its families, people and threads; operators look and act.',
  Events: 'What the host application hears: facts, each once by its id.',
  Chat: 'Threads, messages, reading, muting.',
  Texts: 'Why a text came, or did not.',
  Phone: 'Proving a number, and taking it away.',
  Preferences: 'When and how to be texted, and the record of consent.',
  Account: 'Who you are, your sessions, your end.',
  Login: 'Signing in with a verified phone.',
  Links: 'What a tap on a texted link leads to.',
  Presence: 'Who is here, and live events.',
  Twilio: 'Webhooks, taken with a valid signature only.',
  Operations: 'Health, and this document.',
  Pages: 'What people see in a browser. Their forms are their own and no part of the API.',
};

const HTML = 'text/html';
const JSON_FILE = 'application/json';
const XML = 'text/xml';

const page = (path: string, summary: string, signedIn = false): DescribedRoute => ({
  method: 'get',
  path,
  who: signedIn ? 'user' : 'public',
  tag: 'Pages',
  summary,
  answers: signedIn
    ? { 200: ['The page.', HTML], 303: 'To /login, when nobody is signed in.' }
    : { 200: ['The page.', HTML] },
});

const LANDING = 'Reading it has no effect, however often and by whom. Not cached, not indexed.';
const BUTTON: DescribedRoute['answers'] = {
  303: 'To the thread, with a session cookie the first time.',
  200: ['A question, when somebody else is signed in: `switch` answers it.', HTML],
  403: ['Not posted by our own page, or its cookie is gone: the page again, to press once more.', HTML],
  404: ['No such link.', HTML],
  410: ['Used, or too old to sign in: the way by phone.', HTML],
  429: ['Too many unknown links from this address.', HTML],
};
const landing = (path: string, summary: string, query?: Record<string, string>): DescribedRoute => ({
  method: 'get',
  path,
  who: 'public',
  tag: 'Links',
  summary,
  description: LANDING,
  query,
  answers: {
    200: ['The landing page: open in the app, or a button that signs in once.', HTML],
    303: 'To the thread, when the right person is signed in already.',
    404: ['No such link.', HTML],
    410: ['Used, or too old to sign in: the ways by phone and into the app.', HTML],
    429: ['Too many unknown links from this address.', HTML],
  },
});
const press = (path: string, form: Record<string, string>): DescribedRoute => ({
  method: 'post',
  path,
  who: 'public',
  tag: 'Links',
  summary: 'Press the button of the landing page: sign in once, go to the thread',
  form: {
    ...form,
    nonce: 'From the page; needs the cookie that came with it.',
    'switch?': '1: sign the present person out of this browser.',
  },
  answers: BUTTON,
});

const webhook = (path: string, summary: string, form: Record<string, string>): DescribedRoute => ({
  method: 'post',
  path,
  who: 'twilio',
  tag: 'Twilio',
  summary,
  form,
  answers: { 200: ['TwiML.', XML], 403: ['The signature is missing or wrong; nothing happened.', JSON_FILE] },
});

const file = (path: string, tag: string, summary: string, type = JSON_FILE): DescribedRoute => ({
  method: 'get',
  path,
  who: 'public',
  tag,
  summary,
  answers: { 200: ['The document.', type] },
});

/** Every route that is no JSON endpoint. */
export const DESCRIBED_ROUTES: readonly DescribedRoute[] = [
  landing('/l/{code}', 'The texted link'),
  press('/l/{code}', {}),
  landing('/magic', 'A link that the host application minted', { token: 'The magic token.' }),
  press('/magic', { token: 'The magic token.' }),
  landing('/ul/thread/{threadId}', 'The universal link, for those who have no app', {
    'mt?': 'A magic token.',
  }),
  file('/.well-known/apple-app-site-association', 'Links', 'Which links open the iOS app'),
  file('/.well-known/assetlinks.json', 'Links', 'Which links open the Android app'),
  webhook('/api/sms/inbound', 'A text from a phone: STOP, START, HELP, or words', {
    MessageSid: 'Once only.',
    From: 'E.164.',
    To: 'E.164.',
    Body: 'What was written.',
    'OptOutType?': 'STOP, START or HELP; outranks the body (Advanced Opt-Out).',
  }),
  webhook('/api/sms/status', 'A delivery receipt', {
    MessageSid: 'The text.',
    MessageStatus: 'Such as delivered; never moves backwards.',
    'ErrorCode?': 'Of an undelivered or failed text.',
  }),
  file('/healthz', 'Operations', 'The process lives'),
  {
    ...file('/readyz', 'Operations', 'Settings, database and migrations are fine'),
    answers: { 200: ['They are.', JSON_FILE], 503: ['What is missing, in `details`.', JSON_FILE] },
  },
  file('/openapi.json', 'Operations', 'This document'),
  file('/docs', 'Operations', 'This document, to be read', HTML),
  page('/', 'Welcome'),
  page('/login', 'Sign in with a verified phone'),
  page('/messages', 'Your threads', true),
  page('/messages/{threadId}', 'A thread', true),
  page('/settings', 'When and how to be texted', true),
  page('/settings/texts', 'Why texts came or did not come', true),
  page('/help', 'Help'),
  page('/terms', 'Terms'),
  page('/privacy', 'Privacy'),
  page('/ops', 'Texts by outcome, alerts, dead letters: for operators', true),
];
