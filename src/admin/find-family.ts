import { eq } from 'drizzle-orm';
import { inList } from '../db/expressions.ts';
import { q } from '../db/query.ts';
import { retrying } from '../db/retry.ts';
import { threads, users } from '../db/schema.ts';
import type { Statement } from '../db/statement.ts';
import type { Deps } from '../platform/deps.ts';
import { AppError } from '../platform/errors.ts';

/** The query of the family of a thread. */
export const familyOfThread = (id: string) =>
  q.select({ familyId: threads.familyId }).from(threads).where(eq(threads.id, id));

/** The family that a query finds in one of the stores; null when none has it. */
async function findIn({ db }: Deps, query: Statement<{ familyId: string }[]>): Promise<string | null> {
  for (const shard of db.shards()) {
    const row = await retrying(() => shard.first(query));
    if (row) return row.familyId;
  }
  return null;
}

/** The family of a person, deleted or not; null when there is no such person. @throws when a database fails */
export const findFamilyOfUser = (deps: Deps, userId: string): Promise<string | null> =>
  findIn(deps, q.select({ familyId: users.familyId }).from(users).where(eq(users.id, userId)));

/** The family of a thread; null when there is no such thread. @throws when a database fails */
export const findFamilyOfThread = (deps: Deps, threadId: string): Promise<string | null> =>
  findIn(deps, familyOfThread(threadId));

/** The family of a thread. @throws AppError `thread_not_found` */
export async function familyOfKnownThread(deps: Deps, threadId: string): Promise<string> {
  const familyId = await findFamilyOfThread(deps, threadId);
  if (familyId === null) throw new AppError('thread_not_found', 'There is no such thread.');
  return familyId;
}

/** The family of a person. @throws AppError `user_not_found` */
export async function familyOfKnownUser(deps: Deps, userId: string): Promise<string> {
  const familyId = await findFamilyOfUser(deps, userId);
  if (familyId === null) throw userNotFound();
  return familyId;
}

/** 404 of a person. */
export const userNotFound = () => new AppError('user_not_found', 'There is no such person.');

/** The families of threads, by their ids; what is not known is left out. @throws when a database fails */
export async function familiesOfThreads(
  { db }: Deps,
  threadIds: readonly string[],
): Promise<Map<string, string>> {
  if (threadIds.length === 0) return new Map();
  const query = q
    .select({ id: threads.id, familyId: threads.familyId })
    .from(threads)
    .where(inList(threads.id, threadIds));
  const found = await Promise.all(db.shards().map((shard) => retrying(() => shard.all(query))));
  return new Map(found.flat().map((thread) => [thread.id, thread.familyId]));
}

/** The families of people, by their ids; who is not known is left out. @throws when a database fails */
export async function familiesOfUsers(
  { db }: Deps,
  userIds: readonly string[],
): Promise<Map<string, string>> {
  if (userIds.length === 0) return new Map();
  const query = q
    .select({ id: users.id, familyId: users.familyId })
    .from(users)
    .where(inList(users.id, userIds));
  const found = await Promise.all(db.shards().map((shard) => retrying(() => shard.all(query))));
  return new Map(found.flat().map(({ id, familyId }) => [id, familyId]));
}
