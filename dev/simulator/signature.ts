import { createHmac } from 'node:crypto';

/**
 * X-Twilio-Signature of a form post: base64(HMAC-SHA1(auth token, url + every name and value, sorted by name)).
 * The fragment of a URL is not part of it (twilio.com/docs/usage/webhooks/webhooks-security).
 */
export function signature(authToken: string, url: string, params: Readonly<Record<string, string>>): string {
  const signed = Object.keys(params)
    .sort()
    .reduce((text, name) => text + name + params[name], withoutFragment(url));
  return createHmac('sha1', authToken).update(signed, 'utf8').digest('base64');
}

/** The URL up to its `#`. */
export function withoutFragment(url: string): string {
  const hash = url.indexOf('#');
  return hash === -1 ? url : url.slice(0, hash);
}
