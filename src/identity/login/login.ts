import { tryApplyUpdates } from '../../consent/updates/relay.ts';
import { sql } from '../../db/sql.ts';
import type { Person } from '../../numbers/changes.ts';
import { loginSubject } from '../../numbers/holders.ts';
import { recordRefusal } from '../../numbers/number-state.ts';
import { type IssuedSession, insertSession, prepareSession } from '../../platform/auth/session.ts';
import type { Deps } from '../../platform/deps.ts';
import { revokeSession } from '../account/own-sessions.ts';
import { takeAllowance } from '../codes/code-limits.ts';
import { guessCode, guessError, issueCode } from '../codes/one-time-code.ts';
import { readCodeNumber, textCode } from '../codes/send-code.ts';

/** Who may sign in with a number: its holder, if any. */
const verifiedHolder = ({ db }: Deps, numberHash: string) =>
  db.directory.all<Person>(sql`
    SELECT user_id AS userId, family_id AS familyId FROM phone_numbers
    WHERE number_hash = ${numberHash} AND user_id IS NOT NULL AND verified_at IS NOT NULL`);

/** Texts the code, if anybody holds the number. After the answer: neither time nor failure tells who does. */
async function textHolder(deps: Deps, number: string, numberHash: string, code: string): Promise<void> {
  if ((await verifiedHolder(deps, numberHash)).length === 0) return;
  const outcome = await textCode(deps, number, code);
  await tryApplyUpdates(deps, await recordRefusal(deps, outcome, number));
}

/**
 * Starts signing in with a number. Known and unknown numbers meet the same limits, the same writes and the
 * same answer; only a known one gets a text, once the answer is out.
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
 * Signs in the holder of a number, with the code that was texted to it. One code, one session.
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
  // In one step: whoever proves the number in between has voided the code.
  const { directory } = deps.db;
  const [used, [holder]] = await directory.batch([
    directory.all<{ subject: string }>(sql`
      DELETE FROM verification_codes WHERE subject = ${subject} AND code_hash = ${guess.codeHash} RETURNING subject AS subject`),
    verifiedHolder(deps, numberHash),
  ]);
  if (used.length === 0 || !holder) throw guessError({ result: 'no_code' });
  const now = deps.now();
  const session = await prepareSession(deps.config.SESSION_SECRET, holder, now);
  const row = { id: session.id, ...holder, kind, userAgent };
  await deps.db.forFamily(holder.familyId).run(insertSession(row, now));
  // The number may have moved meanwhile, and its sessions been ended before this one was written.
  if ((await verifiedHolder(deps, numberHash))[0]?.userId !== holder.userId) {
    await revokeSession(deps, holder, session.id);
    throw guessError({ result: 'no_code' });
  }
  return session;
}
