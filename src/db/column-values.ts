/** The states of a delivery row; what may follow what stands in notifications/deliveries/delivery-status.ts. */
export const STATUSES = [
  'pending',
  'deferred',
  'sending',
  'sent',
  'delivered',
  'undelivered',
  'failed',
  'suppressed',
  'merged',
] as const;

/** Why a text was not sent, or not yet; as stored in the delivery log. */
export const DELIVERY_REASONS = [
  'opted_out',
  'unverified',
  'phone_unusable',
  'country_not_allowed',
  'left_thread',
  'retracted',
  'paused',
  'expired',
  'read',
  'muted',
  'online',
  'quiet_hours',
  'rate_limited',
  'daily_cap',
] as const;

/**
 * Which limit a `daily_cap` or `rate_limited` refers to, where it is neither the whole cap nor the thread's own
 * window.
 */
export const REASON_DETAILS = ['author_share', 'urgent_reserve', 'service_budget', 'every_thread'] as const;

/** See {@link REASON_DETAILS}. */
export type ReasonDetail = (typeof REASON_DETAILS)[number];

/** States of deliveries that are in progress or have failed; a partial index with few rows finds them. */
export const IN_SIGHT = ['pending', 'deferred', 'sending', 'failed', 'undelivered'] as const;

/** The same as a list of SQL. */
export const IN_SIGHT_LIST = `(${IN_SIGHT.map((status) => `'${status}'`).join(', ')})`;

/** Acts of operators that the audit log records. */
export const AUDITED_ACTS = ['look', 'acknowledge', 'pause', 'resume', 'retry'] as const;

/** How a message came: `app` by the API, `portal` by the web pages, `sms` as a text, `host` posted on behalf by the host. */
export const VIAS = ['app', 'portal', 'sms', 'host'] as const;

/** See {@link VIAS}. */
export type Via = (typeof VIAS)[number];

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

/** Upper ends of the classes in which the times from message to carrier are counted, ms; the last one takes all that is above. */
export const SENDING_STEPS_MS: readonly number[] = [
  250, 500, 750, 1000, 1500, 2000, 3000, 4000, 6000, 8000, 10_000, 15_000, 20_000, 30_000, 45_000, 60_000,
  90_000, 120_000, 180_000, 300_000, 600_000, 1_200_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000,
  28_800_000, 57_600_000, 86_400_000,
];
