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

interface BatchItem {
  _prepare(): {
    getQuery(): { sql: string; params: unknown[] };
    mapResult(result: unknown, isFromBatch: boolean): unknown;
  };
}

/** Opens one D1. Drizzle's own `batch` cannot bind the parameters of raw statements, so ours does. */
function open(d1: D1Database): Db {
  const db = drizzle(d1, { schema });
  const batch = async (items: readonly BatchItem[]) => {
    const prepared = items.map((item) => item._prepare());
    const statements = prepared.map((item) => {
      const { sql, params } = item.getQuery();
      return d1.prepare(sql).bind(...params);
    });
    const results = await d1.batch(statements);
    return results.map((result, i) => prepared[i]!.mapResult(result, true));
  };
  return Object.assign(db, { batch: batch as unknown as Db['batch'] });
}

/** Opens the databases over one D1 binding. */
export function openDatabases(d1: D1Database): Databases {
  const db = open(d1);
  return { directory: db, forFamily: () => db, forLink: () => db, shards: () => [db] };
}
