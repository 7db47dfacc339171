import { and, isNull } from 'drizzle-orm';
import { decodeProtectedHeader, jwtVerify, SignJWT } from 'jose';
import type { Db } from '../../db/client.ts';
import { eq } from '../../db/comparisons.ts';
import { q } from '../../db/query.ts';
import { sessions } from '../../db/schema.ts';
import type { Config } from '../config.ts';
import { hmacKey } from '../crypto.ts';
import { cookieName, setCookie } from '../http/cookies.ts';
import { newId } from '../ids.ts';
import { DAY_MS, HOUR_MS } from '../time.ts';

/** A session lives this long after its last use. */
export const SESSION_TTL_MS = 30 * DAY_MS;
/** A session is extended at most this often, so that reads cost no write. */
const TOUCH_EVERY_MS = HOUR_MS;

const TYPE = 'fcs-session+jwt';

/** The claims of a verified session token; whether the session is live is not known yet. */
export interface SessionClaims {
  sessionId: string;
  userId: string;
  familyId: string;
}

/** A new session. `expiresAt` in milliseconds. */
export interface IssuedSession {
  id: string;
  token: string;
  expiresAt: number;
}

/** The values of a new session row. */
export interface SessionRow {
  id: string;
  userId: string;
  familyId: string;
  kind: 'web' | 'app';
  userAgent: string | null;
}

/** Signs a session's token, a cookie's value too. It holds ids only and does not expire by itself; the row does. */
export async function signSessionToken(
  secret: string,
  { sessionId, userId, familyId }: SessionClaims,
): Promise<string> {
  return await new SignJWT({ sid: sessionId, fam: familyId })
    .setProtectedHeader({ alg: 'HS256', typ: TYPE })
    .setSubject(userId)
    .sign(await hmacKey(secret));
}

/** The secrets of sessions: the one that signs, and the one before it while that is being rotated. */
export type SessionSecrets = Pick<Config, 'SESSION_SECRET' | 'SESSION_SECRET_PREVIOUS'>;

/** Whether a token says that it is a session's, unverified: the host's need not be verified in vain. Never throws. */
function saysSession(token: string): boolean {
  try {
    return decodeProtectedHeader(token).typ === TYPE;
  } catch {
    return false;
  }
}

/** Verifies a session token; null when it is not one of ours. Never throws. */
export async function readSessionToken(
  { SESSION_SECRET: secret, SESSION_SECRET_PREVIOUS: previous }: SessionSecrets,
  token: string,
): Promise<SessionClaims | null> {
  if (!saysSession(token)) return null;
  const claims = await readTokenSignedBy(secret, token);
  return claims || previous === undefined ? claims : await readTokenSignedBy(previous, token);
}

async function readTokenSignedBy(secret: string, token: string): Promise<SessionClaims | null> {
  try {
    const { payload } = await jwtVerify(token, await hmacKey(secret), { algorithms: ['HS256'], typ: TYPE });
    const { sid, sub, fam } = payload;
    if (typeof sid !== 'string' || typeof sub !== 'string' || typeof fam !== 'string') return null;
    return { sessionId: sid, userId: sub, familyId: fam };
  } catch {
    return null; // Any invalid token is treated alike.
  }
}

/** Creates a session's id and token; its row is not written yet. Never throws. */
export async function prepareSession(
  secret: string,
  who: { userId: string; familyId: string },
  now: number,
): Promise<IssuedSession> {
  const id = newId('ses', now);
  const token = await signSessionToken(secret, { sessionId: id, ...who });
  return { id, token, expiresAt: now + SESSION_TTL_MS };
}

/** The statement that writes a session row; for use alone or in a batch of the family's database. */
export function insertSession(row: SessionRow, now: number) {
  return q
    .insert(sessions)
    .values({ ...row, createdAt: now, lastUsedAt: now, expiresAt: now + SESSION_TTL_MS });
}

/** Whether a session is due to be extended. */
export const isTouchDue = (lastUsedAt: number, now: number): boolean => now - lastUsedAt >= TOUCH_EVERY_MS;

/** Extends a session by thirty days from now. @throws when the database fails */
export async function touchSession(db: Db, sessionId: string, now: number): Promise<void> {
  await db.run(
    q
      .update(sessions)
      .set({ lastUsedAt: now, expiresAt: now + SESSION_TTL_MS })
      .where(and(eq(sessions.id, sessionId), isNull(sessions.revokedAt))),
  );
}

type Origin = Pick<Config, 'PUBLIC_ORIGIN'>;

const COOKIE = 'fcs_session';

/** The session cookie's name. */
export const sessionCookieName = (config: Origin): string => cookieName(config, COOKIE);

/** The Set-Cookie value that sets the session cookie. */
export const sessionCookie = (config: Origin, token: string): string =>
  setCookie(config, COOKIE, token, SESSION_TTL_MS / 1000);

/** The Set-Cookie value that deletes the session cookie. */
export const clearSessionCookie = (config: Origin): string => setCookie(config, COOKIE, '', 0);
