import { decodeProtectedHeader, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import * as z from 'zod';
import type { Config } from '../config.ts';
import { hmacKey } from '../crypto.ts';
import { AppError } from '../errors.ts';
import { DAY_MS } from '../time.ts';
import { type Afterwards, withKeys } from './key-set.ts';

/** What a part of the service API is for; a token or key may open some of them. */
export const SERVICE_SCOPES = ['mirror', 'post', 'read', 'magic', 'ops'] as const;

/** See {@link SERVICE_SCOPES}. */
export type ServiceScope = (typeof SERVICE_SCOPES)[number];

const isServiceScope = (text: string): text is ServiceScope =>
  (SERVICE_SCOPES as readonly string[]).includes(text);

/**
 * Reads the claim `scope` of a token of the host application (space-separated, RFC 8693 §4.2): `service` opens
 * everything, `service:mirror service:post`, or shorter `service:mirror post`, a part. Pure.
 * @returns null for a claim that opens nothing of the service API; one that names anything unknown opens nothing
 */
export function readServiceScopes(claim: string | undefined): readonly ServiceScope[] | null {
  if (claim === 'service') return SERVICE_SCOPES;
  if (!claim?.startsWith('service:')) return null;
  const names = claim.split(' ').map((name) => name.replace(/^service:/, ''));
  return names.every(isServiceScope) ? names : null;
}

/**
 * The subject of a host application's token: a person, or the application itself. `expiresAt`: milliseconds.
 */
export type HostClaims =
  | { scope: 'user'; userId: string; familyId: string; expiresAt: number }
  | { scope: 'service'; scopes: readonly ServiceScope[]; subject: string | null };

type TokenConfig = Pick<
  Config,
  'AUTH_SECRET' | 'AUTH_SECRET_PREVIOUS' | 'AUTH_JWKS_URL' | 'AUTH_ISSUER' | 'AUTH_AUDIENCE'
>;

/** What tokens are verified with. */
export interface TokenDeps {
  config: TokenConfig;
  afterwards: Afterwards;
}

const ASYMMETRIC = ['RS256', 'ES256', 'EdDSA', 'Ed25519'];
/** A host's clock may be ahead of ours (`nbf`, `iat`). Not for `exp`: an expired token is expired. */
const CLOCK_TOLERANCE_SECONDS = 5;
/** A token cannot be revoked, so one that was leaked must end by itself. */
const LONGEST_LIFE_MS = DAY_MS;

const claims = z.object({
  exp: z.number(),
  sub: z.string().min(1).max(200).optional(),
  familyId: z.string().min(1).max(200).optional(),
  scope: z.string().optional(),
});

const refused = () => new AppError('unauthenticated', 'Send a valid, unexpired bearer token.');

/**
 * Verifies a token with a key set; if several keys match its header, any of them may verify it.
 * @throws JOSEError for an invalid token
 */
async function verifyWith(token: string, find: JWTVerifyGetKey, config: TokenConfig): Promise<JWTPayload> {
  const options = {
    algorithms: ASYMMETRIC,
    issuer: config.AUTH_ISSUER,
    audience: config.AUTH_AUDIENCE,
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
  };
  const verify = async (key: JWTVerifyGetKey | Parameters<typeof jwtVerify>[1]) =>
    (await jwtVerify(token, key as JWTVerifyGetKey, options)).payload;
  try {
    return await verify(find);
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      try {
        return await verify(key);
      } catch (inner) {
        if (!(inner instanceof errors.JWSSignatureVerificationFailed)) throw inner;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

/**
 * Verifies an HS256 token with the first secret that signed it.
 * @param secrets the current one, and the previous one while it is being rotated
 * @throws JOSEError for an invalid token
 */
async function verifyWithSecrets(
  token: string,
  [secret, previous]: [string, string | undefined],
): Promise<JWTPayload> {
  const options = { algorithms: ['HS256'], clockTolerance: CLOCK_TOLERANCE_SECONDS };
  try {
    return (await jwtVerify(token, await hmacKey(secret), options)).payload;
  } catch (error) {
    if (previous === undefined || !(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    return (await jwtVerify(token, await hmacKey(previous), options)).payload;
  }
}

/** The algorithm a token claims, unverified. */
function algorithm(token: string): string {
  try {
    return decodeProtectedHeader(token).alg ?? 'none';
  } catch {
    throw refused(); // Malformed.
  }
}

/**
 * Whether an optional claim, alone or in a list, is the expected value; true when nothing is expected or the
 * claim is absent.
 */
const agrees = (claim: unknown, expected: string | undefined): boolean =>
  claim === undefined || expected === undefined || [claim].flat().includes(expected);

/**
 * The verified payload. All faults of a token give the same error.
 * @throws AppError `unauthenticated`, or `unavailable` when the key set cannot be fetched
 */
async function verified(token: string, alg: string, { config, afterwards }: TokenDeps): Promise<JWTPayload> {
  try {
    if (alg === 'HS256' && config.AUTH_SECRET) {
      const payload = await verifyWithSecrets(token, [config.AUTH_SECRET, config.AUTH_SECRET_PREVIOUS]);
      if (agrees(payload.iss, config.AUTH_ISSUER) && agrees(payload.aud, config.AUTH_AUDIENCE))
        return payload;
    }
    if (ASYMMETRIC.includes(alg) && config.AUTH_JWKS_URL)
      return await withKeys(config.AUTH_JWKS_URL, (find) => verifyWith(token, find, config), afterwards);
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) {
      throw new AppError('unavailable', 'The key set of tokens cannot be fetched; try again.', {
        retryAfterSeconds: 5,
      });
    }
  }
  throw refused();
}

/**
 * Verifies a host application's bearer token (RFC 7519): HS256 with AUTH_SECRET (or the one
 * before it, while it is being rotated), or RS256, ES256 and EdDSA with
 * the keys of AUTH_JWKS_URL. The algorithm selects the key, so neither can stand in for the other. Tokens of a
 * key set must name AUTH_ISSUER and AUTH_AUDIENCE; those of the secret must not name others. `exp` is required,
 * and at most 24 hours ahead.
 * @throws AppError `unauthenticated`, or `unavailable` when the key set cannot be fetched
 */
export async function verifyHostToken(token: string, deps: TokenDeps): Promise<HostClaims> {
  const payload = await verified(token, algorithm(token), deps);
  const parsed = claims.safeParse(payload);
  if (!parsed.success) throw refused();
  const { sub, familyId, scope, exp } = parsed.data;
  const left = exp * 1000 - Date.now();
  if (left <= 0) throw refused();
  if (left > LONGEST_LIFE_MS + CLOCK_TOLERANCE_SECONDS * 1000) {
    throw new AppError('unauthenticated', 'A token may live for 24 hours at most: set "exp" nearer.');
  }
  const scopes = readServiceScopes(scope);
  if (scopes) return { scope: 'service', scopes, subject: sub ?? null };
  if (!sub || !familyId) throw refused();
  return { scope: 'user', userId: sub, familyId, expiresAt: exp * 1000 };
}
