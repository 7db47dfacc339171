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

/** A heading, what is said above the button, and what is said below it. */
export interface LandingWords {
  title: string;
  text: string;
  more?: string;
}

/** What link previews and crawlers see of every link. */
export const PREVIEW_WORDS: LandingWords = {
  title: 'A message from your family',
  text: 'Open the link to read it.',
};

/**
 * The words of a state: who speaks, and that a family's chat waits; never a name or a word of the
 * conversation. `brand` is spelt as it is in the text that brought the link.
 */
export function landingWords(state: LandingState, brand: string): LandingWords {
  switch (state) {
    case 'ready':
      return {
        title: 'Your family’s chat is waiting for you',
        text: `${brand} sent you this link.`,
        more: 'The button opens the chat of your family, and signs you in on this device. The link does that once, so please keep it to yourself.',
      };
    case 'other_person':
      return {
        title: 'Is this link for you, or for someone else?',
        text: `Someone else is signed in to ${brand} here.`,
        more: 'Continue only if the text message was sent to you: the other person is then signed out of this browser.',
      };
    case 'retry':
      return {
        title: 'Please press once more',
        text: 'This page was open for a while, or the browser did not remember it. Nothing has happened yet.',
      };
    case 'plain':
      return {
        title: 'Your family’s chat is waiting for you',
        text: `Sign in to ${brand} with your phone number, and you land right in the conversation.`,
      };
    case 'used':
      return {
        title: 'This link has been used already',
        text: `To keep your family’s chat private, a link of ${brand} signs in only once. Sign in with your phone number, and you land in the same conversation.`,
      };
    case 'expired':
      return {
        title: 'This link is too old to sign you in',
        text: `To keep your family’s chat private, links of ${brand} work for a short time. Sign in with your phone number, and we take it from there.`,
      };
    case 'unknown':
      return {
        title: 'We do not know this link',
        text: `A part of it may be missing. Try to tap it in the text message from ${brand} again, or sign in with your phone number.`,
      };
    case 'busy':
      return {
        title: 'Please wait a minute',
        text: 'Too many links that do not exist were tried from your network. Wait a minute and open yours again.',
      };
    case 'preview':
      return PREVIEW_WORDS;
  }
}
