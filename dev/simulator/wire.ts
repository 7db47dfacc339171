import type { Settings } from './options.ts';
import type { SimulatedMessage } from './types.ts';

/**
 * The two addresses of a message as Twilio writes them. On RCS the phone's number bears the prefix `rcs:`, and the
 * sender is the account's RCS agent (twilio.com/docs/rcs).
 */
export function wireAddresses(
  settings: Pick<Settings, 'rcsSender'>,
  { channel, direction, from, to }: Pick<SimulatedMessage, 'channel' | 'direction' | 'from' | 'to'>,
): { from: string; to: string } {
  if (channel === 'sms') return { from, to };
  return direction === 'inbound'
    ? { from: `rcs:${from}`, to: settings.rcsSender }
    : { from: settings.rcsSender, to: `rcs:${to}` };
}
