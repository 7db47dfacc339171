import type { Deps } from '../deps.ts';
import { AppError } from '../errors.ts';
import { cookieValue } from '../http/cookies.ts';
import {
  type Caller,
  type ClaimedCaller,
  type Credentials,
  type Identity,
  identify,
  lookUpCaller,
} from './caller.ts';
import { isTouchDue, sessionCookie, sessionCookieName, touchSession } from './session.ts';

/** Where a request comes from, for limits and the ledger. */
export interface Client {
  address: string;
  userAgent: string | null;
}

/** The client's address as Cloudflare saw it, and its user agent, bounded. */
export function clientOf(request: Request): Client {
  return {
    address: request.headers.get('CF-Connecting-IP') ?? '0.0.0.0',
    userAgent: request.headers.get('User-Agent')?.slice(0, 300) ?? null,
  };
}

/** The parts of a request that say who calls. */
export const credentialsOf = ({ headers }: Request): Credentials => ({
  authorization: headers.get('Authorization'),
  cookie: headers.get('Cookie'),
});

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

/** Refuses a state-changing request that carries the cookie from another origin. @throws AppError `forbidden` */
export function requireOurOrigin(request: Request, deps: Pick<Deps, 'config'>): void {
  if (SAFE_METHODS.includes(request.method)) return;
  if (request.headers.get('Origin') === deps.config.PUBLIC_ORIGIN) return;
  throw new AppError('forbidden', 'Requests with the session cookie must come from our own pages (Origin).');
}

/**
 * The calling person, not looked up yet.
 * @throws AppError `unauthenticated`, `forbidden` for a service token
 */
export function requirePerson(identity: Identity): ClaimedCaller {
  if (identity.kind === 'user') return identity.caller;
  if (identity.kind === 'nobody') throw new AppError('unauthenticated', 'Sign in, or send a bearer token.');
  throw new AppError('forbidden', 'A service token opens /api/admin only.');
}

/**
 * Looks a claimed caller up, and extends their session; null when they do not exist, or their session has
 * ended.
 */
async function known(claimed: ClaimedCaller, deps: Deps): Promise<Caller | null> {
  const db = deps.db.forFamily(claimed.familyId);
  const found = await lookUpCaller(db, claimed, deps.now());
  if (found?.sessionId && isTouchDue(found.sessionLastUsedAt ?? 0, deps.now())) {
    deps.afterwards(touchSession(db, found.sessionId, deps.now()));
  }
  return found;
}

/**
 * Looks a claimed caller up.
 * @throws AppError `unauthenticated` when they do not exist, or their session has ended
 */
export async function requireKnown(claimed: ClaimedCaller, deps: Deps): Promise<Caller> {
  const caller = await known(claimed, deps);
  if (caller) return caller;
  throw new AppError('unauthenticated', 'This sign-in has ended, or the person is not known here.');
}

/**
 * The caller of a request, looked up.
 * @returns null when nobody is signed in
 * @throws AppError `unauthenticated` for a bearer token that is not valid, `unavailable` when the host's key
 * set cannot be fetched
 */
export async function currentCaller(request: Request, deps: Deps): Promise<Caller | null> {
  const identity = await identify(credentialsOf(request), deps);
  return identity.kind === 'user' ? await known(identity.caller, deps) : null;
}

/** Renews the session cookie when the session's row was extended. Never throws. */
export function withRollingCookie(
  response: Response,
  caller: Caller | ClaimedCaller | null,
  request: Request,
  deps: Deps,
): Response {
  if (caller?.via !== 'cookie' || !('sessionLastUsedAt' in caller)) return response;
  if (!isTouchDue(caller.sessionLastUsedAt ?? 0, deps.now())) return response;
  const token = cookieValue(request.headers.get('Cookie'), sessionCookieName(deps.config));
  if (!token || response.headers.has('Set-Cookie') || response.status === 101) return response;
  const rolled = new Response(response.body, response);
  rolled.headers.append('Set-Cookie', sessionCookie(deps.config, token));
  return rolled;
}
