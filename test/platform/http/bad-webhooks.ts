import { describe, expect, it } from 'vitest';
import { twilioSignature } from '../../../src/platform/sms/twilio-signature.ts';
import { type BadRequest, FORM_TYPE, JSON_TYPE, refusals } from '../../worker/refusals.ts';
import type { World } from '../../worker/world.ts';

/** Twilio's webhooks, called by anybody else and wrongly. */
export function describeBadWebhooks(world: () => World): void {
  describe('webhooks', () => {
    it.each(['/api/sms/inbound', '/api/sms/status'])(
      '%s takes nothing that Twilio did not sign',
      async (path) => {
        const params = {
          MessageSid: 'SM1',
          From: world().phone(0),
          To: world().phone(0),
          Body: 'STOP',
          MessageStatus: 'failed',
          ErrorCode: '21610',
        };
        const body = new URLSearchParams(params).toString();
        const by = (key: string, of: Record<string, string> = params, at = path) =>
          twilioSignature(key, world().origin + at, Object.entries(of));
        const auth = String(world().env.TWILIO_AUTH);
        const right = await by(auth);
        const signatures = [
          '',
          'x',
          '=',
          'x'.repeat(5000),
          right.toLowerCase(),
          right.slice(1),
          `${right}=`,
          await by('another'),
          await by(auth, { ...params, Body: 'START' }),
          await by(auth, params, `${path}?x=1`),
        ];
        const asks: BadRequest[] = [
          { method: 'POST', path, headers: FORM_TYPE, body },
          ...signatures.map((signature) => ({
            method: 'POST',
            path,
            headers: { ...FORM_TYPE, 'X-Twilio-Signature': signature },
            body,
          })),
          {
            method: 'POST',
            path: `${path}?delivery=x`,
            headers: { ...FORM_TYPE, 'X-Twilio-Signature': right },
            body,
          },
          {
            method: 'POST',
            path,
            headers: { ...JSON_TYPE, 'X-Twilio-Signature': right },
            body: JSON.stringify(params),
          },
          {
            method: 'POST',
            path,
            headers: { ...JSON_TYPE, 'X-Twilio-Signature': await by(auth, {}) },
            body: JSON.stringify(params),
          },
          {
            method: 'POST',
            path: `${path}?bodySHA256=00`,
            headers: { ...JSON_TYPE, 'X-Twilio-Signature': await by(auth, {}, `${path}?bodySHA256=00`) },
            body: JSON.stringify(params),
          },
        ].map((ask) => ({ ...ask, expected: [403] }));
        const others: BadRequest[] = [
          ...['GET', 'PUT', 'DELETE'].map((method) => ({ method, path, expected: [405] })),
          {
            method: 'POST',
            path,
            headers: { 'Content-Type': 'text/plain', 'X-Twilio-Signature': right },
            body,
            expected: [415],
          },
          {
            method: 'POST',
            path,
            headers: { ...FORM_TYPE, 'X-Twilio-Signature': right },
            body: `Body=${'x'.repeat(70_000)}`,
            expected: [413],
          },
          {
            method: 'POST',
            path,
            headers: { ...FORM_TYPE, 'X-Twilio-Signature': right },
            body: new Uint8Array([0xff, 0x3d]),
            expected: [400],
          },
        ];
        const nameless: Record<string, string>[] = [
          {},
          { MessageSid: '' },
          { MessageSid: 'SM 1' },
          { MessageSid: 'x'.repeat(100) },
          { SmsSid: '\u0000' },
        ];
        const unnamed = await Promise.all(
          nameless.map(
            async (less): Promise<BadRequest> => ({
              method: 'POST',
              path,
              headers: { ...FORM_TYPE, 'X-Twilio-Signature': await by(auth, less) },
              body: new URLSearchParams(less).toString(),
              expected: [400],
            }),
          ),
        );
        expect(await refusals(world(), [...asks, ...others, ...unnamed])).toEqual([]);
      },
    );
  });
}
