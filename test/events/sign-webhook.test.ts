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
