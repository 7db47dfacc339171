import type { Db } from '../db/client.ts';
import { sql } from '../db/sql.ts';
import type { Person } from './changes.ts';

/** Gives a person who exists their row of preferences, with the defaults, where they have none: a statement. */
export function ensurePreferences(db: Db, { userId, familyId }: Person) {
  return db.run(sql`
    INSERT INTO notification_preferences (user_id, family_id)
    SELECT id, family_id FROM users WHERE id = ${userId} AND family_id = ${familyId} AND deleted_at IS NULL
    ON CONFLICT (user_id) DO NOTHING`);
}
