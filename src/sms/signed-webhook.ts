import type { Config } from '../platform/config.ts';
import { AppError } from '../platform/errors.ts';
import { mediaType, readText } from '../platform/http/body.ts';
import { isOurChannel, parseAddress } from '../platform/sms/address.ts';
import { CONNECTION_OVERRIDES } from '../platform/sms/twilio.ts';
import { isFromTwilio } from '../platform/sms/twilio-signature.ts';

/** A webhook's parameters, verified to come from Twilio. */
export interface Webhook {
  /** The first value of a parameter; empty when absent. */
  get(name: string): string;
  query: URLSearchParams;
}

type TwilioConfig = Pick<Config, 'PUBLIC_ORIGIN' | 'TWILIO_AUTH' | 'TWILIO_AUTH_SECONDARY'>;

/** Twilio's forms have some thirty fields, and two more for each of ten media; more would only cost us, before we know whose they are. */
const MOST_FIELDS = 500;
/** Characters of a query: room for the ids of ours at their longest (200 characters of three bytes, escaped) and an operator's own. */
const LONGEST_QUERY = 8000;

const forged = () => new AppError('forbidden', 'X-Twilio-Signature is missing or invalid.');

/** A JSON body's values by name; what is no text or number is left out. */
function jsonParams(raw: string): URLSearchParams {
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch {
    throw new AppError('invalid_request', 'The body is not valid JSON.');
  }
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return new URLSearchParams(
    entries.flatMap(([name, item]) =>
      typeof item === 'string' || typeof item === 'number' ? [[name, String(item)]] : [],
    ),
  );
}

/**
 * Reads a webhook of Twilio's: a form whose every parameter is signed, or JSON whose hash is in the signed
 * address. The address is the public one, whatever host this runtime saw.
 * @throws AppError `forbidden`, `too_large`, `unsupported_media_type`, `invalid_request`
 */
export async function readWebhook(request: Request, config: TwilioConfig): Promise<Webhook> {
  const signature = request.headers.get('X-Twilio-Signature');
  if (!signature) throw forged();
  const { pathname, searchParams: query } = new URL(request.url);
  // The query as received, where the runtime keeps it: a parsed URL has some characters escaped.
  const search = /\?[^#]*/.exec(request.url)?.[0] ?? '';
  const isJson = mediaType(request) === 'application/json';
  if (!isJson && mediaType(request) !== 'application/x-www-form-urlencoded') {
    throw new AppError('unsupported_media_type', 'Twilio sends a form, or JSON.');
  }
  if (search.length > LONGEST_QUERY)
    throw new AppError('too_large', `Twilio's address has a query of at most ${LONGEST_QUERY} characters.`);
  const raw = await readText(request);
  if (!isJson && raw.split('&', MOST_FIELDS + 1).length > MOST_FIELDS)
    throw new AppError('too_large', `Twilio sends at most ${MOST_FIELDS} fields.`);
  if (isJson && !query.has('bodySHA256')) throw forged();
  const form = new URLSearchParams(isJson ? '' : raw);
  const isGenuine = await isFromTwilio({
    authTokens: [config.TWILIO_AUTH, ...(config.TWILIO_AUTH_SECONDARY ? [config.TWILIO_AUTH_SECONDARY] : [])],
    url: config.PUBLIC_ORIGIN + pathname + search,
    // Twilio omits the fragment of our StatusCallback; a signature over the address with it is as good.
    fragment: CONNECTION_OVERRIDES,
    params: form,
    signature,
    ...(isJson ? { rawBody: raw } : {}),
  });
  if (!isGenuine) throw forged();
  const params = isJson ? jsonParams(raw) : form;
  return { get: (name) => params.get(name) ?? '', query };
}

/** The text's SID. @throws AppError `invalid_request` */
export function messageSidOf(webhook: Webhook): string {
  const sid = webhook.get('MessageSid') || webhook.get('SmsSid');
  if (/^\w{1,64}$/.test(sid)) return sid;
  throw new AppError('invalid_request', 'MessageSid is missing.');
}

/** The number of an address of ours, SMS or RCS; null when it is another channel's, a short code, a word or absent. */
export function numberOf(webhook: Webhook, name: string): string | null {
  const address = parseAddress(webhook.get(name));
  return address && isOurChannel(address) ? address.number : null;
}

/** Max. media of an MMS (twilio.com/docs/messaging/guides/webhook-request). */
const MOST_MEDIA = 10;

/** The content types of the media that came along; empty where Twilio gives none. */
export function mediaOf(webhook: Webhook): string[] {
  const count = Math.min(MOST_MEDIA, Math.max(0, Math.floor(Number(webhook.get('NumMedia')) || 0)));
  return Array.from({ length: count }, (_, n) => webhook.get(`MediaContentType${n}`));
}
