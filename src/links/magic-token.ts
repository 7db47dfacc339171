import { jwtVerify, SignJWT } from 'jose';
import * as z from 'zod';
import type { Config } from '../platform/config.ts';
import { utf8 } from '../platform/crypto.ts';
import { isLinkCode } from './link-code-format.ts';

const TYPE = 'fcs-magic+jwt';
const AUDIENCE = 'fcs:links';
const PURPOSE = 'sign-in';
const MAX_LENGTH = 2048;

/** The claims of a magic token. Its `jti` is a link's code, so that all routes share one row. */
export interface MagicClaims {
  code: string;
  userId: string;
  threadId: string;
}

const payloadShape = z.object({
  jti: z.string().refine(isLinkCode),
  sub: z.string().min(1),
  tid: z.string().min(1),
  purpose: z.literal(PURPOSE),
});

/** Signs a magic token. `now` and `loginUntil` in milliseconds. */
export function signMagic(
  secret: string,
  { code, userId, threadId }: MagicClaims,
  { now, loginUntil }: { now: number; loginUntil: number },
): Promise<string> {
  return new SignJWT({ purpose: PURPOSE, tid: threadId })
    .setProtectedHeader({ alg: 'HS256', typ: TYPE })
    .setAudience(AUDIENCE)
    .setSubject(userId)
    .setJti(code)
    .setIssuedAt(Math.floor(now / 1000))
    .setExpirationTime(Math.floor(loginUntil / 1000))
    .sign(utf8(secret));
}

/** The secrets of links: the one that signs, and the one before it while that is being rotated. */
export type MagicSecrets = Pick<Config, 'MAGIC_SECRET' | 'MAGIC_SECRET_PREVIOUS'>;

/** `now` in ms; an expired token is still read for `graceSeconds`. */
interface ReadingTime {
  now: number;
  graceSeconds: number;
}

/**
 * Verifies a magic token; null when it is invalid. Never throws. A token past its `exp` is still read for
 * `graceSeconds`: it signs nobody in any more (the row decides that), but leads to its thread.
 */
export async function readMagic(
  { MAGIC_SECRET: secret, MAGIC_SECRET_PREVIOUS: previous }: MagicSecrets,
  token: string,
  at: ReadingTime,
): Promise<MagicClaims | null> {
  if (token.length > MAX_LENGTH) return null;
  const claims = await readSignedBy(secret, token, at);
  return claims || previous === undefined ? claims : await readSignedBy(previous, token, at);
}

async function readSignedBy(
  secret: string,
  token: string,
  { now, graceSeconds }: ReadingTime,
): Promise<MagicClaims | null> {
  try {
    const { payload } = await jwtVerify(token, utf8(secret), {
      algorithms: ['HS256'],
      typ: TYPE,
      audience: AUDIENCE,
      requiredClaims: ['exp'],
      currentDate: new Date(now),
      clockTolerance: graceSeconds,
    });
    const { jti, sub, tid } = payloadShape.parse(payload);
    return { code: jti, userId: sub, threadId: tid };
  } catch {
    return null; // Any invalid token is treated alike.
  }
}
