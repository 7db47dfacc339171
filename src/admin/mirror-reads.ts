import { asc, isNull } from 'drizzle-orm';
import * as z from 'zod';
import { eq } from '../db/comparisons.ts';
import { allOf, json, scalar } from '../db/expressions.ts';
import { q } from '../db/query.ts';
import { retrying } from '../db/retry.ts';
import { families, threads, users } from '../db/schema.ts';
import type { Deps } from '../platform/deps.ts';
import { AppError } from '../platform/errors.ts';
import { iso, isoOrNull, namedSchema, timestamp } from '../platform/http/validation.ts';
import { familyOfKnownThread, familyOfKnownUser, userNotFound } from './find-family.ts';
import { selectThreadMembers } from './mirror-thread.ts';
import { readPersonState } from './person-state.ts';

/** Max. people that are listed of a family. */
const MAX_PEOPLE = 1000;

/** A family as it stands here. */
export const mirroredFamilySchema = namedSchema('MirroredFamily', () =>
  z.object({
    id: z.string(),
    name: z.string(),
    timeZone: z.string().nullable(),
    database: z.string().describe('The store that holds its rows'),
    userIds: z.array(z.string()).describe(`Its people, ${MAX_PEOPLE} at most`),
    createdAt: timestamp,
  }),
);

/** A person as they stand here. */
export const mirroredPersonSchema = namedSchema('MirroredPerson', () =>
  z.object({
    id: z.string(),
    familyId: z.string(),
    name: z.string(),
    phone: z.string().nullable().describe('E.164'),
    phoneState: z.enum(['none', 'pending', 'verified', 'unusable']),
    phoneVerifiedAt: timestamp.nullable(),
    smsEnabled: z.boolean().describe('Whether texts are on'),
    optedOut: z.boolean().describe('They, or their carrier, said stop for this number'),
    timeZone: z.string().nullable().describe('Their own'),
    createdAt: timestamp,
  }),
);

/** A thread as it stands here. */
export const mirroredThreadSchema = namedSchema('MirroredThread', () =>
  z.object({
    id: z.string(),
    familyId: z.string(),
    title: z.string(),
    memberIds: z.array(z.string()),
    members: z.array(z.object({ id: z.string(), name: z.string(), lastReadSeq: z.int() })),
    lastSeq: z.int(),
    lastActivityAt: timestamp,
    createdAt: timestamp,
  }),
);

/** A family. @throws AppError `family_not_found` */
export async function readFamily(
  deps: Deps,
  id: string,
): Promise<z.infer<ReturnType<typeof mirroredFamilySchema>>> {
  await deps.db.refreshMap(); // A family that has just moved is where it is now.
  const [database, { family, people }] = await Promise.all([
    deps.db.storeOf(id),
    retrying(() =>
      deps.db.forFamily(id).batch({
        family: q
          .select({ name: families.name, timeZone: families.timeZone, createdAt: families.createdAt })
          .from(families)
          .where(eq(families.id, id)),
        people: q
          .select({ id: users.id })
          .from(users)
          .where(allOf(eq(users.familyId, id), isNull(users.deletedAt)))
          .orderBy(asc(users.id))
          .limit(MAX_PEOPLE),
      }),
    ),
  ]);
  const [row] = family;
  if (!row) throw new AppError('family_not_found', 'There is no such family.');
  return { id, ...row, database, userIds: people.map((person) => person.id), createdAt: iso(row.createdAt) };
}

/** A person. @throws AppError `user_not_found`, for a deleted one too */
export async function readUser(
  deps: Deps,
  id: string,
): Promise<z.infer<ReturnType<typeof mirroredPersonSchema>>> {
  const familyId = await familyOfKnownUser(deps, id);
  const state = await readPersonState(deps, { userId: id, familyId });
  if (!state) throw userNotFound();
  const { name, phone, phoneState, smsEnabled, optedOut, timeZone } = state;
  return {
    id,
    familyId,
    name,
    phone,
    phoneState,
    phoneVerifiedAt: isoOrNull(state.verifiedAt),
    smsEnabled,
    optedOut,
    timeZone,
    createdAt: iso(state.createdAt),
  };
}

/** A thread. @throws AppError `thread_not_found` */
export async function readThread(
  deps: Deps,
  id: string,
): Promise<z.infer<ReturnType<typeof mirroredThreadSchema>>> {
  const familyId = await familyOfKnownThread(deps, id);
  const members = selectThreadMembers();
  const query = q
    .select({
      title: threads.title,
      lastSeq: threads.lastSeq,
      lastActivityAt: threads.lastActivityAt,
      createdAt: threads.createdAt,
      members: json<z.infer<ReturnType<typeof mirroredThreadSchema>>['members']>(scalar(members)).as(
        'members',
      ),
    })
    .from(threads)
    .where(allOf(eq(threads.id, id), eq(threads.familyId, familyId)));
  const row = await retrying(() => deps.db.forFamily(familyId).first(query));
  if (!row) throw new AppError('thread_not_found', 'There is no such thread.');
  return {
    id,
    familyId,
    ...row,
    memberIds: row.members.map((member) => member.id),
    lastActivityAt: iso(row.lastActivityAt),
    createdAt: iso(row.createdAt),
  };
}
