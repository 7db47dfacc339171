import type { Column, SQL } from 'drizzle-orm';
import * as drizzle from 'drizzle-orm';

/** What a column holds, as an expression: SQL of that type, or another column. */
type Expression<T> = SQL<T | null> | SQL.Aliased<T | null> | (Column & { _: { data: T } });

/** A comparison of a column, or of an expression, with a value of its own type or an expression of it. */
interface Comparison {
  <C extends Column>(column: C, value: C['_']['data'] | Expression<C['_']['data']>): SQL;
  <T>(expression: SQL<T> | SQL.Aliased<T>, value: NonNullable<T> | Expression<NonNullable<T>>): SQL;
}

/*
 * Drizzle's comparisons with narrower types. Its own take any SQL beside a column: the value of a hot statement, or another
 * column, could be of another type, and SQLite compares a text with a number without complaint.
 */
/** `=` */
export const eq: Comparison = drizzle.eq;
/** `<>` */
export const ne: Comparison = drizzle.ne;
/** `>` */
export const gt: Comparison = drizzle.gt;
/** `>=` */
export const gte: Comparison = drizzle.gte;
/** `<` */
export const lt: Comparison = drizzle.lt;
/** `<=` */
export const lte: Comparison = drizzle.lte;
