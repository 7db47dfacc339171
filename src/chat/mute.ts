import { retrying } from '../db/retry.ts';
import { sql } from '../db/sql.ts';
import type { Caller } from '../platform/auth/caller.ts';
import type { Deps } from '../platform/deps.ts';
import { AppError } from '../platform/errors.ts';

/**
 * Mutes a thread for the caller until a time (ms; `FOREVER` for good), or not any more (null).
 * @throws AppError `thread_not_found`, `invalid_request` for a time that has passed
 */
export async function setMute(
  deps: Deps,
  { userId, familyId }: Pick<Caller, 'userId' | 'familyId'>,
  threadId: string,
  until: number | null,
): Promise<void> {
  if (until !== null && until <= deps.now()) {
    throw new AppError('invalid_request', '"until" should be a time to come.', {
      details: [{ in: 'body', field: 'until', problem: 'has passed' }],
    });
  }
  const db = deps.db.forFamily(familyId);
  const mine = sql`thread_id = ${threadId} AND user_id = ${userId} AND family_id = ${familyId}`;
  const [muted] = await retrying(() =>
    db.batch([
      db.all(sql`UPDATE thread_members SET muted_until = ${until} WHERE ${mine} RETURNING 1 AS yes`),
      // Mutes are part of the preferences' ETag.
      db.run(sql`UPDATE notification_preferences SET revision = revision + 1
        WHERE user_id = ${userId} AND EXISTS (SELECT 1 FROM thread_members WHERE ${mine})`),
    ]),
  );
  if (muted.length === 0)
    throw new AppError('thread_not_found', 'There is no such thread, or you are not in it.');
}
