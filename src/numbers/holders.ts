import { inArray, isNull, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { eq, ne } from '../db/comparisons.ts';
import { allOf, anyOf, excluded, inList, scalar } from '../db/expressions.ts';
import { insertFrom } from '../db/insert-from.ts';
import { q } from '../db/query.ts';
import { familyUpdates, phoneNumbers, verificationCodes } from '../db/schema.ts';
import type { Change, NumberChange, Person } from './changes.ts';
import { changeJson, enqueueForHolder, enqueueForPerson, updateId } from './update-outbox.ts';

/** A number that a person verified, or that their host vouches for. */
export interface NumberAssignment extends Person {
  number: string;
  numberHash: string;
  /** When it was verified, ms. */
  verifiedAt: number;
  now: number;
  /** Each statement changes nothing unless this condition holds. */
  condition: SQL;
}

/**
 * Statements that clear the holder of the numbers of `where`; the state of the numbers themselves stays under
 * their hashes.
 */
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
      .set({
        number: null,
        userId: null,
        familyId: null,
        verifiedAt: null,
        confirmedAt: null,
        vouchedUntil: null,
        updatedAt: now,
      })
      .where(where),
  };
}

/**
 * Enqueues the loss of the number for its other holder, if any: the person who verified it last holds it. Goes
 * before {@link takeNumber}.
 */
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

/** The unusable mark of a number, unless it is older than the new verification. */
const stillUnusable = (verifiedAt: number) =>
  sql<
    number | null
  >`case when ${phoneNumbers.unusableAt} > ${verifiedAt} then ${phoneNumbers.unusableAt} end`;

/** Enqueues the new number for the person's rows. Goes before {@link takeNumber}. */
export function enqueueNumber(
  id: string,
  { userId, familyId, number, numberHash, verifiedAt, now, condition }: NumberAssignment,
  { byHost }: Pick<NumberChange, 'byHost'>,
) {
  const change: Partial<Change> = { kind: 'number', number, numberHash, verifiedAt, byHost, at: now };
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
 * Statements for the directory's batch: make the person the holder of this number and of no other. The number
 * keeps its opt-outs; an unusable mark is cleared when the verification is newer.
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
      { numberHash, number, userId, familyId, verifiedAt, confirmedAt: now, updatedAt: now },
      sql`where ${condition}`,
    ).onConflictDoUpdate({
      target: phoneNumbers.numberHash,
      set: {
        number: excluded(phoneNumbers.number),
        userId: excluded(phoneNumbers.userId),
        familyId: excluded(phoneNumbers.familyId),
        verifiedAt: excluded(phoneNumbers.verifiedAt),
        strikes: 0,
        confirmedAt: excluded(phoneNumbers.confirmedAt),
        vouchedUntil: null,
        unusableAt: stillUnusable(verifiedAt),
        updatedAt: excluded(phoneNumbers.updatedAt),
      },
    }),
    // Sign-in codes that were sent before are void: the earlier holder may have read them.
    voidLoginCodes: q
      .delete(verificationCodes)
      .where(
        allOf(
          eq(verificationCodes.numberHash, numberHash),
          eq(verificationCodes.purpose, 'login'),
          condition,
        ),
      ),
  };
}

/** Codes of these people, and those that anybody asked for to sign in with their numbers. Goes before {@link clearHolder}. */
function deleteCodes(theirs: (userId: SQLiteColumn) => SQL) {
  const numbers = q
    .select({ numberHash: phoneNumbers.numberHash })
    .from(phoneNumbers)
    .where(theirs(phoneNumbers.userId));
  return q
    .delete(verificationCodes)
    .where(anyOf(theirs(verificationCodes.userId), inArray(verificationCodes.numberHash, numbers)));
}

/** Statements for the directory's batch: remove the person's number and pending codes. */
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
    deleteCodes: deleteCodes((column) => eq(column, userId)),
    ...clearHolder(theirs, now),
  };
}

/**
 * Statements for the directory's batch: remove the numbers and pending codes of people whose rows are about to be
 * deleted, and what was enqueued for those rows.
 */
export function releaseNumbers(userIds: readonly string[], now: number) {
  return {
    deleteCodes: deleteCodes((column) => inList(column, userIds)),
    ...clearHolder(inList(phoneNumbers.userId, userIds), now),
    deleteUpdates: q.delete(familyUpdates).where(inList(familyUpdates.userId, userIds)),
  };
}
