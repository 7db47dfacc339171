import type { Db } from '../db/client.ts';
import { sql } from '../db/sql.ts';
import type { Departure } from './presence/presence-store.ts';

/** The ids of a thread's members; empty when the family has no such thread. */
export async function memberIds(db: Db, familyId: string, threadId: string): Promise<string[]> {
  const rows = await db.all<{ userId: string }>(sql`
    SELECT user_id AS userId FROM thread_members WHERE thread_id = ${threadId} AND family_id = ${familyId}`);
  return rows.map(({ userId }) => userId);
}

/** Whose a socket is; the session is null with a host application's token. */
export interface SocketOwner {
  id: string;
  userId: string;
  sessionId: string | null;
}

/** The ids of sockets whose session has ended, or whose person is gone. */
export async function endedSockets(
  db: Db,
  familyId: string,
  sockets: readonly SocketOwner[],
  now: number,
): Promise<string[]> {
  const rows = await db.all<{ id: string }>(sql`
    SELECT j.value ->> 'id' AS id FROM json_each(${JSON.stringify(sockets)}) j
    WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u.id = j.value ->> 'userId' AND u.family_id = ${familyId} AND u.deleted_at IS NULL)
      OR j.value ->> 'sessionId' IS NOT NULL AND NOT EXISTS (SELECT 1 FROM sessions s
        WHERE s.id = j.value ->> 'sessionId' AND s.revoked_at IS NULL AND s.expires_at > ${now})`);
  return rows.map(({ id }) => id);
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
