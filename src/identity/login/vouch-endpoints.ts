import * as z from 'zod';
import { vouchFor } from '../../numbers/second-factor.ts';
import type { Caller } from '../../platform/auth/caller.ts';
import type { Deps } from '../../platform/deps.ts';
import { AppError } from '../../platform/errors.ts';
import { endpoint, jsonResponse } from '../../platform/http/endpoint.ts';
import { id } from '../../platform/http/validation.ts';
import { ok } from '../request-schemas.ts';

/**
 * Vouches for a relative who signs in with a number that may be somebody else's by now.
 * @throws AppError `forbidden` for oneself, `user_not_found`, `rate_limited`
 */
export async function vouchForRelative(
  deps: Deps,
  caller: Pick<Caller, 'userId' | 'familyId'>,
  relativeId: string,
): Promise<void> {
  if (relativeId === caller.userId)
    throw new AppError('forbidden', 'Somebody else of your family has to confirm you, not you yourself.');
  await deps.edge.act('preferences', caller, deps.now());
  if (!(await vouchFor(deps, { userId: relativeId, familyId: caller.familyId }))) {
    throw new AppError('user_not_found', 'There is nobody of your family with this id and a number.');
  }
  deps.log.info('login.vouched', { userId: relativeId, by: caller.userId });
}

/** The second sign that a sign-in by a doubtful number needs. */
export const vouchEndpoints = [
  endpoint({
    method: 'post',
    path: '/api/family/members/{id}/vouch',
    who: 'user',
    tag: 'Login',
    summary: 'Give your word that it is a relative of yours who signs in with their number',
    description:
      'A number that was out of service, or silent for a year, may belong to somebody else now: signing in with it answers 403 `second_sign_needed`. For a day after another member’s word, the code is enough. Talk to them first.',
    params: z.object({ id }),
    answer: { status: 200, description: 'For a day they sign in by phone', schema: ok },
    errors: ['user_not_found', 'rate_limited'],
    handle: async ({ deps, caller, params }) => {
      await vouchForRelative(deps, caller, params.id);
      return jsonResponse({ ok: true });
    },
  }),
] as const;
