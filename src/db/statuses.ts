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
