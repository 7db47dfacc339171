import { eq, exists, gt, isNull, sql } from 'drizzle-orm';
import type { Databases } from '../db/client.ts';
import { allOf, anyOf, coalesce } from '../db/expressions.ts';
import { insertFrom } from '../db/insert-from.ts';
import { q } from '../db/query.ts';
import { retrying } from '../db/retry.ts';
import { links, sessions, users } from '../db/schema.ts';
import { type IssuedSession, prepareSession, SESSION_TTL_MS } from '../platform/auth/session.ts';
import type { Link } from './find-link.ts';
import { codeHash } from './link-code.ts';

/** The kind of session to create. */
export interface Opening {
  kind: 'web' | 'app';
  userAgent: string | null;
}

/**
 * Signs in by a link: one conditional UPDATE consumes it, and the session is inserted in the same batch only if
 * that update succeeded. However many requests race, through whichever route, one session results. The row
 * stores the session's id, so that a retry after a transient database error finds its own result.
 * @returns null when the link signs nobody in: consumed, expired, or its person is deleted
 * @throws when the database fails
 */
export async function consumeLink(
  { db, secret, now }: { db: Databases; secret: string; now: number },
  link: Link,
  { kind, userAgent }: Opening,
): Promise<IssuedSession | null> {
  const { userId, familyId } = link;
  const session = await prepareSession(secret, { userId, familyId }, now);
  const hash = await codeHash(link.code);
  const family = db.forFamily(familyId);
  const person = q
    .select({ id: users.id })
    .from(users)
    .where(allOf(eq(users.id, links.userId), eq(users.familyId, links.familyId), isNull(users.deletedAt)));
  const { consumed } = await retrying(() =>
    family.batch({
      consumed: q
        .update(links)
        .set({ consumedAt: now, openedAt: coalesce(links.openedAt, now), sessionId: session.id })
        .where(
          allOf(
            eq(links.codeHash, hash),
            gt(links.loginUntil, now),
            gt(links.expiresAt, now),
            anyOf(isNull(links.consumedAt), eq(links.sessionId, session.id)),
            exists(person),
          ),
        )
        .returning({ sessionId: links.sessionId }),
      session: insertFrom(
        sessions,
        {
          id: session.id,
          familyId: links.familyId,
          userId: links.userId,
          kind,
          userAgent,
          createdAt: now,
          lastUsedAt: now,
          expiresAt: now + SESSION_TTL_MS,
        },
        sql`from ${links} where ${allOf(eq(links.codeHash, hash), eq(links.sessionId, session.id))}`,
      ).onConflictDoNothing({ target: sessions.id }),
    }),
  );
  return consumed[0]?.sessionId === session.id ? session : null;
}

/** Marks a link as opened without a sign-in; it is no longer pending. @throws when the database fails */
export async function markOpened(db: Databases, link: Link, now: number): Promise<void> {
  const isTheirs = eq(links.codeHash, await codeHash(link.code));
  await db.forFamily(link.familyId).run(
    q
      .update(links)
      .set({ openedAt: now })
      .where(allOf(isTheirs, isNull(links.openedAt))),
  );
}
