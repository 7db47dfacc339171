import { and, isNotNull, isNull, or } from 'drizzle-orm';
import { carrierOptedOut, numberOptedOut, startNumber } from '../../consent/opt-in-out.ts';
import { tryApplyUpdates } from '../../consent/updates/relay.ts';
import { eq, ne } from '../../db/comparisons.ts';
import { q } from '../../db/query.ts';
import { retrying } from '../../db/retry.ts';
import { phoneNumbers } from '../../db/schema.ts';
import type { Person } from '../../numbers/changes.ts';
import { recordRefusal } from '../../numbers/number-state.ts';
import type { Deps } from '../../platform/deps.ts';
import { AppError } from '../../platform/errors.ts';
import { iso } from '../../platform/http/validation.ts';
import type { SendOutcome } from '../../platform/sms/twilio.ts';
import { errorRule } from '../../platform/sms/twilio-errors.ts';
import { personLog } from '../codes/code-budget.ts';
import { refundAllowance, takeAllowance } from '../codes/code-limits.ts';
import { issueCode, verifySubject, withdrawCode } from '../codes/one-time-code.ts';
import { readCodeNumber, textCode, wasNotSent } from '../codes/send-code.ts';

const COUNTRY_NOT_PERMITTED = '21408';

/** The error for a code that the carrier refused. */
async function refusalError(
  deps: Deps,
  outcome: Exclude<SendOutcome, { kind: 'accepted' }>,
  person: Person,
): Promise<AppError> {
  if (outcome.kind === 'opted_out') return carrierOptedOut(await startNumber(deps, person));
  if (outcome.code === COUNTRY_NOT_PERMITTED) {
    return new AppError('country_not_allowed', 'We cannot text numbers of this country.');
  }
  if (errorRule(Number(outcome.code) || null, 0).number) {
    return new AppError('invalid_phone', 'This number cannot receive texts; give a mobile number.');
  }
  const retryAfterSeconds = outcome.kind === 'permanent' ? undefined : (outcome.retryAfterSeconds ?? 30);
  return new AppError('sms_unavailable', 'The text could not be sent. Try again in a minute.', {
    retryAfterSeconds,
  });
}

/**
 * The error for a carrier that did not answer: the text may still arrive, so the code stays valid, and the
 * caller is told until when.
 */
const inDoubt = (expiresAt: number) =>
  new AppError(
    'sms_unavailable',
    'We could not learn whether the text left. Should it arrive, its code works; if not, ask again in a minute.',
    { fields: { expiresAt: iso(expiresAt) } },
  );

/** Whether the text of a failed request may still arrive, in which case its code is valid. */
export const mayArrive = (error: unknown): boolean =>
  error instanceof AppError && error.extras.fields?.expiresAt !== undefined;

/** The number said stop, and this person is not its holder: they may not have it texted. */
const optedOutOfOthers = (numberHash: string, userId: string) =>
  q
    .select({ optedOutAt: phoneNumbers.optedOutAt })
    .from(phoneNumbers)
    .where(
      and(
        eq(phoneNumbers.numberHash, numberHash),
        isNotNull(phoneNumbers.optedOutAt),
        or(isNull(phoneNumbers.userId), ne(phoneNumbers.userId, userId)),
      ),
    );

/**
 * Texts a code to a number that a person claims. The number is stored with the code; nothing of the person or
 * of a current holder changes. The allowance is refunded when the text was certainly not sent and the fault is
 * ours or the carrier's; not when the number itself was refused, and not in doubt. A number that said stop is texted
 * for its holder alone; for others START, texted from it, is the proof that it is theirs to open.
 * @param phone as the caller wrote it
 * @returns when the code expires, ms
 * @throws AppError `invalid_phone`, `country_not_allowed`, `rate_limited`, `carrier_opted_out`,
 * `sms_unavailable`
 */
export async function startVerify(
  deps: Deps,
  { userId, familyId, phone, address }: Person & { phone: string; address: string },
): Promise<{ expiresAt: number }> {
  const { number, numberHash } = await readCodeNumber(phone, deps);
  const allowance = await takeAllowance(deps, { number, numberHash, address, userId, deviceId: null });
  if (await retrying(() => deps.db.directory.first(optedOutOfOthers(numberHash, userId)))) {
    // It counts for whoever asked, not against the number.
    const logs = allowance.logs.filter((key) => key !== personLog(userId));
    await refundAllowance(deps, { ...allowance, logs });
    throw numberOptedOut(await startNumber(deps, { userId, familyId }));
  }
  const subject = verifySubject(userId);
  const { code, codeHash, expiresAt } = await issueCode(deps, {
    purpose: 'verify',
    subject,
    userId,
    number,
    numberHash,
  });
  const outcome = await textCode(deps, number, code);
  if (outcome.kind === 'accepted') return { expiresAt };
  if (outcome.kind === 'ambiguous') throw inDoubt(expiresAt);
  await withdrawCode(deps, subject, codeHash);
  if (wasNotSent(outcome)) await refundAllowance(deps, allowance);
  await tryApplyUpdates(deps, await recordRefusal(deps, outcome, number));
  throw await refusalError(deps, outcome, { userId, familyId });
}
