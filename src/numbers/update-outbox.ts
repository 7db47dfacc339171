import type { Db } from '../db/client.ts';
import { type SQL, sql } from '../db/sql.ts';
import { newId } from '../platform/ids.ts';
import type { Change, Person } from './changes.ts';

/** The id of a new update. */
export const updateId = (now: number): string => newId('upd', now);

/** A change as SQL: what is known, and fields whose values are SQL of their own. */
export function changeJson(known: Partial<Change>, fields: Record<string, SQL> = {}): SQL {
  const parts = Object.entries(fields).map(([name, value]) => sql`, ${`$.${name}`}, ${value}`);
  return parts.length === 0
    ? sql`${JSON.stringify(known)}`
    : sql`json_set(${JSON.stringify(known)}${sql.join(parts)})`;
}

/** Owes a person's rows a change if `condition` holds. Running it again under the same id does no harm. */
export function owePerson(
  directory: Db,
  {
    id,
    now,
    change,
    person,
    condition = sql`1`,
  }: {
    id: string;
    now: number;
    change: SQL;
    person: Person;
    condition?: SQL;
  },
) {
  return directory.run(sql`
    INSERT INTO family_updates (id, family_id, user_id, change, created_at)
    SELECT ${id}, ${person.familyId}, ${person.userId}, ${change}, ${now} WHERE ${condition}
    ON CONFLICT (id) DO NOTHING`);
}

/**
 * Owes a change to whoever holds the number that `condition` picks out of `phone_numbers`, alias `n`; the
 * change may draw on that row. Goes before the statement that changes the row, in the directory's batch.
 */
export function oweHolder(
  directory: Db,
  { id, now, change, condition }: { id: string; now: number; change: SQL; condition: SQL },
) {
  return directory.run(sql`
    INSERT INTO family_updates (id, family_id, user_id, change, created_at)
    SELECT ${id}, n.family_id, n.user_id, ${change}, ${now} FROM phone_numbers n
    WHERE n.user_id IS NOT NULL AND ${condition}
    ON CONFLICT (id) DO NOTHING`);
}
