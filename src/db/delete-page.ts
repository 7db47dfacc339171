import { inArray, type SQL } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { rowid } from './expressions.ts';
import { q } from './query.ts';
import { hot } from './statement.ts';

/** Rows that one such statement deletes. */
export const DELETED_AT_ONCE = 500;

/**
 * A hot statement that deletes a page of a table's rows: those for which `condition` holds, given a moment (ms, or a day
 * as text). What is left is deleted by the next sweeps.
 */
export const deletePage = <T extends number | string = number>(
  table: SQLiteTable,
  condition: (before: SQL<T>) => SQL,
) =>
  hot<{ before: T }>()((v) => {
    const old = q
      .select({ row: rowid(table).as('row') })
      .from(table)
      .where(condition(v.before as SQL<T>))
      .limit(DELETED_AT_ONCE);
    return q.delete(table).where(inArray(rowid(table), old));
  });
