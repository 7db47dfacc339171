import { equalInConstantTime, utf8 } from '../crypto.ts';
import { addressForms } from './twilio-address-forms.ts';

/** Parameters as received, with all values of repeated names. */
export type WebhookParams = Iterable<readonly [string, string]>;

/**
 * X-Twilio-Signature: base64(HMAC-SHA1(auth token, url + Σ name + value)), names sorted, a name's values
 * de-duplicated and sorted. Source: twilio.com/docs/usage/security, and the official SDK.
 */
export async function twilioSignature(
  authToken: string,
  url: string,
  params: WebhookParams,
): Promise<string> {
  const values = new Map<string, Set<string>>();
  for (const [name, value] of params) {
    const known = values.get(name) ?? new Set();
    values.set(name, known.add(value));
  }
  let signed = url;
  for (const name of [...values.keys()].sort()) {
    for (const value of [...values.get(name)!].sort()) signed += name + value;
  }
  const key = await crypto.subtle.importKey('raw', utf8(authToken), { name: 'HMAC', hash: 'SHA-1' }, false, [
    'sign',
  ]);
  const mac = await crypto.subtle.sign('HMAC', key, utf8(signed));
  return btoa(String.fromCharCode(...new Uint8Array(mac)));
}

/** The address with and without its default port: Twilio has signed either. */
function portVariants(url: string): string[] {
  const match = /^(https?):\/\/([^/?#]+)(.*)$/.exec(url);
  if (!match) return [url];
  const [, scheme, host, rest] = match;
  const port = scheme === 'https' ? '443' : '80';
  if (/:\d+$/.test(host!)) {
    return host!.endsWith(`:${port}`)
      ? [url, `${scheme}://${host!.slice(0, -port.length - 1)}${rest}`]
      : [url];
  }
  return [url, `${scheme}://${host}:${port}${rest}`];
}

/**
 * Whether a webhook comes from Twilio.
 * @param authTokens the account's token, and the second one during a rotation; never an API key
 * @param url the public address that Twilio called, query included
 * @param rawBody for JSON webhooks, whose address carries `bodySHA256`
 */
export async function isFromTwilio({
  authTokens,
  url,
  params,
  signature,
  rawBody,
}: {
  authTokens: readonly string[];
  url: string;
  params: WebhookParams;
  signature: string;
  rawBody?: string;
}): Promise<boolean> {
  const all = [...params];
  const bodyHash = new URL(url).searchParams.get('bodySHA256');
  if (bodyHash !== null && rawBody !== undefined) {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(rawBody)));
    const hex = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    if (!equalInConstantTime(hex, bodyHash.toLowerCase())) return false;
  }
  let matches = false;
  for (const token of authTokens) {
    for (const variant of addressForms(url).flatMap(portVariants)) {
      const expected = await twilioSignature(token, variant, all);
      if (equalInConstantTime(expected, signature)) matches = true;
    }
  }
  return matches;
}
