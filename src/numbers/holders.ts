import type { Db } from '../db/client.ts';
import { type SQL, sql } from '../db/sql.ts';
import type { Change, Person } from './changes.ts';
import { changeJson, oweHolder, owePerson, updateId } from './update-outbox.ts';

/** A number that a person proved, or that their host vouches for. */
export interface Binding extends Person {
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

/** Forgets who held these numbers: what belongs to a number itself stays under its hash. */
function letGo(directory: Db, where: SQL, now: number) {
  return [
    directory.run(sql`
      DELETE FROM phone_numbers
      WHERE ${where} AND opted_out_at IS NULL AND carrier_opted_out_at IS NULL AND unusable_at IS NULL`),
    directory.run(sql`
      UPDATE phone_numbers SET number = NULL, user_id = NULL, family_id = NULL, verified_at = NULL, updated_at = ${now}
      WHERE ${where}`),
  ] as const;
}

/** Takes the number away from whoever else holds it: possession wins. Goes before {@link bind}. */
export function unseat(directory: Db, id: string, { userId, numberHash, now, condition }: Binding) {
  return oweHolder(directory, {
    id,
    now,
    change: changeJson(
      { kind: 'number_lost', source: 'number_moved', numberHash, at: now },
      { number: sql`n.number` },
    ),
    condition: sql`n.number_hash = ${numberHash} AND n.user_id <> ${userId} AND ${condition}`,
  });
}

/**
 * Makes the person the holder of the number and of no other. What belongs to the number stays with it:
 * an opt-out is never undone here. Being unusable is, when the proof is newer.
 */
export function bind(
  directory: Db,
  id: string,
  binding: Binding,
  { keepsConsent }: { keepsConsent: boolean },
) {
  const { userId, familyId, number, numberHash, verifiedAt, now, condition } = binding;
  const row = (column: SQL) => sql`(SELECT ${column} FROM phone_numbers WHERE number_hash = ${numberHash})`;
  const unusableAt = sql`CASE WHEN unusable_at > ${verifiedAt} THEN unusable_at END`;
  const change: Partial<Change> = { kind: 'number', number, numberHash, verifiedAt, keepsConsent, at: now };
  return [
    owePerson(directory, {
      id,
      now,
      person: binding,
      change: changeJson(change, {
        optedOutAt: row(sql`opted_out_at`),
        carrierOptedOutAt: row(sql`carrier_opted_out_at`),
        unusableAt: row(unusableAt),
        previousHash: sql`(SELECT number_hash FROM phone_numbers WHERE user_id = ${userId} AND number_hash <> ${numberHash})`,
      }),
      condition,
    }),
    ...letGo(directory, sql`user_id = ${userId} AND number_hash <> ${numberHash} AND ${condition}`, now),
    directory.run(sql`
      INSERT INTO phone_numbers (number_hash, number, user_id, family_id, verified_at, updated_at)
      SELECT ${numberHash}, ${number}, ${userId}, ${familyId}, ${verifiedAt}, ${now} WHERE ${condition}
      ON CONFLICT (number_hash) DO UPDATE SET number = excluded.number, user_id = excluded.user_id,
        family_id = excluded.family_id, verified_at = excluded.verified_at, strikes = 0, unusable_at = ${unusableAt},
        updated_at = excluded.updated_at`),
    // A code to sign in that was sent before proves nothing any more: whoever read it may be the earlier holder.
    directory.run(
      sql`DELETE FROM verification_codes WHERE subject = ${loginSubject(numberHash)} AND ${condition}`,
    ),
  ] as const;
}

/** Takes the person's number and pending codes out of the directory: statements for its batch. */
export function release(directory: Db, { userId }: Person, now: number) {
  const change: Partial<Change> = { kind: 'number_lost', source: 'number_removed', at: now };
  const fields = { number: sql`n.number`, numberHash: sql`n.number_hash` };
  return [
    oweHolder(directory, {
      id: updateId(now),
      now,
      change: changeJson(change, fields),
      condition: sql`n.user_id = ${userId}`,
    }),
    ...letGo(directory, sql`user_id = ${userId}`, now),
    directory.run(sql`DELETE FROM verification_codes WHERE user_id = ${userId}`),
  ] as const;
}
