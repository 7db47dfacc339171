import type { Db } from '../db/client.ts';
import { sql } from '../db/sql.ts';
import type { Departure } from './presence-store.ts';

/** The ids of a thread's members; empty when the family has no such thread. */
export async function memberIds(db: Db, familyId: string, threadId: string): Promise<string[]> {
  const rows = await db.all<{ userId: string }>(sql`
    SELECT user_id AS userId FROM thread_members WHERE thread_id = ${threadId} AND family_id = ${familyId}`);
  return rows.map(({ userId }) => userId);
}

/** Writes when people who went offline were last seen; those who are merely away are still being seen. Repeatable. */
export async function writeLastSeen(
  db: Db,
  familyId: string,
  departures: readonly Departure[],
): Promise<void> {
  const gone = departures.filter(({ state }) => state === 'offline').map(({ userId, at }) => [userId, at]);
  if (gone.length === 0) return;
  await db.run(sql`
    UPDATE users SET last_seen_at = max(coalesce(last_seen_at, 0), gone.at)
    FROM (SELECT value ->> 0 AS id, value ->> 1 AS at FROM json_each(${JSON.stringify(gone)})) AS gone
    WHERE users.id = gone.id AND users.family_id = ${familyId}`);
}
