import { isNotNull, not, sql } from 'drizzle-orm';
import { announceThread, type ThreadJson } from '../chat/threads.ts';
import { eq } from '../db/comparisons.ts';
import {
  allOf,
  coalesce,
  excluded,
  has,
  hasRow,
  inList,
  json,
  jsonArray,
  jsonObject,
  listTable,
  oneRow,
  scalar,
} from '../db/expressions.ts';
import { insertFrom } from '../db/insert-from.ts';
import { q } from '../db/query.ts';
import { retrying } from '../db/retry.ts';
import { families, threadMembers, threads, users } from '../db/schema.ts';
import type { Deps } from '../platform/deps.ts';
import { findFamilyOfThread } from './find-family.ts';
import {
  claimThread,
  familyById,
  familyNotFound,
  membersKnown,
  membersNotFound,
  required,
} from './mirror-claims.ts';

/** A thread as the host knows it; an absent field keeps what is there. */
export interface ThreadMirror {
  familyId?: string | undefined;
  title?: string | undefined;
  memberIds?: string[] | undefined;
}

/** Subquery: the members of the thread of the query around it, as one JSON list of `{id, name, lastReadSeq}`. */
export const selectThreadMembers = () =>
  q
    .select({
      members: jsonArray(
        jsonObject({ id: users.id, name: users.name, lastReadSeq: threadMembers.lastReadSeq }),
      ).as('members'),
    })
    .from(threadMembers)
    .innerJoin(users, eq(users.id, threadMembers.userId))
    .where(eq(threadMembers.threadId, threads.id));

/** The query of what members are told of a thread. */
function threadState(id: string, familyId: string) {
  const members = selectThreadMembers();
  return q
    .select({
      title: threads.title,
      members: json<ThreadJson['members']>(scalar(members)).as('members'),
    })
    .from(threads)
    .where(allOf(eq(threads.id, id), eq(threads.familyId, familyId)));
}

/** The query of a family's own zone. */
const zoneOf = (familyId: string) =>
  q.select({ zone: families.timeZone }).from(families).where(eq(families.id, familyId));

/**
 * Creates or updates a thread; `memberIds` replaces its members.
 * @throws AppError `family_not_found`, `user_not_found`, `conflict`, `invalid_request`; nothing changes then
 */
export async function putThread(
  deps: Deps,
  id: string,
  { familyId: givenFamily, title, memberIds }: ThreadMirror,
): Promise<void> {
  const now = deps.now();
  const owner = await findFamilyOfThread(deps, id);
  const familyId = givenFamily ?? owner;
  if (familyId === null) throw required('familyId');
  const db = deps.db.forFamily(familyId);
  const members = memberIds && [...new Set(memberIds)];
  if (owner !== familyId) await claimThread(deps, { id, familyId }, { title, memberIds: members });
  const list = listTable('member', members ?? []);
  const areKnown = eq(scalar<number>(membersKnown(familyId, members ?? [])), members?.length ?? 0);
  const mayChange = allOf(
    hasRow(threads, allOf(eq(threads.id, id), eq(threads.familyId, familyId))),
    areKnown,
  );
  const newTitle = coalesce<string>(title ?? null, threads.title);
  const { checks, before, after } = await retrying(() =>
    db.batch({
      checks: q
        .select({
          family: has(familyById(familyId)).as('family'),
          zone: scalar<string | null>(zoneOf(familyId)).as('zone'),
          known: sql<0 | 1>`${areKnown}`.as('known'),
        })
        .from(oneRow),
      before: threadState(id, familyId),
      thread: insertFrom(
        threads,
        { id, familyId: families.id, title: newTitle, lastActivityAt: now, createdAt: now },
        sql`from ${families} left join ${threads} on ${eq(threads.id, id)}
          where ${allOf(eq(families.id, familyId), areKnown, isNotNull(newTitle))}`,
      ).onConflictDoUpdate({
        target: threads.id,
        set: { title: excluded(threads.title) },
        setWhere: eq(threads.familyId, excluded(threads.familyId)),
      }),
      removed:
        members !== undefined &&
        q
          .delete(threadMembers)
          .where(
            allOf(eq(threadMembers.threadId, id), mayChange, not(inList(threadMembers.userId, members))),
          ),
      // New members start as having read everything: earlier messages are no news to them.
      joined:
        members !== undefined &&
        insertFrom(
          threadMembers,
          {
            threadId: threads.id,
            userId: list.value,
            familyId: threads.familyId,
            lastReadSeq: threads.lastSeq,
            joinedAt: now,
          },
          sql`from ${threads} join ${list} where ${allOf(eq(threads.id, id), mayChange)}`,
        ).onConflictDoNothing({ target: [threadMembers.threadId, threadMembers.userId] }),
      after: threadState(id, familyId),
    }),
  );
  const [check] = checks;
  if (!check?.family) throw familyNotFound();
  if (!check.known) throw membersNotFound();
  const [thread] = after;
  if (!thread) throw required('title');
  if (JSON.stringify(before[0]) !== JSON.stringify(thread))
    deps.afterwards(announceThread(deps, familyId, { id, ...thread }, check.zone));
}
