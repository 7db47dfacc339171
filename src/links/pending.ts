import { and, desc, isNull } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { eq, gt, lt, lte } from '../db/comparisons.ts';
import { q } from '../db/query.ts';
import { links, threadMembers, threads } from '../db/schema.ts';

/**
 * The destination that waits for an account after an installation: the thread of its newest link that is
 * alive, unopened, not handed over, and whose thread is unread. It is handed over once, together with all
 * older ones; a text that comes later brings a new one. Exact, because every link was texted to an account:
 * no fingerprint, no matching of addresses.
 *
 * @param db the family's database
 * @returns the thread's id, or null
 * @throws when the database fails
 */
export async function takePending(db: Db, userId: string, now: number): Promise<string | null> {
  const isWaiting = and(eq(links.userId, userId), isNull(links.handedOverAt));
  const newest = await db.first(
    q
      .select({ codeHash: links.codeHash, threadId: links.threadId, createdAt: links.createdAt })
      .from(links)
      .innerJoin(
        threadMembers,
        and(eq(threadMembers.threadId, links.threadId), eq(threadMembers.userId, links.userId)),
      )
      .innerJoin(threads, eq(threads.id, links.threadId))
      .where(
        and(
          isWaiting,
          gt(links.expiresAt, now),
          isNull(links.openedAt),
          lt(threadMembers.lastReadSeq, threads.lastSeq),
        ),
      )
      .orderBy(desc(links.createdAt))
      .limit(1),
  );
  if (!newest) return null;
  const taken = await db.all(
    q
      .update(links)
      .set({ handedOverAt: now })
      .where(and(isWaiting, lte(links.createdAt, newest.createdAt)))
      .returning({ codeHash: links.codeHash }),
  );
  // Only the request that marked it gets it; a concurrent one gets null.
  return taken.some(({ codeHash }) => codeHash === newest.codeHash) ? newest.threadId : null;
}
