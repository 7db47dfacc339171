import { isNotNull } from 'drizzle-orm';
import { tryApplyUpdates } from '../../consent/updates/relay.ts';
import { eq } from '../../db/comparisons.ts';
import { allOf, coalesce, nonNull, scalar } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { phoneNumbers, sessions, verificationCodes } from '../../db/schema.ts';
import { recordRefusal } from '../../numbers/number-state.ts';
import { needsSecondFactor, noteConfirmed } from '../../numbers/second-factor.ts';
import {
  type IssuedSession,
  insertSession,
  SESSION_TTL_MS,
  signSessionToken,
} from '../../platform/auth/session.ts';
import { base64url } from '../../platform/crypto.ts';
import type { Deps } from '../../platform/deps.ts';
import { AppError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { revokeSession } from '../account/own-sessions.ts';
import type { CodeRequest } from '../codes/code-budget.ts';
import { countUnknown, refundAllowance, takeAllowance, takeText } from '../codes/code-limits.ts';
import {
  guessCode,
  guessError,
  issueCode,
  isUnusedOrJustUsed,
  loginSubject,
} from '../codes/one-time-code.ts';
import { readCodeNumber, textCode, wasNotSent } from '../codes/send-code.ts';
import { type KnownDevice, readDevice, signDevice } from './known-device.ts';

/** The holder of a verified number, who may sign in with it. */
const verifiedHolder = (numberHash: string) =>
  q
    .select({
      userId: nonNull(phoneNumbers.userId).as('user_id'),
      familyId: nonNull(phoneNumbers.familyId).as('family_id'),
      optedOutAt: phoneNumbers.optedOutAt,
      carrierOptedOutAt: phoneNumbers.carrierOptedOutAt,
      strikes: phoneNumbers.strikes,
      unusableAt: phoneNumbers.unusableAt,
      verifiedAt: phoneNumbers.verifiedAt,
      confirmedAt: phoneNumbers.confirmedAt,
      vouchedUntil: phoneNumbers.vouchedUntil,
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
 * Texts the code if the number has a holder who may be texted: never through the carrier's block, and to somebody who
 * said stop only when a device of theirs asks. Runs after the answer, so that neither timing nor errors tell which of
 * these it was.
 */
async function textHolder(
  deps: Deps,
  request: CodeRequest,
  code: string,
  device: KnownDevice | null,
): Promise<void> {
  const { number, numberHash } = request;
  const holder = await deps.db.directory.first(verifiedHolder(numberHash));
  if (!holder) return await countUnknown(deps);
  if (holder.carrierOptedOutAt !== null) return;
  if (holder.optedOutAt !== null && device?.userId !== holder.userId) return;
  const budget = await takeText(deps, request);
  if (!budget) return;
  const outcome = await textCode(deps, number, code);
  if (wasNotSent(outcome)) await refundAllowance(deps, budget);
  await tryApplyUpdates(deps, await recordRefusal(deps, outcome, number));
}

/**
 * Starts signing in with a number. Known and unknown numbers get the same limits, writes and answer; only a
 * known one is sent a text, after the answer.
 * @param device the token of a device that asks; null for none
 * @returns when the code expires, ms, and the handle that the guess needs: whoever has not started this sign-in
 * cannot take part in it
 * @throws AppError `invalid_phone`, `country_not_allowed`, `rate_limited`
 */
export async function startLogin(
  deps: Deps,
  { phone, address, device: token }: { phone: string; address: string; device: string | null },
): Promise<{ expiresAt: number; handle: string }> {
  const { number, numberHash } = await readCodeNumber(phone, deps);
  const device = await readDevice(deps.config, token, numberHash, deps.now());
  const request = { number, numberHash, address, userId: null, deviceId: device?.id ?? null };
  await takeAllowance(deps, request);
  const handle = base64url(crypto.getRandomValues(new Uint8Array(16)));
  const subject = await loginSubject(numberHash, handle);
  const { code, expiresAt } = await issueCode(deps, {
    purpose: 'login',
    subject,
    userId: null,
    number,
    numberHash,
  });
  deps.afterwards(textHolder(deps, request, code, device));
  return { expiresAt, handle };
}

/** @throws AppError `second_sign_needed` when the number alone does not show who this is */
async function requireSecondSign(
  deps: Deps,
  numberHash: string,
  deviceToken: string | null,
  now: number,
): Promise<void> {
  const holder = await deps.db.directory.first(verifiedHolder(numberHash));
  if (!holder || !(await needsSecondFactor(deps, holder, now))) return;
  const device = await readDevice(deps.config, deviceToken, numberHash, now);
  if (device?.userId === holder.userId) return;
  deps.log.warn('login.second_sign_needed', { userId: holder.userId });
  throw new AppError(
    'second_sign_needed',
    'This number has been out of use, so the code alone does not show that it is you. Ask somebody of your family, or the app that your family uses, to confirm you, or sign in on a device where you were signed in before; then enter the code again.',
  );
}

/** A session that a code gave, whose it is, and the token by which its device asks for codes later. */
export type PhoneSession = IssuedSession & { userId: string; device: string };

/**
 * Signs in the holder of a number with the code that was sent to it. One code gives one session; the same request
 * within a minute answers it again. Where the number may have become somebody else's, the code alone is not enough: a
 * device in which this person signed in before is a second sign, or another's word ({@link vouchFor}); the code stays.
 * @param handle as {@link startLogin} gave it; without it there is no code to guess at, and no attempt is used up
 * @param device the token of a device that asks; null for none
 * @throws AppError `invalid_phone`, `country_not_allowed`, `no_code`, `expired`, `invalid`, `second_sign_needed`
 */
export async function confirmLogin(
  deps: Deps,
  {
    phone,
    code,
    handle,
    device: deviceToken,
    kind,
    userAgent,
  }: {
    phone: string;
    code: string;
    handle: string | null;
    device: string | null;
    kind: 'web' | 'app';
    userAgent: string | null;
  },
): Promise<PhoneSession> {
  const { numberHash } = await readCodeNumber(phone, deps);
  if (handle === null) throw guessError({ result: 'no_code' });
  const subject = await loginSubject(numberHash, handle);
  const guess = await guessCode(deps, subject, code);
  if (guess.result !== 'match') throw guessError(guess);
  const { directory } = deps.db;
  const now = deps.now();
  await requireSecondSign(deps, numberHash, deviceToken, now);
  // In one batch, because a verification by somebody else in between voids the code.
  const holderId = q
    .select({ userId: phoneNumbers.userId })
    .from(phoneNumbers)
    .where(allOf(eq(phoneNumbers.numberHash, numberHash), isNotNull(phoneNumbers.verifiedAt)));
  const { used, holders } = await directory.batch({
    used: q
      .update(verificationCodes)
      .set({
        usedAt: coalesce(verificationCodes.usedAt, now),
        usedFor: coalesce(verificationCodes.usedFor, newId('ses', now)),
        userId: coalesce(verificationCodes.userId, scalar<string | null>(holderId)),
        attemptsLeft: deps.config.CODE_MAX_ATTEMPTS,
      })
      .where(
        allOf(
          eq(verificationCodes.subject, subject),
          eq(verificationCodes.codeHash, guess.codeHash),
          isUnusedOrJustUsed(now),
        ),
      )
      .returning({ sessionId: verificationCodes.usedFor, userId: verificationCodes.userId }),
    holders: verifiedHolder(numberHash),
  });
  const [holder] = holders;
  const sessionId = used[0]?.sessionId ?? null;
  if (sessionId === null || !holder || used[0]?.userId !== holder.userId) {
    throw guessError({ result: 'no_code' });
  }
  const { userId, familyId } = holder;
  deps.afterwards(directory.run(noteConfirmed(holder, numberHash, now)));
  const row = { id: sessionId, userId, familyId, kind, userAgent };
  await deps.db.forFamily(familyId).run(insertSession(row, now).onConflictDoNothing({ target: sessions.id }));
  // The number may have moved, and its sessions ended, before this session was inserted.
  if ((await directory.first(verifiedHolder(numberHash)))?.userId !== holder.userId) {
    await revokeSession(deps, holder, sessionId);
    throw guessError({ result: 'no_code' });
  }
  const device = await signDevice(deps.config, { userId, numberHash }, now);
  const token = await signSessionToken(deps.config.SESSION_SECRET, { sessionId, userId, familyId });
  return { id: sessionId, token, expiresAt: now + SESSION_TTL_MS, userId, device };
}
