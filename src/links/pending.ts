import type { Db } from '../db/client.ts';
import { sql } from '../db/sql.ts';

/**
 * The destination that waits for an account after an installation: the thread of its newest link that is
 * alive, unopened, not handed over, and whose thread is unread. It is handed over once, together with all
 * older ones; a text that comes later brings a new one. Exact, because every link was texted to an account:
 * no fingerprint, no matching of addresses.
 *
 * @param db the family's database
 * @returns the thread's id, or null
 */
export async function takePending(db: Db, userId: string, now: number): Promise<string | null> {
  const [newest] = await db.all<{ codeHash: string; threadId: string; createdAt: number }>(sql`
    SELECT l.code_hash AS codeHash, l.thread_id AS threadId, l.created_at AS createdAt
    FROM links l
    JOIN thread_members m ON m.thread_id = l.thread_id AND m.user_id = l.user_id
    JOIN threads t ON t.id = l.thread_id
    WHERE l.user_id = ${userId} AND l.expires_at > ${now} AND l.opened_at IS NULL
      AND l.handed_over_at IS NULL AND m.last_read_seq < t.last_seq
    ORDER BY l.created_at DESC LIMIT 1`);
  if (!newest) return null;
  const taken = await db.all<{ codeHash: string }>(sql`
    UPDATE links SET handed_over_at = ${now}
    WHERE user_id = ${userId} AND handed_over_at IS NULL AND created_at <= ${newest.createdAt}
    RETURNING code_hash AS codeHash`);
  // Whoever marked it has it: of two that ask at once, one gets null.
  return taken.some(({ codeHash }) => codeHash === newest.codeHash) ? newest.threadId : null;
}
