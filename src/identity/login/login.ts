import { eq, isNotNull } from 'drizzle-orm';
import { tryApplyUpdates } from '../../consent/updates/relay.ts';
import { allOf, nonNull } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { phoneNumbers, verificationCodes } from '../../db/schema.ts';
import { loginSubject } from '../../numbers/holders.ts';
import { recordRefusal } from '../../numbers/number-state.ts';
import { type IssuedSession, insertSession, prepareSession } from '../../platform/auth/session.ts';
import type { Deps } from '../../platform/deps.ts';
import { revokeSession } from '../account/own-sessions.ts';
import { takeAllowance } from '../codes/code-limits.ts';
import { guessCode, guessError, issueCode } from '../codes/one-time-code.ts';
import { readCodeNumber, textCode } from '../codes/send-code.ts';

/** The holder of a verified number, who may sign in with it. */
const verifiedHolder = (numberHash: string) =>
  q
    .select({
      userId: nonNull(phoneNumbers.userId).as('user_id'),
      familyId: nonNull(phoneNumbers.familyId).as('family_id'),
    })
    .from(phoneNumbers)
    .where(
      allOf(
        eq(phoneNumbers.numberHash, numberHash),
        isNotNull(phoneNumbers.userId),
        isNotNull(phoneNumbers.verifiedAt),
      ),
    );

/**
 * Texts the code if the number has a holder. Runs after the answer, so that neither timing nor errors tell
 * whether it has.
 */
async function textHolder(deps: Deps, number: string, numberHash: string, code: string): Promise<void> {
  if (!(await deps.db.directory.first(verifiedHolder(numberHash)))) return;
  const outcome = await textCode(deps, number, code);
  await tryApplyUpdates(deps, await recordRefusal(deps, outcome, number));
}

/**
 * Starts signing in with a number. Known and unknown numbers get the same limits, writes and answer; only a
 * known one is sent a text, after the answer.
 * @returns when the code expires, ms
 * @throws AppError `invalid_phone`, `country_not_allowed`, `rate_limited`
 */
export async function startLogin(
  deps: Deps,
  { phone, address }: { phone: string; address: string },
): Promise<{ expiresAt: number }> {
  const { number, numberHash } = await readCodeNumber(phone, deps);
  await takeAllowance(deps, { number, numberHash, address, userId: null });
  const subject = loginSubject(numberHash);
  const { code, expiresAt } = await issueCode(deps, {
    purpose: 'login',
    subject,
    userId: null,
    number,
    numberHash,
  });
  deps.afterwards(textHolder(deps, number, numberHash, code));
  return { expiresAt };
}

/**
 * Signs in the holder of a number with the code that was sent to it. One code gives one session.
 * @throws AppError `invalid_phone`, `country_not_allowed`, `no_code`, `expired`, `invalid`
 */
export async function confirmLogin(
  deps: Deps,
  {
    phone,
    code,
    kind,
    userAgent,
  }: { phone: string; code: string; kind: 'web' | 'app'; userAgent: string | null },
): Promise<IssuedSession> {
  const { numberHash } = await readCodeNumber(phone, deps);
  const subject = loginSubject(numberHash);
  const guess = await guessCode(deps, subject, code);
  if (guess.result !== 'match') throw guessError(guess);
  // In one batch, because a verification by somebody else in between voids the code.
  const { directory } = deps.db;
  const { used, holders } = await directory.batch({
    used: q
      .delete(verificationCodes)
      .where(allOf(eq(verificationCodes.subject, subject), eq(verificationCodes.codeHash, guess.codeHash))),
    holders: verifiedHolder(numberHash),
  });
  const [holder] = holders;
  if (used.meta.changes === 0 || !holder) throw guessError({ result: 'no_code' });
  const now = deps.now();
  const session = await prepareSession(deps.config.SESSION_SECRET, holder, now);
  const row = { id: session.id, ...holder, kind, userAgent };
  await deps.db.forFamily(holder.familyId).run(insertSession(row, now));
  // The number may have moved, and its sessions ended, before this session was inserted.
  if ((await directory.first(verifiedHolder(numberHash)))?.userId !== holder.userId) {
    await revokeSession(deps, holder, session.id);
    throw guessError({ result: 'no_code' });
  }
  return session;
}
