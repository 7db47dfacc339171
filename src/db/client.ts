import { type DrizzleD1Database, drizzle } from 'drizzle-orm/d1';
import * as schema from './schema.ts';

/** A drizzle client on one D1 database. */
export type Db = DrizzleD1Database<typeof schema>;

/**
 * The databases, by what they hold. Today all of them are the one D1; code is written as if they were
 * many, so that no batch ever spans two of them.
 */
export interface Databases {
  /** Numbers, one-time codes, limits: what no family owns. */
  directory: Db;
  /** Where a family's rows are. */
  forFamily(familyId: string): Db;
  /** Where a texted link's row is: the code's first character names the shard. */
  forLink(code: string): Db;
  /** Every database that holds families, for the sweep. */
  shards(): Db[];
}

/** Opens the databases over one D1 binding. */
export function openDatabases(d1: D1Database): Databases {
  const db = drizzle(d1, { schema });
  return { directory: db, forFamily: () => db, forLink: () => db, shards: () => [db] };
}
