import { and, eq, like, sql } from 'drizzle-orm';
import { sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { Db } from '../client.ts';
import { q } from '../query.ts';
import { families } from '../schema.ts';
import { FENCE_TRIGGERS } from './family-tables.ts';

/** SQLite's own list of tables, indexes and triggers; no part of the model. */
const sqliteMaster = sqliteTable('sqlite_master', {
  type: text('type').notNull(),
  name: text('name').notNull(),
});

/** Whether a store has all its fences. A remote migration whose splitter cut a trigger would leave it without. */
export async function hasFences(db: Db): Promise<boolean> {
  const { fences } = await db.batch({
    anyFamily: q.select({ id: families.id }).from(families).limit(1), // Throws in a database without the schema.
    fences: q
      .select({ count: sql<number>`count(*)`.as('count') })
      .from(sqliteMaster)
      .where(and(eq(sqliteMaster.type, 'trigger'), like(sqliteMaster.name, 'fence_%'))),
  });
  return fences[0]?.count === FENCE_TRIGGERS;
}

/** How many families a store holds: for operators, since it reads an entry of an index for each. */
export async function countFamilies(db: Db): Promise<number> {
  const { familiesCounted } = await db.batch({
    familiesCounted: q.select({ count: sql<number>`count(*)`.as('count') }).from(families),
  });
  return familiesCounted[0]?.count ?? 0;
}
