import { type OptInRequest, optInPerson } from '../../consent/opt-in-out.ts';
import { settleOrLeave } from '../../consent/updates/relay.ts';
import { retrying } from '../../db/retry.ts';
import { sql } from '../../db/sql.ts';
import { bind, unseat } from '../../numbers/holders.ts';
import { updateId } from '../../numbers/update-outbox.ts';
import type { Deps } from '../../platform/deps.ts';
import { guessCode, guessError, verifySubject } from '../codes/one-time-code.ts';

/** A confirmed number. `blocked`: consent was given too, but the carrier blocks until START is texted. */
export interface Confirmed {
  blocked: boolean;
}

/**
 * Makes the caller the holder of the number that their code proves. Possession wins: an earlier holder loses
 * the number, and with it texts and sessions. In one batch of the directory, which uses the code up, so that
 * of parallel right guesses one counts; the families' rows follow.
 * @param consent opts the caller in along with it; null leaves consent as it is
 * @throws AppError `no_code`, `expired`, `invalid`
 */
export async function confirmPhone(
  deps: Deps,
  {
    userId,
    familyId,
    code,
    consent,
  }: {
    userId: string;
    familyId: string;
    code: string;
    consent: OptInRequest | null;
  },
): Promise<Confirmed> {
  const { directory } = deps.db;
  const subject = verifySubject(userId);
  const guess = await guessCode(deps, subject, code);
  if (guess.result !== 'match') throw guessError(guess);
  const { number, numberHash, codeHash } = guess;
  const now = deps.now();
  const theCode = sql`subject = ${subject} AND code_hash = ${codeHash}`;
  const condition = sql`EXISTS (SELECT 1 FROM verification_codes WHERE ${theCode})`;
  const binding = { userId, familyId, number, numberHash, verifiedAt: now, now, condition };
  const [lossId, gainId] = [updateId(now), updateId(now)];
  await retrying(() =>
    directory.batch([
      unseat(directory, lossId, binding),
      ...bind(directory, gainId, binding, { keepsConsent: false }),
      ...(consent ? optInPerson(directory, consent, now, condition) : []),
      directory.run(sql`DELETE FROM verification_codes WHERE ${theCode}`),
    ]),
  );
  const owed = await retrying(() =>
    directory.all<{ id: string; userId: string; blockedAt: number | null }>(sql`
      SELECT id AS id, user_id AS userId,
        (SELECT carrier_opted_out_at FROM phone_numbers WHERE number_hash = ${numberHash}) AS blockedAt
      FROM family_updates WHERE id IN (${lossId}, ${gainId}) ORDER BY seq`),
  );
  const gain = owed.find(({ id }) => id === gainId);
  if (!gain) throw guessError({ result: 'no_code' }); // A parallel request used the code up.
  await settleOrLeave(
    deps,
    owed.map((update) => update.userId),
  );
  return { blocked: consent !== null && gain.blockedAt !== null };
}
