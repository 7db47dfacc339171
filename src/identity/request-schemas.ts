import * as z from 'zod';
import type { ConsentRequest } from '../consent/opt-in-out.ts';
import { isKnownVersion } from '../consent/wordings.ts';
import type { Caller } from '../platform/auth/caller.ts';
import type { Client } from '../platform/auth/request-caller.ts';
import { line } from '../platform/http/validation.ts';
import { once } from '../platform/once.ts';
import { readTypedCode } from './codes/code-rules.ts';

/** A number as a client writes it; {@link readCodeNumber} checks it and answers `invalid_phone`. */
export const phone = z.string().min(1).max(200).describe('With country code, such as +12025550123');

/** A one-time code as it is typed or pasted. */
export const code = z
  .string()
  .max(40)
  .transform((text) => readTypedCode(text) ?? '')
  .refine((digits) => digits !== '', 'should be six digits')
  .describe('Six digits');

/** The version of the consent wording that was shown: one of ours, current or earlier. */
export const consentVersion = line(100).refine(isKnownVersion, 'should be the version of a wording of ours');

/** `{ok: true}`, where there is nothing else to answer. */
export const ok = once(() => z.object({ ok: z.literal(true) }));

/** The origin of a consent: a browser's cookie is the web, any bearer token the API. */
export function consentRequest({ userId, familyId, via }: Caller, client: Client): ConsentRequest {
  return { userId, familyId, source: via === 'cookie' ? 'web' : 'api', client };
}
