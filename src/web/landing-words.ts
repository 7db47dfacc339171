/** Which page the reader of a link gets. */
export type LandingState =
  /** The link may sign in. */
  | 'ready'
  /** The link may sign in, and this browser belongs to somebody else at the moment. */
  | 'other_person'
  /** The form came back without the page's own nonce: press once more. */
  | 'retry'
  /** A universal link without a token: nothing to consume, sign in by phone. */
  | 'plain'
  | 'used'
  | 'expired'
  | 'unknown'
  | 'busy'
  /** For link previews and crawlers. */
  | 'preview';

/** Heading and one paragraph a state; never a name or a word of the conversation. */
export const LANDING_WORDS: Record<LandingState, { title: string; text: string }> = {
  ready: {
    title: 'Continue to your conversation',
    text: 'This link signs you in once, so please keep it to yourself.',
  },
  other_person: {
    title: 'This link is for someone else',
    text: 'Someone else is signed in here. Continue only if the text message was sent to you: it signs the other person out of this browser.',
  },
  retry: {
    title: 'Please press once more',
    text: 'This page was open for a while, or the browser did not keep its cookie. Nothing has happened yet.',
  },
  plain: {
    title: 'Open the conversation',
    text: 'Sign in with your phone number, and you land right in the conversation.',
  },
  used: {
    title: 'This link has been used already',
    text: 'To keep the conversation private, a link signs in only once. Sign in with your phone number, and you land in the same conversation.',
  },
  expired: {
    title: 'This link is too old to sign you in',
    text: 'To keep the conversation private, links work for a short time. Sign in with your phone number, and we take it from there.',
  },
  unknown: {
    title: 'We do not know this link',
    text: 'A part of it may be missing. Try to tap it in the text message again, or sign in with your phone number.',
  },
  busy: {
    title: 'Please wait a minute',
    text: 'Too many links that do not exist were tried from your network. Wait a minute and open yours again.',
  },
  preview: { title: 'A message from your family', text: 'Open the link to read it.' },
};
