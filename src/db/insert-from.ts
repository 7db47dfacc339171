import { type AnyColumn, getTableColumns, type InferInsertModel, type SQL, sql } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { q } from './query.ts';

type Insert<T extends SQLiteTable> = InferInsertModel<T>;

/** A column whose values fit: of the same type, and not null where null does not fit. */
type ColumnOf<V> = AnyColumn<{ data: NonNullable<V>; notNull: null extends V ? boolean : true }>;

/**
 * What a row is made of: for each column a value, a typed expression or a column. As with `values()`, columns with a
 * default or that may be null can be left out; null where a value is needed is an error of types.
 */
export type RowFrom<T extends SQLiteTable> = {
  [K in keyof Insert<T>]:
    | Insert<T>[K]
    | SQL<Insert<T>[K]>
    | SQL.Aliased<Insert<T>[K]>
    | ColumnOf<Insert<T>[K]>;
};

/**
 * `INSERT … SELECT row FROM …`; drizzle's own wants every column of the table in its order (drizzle-orm#3608).
 * @param from all that follows the selected columns; with `ON CONFLICT` it needs a WHERE (sqlite.org/lang_upsert.html, 2.2)
 */
export function insertFrom<T extends SQLiteTable>(table: T, row: RowFrom<T>, from: SQL) {
  // Drizzle names every column but those that the database computes.
  const columns = Object.entries(getTableColumns(table)).filter(([, { generated }]) => !generated);
  const values = columns.map(([key, column]) => {
    const value = (row as Record<string, unknown>)[key] ?? column.default ?? null;
    return typeof value === 'object' && value !== null ? sql`${value}` : sql.param(value, column);
  });
  return q.insert(table).select(sql`select ${sql.join(values, sql`, `)} ${from}`);
}
