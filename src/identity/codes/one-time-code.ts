import { inArray, isNull, sql } from 'drizzle-orm';
import { eq, gt } from '../../db/comparisons.ts';
import { allOf, anyOf, excluded, iif } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { retrying } from '../../db/retry.ts';
import { verificationCodes } from '../../db/schema.ts';
import { base64url, hmacSha256, seal, sha256, unseal } from '../../platform/crypto.ts';
import type { Deps } from '../../platform/deps.ts';
import { AppError } from '../../platform/errors.ts';
import { REPEAT_MS } from '../../platform/http/repeated-requests.ts';
import { countHit } from '../../platform/rate-limit.ts';
import { MINUTE_MS } from '../../platform/time.ts';
import { codeFromRandom } from './code-rules.ts';

/** What a code is for: verifying a person's number, or one sign-in that was started with a number. */
export interface CodeSubject {
  purpose: 'verify' | 'login';
  /** {@link verifySubject} or {@link loginSubject}. */
  subject: string;
  userId: string | null;
  number: string;
  numberHash: string;
}

/** The subject of codes that verify a person's number. */
export const verifySubject = (userId: string): string => `verify:${userId}`;

/**
 * The subject of the code for one sign-in. The handle is part of it: whoever does not have it can neither guess at the
 * code, nor use up its attempts, nor replace it.
 */
export const loginSubject = async (numberHash: string, handle: string): Promise<string> =>
  `login:${numberHash}:${await sha256(handle)}`;

/** A code, and the hash that is stored. `expiresAt` in ms. */
export interface IssuedCode {
  code: string;
  codeHash: string;
  expiresAt: number;
}

const hashOf = async (secret: string, subject: string, code: string) =>
  base64url(await hmacSha256(secret, `one-time-code|${subject}|${code}`));

function drawCode(): string {
  for (;;) {
    const code = codeFromRandom(crypto.getRandomValues(new Uint8Array(16)));
    if (code !== null) return code;
  }
}

/**
 * Creates a code and stores its hash, replacing the subject's previous one.
 * @throws when the directory fails
 */
export async function issueCode(
  deps: Deps,
  { purpose, subject, userId, number, numberHash }: CodeSubject,
): Promise<IssuedCode> {
  const { config, db } = deps;
  const now = deps.now();
  const code = drawCode();
  const codeHash = await hashOf(config.MAGIC_SECRET, subject, code);
  const sealedNumber = await seal(config.PHONE_SECRET, number);
  const expiresAt = now + config.CODE_TTL_SECONDS * 1000;
  await retrying(() =>
    db.directory.run(
      q
        .insert(verificationCodes)
        .values({
          subject,
          purpose,
          userId,
          sealedNumber,
          numberHash,
          codeHash,
          attemptsLeft: config.CODE_MAX_ATTEMPTS,
          expiresAt,
          createdAt: now,
        })
        .onConflictDoUpdate({
          target: verificationCodes.subject,
          set: {
            sealedNumber: excluded(verificationCodes.sealedNumber),
            numberHash: excluded(verificationCodes.numberHash),
            codeHash: excluded(verificationCodes.codeHash),
            attemptsLeft: excluded(verificationCodes.attemptsLeft),
            expiresAt: excluded(verificationCodes.expiresAt),
            createdAt: excluded(verificationCodes.createdAt),
            usedAt: null,
            usedFor: null,
          },
        }),
    ),
  );
  return { code, codeHash, expiresAt };
}

/** Deletes a code that was not sent. @throws when the directory fails */
export async function withdrawCode({ db }: Deps, subject: string, codeHash: string): Promise<void> {
  await db.directory.run(
    q
      .delete(verificationCodes)
      .where(allOf(eq(verificationCodes.subject, subject), eq(verificationCodes.codeHash, codeHash))),
  );
}

/**
 * The result of a guess. A match is not used yet: the caller marks it as used, once, by its hash; a guess that repeats
 * the one that used it matches again for a minute.
 */
export type GuessResult =
  | { result: 'match'; number: string; numberHash: string; codeHash: string }
  | { result: 'no_code' }
  | { result: 'expired' }
  | { result: 'invalid'; attemptsLeft: number };

/** Whether a code was not used yet, or so lately that its user may repeat the request. */
export const isUnusedOrJustUsed = (now: number) =>
  anyOf(isNull(verificationCodes.usedAt), gt(verificationCodes.usedAt, now - REPEAT_MS));

/**
 * Compares and, when it is wrong, uses up an attempt, in one statement: parallel guesses cannot exceed the attempts, and
 * the right code, sent several times at once, uses up none. What is compared are hashes under a secret, so how long it
 * takes tells nothing. Never retried, because each run is an attempt.
 * @throws when the directory fails
 */
export async function guessCode(deps: Deps, subject: string, code: string): Promise<GuessResult> {
  const { directory } = deps.db;
  const now = deps.now();
  const { MAGIC_SECRET, MAGIC_SECRET_PREVIOUS, PHONE_SECRET } = deps.config;
  // A code that was sent before a rotation is still good after it.
  const secrets = [MAGIC_SECRET, ...(MAGIC_SECRET_PREVIOUS === undefined ? [] : [MAGIC_SECRET_PREVIOUS])];
  const guesses = await Promise.all(secrets.map((secret) => hashOf(secret, subject, code)));
  const isRight = inArray(verificationCodes.codeHash, guesses);
  const guessed = await directory.first(
    q
      .update(verificationCodes)
      .set({ attemptsLeft: sql`${verificationCodes.attemptsLeft} - ${iif<number>(isRight, 0, 1)}` })
      .where(
        allOf(
          eq(verificationCodes.subject, subject),
          gt(verificationCodes.attemptsLeft, 0),
          gt(verificationCodes.expiresAt, now),
          isUnusedOrJustUsed(now),
        ),
      )
      .returning({
        codeHash: verificationCodes.codeHash,
        sealedNumber: verificationCodes.sealedNumber,
        numberHash: verificationCodes.numberHash,
        attemptsLeft: verificationCodes.attemptsLeft,
        usedAt: verificationCodes.usedAt,
      }),
  );
  if (guessed) {
    const { numberHash, codeHash, attemptsLeft } = guessed;
    if (guesses.includes(codeHash)) {
      return {
        result: 'match',
        number: await unseal(PHONE_SECRET, guessed.sealedNumber),
        numberHash,
        codeHash,
      };
    }
    deps.afterwards(countWrongCode(deps));
    if (guessed.usedAt !== null) return { result: 'no_code' };
    return { result: 'invalid', attemptsLeft };
  }
  const row = await directory.first(
    q
      .select({ expiresAt: verificationCodes.expiresAt, usedAt: verificationCodes.usedAt })
      .from(verificationCodes)
      .where(eq(verificationCodes.subject, subject)),
  );
  if (!row || row.usedAt !== null) return { result: 'no_code' };
  return row.expiresAt <= now ? { result: 'expired' } : { result: 'invalid', attemptsLeft: 0 };
}

/** Wrong codes of everybody in one minute at which operators are alerted: a person mistypes, a machine guesses. */
const WRONG_CODES_ALERT = 30;

async function countWrongCode(deps: Deps): Promise<void> {
  const limit = { key: 'code-wrong', limit: WRONG_CODES_ALERT, windowMs: MINUTE_MS };
  const result = await countHit(deps.db.directory, limit, deps.now());
  if (!result.allowed || result.count < WRONG_CODES_ALERT) return;
  const message = `${WRONG_CODES_ALERT} wrong codes were entered within a minute; is somebody guessing?`;
  await deps.alert('wrong_codes', message);
}

/** The error for a guess that did not match. */
export function guessError(guess: Exclude<GuessResult, { result: 'match' }>): AppError {
  if (guess.result === 'no_code') return new AppError('no_code', 'Ask for a code first.');
  if (guess.result === 'expired') return new AppError('expired', 'This code has expired; ask for a new one.');
  const { attemptsLeft } = guess;
  const message =
    attemptsLeft > 0 ? 'This is not the code that was sent.' : 'Too many wrong codes; ask for a new one.';
  return new AppError('invalid', message, { fields: { attemptsLeft } });
}
