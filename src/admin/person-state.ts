import { eq, isNull } from 'drizzle-orm';
import { allOf } from '../db/expressions.ts';
import { q } from '../db/query.ts';
import { retrying } from '../db/retry.ts';
import { notificationPreferences, users } from '../db/schema.ts';
import type { ResultOf } from '../db/statement.ts';
import { type PhoneState, pendingNumber, phoneStateOf } from '../identity/account/me.ts';
import type { Person } from '../numbers/changes.ts';
import type { Deps } from '../platform/deps.ts';

/** A person as their family's rows have them. */
const personRow = ({ userId, familyId }: Person) => {
  const prefs = notificationPreferences;
  return q
    .select({
      name: users.name,
      email: users.email,
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
    .where(allOf(eq(users.id, userId), eq(users.familyId, familyId), isNull(users.deletedAt)));
};

/** A person as the host may know them. Times in ms. */
export type PersonState = Omit<ResultOf<ReturnType<typeof personRow>>[number], 'smsEnabled'> & {
  phoneState: PhoneState;
  /** Texts are on: agreed to, and not opted out of since. */
  smsEnabled: boolean;
  /** They, or their carrier, said stop for their number. */
  optedOut: boolean;
};

/** Reads what holds of a person now; null when they are deleted. @throws when a database fails */
export async function readPersonState(deps: Deps, person: Person): Promise<PersonState | null> {
  const [row, pending] = await Promise.all([
    retrying(() => deps.db.forFamily(person.familyId).first(personRow(person))),
    retrying(() => pendingNumber(deps, person.userId)),
  ]);
  if (!row) return null;
  const optedOut = row.optedOutAt !== null || row.carrierOptedOutAt !== null;
  return {
    ...row,
    phoneState: phoneStateOf(row, pending),
    smsEnabled: row.smsEnabled === true && !optedOut,
    optedOut,
  };
}
