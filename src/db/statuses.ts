/** The states of a delivery row; what may follow what stands in notifications/status.ts. */
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

/** What a `daily_cap` or `rate_limited` speaks of, where it is not the whole cap, or the thread's own window. */
export const REASON_DETAILS = ['author_share', 'urgent_reserve', 'service_budget', 'every_thread'] as const;

/** See {@link REASON_DETAILS}. */
export type ReasonDetail = (typeof REASON_DETAILS)[number];

/** States of deliveries that are under way or went wrong: an index of few rows finds them. */
export const IN_SIGHT = ['pending', 'deferred', 'sending', 'failed', 'undelivered'] as const;

/** The same as a list of SQL. */
export const IN_SIGHT_LIST = `(${IN_SIGHT.map((status) => `'${status}'`).join(', ')})`;

/** What operators do that is written down. */
export const AUDITED_ACTS = ['look', 'acknowledge', 'pause', 'resume', 'retry'] as const;

/** How a message came: `app` by the API, `portal` by the web pages, `sms` as a text, `host` posted on behalf by the host. */
export const VIAS = ['app', 'portal', 'sms', 'host'] as const;

/** See {@link VIAS}. */
export type Via = (typeof VIAS)[number];
