import { asc, isNull } from 'drizzle-orm';
import { eq } from '../db/comparisons.ts';
import { allOf, coalesce } from '../db/expressions.ts';
import { q } from '../db/query.ts';
import { families, users } from '../db/schema.ts';
import type { Caller } from '../platform/auth/caller.ts';
import type { Deps } from '../platform/deps.ts';

/** Max. people listed of one family. */
const MAX_MEMBERS = 500;

/** A person of a family. */
export interface FamilyMember {
  id: string;
  name: string;
  /** Their own, else the family's; null when neither is known. */
  timeZone: string | null;
}

/** Everyone of the caller's family, in the order in which they joined it. */
export function listFamilyMembers(
  deps: Deps,
  { familyId }: Pick<Caller, 'familyId'>,
): Promise<FamilyMember[]> {
  return deps.db.forFamily(familyId).all(
    q
      .select({
        id: users.id,
        name: users.name,
        timeZone: coalesce<string | null>(users.timeZone, families.timeZone).as('timeZone'),
      })
      .from(users)
      .innerJoin(families, eq(families.id, users.familyId))
      .where(allOf(eq(users.familyId, familyId), isNull(users.deletedAt)))
      .orderBy(asc(users.createdAt), asc(users.id))
      .limit(MAX_MEMBERS),
  );
}
