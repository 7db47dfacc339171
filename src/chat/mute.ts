import { exists, sql } from 'drizzle-orm';
import { eq } from '../db/comparisons.ts';
import { allOf } from '../db/expressions.ts';
import { q } from '../db/query.ts';
import { retrying } from '../db/retry.ts';
import { notificationPreferences, threadMembers } from '../db/schema.ts';
import type { Caller } from '../platform/auth/caller.ts';
import type { Deps } from '../platform/deps.ts';
import { AppError } from '../platform/errors.ts';
import { announceThread, getThread } from './threads.ts';

/**
 * Mutes a thread for the caller until a time (ms; `FOREVER` for good), or not any more (null).
 * @throws AppError `thread_not_found`, `invalid_request` for a time that has passed, `rate_limited`
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
  await deps.edge.act('mute', { userId, familyId }, deps.now());
  const db = deps.db.forFamily(familyId);
  const mine = allOf(
    eq(threadMembers.threadId, threadId),
    eq(threadMembers.userId, userId),
    eq(threadMembers.familyId, familyId),
  );
  const membership = q.select({ threadId: threadMembers.threadId }).from(threadMembers).where(mine);
  const { muted } = await retrying(() =>
    db.batch({
      muted: q
        .update(threadMembers)
        .set({ mutedUntil: until })
        .where(mine)
        .returning({ threadId: threadMembers.threadId }),
      // Mutes are part of the preferences' ETag.
      preferences: q
        .update(notificationPreferences)
        .set({ revision: sql`${notificationPreferences.revision} + 1` })
        .where(allOf(eq(notificationPreferences.userId, userId), exists(membership))),
    }),
  );
  if (muted.length === 0)
    throw new AppError('thread_not_found', 'There is no such thread, or you are not in it.');
  deps.afterwards(tellOwnDevices(deps, { userId, familyId }, threadId));
}

/** Lets the caller's other tabs and devices read the thread again. */
async function tellOwnDevices(
  deps: Deps,
  who: Pick<Caller, 'userId' | 'familyId'>,
  threadId: string,
): Promise<void> {
  const thread = await getThread(deps, who, threadId);
  await announceThread(deps, who.familyId, thread, null, [who.userId]);
}
