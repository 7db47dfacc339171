import { and, exists, isNotNull, isNull, not, or } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { eq, gt } from '../db/comparisons.ts';
import { coalesce, greatest, jsonTable } from '../db/expressions.ts';
import { q } from '../db/query.ts';
import { sessions, threadMembers, users } from '../db/schema.ts';
import { hot } from '../db/statement.ts';
import type { Departure } from './presence/presence-store.ts';

const selectMembers = hot<{ familyId: string; threadId: string }>()((v) =>
  q
    .select({ userId: threadMembers.userId })
    .from(threadMembers)
    .where(and(eq(threadMembers.threadId, v.threadId), eq(threadMembers.familyId, v.familyId))),
);

/** The ids of a thread's members; empty when the family has no such thread. @throws when the database fails */
export async function memberIds(db: Db, familyId: string, threadId: string): Promise<string[]> {
  const rows = await db.all(selectMembers({ familyId, threadId }));
  return rows.map(({ userId }) => userId);
}

/** A socket's owner; the session is null with a host application's token. */
export interface SocketOwner {
  id: string;
  userId: string;
  sessionId: string | null;
}

/** `sockets`: JSON of {@link SocketOwner}s. */
const selectEnded = hot<{ familyId: string; sockets: string; now: number }>()((v) => {
  const socket = jsonTable<SocketOwner>('socket', v.sockets, ['id', 'userId', 'sessionId']);
  const person = q
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.id, socket.userId), eq(users.familyId, v.familyId), isNull(users.deletedAt)));
  const session = q
    .select({ id: sessions.id })
    .from(sessions)
    .where(and(eq(sessions.id, socket.sessionId), isNull(sessions.revokedAt), gt(sessions.expiresAt, v.now)));
  return q
    .select({ id: socket.id })
    .from(socket)
    .where(or(not(exists(person)), and(isNotNull(socket.sessionId), not(exists(session)))));
});

/** The ids of sockets whose session has ended, or whose person is gone. @throws when the database fails */
export async function endedSockets(
  db: Db,
  familyId: string,
  sockets: readonly SocketOwner[],
  now: number,
): Promise<string[]> {
  const rows = await db.all(selectEnded({ familyId, sockets: JSON.stringify(sockets), now }));
  return rows.map(({ id }) => id);
}

/** `gone`: JSON of {@link Departure}s. */
const saveLastSeen = hot<{ familyId: string; gone: string }>()((v) => {
  const gone = jsonTable<Departure>('gone', v.gone, ['userId', 'at']);
  return q
    .update(users)
    .set({ lastSeenAt: greatest(coalesce(users.lastSeenAt, 0), gone.at) })
    .from(gone)
    .where(and(eq(users.id, gone.userId), eq(users.familyId, v.familyId)));
});

/**
 * Statement: stores when people who went offline were last seen; people who are away are still being seen. Null when there
 * is nothing to store. Idempotent.
 */
export function writeLastSeen(familyId: string, departures: readonly Departure[]) {
  const offline = departures.filter(({ state }) => state === 'offline');
  return offline.length === 0 ? null : saveLastSeen({ familyId, gone: JSON.stringify(offline) });
}
