import { exists, isNull, sql } from 'drizzle-orm';
import type { Databases } from '../db/client.ts';
import { eq, gt } from '../db/comparisons.ts';
import { allOf, anyOf, coalesce } from '../db/expressions.ts';
import { insertFrom } from '../db/insert-from.ts';
import { q } from '../db/query.ts';
import { retrying } from '../db/retry.ts';
import { links, sessions, users } from '../db/schema.ts';
import {
  type IssuedSession,
  prepareSession,
  SESSION_TTL_MS,
  signSessionToken,
} from '../platform/auth/session.ts';
import { sha256 } from '../platform/crypto.ts';
import { REPEAT_MS } from '../platform/http/repeated-requests.ts';
import type { Link } from './find-link.ts';
import { codeHash } from './link-code.ts';

/** The kind of session to create. */
export interface Opening {
  kind: 'web' | 'app';
  userAgent: string | null;
  /** Of the page or app that opens it; null: it repeats nothing. */
  nonce: string | null;
}

/**
 * Signs in by a link: one conditional UPDATE consumes it, and the session is inserted in the same batch only if
 * that update succeeded. However many requests race, through whichever route, one session results. The row
 * stores the session's id, so that a retry after a transient database error finds its own result, and who consumed it:
 * the same nonce gets the same session again for a minute.
 * @returns null when the link signs nobody in: consumed, expired, or its person is deleted
 * @throws when the database fails
 */
export async function consumeLink(
  { db, secret, now }: { db: Databases; secret: string; now: number },
  link: Link,
  { kind, userAgent, nonce }: Opening,
): Promise<IssuedSession | null> {
  const { userId, familyId } = link;
  const session = await prepareSession(secret, { userId, familyId }, now);
  const hash = await codeHash(link.code);
  const consumedBy = nonce === null ? null : await sha256(nonce);
  const isRepeat =
    consumedBy === null
      ? null
      : allOf(eq(links.consumedBy, consumedBy), gt(links.consumedAt, now - REPEAT_MS));
  const family = db.forFamily(familyId);
  const person = q
    .select({ id: users.id })
    .from(users)
    .where(allOf(eq(users.id, links.userId), eq(users.familyId, links.familyId), isNull(users.deletedAt)));
  const { consumed } = await retrying(() =>
    family.batch({
      consumed: q
        .update(links)
        .set({
          consumedAt: coalesce(links.consumedAt, now),
          openedAt: coalesce(links.openedAt, now),
          sessionId: coalesce(links.sessionId, session.id),
          consumedBy: coalesce(links.consumedBy, consumedBy),
        })
        .where(
          allOf(
            eq(links.codeHash, hash),
            gt(links.loginUntil, now),
            gt(links.expiresAt, now),
            anyOf(isNull(links.consumedAt), eq(links.sessionId, session.id), isRepeat),
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
  const sessionId = consumed[0]?.sessionId ?? null;
  if (sessionId === null) return null;
  if (sessionId === session.id) return session;
  const token = await signSessionToken(secret, { sessionId, userId, familyId });
  return { ...session, id: sessionId, token };
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
