import type { EventType } from '../db/column-values.ts';
import type { DescribedWebhook } from '../platform/http/openapi/webhook.ts';
import { PAYLOADS } from './event-data.ts';

/** What each type of event means, for the API document. */
const SUMMARIES: Record<EventType, string> = {
  'message.created': 'A message was posted: in an app, on our pages, as a text, or by you',
  'message.edited': 'Its author changed the words of a message',
  'message.deleted': 'A message was taken back; its place in the thread stays',
  'thread.created': 'A thread was made',
  'delivery.sent': 'The carrier took a text',
  'delivery.delivered': 'A text reached its phone',
  'delivery.failed': 'A text did not reach its phone; `error` is the carrier\u2019s code',
  'delivery.suppressed': 'Nobody is texted; `reason` and `explanation` say why',
  'consent.given': 'Somebody opted in to texts',
  'consent.withdrawn': 'Somebody opted out of texts',
  'phone.verified': 'Somebody has a number that is proven to be theirs',
  'phone.moved': 'Somebody else proved the number of this person, who has none now',
  'phone.removed': 'Somebody has no number any more',
  'phone.unusable': 'The carrier says that a number cannot receive texts',
  'user.deleted': 'A person is gone',
  'family.deleted': 'A family is gone, with everybody and everything in it',
};

const payloadOf = (type: EventType) => {
  const kind = Object.values(PAYLOADS)
    .map((payload) => payload())
    .find(({ shape }) => (shape.type.options as readonly string[]).includes(type));
  if (!kind) throw new Error(`No payload is declared for ${type}.`);
  return kind;
};

/** What is posted to `EVENTS_URL`, for the API document. */
export const eventWebhooks: readonly DescribedWebhook[] = Object.entries(SUMMARIES).map(
  ([type, summary]) => ({
    type,
    tag: 'Events',
    summary,
    payload: payloadOf(type as EventType),
  }),
);
