import type { Person } from '../consent/changes.ts';
import { carrierOptedOut } from '../consent/consent.ts';
import { settleOrLeave } from '../consent/family-updates.ts';
import { noteRefusal } from '../consent/refusal.ts';
import type { Deps } from '../platform/deps.ts';
import { AppError } from '../platform/errors.ts';
import { errorRule } from '../platform/twilio/errors.ts';
import type { SendOutcome } from '../platform/twilio/twilio.ts';
import { giveBack, takeAllowance } from './code-limits.ts';
import { readCodeNumber } from './code-number.ts';
import { textCode } from './code-text.ts';
import { issueCode, verifySubject, withdrawCode } from './one-time-code.ts';

const COUNTRY_NOT_PERMITTED = '21408';

/** What to tell about a code that was refused. */
function refusalError(deps: Deps, outcome: Exclude<SendOutcome, { kind: 'accepted' }>): AppError {
  if (outcome.kind === 'opted_out') return carrierOptedOut(deps);
  if (outcome.code === COUNTRY_NOT_PERMITTED) {
    return new AppError('country_not_allowed', 'We cannot text numbers of this country.');
  }
  if (errorRule(Number(outcome.code) || null, 0).number) {
    return new AppError('invalid_phone', 'This number cannot receive texts; give a mobile number.');
  }
  const retryAfterSeconds = outcome.kind === 'permanent' ? undefined : (outcome.retryAfterSeconds ?? 30);
  return new AppError('sms_unavailable', 'The text could not be sent.', { retryAfterSeconds });
}

/**
 * Texts a code to a number that a person says is theirs. The number waits with the code; nothing of the
 * person, or of whoever holds the number, changes. A send in doubt counts as sent. An allowance is given
 * back when the fault was ours or the carrier's, not when the number itself was refused.
 * @param phone as the caller wrote it
 * @returns when the code expires, ms
 * @throws AppError `invalid_phone`, `country_not_allowed`, `rate_limited`, `carrier_opted_out`, `sms_unavailable`
 */
export async function startVerify(
  deps: Deps,
  { userId, phone, address }: Pick<Person, 'userId'> & { phone: string; address: string },
): Promise<{ expiresAt: number }> {
  const { number, numberHash } = await readCodeNumber(phone, deps);
  const allowance = await takeAllowance(deps, { number, numberHash, address, userId });
  const subject = verifySubject(userId);
  const { code, codeHash, expiresAt } = await issueCode(deps, {
    purpose: 'verify',
    subject,
    userId,
    number,
    numberHash,
  });
  const outcome = await textCode(deps, number, code);
  if (outcome.kind === 'accepted' || outcome.kind === 'ambiguous') return { expiresAt };
  await withdrawCode(deps, subject, codeHash);
  if (outcome.kind === 'retry' || outcome.kind === 'operator') await giveBack(deps, allowance);
  await settleOrLeave(deps, await noteRefusal(deps, outcome, number));
  throw refusalError(deps, outcome);
}
