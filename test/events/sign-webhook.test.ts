import { Webhook } from 'standardwebhooks';
import { expect, it } from 'vitest';
import { webhookHeaders } from '../../src/events/sign-webhook.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body: '{"test": 2432232314}', at: 1_614_265_330_000 };

it('signs as the vector of the Standard Webhooks libraries', async () => {
  expect(await webhookHeaders([SECRET], message)).toEqual({
    'webhook-id': message.id,
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

it('signs with both secrets while one is being rotated', async () => {
  const other = `whsec_${btoa('another-secret-of-24-bytes')}`;
  const [first, second] = await Promise.all(
    [SECRET, other].map((secret) => webhookHeaders([secret], message)),
  );
  const both = await webhookHeaders([SECRET, other], message);
  expect(both['webhook-signature']).toBe(`${first!['webhook-signature']} ${second!['webhook-signature']}`);
});

it('is verified by the library of Standard Webhooks, with either secret, and not once anything was changed', async () => {
  const other = `whsec_${btoa('another-secret-of-24-bytes')}`;
  const body = JSON.stringify({ type: 'message.created', data: { message: { body: 'Größe 👪 \u2028' } } });
  const headers = await webhookHeaders([SECRET, other], {
    id: 'evt_1_0123456789abcdef',
    body,
    at: Date.now(),
  });
  for (const secret of [SECRET, other]) {
    const webhook = new Webhook(secret);
    expect(webhook.verify(body, headers)).toEqual(JSON.parse(body));
    expect(() => webhook.verify(`${body} `, headers)).toThrow();
    expect(() => webhook.verify(body, { ...headers, 'webhook-id': 'evt_2_0123456789abcdef' })).toThrow();
    expect(() => webhook.verify(body, { ...headers, 'webhook-timestamp': '1614265330' })).toThrow();
  }
  expect(() => new Webhook(`whsec_${btoa('a-third-secret-of-24-bytes')}`).verify(body, headers)).toThrow();
});
