import { and, inArray, like, sql } from 'drizzle-orm';
import { sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { Db } from '../client.ts';
import { eq } from '../comparisons.ts';
import { hasRow, scalar } from '../expressions.ts';
import { q } from '../query.ts';
import { families, fences } from '../schema.ts';
import { FENCE_TRIGGERS } from './family-tables.ts';
import { AWAY_STATES } from './fences.ts';

/** Wrangler's own list of the migrations that were applied; no part of the model, so that no migration creates it. */
export const appliedMigrations = sqliteTable('d1_migrations', {
  /** The file's name, with `.sql`. */
  name: text('name').notNull(),
});

/** SQLite's own list of tables, indexes and triggers; no part of the model. */
const sqliteMaster = sqliteTable('sqlite_master', {
  type: text('type').notNull(),
  name: text('name').notNull(),
});

/**
 * Whether a store has all its fences. A remote migration whose splitter cut a trigger would leave it without.
 * @throws when the database fails, or has no schema
 */
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

/**
 * How many families live in a store: for operators, since it reads an entry of an index for each. One that moves is counted
 * where it lives, though its rows are in both.
 * @throws when the database fails
 */
export async function countFamilies(db: Db): Promise<number> {
  const away = q
    .select({ count: sql<number>`count(*)`.as('count') })
    .from(fences)
    .where(and(inArray(fences.state, [...AWAY_STATES]), hasRow(families, eq(families.id, fences.familyId))));
  const { familiesCounted } = await db.batch({
    familiesCounted: q
      .select({ count: sql<number>`count(*) - ${scalar<number>(away)}`.as('count') })
      .from(families),
  });
  return familiesCounted[0]?.count ?? 0;
}
