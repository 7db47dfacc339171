import type { Deps } from '../deps.ts';
import { AppError } from '../errors.ts';
import {
  type Caller,
  type ClaimedCaller,
  type Credentials,
  type Identity,
  identify,
  lookUpCaller,
} from './caller.ts';
import { SERVICE_SCOPES, type ServiceScope } from './host-token.ts';
import { openServiceKey } from './service-key.ts';
import { isTouchDue, sessionCookie, signSessionToken, touchSession } from './session.ts';

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
 * Refuses a state-changing request that a page of another origin sends on behalf of nobody: its reader asked for nothing.
 * Apps send no Origin; who sends a bearer token means it.
 * @throws AppError `forbidden`
 */
export function refuseForeignPages({ method, headers }: Request, { config }: Pick<Deps, 'config'>): void {
  if (SAFE_METHODS.includes(method) || headers.has('Authorization')) return;
  const origin = headers.get('Origin');
  if (origin === null || origin === config.PUBLIC_ORIGIN) return;
  throw new AppError('forbidden', 'Ask from our own pages, or from an app.');
}

/**
 * The calling person, not looked up yet.
 * @throws AppError `unauthenticated`, `forbidden` for a service token
 */
export function requirePerson(identity: Identity): ClaimedCaller {
  if (identity.kind === 'user') return identity.caller;
  if (identity.kind === 'nobody') throw new AppError('unauthenticated', 'Sign in, or send a bearer token.');
  throw new AppError('forbidden', 'A token or key of the service opens /api/admin only.');
}

/** The host application itself, and what its token or key opens. */
export interface ServiceCaller {
  scopes: readonly ServiceScope[];
  /** Who it is in the audit log: `key:ID`, `token:SUBJECT`, or `token`. */
  actor: string;
}

/** The service that an identity is. */
async function serviceOf(identity: Identity, deps: Deps): Promise<ServiceCaller> {
  if (identity.kind === 'service') {
    const { scopes, subject } = identity;
    return { scopes, actor: subject === null ? 'token' : `token:${subject}` };
  }
  if (identity.kind === 'user')
    throw new AppError('forbidden', 'This needs a token with scope "service", or a key.');
  const key = identity.kind === 'key' ? await openServiceKey(deps, identity.key) : null;
  if (key) return { scopes: key.scopes, actor: `key:${key.id}` };
  throw new AppError('unauthenticated', 'Send a token with scope "service", or a key that is alive.');
}

/**
 * The calling service, once it may do this.
 * @param needed the scope of the route; without one it needs all
 * @throws AppError `unauthenticated`, `forbidden` naming the scope that is missing
 */
export async function requireService(
  identity: Identity,
  needed: ServiceScope | undefined,
  deps: Deps,
): Promise<ServiceCaller> {
  const caller = await serviceOf(identity, deps);
  const missing = (needed ? [needed] : SERVICE_SCOPES).find((scope) => !caller.scopes.includes(scope));
  if (missing === undefined) return caller;
  throw new AppError(
    'forbidden',
    `This needs the scope "${missing}", which this token or key does not have.`,
  );
}

/**
 * Looks a claimed caller up when it is their turn, and extends their session; null when they do not exist, or their
 * session has ended.
 * @throws AppError `rate_limited`
 */
async function known(claimed: ClaimedCaller, deps: Deps): Promise<Caller | null> {
  await deps.requestPace.turn(claimed);
  const db = deps.db.forFamily(claimed.familyId);
  const found = await lookUpCaller(deps.db, claimed, deps.now());
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

/**
 * Renews the session cookie when the session's row was extended, signed by the current secret: a rotation is complete
 * for everybody who came by in the meantime. Never throws.
 */
export async function withRollingCookie(
  response: Response,
  caller: Caller | ClaimedCaller | ServiceCaller | null,
  deps: Deps,
): Promise<Response> {
  if (!caller || !('sessionLastUsedAt' in caller) || caller.via !== 'cookie') return response;
  if (!isTouchDue(caller.sessionLastUsedAt ?? 0, deps.now())) return response;
  const { sessionId, userId, familyId } = caller;
  if (sessionId === null || response.headers.has('Set-Cookie') || response.status === 101) return response;
  const token = await signSessionToken(deps.config.SESSION_SECRET, { sessionId, userId, familyId });
  const rolled = new Response(response.body, response);
  rolled.headers.append('Set-Cookie', sessionCookie(deps.config, token));
  return rolled;
}
