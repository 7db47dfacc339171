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

/** How a message came: `app` by the API, `portal` by the web pages, `sms` as a text, `host` posted on behalf by the host. */
export const VIAS = ['app', 'portal', 'sms', 'host'] as const;

/** See {@link VIAS}. */
export type Via = (typeof VIAS)[number];
