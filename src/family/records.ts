import { and, eq, exists, gt, isNotNull, isNull, not, or } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { coalesce, greatest, jsonTable } from '../db/expressions.ts';
import { q } from '../db/query.ts';
import { sessions, threadMembers, users } from '../db/schema.ts';
import type { Departure } from './presence/presence-store.ts';

/** The ids of a thread's members; empty when the family has no such thread. @throws when the database fails */
export async function memberIds(db: Db, familyId: string, threadId: string): Promise<string[]> {
  const rows = await db.all(
    q
      .select({ userId: threadMembers.userId })
      .from(threadMembers)
      .where(and(eq(threadMembers.threadId, threadId), eq(threadMembers.familyId, familyId))),
  );
  return rows.map(({ userId }) => userId);
}

/** A socket's owner; the session is null with a host application's token. */
export interface SocketOwner {
  id: string;
  userId: string;
  sessionId: string | null;
}

/** The ids of sockets whose session has ended, or whose person is gone. @throws when the database fails */
export async function endedSockets(
  db: Db,
  familyId: string,
  sockets: readonly SocketOwner[],
  now: number,
): Promise<string[]> {
  const socket = jsonTable('socket', sockets, ['id', 'userId', 'sessionId']);
  const person = q
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.id, socket.userId), eq(users.familyId, familyId), isNull(users.deletedAt)));
  const session = q
    .select({ id: sessions.id })
    .from(sessions)
    .where(and(eq(sessions.id, socket.sessionId), isNull(sessions.revokedAt), gt(sessions.expiresAt, now)));
  const rows = await db.all(
    q
      .select({ id: socket.id })
      .from(socket)
      .where(or(not(exists(person)), and(isNotNull(socket.sessionId), not(exists(session))))),
  );
  return rows.map(({ id }) => id);
}

/**
 * Stores when people who went offline were last seen; people who are away are still being seen. Idempotent.
 * @throws when the database fails
 */
export async function writeLastSeen(
  db: Db,
  familyId: string,
  departures: readonly Departure[],
): Promise<void> {
  const offline = departures.filter(({ state }) => state === 'offline');
  if (offline.length === 0) return;
  const gone = jsonTable('gone', offline, ['userId', 'at']);
  await db.run(
    q
      .update(users)
      .set({ lastSeenAt: greatest(coalesce(users.lastSeenAt, 0), gone.at) })
      .from(gone)
      .where(and(eq(users.id, gone.userId), eq(users.familyId, familyId))),
  );
}
