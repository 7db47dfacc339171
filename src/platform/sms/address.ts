/** Where a text comes from or goes to: a channel, and the number or name on it. */
export interface Address {
  /** `sms`, `rcs`, or another of Twilio's as it names it, such as `whatsapp`. */
  channel: string;
  /** E.164; null for a short code, a sender's name or an RCS agent. */
  number: string | null;
  /** The address without its channel, as Twilio wrote it. */
  name: string;
}

/**
 * Parses an address as Twilio writes it: `+12025550123` for SMS, `rcs:+12025550123`, `whatsapp:+1…` and the like with
 * their channel. Source: twilio.com/docs/messaging/channels. Null when there is none.
 */
export function parseAddress(written: string): Address | null {
  const text = written.trim();
  if (text === '') return null;
  const prefixed = /^([a-z][a-z0-9_-]*):(.*)$/is.exec(text);
  const channel = prefixed?.[1]?.toLowerCase() ?? 'sms';
  const name = (prefixed?.[2] ?? text).trim();
  return { channel, number: /^\+[1-9]\d{6,14}$/.test(name) ? name : null, name };
}

/** The channels that this service uses: an RCS sender of a messaging service upgrades texts to the same numbers. */
export const isOurChannel = ({ channel }: Address): boolean => channel === 'sms' || channel === 'rcs';
