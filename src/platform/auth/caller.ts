import type { Db } from '../../db/client.ts';
import { sql } from '../../db/sql.ts';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import { cookieValue } from '../http/cookies.ts';
import { verifyHostToken } from './host-token.ts';
import { readSessionToken, sessionCookieName } from './session.ts';

/** A person as their token names them: proven genuine, not yet looked up. */
export interface ClaimedCaller {
  userId: string;
  familyId: string;
  /** Null for a host application's token. */
  sessionId: string | null;
  via: 'host' | 'cookie' | 'app';
  /** When the token itself ends, ms; null for sessions, whose row decides. */
  expiresAt: number | null;
}

/** A person who exists, in that family, with a live session if they came by one. */
export interface Caller extends ClaimedCaller {
  name: string;
  /** Last use of the session, ms; null without one. */
  sessionLastUsedAt: number | null;
}

/** Who calls: a person, the host application itself, or nobody. */
export type Identity = { kind: 'user'; caller: ClaimedCaller } | { kind: 'service' } | { kind: 'nobody' };

/** The parts of a request that say who calls. */
export interface Credentials {
  authorization: string | null;
  cookie: string | null;
}

const refused = (message: string) => new AppError('unauthenticated', message);

/** The session cookie's value where it speaks: `Authorization` outranks it. */
function cookieOf({ authorization, cookie }: Credentials, config: Config): string | null {
  return authorization === null ? cookieValue(cookie, sessionCookieName(config)) || null : null;
}

/** Whether a request speaks by the session cookie, be it a live one or not. */
export const bearsCookie = (credentials: Credentials, config: Config): boolean =>
  cookieOf(credentials, config) !== null;

/**
 * Reads who calls, by signature alone; no database. `Authorization` outranks the cookie.
 * @throws AppError `unauthenticated` for a token that is not valid
 */
export async function identify(credentials: Credentials, config: Config): Promise<Identity> {
  const { authorization } = credentials;
  if (authorization !== null) {
    const token = /^Bearer +(\S+)$/i.exec(authorization.trim())?.[1];
    if (!token) throw refused('The Authorization header should read "Bearer <token>".');
    return await identifyToken(token, config);
  }
  const value = cookieOf(credentials, config);
  if (value === null) return { kind: 'nobody' };
  const session = await readSessionToken(config.SESSION_SECRET, value);
  if (!session) return { kind: 'nobody' }; // A stale or foreign cookie is like none: the page asks to sign in.
  return { kind: 'user', caller: { ...session, via: 'cookie', expiresAt: null } };
}

/** Reads a bearer token: a session of the app, or a token of the host application. */
export async function identifyToken(token: string, config: Config): Promise<Identity> {
  const session = await readSessionToken(config.SESSION_SECRET, token);
  if (session) return { kind: 'user', caller: { ...session, via: 'app', expiresAt: null } };
  const claims = await verifyHostToken(token, config);
  if (claims.scope === 'service') return { kind: 'service' };
  const { userId, familyId, expiresAt } = claims;
  return { kind: 'user', caller: { userId, familyId, sessionId: null, via: 'host', expiresAt } };
}

/**
 * The condition under which a claimed caller may act, as SQL over the alias `u` of `users`: for statements
 * that check the caller in the same round trip in which they act.
 */
export function callerCondition(caller: ClaimedCaller, now: number) {
  const person = sql`u.id = ${caller.userId} AND u.family_id = ${caller.familyId} AND u.deleted_at IS NULL`;
  if (caller.sessionId === null) return person;
  return sql`${person} AND EXISTS (SELECT 1 FROM sessions s WHERE s.id = ${caller.sessionId}
    AND s.user_id = ${caller.userId} AND s.revoked_at IS NULL AND s.expires_at > ${now})`;
}

/** Looks a claimed caller up, in one query; null when they do not exist, or their session has ended. */
export async function lookUpCaller(db: Db, caller: ClaimedCaller, now: number): Promise<Caller | null> {
  const rows = await db.all<{ name: string; lastUsedAt: number | null }>(sql`
    SELECT u.name AS name, (SELECT last_used_at FROM sessions WHERE id = ${caller.sessionId ?? ''}) AS lastUsedAt
    FROM users u WHERE ${callerCondition(caller, now)}`);
  const row = rows[0];
  return row ? { ...caller, name: row.name, sessionLastUsedAt: row.lastUsedAt } : null;
}
