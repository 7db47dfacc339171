import { and, type Column, type GetColumnData, is, or, SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { q } from './query.ts';

/** A condition that may be left out. */
type Optional = SQL | undefined | false | null;

const given = (conditions: readonly Optional[]) =>
  conditions.filter((condition) => condition instanceof Object) as SQL[];

/** Drizzle's `and`; throws when there is no condition at all, so that no statement loses its WHERE by mistake. */
export function allOf(...conditions: Optional[]): SQL {
  const all = and(...given(conditions));
  if (!all) throw new Error('A condition is missing: every one given is undefined, null or false.');
  return all;
}

/** Drizzle's `or`; with no condition at all it throws. */
export function anyOf(...conditions: Optional[]): SQL {
  const any = or(...given(conditions));
  if (!any) throw new Error('A condition is missing: every one given is undefined, null or false.');
  return any;
}

/** In an upsert: what the insert would have written (sqlite.org/lang_upsert.html). */
export const excluded = <C extends SQLiteColumn>(column: C): SQL<GetColumnData<C>> =>
  sql<GetColumnData<C>>`excluded.${sql.identifier(column.name)}`.mapWith(column) as SQL<GetColumnData<C>>;

/** What may stand in an expression: a value, a column, SQL. */
type Operand = SQLWrapper | string | number | boolean | null;

/** A value, or a placeholder for it in a `hot` statement. */
export type Value<T> = T | SQL<T>;

/** The first that is not null. */
export const coalesce = <T>(...values: [Operand, ...Operand[]]): SQL<T> =>
  sql<T>`coalesce(${sql.join(
    values.map((value) => sql`${value}`),
    sql`, `,
  )})`;

/** The greatest of several values; null when one is null. */
export const greatest = (...values: [Operand, Operand, ...Operand[]]): SQL<number> =>
  sql<number>`max(${sql.join(
    values.map((value) => sql`${value}`),
    sql`, `,
  )})`;

/** The least of several values; null when one is null. */
export const least = (...values: [Operand, Operand, ...Operand[]]): SQL<number> =>
  sql<number>`min(${sql.join(
    values.map((value) => sql`${value}`),
    sql`, `,
  )})`;

/** One value where a condition holds, another where it does not (or is null). */
export const iif = <T>(condition: SQLWrapper, then: Operand, otherwise: Operand): SQL<T> =>
  sql<T>`iif(${condition}, ${then}, ${otherwise})`;

/** The value beside the first condition that holds; null when none does. */
export const firstWhere = <T extends Exclude<Operand, SQLWrapper>>(
  cases: readonly (readonly [SQLWrapper, T])[],
): SQL<T | null> =>
  sql<T | null>`case ${sql.join(
    cases.map(([condition, value]) => sql`when ${condition} then ${value}`),
    sql` `,
  )} end`;

/** Drizzle puts parentheses around a query of `q` by itself; EXISTS does not take two pairs. */
const enclosed = (query: SQLWrapper): SQL => (is(query, SQL) ? sql`(${query})` : sql`${query}`);

/** A query of one column as a value: that of its first row, or null. */
export const scalar = <T>(query: SQLWrapper): SQL<T | null> => sql<T | null>`${enclosed(query)}`;

/** 1 where the query has a row, else 0. */
export const has = (query: SQLWrapper): SQL<0 | 1> => sql<0 | 1>`exists ${enclosed(query)}`;

/** 1 where the table has a row of which the condition holds, else 0. `not(hasRow(…))` for the opposite. */
export const hasRow = (table: SQLiteTable, condition: SQL): SQL<0 | 1> =>
  has(
    q
      .select({ one: sql`1`.as('one') })
      .from(table)
      .where(condition),
  );

/** A column that the statement's conditions keep from being null. */
export const nonNull = <C extends SQLiteColumn>(column: C): SQL<NonNullable<GetColumnData<C>>> =>
  sql`${column}`.mapWith(column) as SQL<NonNullable<GetColumnData<C>>>;

/** SQLite's number of a row: rows of an append-only table are numbered in the order in which they were written. */
export const rowid = (table: SQLiteTable): SQL<number> => sql<number>`${table}.rowid`;

/**
 * A placeholder where drizzle's types want a number. The sign keeps SQLite from planning the statement by what is bound,
 * and so from compiling it anew every time that it runs: see the limits of `q`.
 */
export const limitOf = (rows: SQL<number>): number => sql<number>`+${rows}` as unknown as number;

/** A table of one row and no column, for a select that asks of no table: `q.select({…}).from(oneRow)`. */
export const oneRow: SQL = sql`(select 1)`;

/** Whether columns, read as one value from left to right, come before others; an index of those columns serves it. */
export const tupleBefore = (columns: readonly Column[], values: readonly Operand[]): SQL => {
  const listOf = (parts: readonly Operand[]) =>
    sql.join(
      parts.map((part) => sql`${part}`),
      sql`, `,
    );
  return sql`(${listOf(columns)}) < (${listOf(values)})`;
};

/** `IS NOT`, which tells null from a value. */
export const differs = (a: Operand, b: Operand): SQL<0 | 1> => sql<0 | 1>`${a} is not ${b}`;

/** A JSON array as one bound parameter, however long: D1 takes 100 parameters (developers.cloudflare.com/d1/platform/limits). */
const listed = (values: readonly (string | number)[] | SQL<string>): SQL =>
  Array.isArray(values) ? sql`${JSON.stringify(values)}` : sql`${values as SQL<string>}`;

/** Whether a value is one of a list, which is bound as one parameter. @param values or a placeholder of their JSON */
export const inList = (value: Column | SQLWrapper, values: readonly (string | number)[] | SQL<string>): SQL =>
  sql`${value} in (select value from json_each(${listed(values)}))`;

/** The values of a list as a table of one column, `value`: drives a join (`CROSS JOIN` keeps the order). */
export function listTable<T extends string | number>(name: string, values: readonly T[] | SQL<string>) {
  return q
    .select({ value: sql<T>`value`.as(`${name}_value`) })
    .from(sql`json_each(${listed(values)})`)
    .as(name);
}

/**
 * Rows as one bound parameter, however many: a table with a column for each of `keys`. Columns are called `name_key`,
 * since drizzle names a field of a sub-query without the sub-query.
 * @param rows or a placeholder of their JSON
 */
export function jsonTable<T extends object, K extends keyof T & string = keyof T & string>(
  name: string,
  rows: readonly T[] | SQL<string>,
  keys: readonly K[],
) {
  const fields = Object.fromEntries(
    keys.map((key) => [key, sql`value ->> ${sql.raw(`'${key}'`)}`.as(`${name}_${key}`)]),
  ) as { [P in K]: SQL.Aliased<T[P]> };
  const json = Array.isArray(rows) ? sql`${JSON.stringify(rows)}` : sql`${rows as SQL<string>}`;
  return q.select(fields).from(sql`json_each(${json})`).as(name);
}

/** JSON text, parsed when the row is read. */
export const json = <T>(text: SQLWrapper): SQL<T> =>
  sql<T>`${text}`.mapWith((value: string): T => JSON.parse(value));

/** A JSON array of the values of a column or expression over the rows of a group; parsed when the row is read. */
export const jsonArray = <T>(value: SQLWrapper): SQL<T[]> => json<T[]>(sql`json_group_array(${value})`);

/** A JSON object of named values. */
export function jsonObject(fields: Record<string, Operand>): SQL {
  const pairs = Object.entries(fields).map(([name, value]) => sql`${sql.raw(`'${name}'`)}, ${value}`);
  return sql`json_object(${sql.join(pairs, sql`, `)})`;
}
