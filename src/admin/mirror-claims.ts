import { isNull, sql } from 'drizzle-orm';
import { eq } from '../db/comparisons.ts';
import { allOf, listTable } from '../db/expressions.ts';
import { q } from '../db/query.ts';
import { retrying } from '../db/retry.ts';
import { families, threads, users } from '../db/schema.ts';
import type { Deps } from '../platform/deps.ts';
import { AppError } from '../platform/errors.ts';
import { type Claim, type ClaimedIds, personIds, threadClaims } from '../platform/id-claims.ts';
import { CLOCK_TOLERANCE_MS } from '../platform/time.ts';
import { findFamilyOfThread, findFamilyOfUser } from './find-family.ts';

/** 400 of a field that something new needs. */
export const required = (field: string) =>
  new AppError('invalid_request', `"${field}" is needed the first time.`, {
    details: [{ in: 'body', field, problem: 'is missing' }],
  });

/** 400 of a field. */
export const wrongField = (field: string, problem: string) =>
  new AppError('invalid_request', `Correct what "details" names: ${field}.`, {
    details: [{ in: 'body', field, problem }],
  });

/**
 * Refuses a time that is not over yet, but for clocks that differ a little: whatever was recorded then would be younger
 * than all that people say in the meantime.
 * @param at ms; nothing is refused without one
 * @throws AppError `invalid_request`
 */
export function refuseFuture(field: string, at: number | null | undefined, now: number): void {
  if (isFuture(at, now)) throw wrongField(field, 'should not be in the future');
}

/** Whether a time, ms, is later than a clock that is ahead of ours can explain. */
export const isFuture = (at: number | null | undefined, now: number): boolean =>
  typeof at === 'number' && at > now + CLOCK_TOLERANCE_MS;

/** The query of a family. */
export const familyById = (id: string) =>
  q.select({ id: families.id }).from(families).where(eq(families.id, id));

/** 404 of a family that is not mirrored yet. */
export const familyNotFound = () =>
  new AppError('family_not_found', 'Mirror the family first: there is none with this id.');
/** 409 of an id that another family has. @param what it names, such as `This person` */
export const ofAnotherFamily = (what: string) =>
  new AppError('conflict', `${what} belongs to another family.`);

/**
 * Claims an id that is not the family's yet, unless another family has it. A claim whose row was never made, since its
 * request died, is taken over.
 * @param isRow whether a family has the row of this id
 * @throws AppError `conflict`
 */
async function claimId(
  { db, now }: Deps,
  ids: ClaimedIds,
  claim: Claim,
  what: string,
  isRow: (familyId: string) => Promise<boolean>,
): Promise<void> {
  const from = (await ids.claim(db.directory, [claim], now())).get(claim.id);
  if (from === undefined || from === claim.familyId) return;
  if (await isRow(from)) throw ofAnotherFamily(what);
  if (!(await ids.takeOver(db.directory, { ...claim, from }, now()))) throw ofAnotherFamily(what);
}

/** Claims a new person's id. @throws AppError `family_not_found`, `invalid_request`, `conflict`; nothing is claimed then */
export async function claimPerson(deps: Deps, claim: Claim, name: string | undefined): Promise<void> {
  const family = await retrying(() => deps.db.forFamily(claim.familyId).first(familyById(claim.familyId)));
  if (!family) throw familyNotFound();
  const isRow = async (familyId: string) => {
    const isPerson = allOf(eq(users.id, claim.id), eq(users.familyId, familyId));
    const row = q.select({ id: users.id }).from(users).where(isPerson);
    return (await retrying(() => deps.db.forFamily(familyId).first(row))) !== undefined;
  };
  if (name === undefined && (await findFamilyOfUser(deps, claim.id)) === null) throw required('name');
  await claimId(deps, personIds, claim, 'This person', isRow);
}

/** 404 of members that are not mirrored yet. */
export const membersNotFound = () =>
  new AppError('user_not_found', 'Mirror the members first: not all of them are known in this family.');

/** The query of how many of these people are of a family. @param memberIds each once */
export function membersKnown(familyId: string, memberIds: readonly string[]) {
  const list = listTable('member', memberIds);
  return q
    .select({ count: sql<number>`count(*)`.as('count') })
    .from(list)
    .innerJoin(users, eq(users.id, list.value))
    .where(allOf(eq(users.familyId, familyId), isNull(users.deletedAt)));
}

/** Claims a new thread's id. @throws AppError `family_not_found`, `user_not_found`, `conflict`; nothing is claimed then */
export async function claimThread(
  deps: Deps,
  claim: Claim,
  { title, memberIds = [] }: { title?: string | undefined; memberIds?: readonly string[] | undefined },
): Promise<void> {
  const db = deps.db.forFamily(claim.familyId);
  const { family, known } = await retrying(() =>
    db.batch({ family: familyById(claim.familyId), known: membersKnown(claim.familyId, memberIds) }),
  );
  if (family.length === 0) throw familyNotFound();
  if (known[0]?.count !== memberIds.length) throw membersNotFound();
  const isRow = async (familyId: string) => {
    const isThread = allOf(eq(threads.id, claim.id), eq(threads.familyId, familyId));
    const row = q.select({ id: threads.id }).from(threads).where(isThread);
    return (await retrying(() => deps.db.forFamily(familyId).first(row))) !== undefined;
  };
  if (title === undefined && (await findFamilyOfThread(deps, claim.id)) === null) throw required('title');
  await claimId(deps, threadClaims, claim, 'This thread', isRow);
}
