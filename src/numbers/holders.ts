import { eq, isNull, ne, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { allOf, excluded, scalar } from '../db/expressions.ts';
import { insertFrom } from '../db/insert-from.ts';
import { q } from '../db/query.ts';
import { phoneNumbers, verificationCodes } from '../db/schema.ts';
import type { Change, Person } from './changes.ts';
import { changeJson, enqueueForHolder, enqueueForPerson, updateId } from './update-outbox.ts';

/** A number that a person proved, or that their host vouches for. */
export interface NumberAssignment extends Person {
  number: string;
  numberHash: string;
  /** When it was proven, ms. */
  verifiedAt: number;
  now: number;
  /** Nothing happens unless this holds, in each statement. */
  condition: SQL;
}

/** Under what a one-time code is kept with which a number's holder signs in. */
export const loginSubject = (numberHash: string): string => `login:${numberHash}`;

/** Statements that forget who held the numbers of `where`: what belongs to a number itself stays under its hash. */
function clearHolder(where: SQL, now: number) {
  return {
    deleteUnmarked: q
      .delete(phoneNumbers)
      .where(
        allOf(
          where,
          isNull(phoneNumbers.optedOutAt),
          isNull(phoneNumbers.carrierOptedOutAt),
          isNull(phoneNumbers.unusableAt),
        ),
      ),
    clearHolder: q
      .update(phoneNumbers)
      .set({ number: null, userId: null, familyId: null, verifiedAt: null, updatedAt: now })
      .where(where),
  };
}

/** Tells whoever else holds the number that they lose it: possession wins. Goes before {@link takeNumber}. */
export function enqueueNumberMoved(id: string, { userId, numberHash, now, condition }: NumberAssignment) {
  return enqueueForHolder({
    id,
    now,
    change: changeJson(
      { kind: 'number_lost', source: 'number_moved', numberHash, at: now },
      { number: sql`${phoneNumbers.number}` },
    ),
    condition: allOf(eq(phoneNumbers.numberHash, numberHash), ne(phoneNumbers.userId, userId), condition),
  });
}

/** What was found out before the new proof makes a number unusable no more. */
const stillUnusable = (verifiedAt: number) =>
  sql<
    number | null
  >`case when ${phoneNumbers.unusableAt} > ${verifiedAt} then ${phoneNumbers.unusableAt} end`;

/** Tells the person's rows of their new number. Goes before {@link takeNumber}. */
export function enqueueNumber(
  id: string,
  { userId, familyId, number, numberHash, verifiedAt, now, condition }: NumberAssignment,
  { keepsConsent }: { keepsConsent: boolean },
) {
  const change: Partial<Change> = { kind: 'number', number, numberHash, verifiedAt, keepsConsent, at: now };
  const ofNumber = (value: SQLiteColumn | SQL) =>
    scalar(
      q
        .select({ value: sql`${value}`.as('value') })
        .from(phoneNumbers)
        .where(eq(phoneNumbers.numberHash, numberHash)),
    );
  const previous = q
    .select({ numberHash: phoneNumbers.numberHash })
    .from(phoneNumbers)
    .where(allOf(eq(phoneNumbers.userId, userId), ne(phoneNumbers.numberHash, numberHash)));
  return enqueueForPerson({
    id,
    now,
    person: { userId, familyId },
    change: changeJson(change, {
      optedOutAt: ofNumber(phoneNumbers.optedOutAt),
      carrierOptedOutAt: ofNumber(phoneNumbers.carrierOptedOutAt),
      unusableAt: ofNumber(stillUnusable(verifiedAt)),
      previousHash: scalar(previous),
    }),
    condition,
  });
}

/**
 * Makes the person the holder of the number and of no other: statements for the directory's batch. What belongs to the
 * number stays with it: an opt-out is never undone here. Being unusable is, when the proof is newer.
 */
export function takeNumber({
  userId,
  familyId,
  number,
  numberHash,
  verifiedAt,
  now,
  condition,
}: NumberAssignment) {
  return {
    ...clearHolder(
      allOf(eq(phoneNumbers.userId, userId), ne(phoneNumbers.numberHash, numberHash), condition),
      now,
    ),
    holdNumber: insertFrom(
      phoneNumbers,
      { numberHash, number, userId, familyId, verifiedAt, updatedAt: now },
      sql`where ${condition}`,
    ).onConflictDoUpdate({
      target: phoneNumbers.numberHash,
      set: {
        number: excluded(phoneNumbers.number),
        userId: excluded(phoneNumbers.userId),
        familyId: excluded(phoneNumbers.familyId),
        verifiedAt: excluded(phoneNumbers.verifiedAt),
        strikes: 0,
        unusableAt: stillUnusable(verifiedAt),
        updatedAt: excluded(phoneNumbers.updatedAt),
      },
    }),
    // A code to sign in that was sent before proves nothing any more: whoever read it may be the earlier holder.
    voidLoginCode: q
      .delete(verificationCodes)
      .where(allOf(eq(verificationCodes.subject, loginSubject(numberHash)), condition)),
  };
}

/** Takes the person's number and pending codes out of the directory: statements for its batch. */
export function releaseNumber({ userId }: Person, now: number) {
  const theirs = eq(phoneNumbers.userId, userId);
  return {
    enqueueNumberRemoved: enqueueForHolder({
      id: updateId(now),
      now,
      change: changeJson(
        { kind: 'number_lost', source: 'number_removed', at: now },
        { number: sql`${phoneNumbers.number}`, numberHash: sql`${phoneNumbers.numberHash}` },
      ),
      condition: theirs,
    }),
    ...clearHolder(theirs, now),
    deleteCodes: q.delete(verificationCodes).where(eq(verificationCodes.userId, userId)),
  };
}
