import { inArray, isNotNull, isNull } from 'drizzle-orm';
import { type OptInRequest, optInPerson } from '../../consent/opt-in-out.ts';
import { tryApplyUpdates } from '../../consent/updates/relay.ts';
import { eq, gt } from '../../db/comparisons.ts';
import { allOf, hasRow, scalar } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { retrying } from '../../db/retry.ts';
import { familyUpdates, phoneNumbers, verificationCodes } from '../../db/schema.ts';
import { enqueueNumber, enqueueNumberMoved, takeNumber } from '../../numbers/holders.ts';
import { updateId } from '../../numbers/update-outbox.ts';
import type { Deps } from '../../platform/deps.ts';
import { REPEAT_MS } from '../../platform/http/repeated-requests.ts';
import { guessCode, guessError, verifySubject } from '../codes/one-time-code.ts';

/** The result. `blocked`: consent was given too, but the carrier blocks the number until START is texted. */
export interface Confirmed {
  blocked: boolean;
}

/**
 * Makes the caller the holder of the number that their code verifies. An earlier holder loses the number, and
 * with it texts and sessions. One directory batch, which also consumes the code, so that only one of several
 * parallel correct guesses moves the number; pending updates are applied afterwards. Its own repeat within a minute
 * answers as it did.
 * @param consent opts the caller in in the same batch; null leaves consent unchanged
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
  const isCode = allOf(eq(verificationCodes.subject, subject), eq(verificationCodes.codeHash, codeHash));
  const theCode = allOf(isCode, isNull(verificationCodes.usedAt));
  const usedFor = consent === null ? 'no_consent' : 'consent';
  const condition = hasRow(verificationCodes, theCode);
  const binding = { userId, familyId, number, numberHash, verifiedAt: now, now, condition };
  const [lossId, gainId] = [updateId(now), updateId(now)];
  const statements = {
    enqueueNumberMoved: enqueueNumberMoved(lossId, binding),
    enqueueNumber: enqueueNumber(gainId, binding, { byHost: false }),
    ...takeNumber(binding),
    ...(consent && optInPerson(consent, now, condition)),
    useCode: q
      .update(verificationCodes)
      .set({ usedAt: now, usedFor, attemptsLeft: deps.config.CODE_MAX_ATTEMPTS })
      .where(theCode),
  };
  await retrying(() => directory.batch(statements));
  const blockedAt = q
    .select({ at: phoneNumbers.carrierOptedOutAt })
    .from(phoneNumbers)
    .where(eq(phoneNumbers.numberHash, numberHash));
  const enqueued = await retrying(() =>
    directory.all(
      q
        .select({
          id: familyUpdates.id,
          userId: familyUpdates.userId,
          blockedAt: scalar<number>(blockedAt).as('blocked_at'),
        })
        .from(familyUpdates)
        .where(inArray(familyUpdates.id, [lossId, gainId]))
        .orderBy(familyUpdates.seq),
    ),
  );
  const gain = enqueued.find(({ id }) => id === gainId);
  if (!gain) {
    const isRepeat = allOf(
      isCode,
      eq(verificationCodes.usedFor, usedFor),
      gt(verificationCodes.usedAt, now - REPEAT_MS),
    );
    const held = q
      .select({ blockedAt: phoneNumbers.carrierOptedOutAt })
      .from(phoneNumbers)
      .innerJoin(verificationCodes, eq(verificationCodes.numberHash, phoneNumbers.numberHash))
      .where(allOf(isRepeat, eq(phoneNumbers.userId, userId), isNotNull(phoneNumbers.verifiedAt)));
    const before = await retrying(() => directory.first(held));
    if (!before) throw guessError({ result: 'no_code' }); // It was used for something else.
    await tryApplyUpdates(deps, [userId]);
    return { blocked: consent !== null && before.blockedAt !== null };
  }
  await tryApplyUpdates(
    deps,
    enqueued.map((update) => update.userId),
  );
  return { blocked: consent !== null && gain.blockedAt !== null };
}
