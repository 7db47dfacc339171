import { and, eq, isNull } from 'drizzle-orm';
import { jwtVerify, SignJWT } from 'jose';
import type { Db } from '../../db/client.ts';
import { q } from '../../db/query.ts';
import { sessions } from '../../db/schema.ts';
import type { Config } from '../config.ts';
import { utf8 } from '../crypto.ts';
import { cookieName, setCookie } from '../http/cookies.ts';
import { newId } from '../ids.ts';
import { DAY_MS, HOUR_MS } from '../time.ts';

/** A session lives this long after its last use. */
export const SESSION_TTL_MS = 30 * DAY_MS;
/** Its life is prolonged at most this often, so that reading costs no write. */
const TOUCH_EVERY_MS = HOUR_MS;

const TYPE = 'fcs-session+jwt';

/** Who a session token speaks of. Proven to be ours, not yet to be alive. */
export interface SessionClaims {
  sessionId: string;
  userId: string;
  familyId: string;
}

/** A session as it is handed out. `expiresAt` in milliseconds. */
export interface IssuedSession {
  id: string;
  token: string;
  expiresAt: number;
}

/** What a new session row is made of. */
export interface SessionRow {
  id: string;
  userId: string;
  familyId: string;
  kind: 'web' | 'app';
  userAgent: string | null;
}

/** Signs the token of a session. It holds ids alone and lives as long as the row does. */
function signSessionToken(secret: string, { sessionId, userId, familyId }: SessionClaims): Promise<string> {
  return new SignJWT({ sid: sessionId, fam: familyId })
    .setProtectedHeader({ alg: 'HS256', typ: TYPE })
    .setSubject(userId)
    .sign(utf8(secret));
}

/** Reads a session token; null when it is not one of ours. */
export async function readSessionToken(secret: string, token: string): Promise<SessionClaims | null> {
  try {
    const { payload } = await jwtVerify(token, utf8(secret), { algorithms: ['HS256'], typ: TYPE });
    const { sid, sub, fam } = payload;
    if (typeof sid !== 'string' || typeof sub !== 'string' || typeof fam !== 'string') return null;
    return { sessionId: sid, userId: sub, familyId: fam };
  } catch {
    return null; // Whatever is wrong with it, it is no session.
  }
}

/** A fresh session's id and token, before its row is written. */
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

/** Whether a session was last prolonged long enough ago to be prolonged again. */
export const isTouchDue = (lastUsedAt: number, now: number): boolean => now - lastUsedAt >= TOUCH_EVERY_MS;

/** Prolongs a session: rolling thirty days. */
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

/** The Set-Cookie value that hands a browser its session. */
export const sessionCookie = (config: Origin, token: string): string =>
  setCookie(config, COOKIE, token, SESSION_TTL_MS / 1000);

/** The Set-Cookie value that takes it away. */
export const clearSessionCookie = (config: Origin): string => setCookie(config, COOKIE, '', 0);
