import * as z from 'zod';
import { once } from '../platform/once.ts';
import type { PersonState } from './person-state.ts';

/** What the host is told of a person whom it has mirrored. */
export const mirroredUserSchema = once(() =>
  z.object({
    ok: z.literal(true).describe('Name, address, zone and family stand as they were sent'),
    phoneState: z.enum(['none', 'pending', 'verified', 'unusable']),
    smsEnabled: z.boolean().describe('Whether texts are on for this person now'),
    consent: z.enum(['taken', 'refused']).optional().describe('What came of `smsConsent`'),
    why: z.string().optional().describe('Why number or consent were not taken, for people'),
  }),
);

/** See {@link mirroredUserSchema}. */
export type MirroredUser = Omit<z.infer<ReturnType<typeof mirroredUserSchema>>, 'ok'>;

/** What the host asked for beside the person's own fields. */
export interface NumberAndConsent {
  /** E.164; null: what it sent is no number; undefined: it sent none. */
  number: string | null | undefined;
  /** It said when the number was verified. */
  isVerified: boolean;
  consent: boolean;
}

type Asked = Pick<NumberAndConsent, 'number' | 'isVerified'>;

/** Why the number is not the person's; null when it is, or none was sent. */
function numberProblem({ number, isVerified }: Asked, state: PersonState): string | null {
  if (number === undefined) return null;
  if (number === null)
    return 'The phone is no number that can receive texts; send E.164, such as +12025550123.';
  if (state.phone === number) {
    const unusable = 'The carrier has said since that this number cannot receive texts.';
    return state.phoneState === 'unusable' ? unusable : null;
  }
  if (!isVerified)
    return 'A number counts once it is verified: send phoneVerifiedAt, or let the person prove it here.';
  return 'The person has verified another number since; that one stays.';
}

/** Why consent was refused for a number that the person holds. */
function consentProblem(state: PersonState): string {
  if (state.carrierOptedOutAt !== null)
    return 'The carrier blocks texts to this number since the person said STOP; only their START ends that.';
  if (state.optedOut) return 'The person has opted out of texts to this number; only they can opt in again.';
  return 'The person has opted out since this consent was given; only they can opt in again.';
}

/** What came of number and consent, by what holds of the person afterwards. Pure. */
export function mirroredUser({ consent, ...asked }: NumberAndConsent, state: PersonState): MirroredUser {
  const { phoneState, smsEnabled } = state;
  const problem = numberProblem(asked, state);
  const isTaken = smsEnabled && asked.number !== undefined && state.phone === asked.number;
  const why = consent && !isTaken ? (problem ?? consentProblem(state)) : problem;
  return {
    phoneState,
    smsEnabled,
    ...(consent && { consent: isTaken ? ('taken' as const) : ('refused' as const) }),
    ...(why !== null && { why }),
  };
}
