import { type Carrier, senderKey } from './carrier.ts';
import type { NewText } from './message-store.ts';
import { type TwilioError, twilioError } from './twilio-errors.ts';

/** Twilio's limit of one message (error 21617). */
export const MAX_BODY_CHARACTERS = 1600;

const E164 = /^\+[1-9]\d{6,14}$/;
const NORTH_AMERICAN = /^\+1[2-9]\d{9}$/;
const SHORT_CODE = /^\d{5,6}$/;

/** E.164, and in country code 1 of the right length. */
function isPhoneNumber(number: string): boolean {
  return E164.test(number) && (!number.startsWith('+1') || NORTH_AMERICAN.test(number));
}

/** A fully qualified URL of at most 4000 characters without an underscore in its host (error 21609). */
function isCallbackUrl(url: string): boolean {
  const parsed = URL.parse(url);
  return (
    parsed !== null &&
    /^https?:$/.test(parsed.protocol) &&
    url.length <= 4000 &&
    !parsed.hostname.includes('_')
  );
}

/** The code and detail of what is wrong with the sender, or null. */
function senderFault(carrier: Carrier, from: string, service: string): [code: number, detail: string] | null {
  const { settings } = carrier;
  if (service !== '') {
    if (service !== settings.messagingServiceSid) return [21705, service];
    return settings.from.length === 0 ? [21703, ''] : null;
  }
  if (from === '') return [21603, ''];
  if (!isPhoneNumber(from) && !SHORT_CODE.test(from)) return [21212, from];
  return settings.from.includes(from) ? null : [21606, from];
}

/**
 * Judges the form of a create call in the order in which Twilio complains: receiver, sender, body, options, then
 * what the carrier knows of the number. Source of the codes: twilio.com/docs/api/errors.
 */
export function checkMessage(
  carrier: Carrier,
  form: URLSearchParams,
): { ok: true; message: NewText } | { ok: false; error: TwilioError } {
  const [to, from, service, body, callback, validity] = [
    'To',
    'From',
    'MessagingServiceSid',
    'Body',
    'StatusCallback',
    'ValidityPeriod',
  ].map((name) => form.get(name) ?? '') as [string, string, string, string, string, string];
  const refuse = (code: number, detail = ''): { ok: false; error: TwilioError } => ({
    ok: false,
    error: twilioError(code, detail),
  });

  if (to === '') return refuse(21604);
  if (!isPhoneNumber(to)) return refuse(21211, to);
  const fault = senderFault(carrier, from, service);
  if (fault) return refuse(...fault);
  if (to === from) return refuse(21266, to);
  if (body === '') return refuse(21602);
  if ([...body].length > MAX_BODY_CHARACTERS) return refuse(21617);
  if (callback !== '' && !isCallbackUrl(callback)) return refuse(21609, callback);
  const seconds = Number(validity);
  if (validity !== '' && !(Number.isInteger(seconds) && seconds >= 1 && seconds <= 36_000)) {
    return refuse(21624);
  }

  const sender = from === '' ? (carrier.settings.from[0] ?? '') : from;
  const { refuse: refused, rcs } = carrier.numbers.get(to);
  if (refused !== undefined) return refuse(refused, to);
  if (carrier.optOuts.has(senderKey(carrier.settings, sender), to)) return refuse(21610);
  if (service === '' && carrier.queues.isFull(sender)) return refuse(21611);
  return {
    ok: true,
    message: {
      direction: 'outbound-api',
      writtenBy: 'app',
      channel: rcs ? 'rcs' : 'sms',
      to,
      from: sender,
      body,
      status: service === '' ? 'queued' : 'accepted',
      messagingServiceSid: service === '' ? null : service,
      statusCallback: callback === '' ? null : callback,
      validityPeriod: validity === '' ? null : seconds,
    },
  };
}
