import { sql } from '../db/sql.ts';
import type { Caller } from '../platform/auth/caller.ts';
import type { Deps } from '../platform/deps.ts';

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
  return deps.db.forFamily(familyId).all<FamilyMember>(sql`
    SELECT u.id AS id, u.name AS name, COALESCE(u.time_zone, f.time_zone) AS timeZone
    FROM users u JOIN families f ON f.id = u.family_id
    WHERE u.family_id = ${familyId} AND u.deleted_at IS NULL ORDER BY u.created_at, u.id LIMIT 500`);
}
