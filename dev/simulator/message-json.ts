import type { Settings } from './options.ts';
import { errorWords } from './twilio-errors.ts';
import type { SimulatedMessage } from './types.ts';
import { wireAddresses } from './wire.ts';

/** RFC 2822 in UTC, as the 2010 API writes dates: `Mon, 16 Aug 2010 03:45:01 +0000`. */
function rfc2822(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toUTCString().replace('GMT', '+0000');
}

/**
 * Twilio's JSON of a message (twilio.com/docs/messaging/api/message-resource). As long as a Messaging Service has
 * not chosen a sender (`accepted`), `from` is null and `num_segments` is "0".
 */
export function messageJson(settings: Settings, message: SimulatedMessage): Record<string, unknown> {
  const { accountSid, rcsListed } = settings;
  const undecided = message.status === 'accepted';
  const { from, to } = rcsListed === 'prefixed' ? wireAddresses(settings, message) : message;
  const uri = `/2010-04-01/Accounts/${accountSid}/Messages/${message.sid}`;
  const priced = message.direction !== 'inbound' && message.sentAt !== null;
  return {
    account_sid: accountSid,
    api_version: '2010-04-01',
    body: message.redacted ? '' : message.body,
    date_created: rfc2822(message.createdAt),
    date_sent: rfc2822(message.sentAt),
    date_updated: rfc2822(message.updatedAt),
    direction: message.direction,
    error_code: message.errorCode,
    error_message: message.errorCode === null ? null : errorWords(message.errorCode),
    from: undecided ? null : from,
    messaging_service_sid: message.messagingServiceSid,
    num_media: '0',
    num_segments: undecided ? '0' : String(message.segments),
    price: priced ? (-0.0079 * message.segments).toFixed(5) : null,
    price_unit: 'USD',
    sid: message.sid,
    status: message.status,
    subresource_uris: { media: `${uri}/Media.json` },
    to,
    uri: `${uri}.json`,
  };
}
