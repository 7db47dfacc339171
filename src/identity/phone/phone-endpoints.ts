import * as z from 'zod';
import { startNumber } from '../../consent/opt-in-out.ts';
import { currentWording } from '../../consent/wordings.ts';
import { endpoint, jsonResponse } from '../../platform/http/endpoint.ts';
import { iso, timestamp } from '../../platform/http/validation.ts';
import { code, consentRequest, consentVersion, ok, phone } from '../request-schemas.ts';
import { confirmPhone } from './confirm-phone.ts';
import { removePhone } from './remove-phone.ts';
import { startVerify } from './start-verify.ts';

/** Proving and removing a phone number. */
export const phoneEndpoints = [
  endpoint({
    method: 'post',
    path: '/api/phone/start-verify',
    who: 'user',
    tag: 'Phone',
    summary: 'Text a six-digit code to a number',
    description:
      '502 `sms_unavailable` with `expiresAt`: nobody knows whether the text left. Ask for the code all the same; should it arrive, it works until then.',
    body: z.object({ phone }),
    answer: {
      status: 200,
      description: 'The code is on its way; nothing else has changed',
      schema: () => ok().extend({ expiresAt: timestamp }),
    },
    errors: ['invalid_phone', 'country_not_allowed', 'carrier_opted_out', 'rate_limited', 'sms_unavailable'],
    handle: async ({ deps, caller, client, body }) => {
      const request = {
        userId: caller.userId,
        familyId: caller.familyId,
        phone: body.phone,
        address: client.address,
      };
      const { expiresAt } = await startVerify(deps, request);
      return jsonResponse({ ok: true, expiresAt: iso(expiresAt) });
    },
  }),
  endpoint({
    method: 'post',
    path: '/api/phone/confirm',
    who: 'user',
    tag: 'Phone',
    summary: 'Confirm the number with the code, and opt in to texts if so wished',
    body: z.object({
      code,
      smsConsent: z
        .boolean()
        .optional()
        .describe('true: the person ticked the box beside the consent wording'),
      consentVersion: consentVersion
        .optional()
        .describe('Version of that wording; the current one when absent'),
    }),
    answer: {
      status: 200,
      description:
        'The number is the caller’s. `carrierOptedOut` only when `smsConsent` could not count, because the carrier blocks until START is texted to `startNumber`',
      schema: () =>
        ok().extend({
          carrierOptedOut: z.literal(true).optional(),
          startNumber: z.string().nullable().optional(),
        }),
    },
    errors: ['no_code', 'expired', 'invalid'],
    handle: async ({ deps, caller, client, body }) => {
      const version = body.consentVersion ?? currentWording({ brand: deps.config.BRAND_NAME }).version;
      const consent = body.smsConsent === true ? { ...consentRequest(caller, client), version } : null;
      const { userId, familyId } = caller;
      const { blocked } = await confirmPhone(deps, { userId, familyId, code: body.code, consent });
      return jsonResponse(
        blocked
          ? { ok: true, carrierOptedOut: true, startNumber: await startNumber(deps, caller) }
          : { ok: true },
      );
    },
  }),
  endpoint({
    method: 'delete',
    path: '/api/phone',
    who: 'user',
    tag: 'Phone',
    summary: 'Forget the number; texts stop',
    answer: { status: 200, description: 'Forgotten', schema: ok },
    handle: async ({ deps, caller }) => {
      await removePhone(deps, caller);
      return jsonResponse({ ok: true });
    },
  }),
] as const;
