import { utf8 } from '../platform/crypto.ts';

const bytesOf = (secret: string) =>
  Uint8Array.from(atob(secret.replace(/^whsec_/, '')), (char) => char.charCodeAt(0));

async function signature(secret: string, signed: string): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', bytesOf(secret), algorithm, false, ['sign']);
  const mac = await crypto.subtle.sign('HMAC', key, utf8(signed));
  return `v1,${btoa(String.fromCharCode(...new Uint8Array(mac)))}`;
}

/**
 * The headers of a webhook (standardwebhooks.com, "Webhook headers"): one signature a secret, so that a receiver that
 * knows either secret can verify it.
 * @param at when it is sent, ms
 */
export async function webhookHeaders(
  secrets: readonly string[],
  { id, body, at }: { id: string; body: string; at: number },
): Promise<Record<string, string>> {
  const timestamp = String(Math.floor(at / 1000));
  const signatures = await Promise.all(
    secrets.map((secret) => signature(secret, `${id}.${timestamp}.${body}`)),
  );
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}
