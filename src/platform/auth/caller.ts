import { exists, isNull, type SQL } from 'drizzle-orm';
import type { Databases } from '../../db/client.ts';
import { eq, gt } from '../../db/comparisons.ts';
import { allOf } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { sessions, users } from '../../db/schema.ts';
import { hot } from '../../db/statement.ts';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import { cookieValue } from '../http/cookies.ts';
import { type ServiceScope, type TokenDeps, verifyHostToken } from './host-token.ts';
import { looksLikeServiceKey } from './service-key.ts';
import { readSessionToken, sessionCookieName } from './session.ts';

/** A person as a verified token names them; not looked up yet. */
export interface ClaimedCaller {
  userId: string;
  familyId: string;
  /** Null for a host application's token. */
  sessionId: string | null;
  via: 'host' | 'cookie' | 'app';
  /** When the token itself ends, ms; null for sessions, whose row decides. */
  expiresAt: number | null;
}

/** A person who exists in that family, with a live session unless the token is the host's. */
export interface Caller extends ClaimedCaller {
  name: string;
  /** Last use of the session, ms; null without one. */
  sessionLastUsedAt: number | null;
}

/** Who calls: a person, the host application itself (by a token, or by a key not looked up yet), or nobody. */
export type Identity =
  | { kind: 'user'; caller: ClaimedCaller }
  | { kind: 'service'; scopes: readonly ServiceScope[]; subject: string | null }
  | { kind: 'key'; key: string }
  | { kind: 'nobody' };

/** The parts of a request that say who calls. */
export interface Credentials {
  authorization: string | null;
  cookie: string | null;
}

/** What credentials are verified with. */
type IdentityDeps = TokenDeps & { config: Config };

const refused = (message: string) => new AppError('unauthenticated', message);

/** The session cookie's value, unless there is an `Authorization` header, which takes precedence. */
function cookieOf({ authorization, cookie }: Credentials, config: Config): string | null {
  return authorization === null ? cookieValue(cookie, sessionCookieName(config)) || null : null;
}

/** Whether a request authenticates by the session cookie, valid or not. Never throws. */
export const bearsCookie = (credentials: Credentials, config: Config): boolean =>
  cookieOf(credentials, config) !== null;

/**
 * Identifies the caller by signature alone, without the database. `Authorization` takes precedence over the
 * cookie.
 * @throws AppError `unauthenticated` for a token that is not valid, `unavailable` when the host's key set
 * cannot be fetched
 */
export async function identify(credentials: Credentials, deps: IdentityDeps): Promise<Identity> {
  const { config } = deps;
  const { authorization } = credentials;
  if (authorization !== null) {
    const token = /^Bearer +(\S+)$/i.exec(authorization.trim())?.[1];
    if (!token) throw refused('The Authorization header should read "Bearer <token>".');
    return await identifyToken(token, deps);
  }
  const value = cookieOf(credentials, config);
  if (value === null) return { kind: 'nobody' };
  const session = await readSessionToken(config, value);
  if (!session) return { kind: 'nobody' }; // An invalid cookie counts as none: the page asks to sign in.
  return { kind: 'user', caller: { ...session, via: 'cookie', expiresAt: null } };
}

/**
 * Identifies the caller by a bearer token: a key of the service, a session of the app, or a token of the host
 * application.
 * @throws AppError `unauthenticated` for a token that is not valid, `unavailable` when the host's key set
 * cannot be fetched
 */
export async function identifyToken(token: string, deps: IdentityDeps): Promise<Identity> {
  if (looksLikeServiceKey(token)) return { kind: 'key', key: token };
  const session = await readSessionToken(deps.config, token);
  if (session) return { kind: 'user', caller: { ...session, via: 'app', expiresAt: null } };
  const claims = await verifyHostToken(token, deps);
  if (claims.scope === 'service') return { kind: 'service', scopes: claims.scopes, subject: claims.subject };
  const { userId, familyId, expiresAt } = claims;
  return { kind: 'user', caller: { userId, familyId, sessionId: null, via: 'host', expiresAt } };
}

/** What {@link isKnownPerson} and {@link isLiveSession} are about: values, or placeholders for them. */
interface Claim<V = string | SQL<string>> {
  userId: V;
  familyId: V;
}

/** The condition that a row of `users` is the person a token names. */
const isKnownPerson = ({ userId, familyId }: Claim) =>
  allOf(eq(users.id, userId), eq(users.familyId, familyId), isNull(users.deletedAt));

/** The condition that a row of `sessions` is theirs, and alive. */
const isLiveSession = (
  userId: string | SQL<string>,
  sessionId: string | SQL<string>,
  now: number | SQL<number>,
) =>
  allOf(
    eq(sessions.id, sessionId),
    eq(sessions.userId, userId),
    isNull(sessions.revokedAt),
    gt(sessions.expiresAt, now),
  );

/**
 * The condition under which a claimed caller may act, on a row of `users`: for statements that check the caller in the
 * round trip in which they act. @param sessionId null: a token of the host, which needs no session
 */
export function callerCondition(
  claim: Claim & { sessionId: string | SQL<string> | null },
  now: number | SQL<number>,
): SQL {
  const { userId, sessionId } = claim;
  if (sessionId === null) return isKnownPerson(claim);
  const live = q
    .select({ id: sessions.id })
    .from(sessions)
    .where(isLiveSession(userId, sessionId, now));
  return allOf(isKnownPerson(claim), exists(live));
}

const personOfToken = hot<Claim<string>>()((v) =>
  q.select({ name: users.name }).from(users).where(isKnownPerson(v)),
);
const personOfSession = hot<Claim<string> & { sessionId: string; now: number }>()((v) =>
  q
    .select({ name: users.name, sessionLastUsedAt: sessions.lastUsedAt })
    .from(users)
    .innerJoin(sessions, allOf(isLiveSession(v.userId, v.sessionId, v.now), eq(sessions.userId, users.id)))
    .where(isKnownPerson(v)),
);

/**
 * Looks a claimed caller up, in one query; null when they do not exist, or their session has ended.
 * @throws when the database fails
 */
export async function lookUpCaller(
  databases: Databases,
  caller: ClaimedCaller,
  now: number,
): Promise<Caller | null> {
  const { userId, familyId, sessionId } = caller;
  const db = databases.forFamily(familyId);
  if (sessionId === null) {
    const person = await db.first(personOfToken({ userId, familyId }));
    return person ? { ...caller, ...person, sessionLastUsedAt: null } : null;
  }
  const found = await db.first(personOfSession({ userId, familyId, sessionId, now }));
  return found ? { ...caller, ...found } : null;
}
