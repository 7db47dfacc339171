import type { Config } from '../config.ts';

/** Three more tries for a 5xx, a failed connection and a timed-out read. */
export const RECEIPTS_FRAGMENT = '#rc=3&rp=5xx,ct,rt';

/**
 * Where Twilio sends receipts. The fragment asks it to try again when we do not answer, and is no part of
 * its signature. Source: twilio.com/docs/usage/webhooks/webhooks-connection-overrides.
 * @param query names the delivery; texts outside the delivery log (codes, confirmations) have none
 */
export function receiptsUrl(
  { PUBLIC_ORIGIN }: Pick<Config, 'PUBLIC_ORIGIN'>,
  query: Record<string, string> = {},
): string {
  const names = new URLSearchParams(query).toString();
  return `${PUBLIC_ORIGIN}/api/sms/status${names === '' ? '' : `?${names}`}${RECEIPTS_FRAGMENT}`;
}
