import { retrying } from '../../db/retry.ts';
import { sql } from '../../db/sql.ts';
import type { ClaimedCaller } from '../../platform/auth/caller.ts';
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

/** The caller's live sessions, last used first. */
export async function listSessions({ db, now }: Deps, { userId, familyId }: Owner): Promise<LiveSession[]> {
  return await db.forFamily(familyId).all<LiveSession>(sql`
    SELECT id AS id, kind AS kind, user_agent AS userAgent, created_at AS createdAt, last_used_at AS lastUsedAt,
      expires_at AS expiresAt
    FROM sessions WHERE user_id = ${userId} AND revoked_at IS NULL AND expires_at > ${now()}
    ORDER BY last_used_at DESC LIMIT 200`);
}

async function closeSockets(deps: Deps, familyId: string, sessionId: string): Promise<void> {
  try {
    await deps.family(familyId).disconnectSession(sessionId);
  } catch (error) {
    deps.log.warn('session.sockets_retried', { sessionId, ...errorFields(error) });
    await deps.family(familyId).disconnectSession(sessionId);
  }
}

/**
 * Ends one of the caller's sessions: with its next request, and its open sockets with it.
 * @returns whether it was alive
 */
export async function revokeSession(
  deps: Deps,
  { userId, familyId }: Owner,
  sessionId: string,
): Promise<boolean> {
  const now = deps.now();
  const ended = await retrying(() =>
    deps.db.forFamily(familyId).all<{ id: string }>(sql`
      UPDATE sessions SET revoked_at = ${now}
      WHERE id = ${sessionId} AND user_id = ${userId} AND family_id = ${familyId}
        AND (revoked_at IS NULL OR revoked_at = ${now}) AND expires_at > ${now}
      RETURNING id AS id`),
  );
  if (ended.length === 0) return false;
  deps.afterwards(closeSockets(deps, familyId, sessionId));
  return true;
}

/** Like {@link revokeSession}, for a session named by its owner. @throws AppError `session_not_found` */
export async function revokeOwnSession(deps: Deps, owner: Owner, sessionId: string): Promise<void> {
  if (await revokeSession(deps, owner, sessionId)) return;
  throw new AppError('session_not_found', 'There is no such session, or it has ended.');
}
