import type { Databases } from '../db/client.ts';
import { retrying } from '../db/retry.ts';
import { sql } from '../db/sql.ts';
import { type IssuedSession, prepareSession, SESSION_TTL_MS } from '../platform/auth/session.ts';
import type { Link } from './find-link.ts';
import { codeHash } from './link-code.ts';

/** Which kind of session the link becomes. */
export interface Opening {
  kind: 'web' | 'app';
  userAgent: string | null;
}

/**
 * Signs in by a link: one conditional UPDATE consumes it, and the session is written in the same batch only
 * if that update was ours. However many press at once, by whichever doors, one session comes out. The row
 * remembers its session, so a repeat after a passing database fault finds its own work.
 *
 * @returns null when the link signs nobody in: consumed, too old, or its person is gone
 */
export async function consumeLink(
  { db, secret, now }: { db: Databases; secret: string; now: number },
  link: Link,
  { kind, userAgent }: Opening,
): Promise<IssuedSession | null> {
  const { userId, familyId } = link;
  const session = await prepareSession(secret, { userId, familyId }, now);
  const hash = await codeHash(link.code);
  const shard = db.forLink(link.code);
  const [consumed] = await retrying(() =>
    shard.batch([
      shard.all<{ sessionId: string }>(sql`
        UPDATE links SET consumed_at = ${now}, opened_at = COALESCE(opened_at, ${now}), session_id = ${session.id}
        WHERE code_hash = ${hash} AND login_until > ${now} AND expires_at > ${now}
          AND (consumed_at IS NULL OR session_id = ${session.id})
          AND EXISTS (SELECT 1 FROM users u WHERE u.id = links.user_id AND u.family_id = links.family_id
            AND u.deleted_at IS NULL)
        RETURNING session_id AS sessionId`),
      shard.run(sql`
        INSERT INTO sessions (id, family_id, user_id, kind, user_agent, created_at, last_used_at, expires_at)
        SELECT ${session.id}, family_id, user_id, ${kind}, ${userAgent}, ${now}, ${now}, ${now + SESSION_TTL_MS}
        FROM links WHERE code_hash = ${hash} AND session_id = ${session.id}
        ON CONFLICT (id) DO NOTHING`),
    ]),
  );
  return consumed[0]?.sessionId === session.id ? session : null;
}

/** Notes that a link was opened without signing anyone in; it is no longer pending. */
export async function markOpened(db: Databases, link: Link, now: number): Promise<void> {
  await db.forLink(link.code).run(sql`
    UPDATE links SET opened_at = ${now} WHERE code_hash = ${await codeHash(link.code)} AND opened_at IS NULL`);
}
