/** Every kind of fact that the host application can hear of. Stable names. */
export const EVENT_TYPES = [
  'message.created',
  'message.edited',
  'message.deleted',
  'thread.created',
  'delivery.sent',
  'delivery.delivered',
  'delivery.failed',
  'delivery.suppressed',
  'consent.given',
  'consent.withdrawn',
  'phone.verified',
  'phone.moved',
  'phone.removed',
  'phone.unusable',
  'user.deleted',
  'family.deleted',
] as const;

/** See {@link EVENT_TYPES}. */
export type EventType = (typeof EVENT_TYPES)[number];
