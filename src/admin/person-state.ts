import { isNull, type SQL } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { eq } from '../db/comparisons.ts';
import { allOf, inList } from '../db/expressions.ts';
import { q } from '../db/query.ts';
import { retrying } from '../db/retry.ts';
import { notificationPreferences, users } from '../db/schema.ts';
import type { ResultOf } from '../db/statement.ts';
import { type PhoneState, pendingNumber, phoneStateOf } from '../identity/account/me.ts';
import type { Person } from '../numbers/changes.ts';
import type { Deps } from '../platform/deps.ts';

/** People as their families' rows have them. */
const personRows = (condition: SQL) => {
  const prefs = notificationPreferences;
  return q
    .select({
      id: users.id,
      familyId: users.familyId,
      name: users.name,
      phone: users.phone,
      verifiedAt: users.phoneVerifiedAt,
      unusableAt: users.phoneUnusableAt,
      timeZone: users.timeZone,
      createdAt: users.createdAt,
      smsEnabled: prefs.smsEnabled,
      optedOutAt: prefs.optedOutAt,
      carrierOptedOutAt: prefs.carrierOptedOutAt,
    })
    .from(users)
    .leftJoin(prefs, eq(prefs.userId, users.id))
    .where(allOf(condition, isNull(users.deletedAt)));
};

type PersonRow = ResultOf<ReturnType<typeof personRows>>[number];

/** A person as the host may know them. Times in ms. */
export type PersonState = Omit<PersonRow, 'smsEnabled'> & {
  phoneState: PhoneState;
  /** Texts are on: agreed to, and not opted out of since. */
  smsEnabled: boolean;
  /** They, or their carrier, said stop for their number. */
  optedOut: boolean;
};

/** Reads what holds of a person now; null when they are deleted. @throws when a database fails */
export async function readPersonState(deps: Deps, person: Person): Promise<PersonState | null> {
  const isThem = allOf(eq(users.id, person.userId), eq(users.familyId, person.familyId));
  const [row, pending] = await Promise.all([
    retrying(() => deps.db.forFamily(person.familyId).first(personRows(isThem))),
    retrying(() => pendingNumber(deps, person.userId)),
  ]);
  return row ? toPersonState(row, pending) : null;
}

/**
 * Reads what holds of people of one store, none of whom is about to prove a number.
 * @throws when the database fails
 */
export async function readPersonStates(
  db: Db,
  userIds: readonly string[],
): Promise<Map<string, PersonState>> {
  const rows = await retrying(() => db.all(personRows(inList(users.id, userIds))));
  return new Map(rows.map((row) => [row.id, toPersonState(row, null)]));
}

function toPersonState(row: PersonRow, pending: string | null): PersonState {
  const optedOut = row.optedOutAt !== null || row.carrierOptedOutAt !== null;
  return {
    ...row,
    phoneState: phoneStateOf(row, pending),
    smsEnabled: row.smsEnabled === true && !optedOut,
    optedOut,
  };
}
