import { desc, isNull, type SQL } from 'drizzle-orm';
import { eq, gt } from '../../db/comparisons.ts';
import { allOf, anyOf } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { retrying } from '../../db/retry.ts';
import { sessions } from '../../db/schema.ts';
import type { ClaimedCaller } from '../../platform/auth/caller.ts';
import { inParallel } from '../../platform/concurrency.ts';
import type { Deps } from '../../platform/deps.ts';
import { AppError } from '../../platform/errors.ts';
import { errorFields } from '../../platform/log.ts';

/** A live session of the caller's. Times in ms. */
export interface LiveSession {
  id: string;
  kind: 'web' | 'app';
  userAgent: string | null;
  createdAt: number;
  lastUsedAt: number;
  expiresAt: number;
}

type Owner = Pick<ClaimedCaller, 'userId' | 'familyId'>;

/** The caller's live sessions, last used first. @throws when the database fails */
export async function listSessions({ db, now }: Deps, { userId, familyId }: Owner): Promise<LiveSession[]> {
  const { id, kind, userAgent, createdAt, lastUsedAt, expiresAt } = sessions;
  return await db.forFamily(familyId).all(
    q
      .select({ id, kind, userAgent, createdAt, lastUsedAt, expiresAt })
      .from(sessions)
      .where(allOf(eq(sessions.userId, userId), isNull(sessions.revokedAt), gt(expiresAt, now())))
      .orderBy(desc(lastUsedAt))
      .limit(200),
  );
}

async function closeSockets(deps: Deps, familyId: string, sessionId: string): Promise<void> {
  try {
    await deps.family(familyId).disconnectSession(sessionId);
  } catch (error) {
    deps.log.warn('session.sockets_retried', { sessionId, ...errorFields(error) });
    await deps.family(familyId).disconnectSession(sessionId);
  }
}

/** The condition for a live session of somebody's, or one that an attempt at `now` (ms UTC) ended whose answer was lost. */
const isLiveOf = ({ userId, familyId }: Owner, now: number): SQL =>
  allOf(
    eq(sessions.userId, userId),
    eq(sessions.familyId, familyId),
    anyOf(isNull(sessions.revokedAt), eq(sessions.revokedAt, now)),
    gt(sessions.expiresAt, now),
  );

/**
 * Ends one of the caller's sessions, and closes its sockets after the answer.
 * @returns whether it was live
 * @throws when the database fails
 */
export async function revokeSession(
  deps: Deps,
  { userId, familyId }: Owner,
  sessionId: string,
): Promise<boolean> {
  const now = deps.now();
  const end = q
    .update(sessions)
    .set({ revokedAt: now })
    .where(allOf(eq(sessions.id, sessionId), isLiveOf({ userId, familyId }, now)));
  const { meta } = await retrying(() => deps.db.forFamily(familyId).run(end));
  if (meta.changes === 0) return false;
  deps.afterwards(closeSockets(deps, familyId, sessionId));
  return true;
}

/**
 * Ends all of the caller's sessions, the one that asks included, and closes their sockets after the answer.
 * @returns how many were live
 * @throws when the database fails
 */
export async function revokeAllSessions(deps: Deps, { userId, familyId }: Owner): Promise<number> {
  const now = deps.now();
  const end = q
    .update(sessions)
    .set({ revokedAt: now })
    .where(isLiveOf({ userId, familyId }, now))
    .returning({ id: sessions.id });
  const ended = await retrying(() => deps.db.forFamily(familyId).all(end));
  deps.afterwards(inParallel(ended, ({ id }) => closeSockets(deps, familyId, id)));
  return ended.length;
}

/** Like {@link revokeSession}, for a session named by its owner. @throws AppError `session_not_found` */
export async function revokeOwnSession(deps: Deps, owner: Owner, sessionId: string): Promise<void> {
  if (await revokeSession(deps, owner, sessionId)) return;
  throw new AppError('session_not_found', 'There is no such session, or it has ended.');
}
