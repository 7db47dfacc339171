import { isNotNull, type SQL, sql } from 'drizzle-orm';
import { allOf, nonNull, type Value } from '../db/expressions.ts';
import { insertFrom } from '../db/insert-from.ts';
import { familyUpdates, phoneNumbers } from '../db/schema.ts';
import { newId } from '../platform/ids.ts';
import type { Change, Person } from './changes.ts';

/** The id of a new update. */
export const updateId = (now: number): string => newId('upd', now);

/** A change as a JSON expression: known fields, and fields whose values the database fills in. */
export function changeJson(known: Partial<Change>, fields: Record<string, SQL> = {}): SQL<string> {
  const parts = Object.entries(fields).map(([name, value]) => sql`, ${`$.${name}`}, ${value}`);
  return parts.length === 0
    ? sql<string>`${JSON.stringify(known)}`
    : sql<string>`json_set(${JSON.stringify(known)}${sql.join(parts)})`;
}

/** Statement: enqueues a change of a person's rows if `condition` holds. Idempotent under one id. */
export function enqueueForPerson({
  id,
  now,
  change,
  person,
  condition = sql`true`,
}: {
  id: string;
  now: number;
  change: SQL<string>;
  person: Person;
  condition?: SQL;
}) {
  const { familyId, userId } = person;
  return insertFrom(
    familyUpdates,
    { id, familyId, userId, change, createdAt: now },
    sql`where ${condition}`,
  ).onConflictDoNothing({ target: familyUpdates.id });
}

/**
 * Statement: enqueues a change for the holder of the number that `condition` selects from `phoneNumbers`; the
 * change may read that row. Goes before the statement that changes the row, in the directory's batch.
 */
export function enqueueForHolder({
  id,
  now,
  change,
  condition,
}: {
  id: Value<string>;
  now: Value<number>;
  change: SQL<string>;
  condition: SQL;
}) {
  const holder = { familyId: nonNull(phoneNumbers.familyId), userId: nonNull(phoneNumbers.userId) };
  return insertFrom(
    familyUpdates,
    { id, ...holder, change, createdAt: now },
    sql`from ${phoneNumbers} where ${allOf(isNotNull(phoneNumbers.userId), condition)}`,
  ).onConflictDoNothing({ target: familyUpdates.id });
}
