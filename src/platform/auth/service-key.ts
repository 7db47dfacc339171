import { eq, gt, isNull, lt } from 'drizzle-orm';
import { allOf, anyOf } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { serviceKeys } from '../../db/schema.ts';
import { base64url, sha256 } from '../crypto.ts';
import type { Deps } from '../deps.ts';
import { HOUR_MS } from '../time.ts';
import { SERVICE_SCOPES, type ServiceScope } from './service-scopes.ts';

const PREFIX = 'fcs_sk_';
const RANDOM_BYTES = 32;
const FORM = /^fcs_sk_[\w-]{43}$/;

/** Last use is written at most this often, so that a request costs no write. */
const TOUCH_EVERY_MS = HOUR_MS;

/** Whether a bearer token has the prefix of a key; it may still be none of ours. */
export const looksLikeServiceKey = (token: string): boolean => token.startsWith(PREFIX);

/** A new key: 256 random bits. */
export const drawServiceKey = (): string =>
  PREFIX + base64url(crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)));

/** What is stored instead of a key: its SHA-256, base64url. A fast hash is enough for 256 random bits. */
export const hashServiceKey = (key: string): Promise<string> => sha256(key);

/**
 * What a key opens, and its id; null for one that is unknown, deleted or past its end. Its last use is noted after the answer.
 * @throws when the directory fails
 */
export async function openServiceKey(
  { db, now, afterwards }: Pick<Deps, 'db' | 'now' | 'afterwards'>,
  key: string,
): Promise<{ id: string; scopes: readonly ServiceScope[] } | null> {
  if (!FORM.test(key)) return null;
  const at = now();
  const { id, scopes, expiresAt, lastUsedAt } = serviceKeys;
  const found = await db.directory.first(
    q
      .select({ id, scopes, lastUsedAt })
      .from(serviceKeys)
      .where(
        allOf(
          eq(serviceKeys.keyHash, await hashServiceKey(key)),
          anyOf(isNull(expiresAt), gt(expiresAt, at)),
        ),
      ),
  );
  if (!found) return null;
  if (found.lastUsedAt === null || at - found.lastUsedAt >= TOUCH_EVERY_MS) {
    const stale = anyOf(isNull(lastUsedAt), lt(lastUsedAt, at));
    const touch = q
      .update(serviceKeys)
      .set({ lastUsedAt: at })
      .where(allOf(eq(id, found.id), stale));
    afterwards(db.directory.run(touch));
  }
  return { id: found.id, scopes: SERVICE_SCOPES.filter((scope) => found.scopes.includes(scope)) };
}
