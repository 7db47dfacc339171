import { isNull } from 'drizzle-orm';
import { eq, gt, lt } from '../../db/comparisons.ts';
import { allOf, anyOf } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { serviceKeys } from '../../db/schema.ts';
import type { Config } from '../config.ts';
import { base64url, equalInConstantTime, hmacSha256, sha256 } from '../crypto.ts';
import type { Deps } from '../deps.ts';
import { HOUR_MS } from '../time.ts';
import { SERVICE_SCOPES, type ServiceScope } from './host-token.ts';

const PREFIX = 'fcs_sk_';
const RANDOM_BYTES = 24;
/** Bytes of the seal, 11 characters: it need not be unguessable by itself, only keep strangers from the database. */
const SEAL_BYTES = 8;
const FORM = /^fcs_sk_([\w-]{32})([\w-]{11})$/;

/** Last use is written at most this often, so that a request costs no write. */
const TOUCH_EVERY_MS = HOUR_MS;

/** Whether a bearer token has the prefix of a key; it may still be none of ours. */
export const looksLikeServiceKey = (token: string): boolean => token.startsWith(PREFIX);

async function sealOf({ PHONE_SECRET }: Pick<Config, 'PHONE_SECRET'>, drawn: string): Promise<string> {
  return base64url((await hmacSha256(PHONE_SECRET, `service-key:${drawn}`)).subarray(0, SEAL_BYTES));
}

/** A new key: 192 random bits, and a seal by the secret that is never rotated. Never throws. */
export async function drawServiceKey(config: Pick<Config, 'PHONE_SECRET'>): Promise<string> {
  const drawn = base64url(crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)));
  return PREFIX + drawn + (await sealOf(config, drawn));
}

/** What is stored instead of a key: its SHA-256, base64url. A fast hash is enough for 192 random bits. Never throws. */
export const hashServiceKey = (key: string): Promise<string> => sha256(key);

/**
 * What a key opens, and its id; null for one that is unknown, deleted or past its end. One that was never made here, as
 * anybody could send them without end, asks no database. Its last use is noted after the answer.
 * @throws when the directory fails
 */
export async function openServiceKey(
  { config, db, now, afterwards }: Pick<Deps, 'config' | 'db' | 'now' | 'afterwards'>,
  key: string,
): Promise<{ id: string; scopes: readonly ServiceScope[] } | null> {
  const [, drawn, seal] = FORM.exec(key) ?? [];
  if (drawn === undefined || seal === undefined) return null;
  if (!equalInConstantTime(seal, await sealOf(config, drawn))) return null;
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
