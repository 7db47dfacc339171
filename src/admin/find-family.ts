import type { Deps } from '../platform/deps.ts';
import { AppError } from '../platform/errors.ts';
import { personIds, threadClaims } from '../platform/id-claims.ts';

/** 404 of a person. */
export const userNotFound = () => new AppError('user_not_found', 'There is no such person.');

/** The families of people, deleted or not, by their ids; who is not known is left out. @throws when the directory fails */
export const familiesOfUsers = ({ db }: Deps, userIds: readonly string[]): Promise<Map<string, string>> =>
  personIds.owners(db.directory, userIds);

/** The families of threads, by their ids; what is not known is left out. @throws when the directory fails */
export const familiesOfThreads = ({ db }: Deps, ids: readonly string[]): Promise<Map<string, string>> =>
  threadClaims.owners(db.directory, ids);

/** The family of a person, deleted or not; null when there is no such person. @throws when the directory fails */
export const findFamilyOfUser = async (deps: Deps, userId: string): Promise<string | null> =>
  (await familiesOfUsers(deps, [userId])).get(userId) ?? null;

/** The family of a thread; null when there is no such thread. @throws when the directory fails */
export const findFamilyOfThread = async (deps: Deps, id: string): Promise<string | null> =>
  (await familiesOfThreads(deps, [id])).get(id) ?? null;

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
