import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { verifyWebhook, type WebhookHeaders } from '../../src/client/verify-webhook.ts';

const SECRET = `whsec_${btoa('a-secret-of-24-bytes-long')}`;
const OTHER = `whsec_${btoa('another-secret-of-24-bytes')}`;
const now = Date.parse('2026-11-27T12:00:00Z');
const body = JSON.stringify({
  type: 'phone.moved',
  timestamp: '2026-11-27T12:00:00Z',
  data: { userId: 'Größe 👪' },
});

/** The headers of a request, signed by the library of Standard Webhooks. */
const headersOf = (secret: string, text = body, at = now) => ({
  'webhook-id': 'evt_1_0123456789abcdef',
  'webhook-timestamp': String(Math.floor(at / 1000)),
  'webhook-signature': new Webhook(secret).sign('evt_1_0123456789abcdef', new Date(at), text),
});

describe('a webhook', () => {
  it('is read from text or bytes, with any kind of headers, and any of the secrets', async () => {
    const expected = { id: 'evt_1_0123456789abcdef', ...JSON.parse(body) };
    const headers = headersOf(SECRET);
    const both = { ...headers, 'webhook-signature': `v1,AAAA v2,x ${headers['webhook-signature']}` };
    const kinds: WebhookHeaders[] = [
      headers,
      new Headers(headers),
      both,
      { ...headers, 'webhook-id': [expected.id] },
    ];
    for (const each of kinds) expect(await verifyWebhook(body, each, SECRET, now)).toEqual(expected);
    expect(await verifyWebhook(new TextEncoder().encode(body), headers, [OTHER, SECRET], now)).toEqual(
      expected,
    );
  });

  it.each<[string, string, string, Record<string, string | undefined>]>([
    ['without its id', 'header_missing', body, { ...headersOf(SECRET), 'webhook-id': undefined }],
    ['without a signature', 'header_missing', body, { ...headersOf(SECRET), 'webhook-signature': '' }],
    ['with another body', 'signature_wrong', `${body} `, headersOf(SECRET)],
    ['with another id', 'signature_wrong', body, { ...headersOf(SECRET), 'webhook-id': 'evt_2' }],
    ['with another time', 'signature_wrong', body, { ...headersOf(SECRET), 'webhook-timestamp': '1' }],
    ['of another secret', 'signature_wrong', body, headersOf(OTHER)],
    [
      'with nonsense for a signature',
      'signature_wrong',
      body,
      { ...headersOf(SECRET), 'webhook-signature': 'v1,%%' },
    ],
    ['of six minutes ago', 'too_old', body, headersOf(SECRET, body, now - 360_000)],
    ['of a time to come', 'too_old', body, headersOf(SECRET, body, now + 360_000)],
    ['that is no JSON', 'body_malformed', '{', headersOf(SECRET, '{')],
  ])('%s is refused: %s', async (_, fault, text, headers) => {
    await expect(verifyWebhook(text, headers, SECRET, now)).rejects.toMatchObject({
      name: 'WebhookError',
      fault,
    });
  });
});
