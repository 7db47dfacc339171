import { equalInConstantTime, hmacKey, utf8 } from '../crypto.ts';
import { addressForms } from './twilio-address-forms.ts';

/** Parameters as received, with all values of repeated names. */
export type WebhookParams = Iterable<readonly [string, string]>;

/** What is signed behind the address: Σ name + value, names sorted, a name's values de-duplicated and sorted. */
function signedPart(params: WebhookParams): string {
  const values = new Map<string, Set<string>>();
  for (const [name, value] of params) {
    const known = values.get(name) ?? new Set();
    values.set(name, known.add(value));
  }
  let signed = '';
  for (const name of [...values.keys()].sort()) {
    for (const value of [...values.get(name)!].sort()) signed += name + value;
  }
  return signed;
}

async function macOf(authToken: string, signed: string): Promise<string> {
  const mac = await crypto.subtle.sign('HMAC', await hmacKey(authToken, 'SHA-1'), utf8(signed));
  return btoa(String.fromCharCode(...new Uint8Array(mac)));
}

/**
 * X-Twilio-Signature: base64(HMAC-SHA1(auth token, url + Σ name + value)), names sorted, a name's values
 * de-duplicated and sorted. Source: twilio.com/docs/usage/security, and the official SDK.
 */
export const twilioSignature = (authToken: string, url: string, params: WebhookParams): Promise<string> =>
  macOf(authToken, url + signedPart(params));

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
 * Whether a webhook comes from Twilio. Anybody may send one that does not, of any size: its parameters are put in order once,
 * for whatever forms of the address there are.
 * @param authTokens the account's token, and the second one during a rotation; never an API key
 * @param url the public address that Twilio called, query included
 * @param fragment what may have been signed behind the address, beside the address alone
 * @param rawBody for JSON webhooks, whose address carries `bodySHA256`
 */
export async function isFromTwilio({
  authTokens,
  url,
  fragment = '',
  params,
  signature,
  rawBody,
}: {
  authTokens: readonly string[];
  url: string;
  fragment?: string;
  params: WebhookParams;
  signature: string;
  rawBody?: string;
}): Promise<boolean> {
  const bodyHash = new URL(url).searchParams.get('bodySHA256');
  if (bodyHash !== null && rawBody !== undefined) {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(rawBody)));
    const hex = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    if (!equalInConstantTime(hex, bodyHash.toLowerCase())) return false;
  }
  const variants = [...new Set([url, url + fragment])].flatMap(addressForms).flatMap(portVariants);
  const signed = signedPart(params);
  for (const token of authTokens) {
    // Which of the forms it was is no secret.
    for (const variant of variants) {
      if (equalInConstantTime(await macOf(token, variant + signed), signature)) return true;
    }
  }
  return false;
}
