import type { Event } from './api-types.ts';

/** An event as it is posted: what the API lists, but for `familyId`. */
export type ReceivedEvent = Event extends infer E ? (E extends Event ? Omit<E, 'familyId'> : never) : never;

/** The headers of a request: of `fetch`, or of Node's `http` and Express. */
export type WebhookHeaders =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** Why a request is not taken for one of the service. */
export type WebhookFault = 'header_missing' | 'too_old' | 'signature_wrong' | 'body_malformed';

/** A request that the service has not made, or not just now. */
export class WebhookError extends Error {
  readonly fault: WebhookFault;

  constructor(fault: WebhookFault, message: string) {
    super(message);
    this.name = 'WebhookError';
    this.fault = fault;
  }
}

/** How far the clock of the request may be off, as the libraries of Standard Webhooks have it. */
const TOLERANCE_SECONDS = 300;

function headerOf(headers: WebhookHeaders, name: string): string {
  const found =
    typeof headers.get === 'function'
      ? headers.get(name)
      : (headers as Record<string, string | readonly string[] | undefined>)[name];
  const value = typeof found === 'string' ? found : found?.[0];
  if (!value) throw new WebhookError('header_missing', `The request has no header ${name}.`);
  return value;
}

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));

/** The bytes of a signature; null for what is no base64. */
function signatureBytes(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return bytesOf(text);
  } catch {
    return null; // A stranger may write anything there; it matches nothing.
  }
}

async function isSignedWith(
  secret: string,
  signature: string,
  signed: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const bytes = bytesOf(secret.replace(/^whsec_/, ''));
  const key = await crypto.subtle.importKey('raw', bytes, algorithm, false, ['verify']);
  // A header may hold several, with a space between them, while the secret is being rotated.
  for (const each of signature.split(' ')) {
    const mac = each.startsWith('v1,') ? signatureBytes(each.slice(3)) : null;
    if (mac && (await crypto.subtle.verify('HMAC', key, mac, signed))) return true;
  }
  return false;
}

/**
 * Reads an event that the service posted, once its signature is found to be right (standardwebhooks.com).
 * @param body - the request's body as it came, before any JSON parser: the signature is over its bytes
 * @param secrets - `EVENTS_SECRET` of the service; two of them while you rotate it
 * @param now - ms since the epoch
 * @throws WebhookError for a request that the service has not made, or more than five minutes ago
 */
export async function verifyWebhook(
  body: string | Uint8Array,
  headers: WebhookHeaders,
  secrets: string | readonly string[],
  now: number = Date.now(),
): Promise<ReceivedEvent> {
  const id = headerOf(headers, 'webhook-id');
  const timestamp = headerOf(headers, 'webhook-timestamp');
  const signature = headerOf(headers, 'webhook-signature');
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${text}`);
  const tries = await Promise.all(
    (typeof secrets === 'string' ? [secrets] : secrets).map((secret) =>
      isSignedWith(secret, signature, signed),
    ),
  );
  if (!tries.includes(true))
    throw new WebhookError('signature_wrong', 'No signature of the request is right.');
  if (!(Math.abs(now / 1000 - Number(timestamp)) <= TOLERANCE_SECONDS))
    throw new WebhookError('too_old', 'The request was made more than five minutes from now.');
  try {
    return { id, ...JSON.parse(text) };
  } catch {
    throw new WebhookError('body_malformed', 'The body is no JSON.');
  }
}
