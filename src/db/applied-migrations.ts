import { sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Wrangler's own list of the migrations that were applied; no part of the model, so that no migration creates it. */
export const appliedMigrations = sqliteTable('d1_migrations', {
  /** The file's name, with `.sql`. */
  name: text('name').notNull(),
});
