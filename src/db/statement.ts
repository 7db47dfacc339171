import type { D1Result } from '@cloudflare/workers-types/experimental';
import { Column, is, type Placeholder, SQL, sql } from 'drizzle-orm';
import { fillPlaceholders } from 'drizzle-orm/sql/sql';
import { SQLiteDeleteBase, SQLiteUpdateBase } from 'drizzle-orm/sqlite-core';

/**
 * A statement that is built and not run yet: one of `q`, or a {@link hot} one with its values. `T` is its result:
 * rows, or D1's result for a change without RETURNING.
 */
export interface Statement<T = unknown> {
  readonly _: { readonly result: T };
}

/** The result type of a statement. */
export type ResultOf<S> = S extends Statement<infer T> ? T : never;

/** `never` for an update or a delete whose `where` has not been called. */
export type Conditioned<S> = S extends { readonly _: { readonly returning: unknown }; where: unknown }
  ? never
  : S;

/** A statement as D1 takes it, and the way back from D1's result. */
export interface Compiled {
  readonly sql: string;
  /** Values, or placeholders of a {@link hot} statement. */
  readonly params: readonly unknown[];
  readonly read: (result: D1Result) => unknown;
}

/** What drizzle's prepared statements have, of which its types show only a part. */
interface Prepared {
  getQuery(): { sql: string; params: unknown[] };
  mapResult(result: unknown, isFromBatch: true): unknown;
  fields?: { path: string[]; field: unknown }[];
}

/** What turns a value of SQLite into the one that is selected. */
interface Decoder {
  mapFromDriverValue(value: unknown): unknown;
}

function decoderOf(field: unknown): Decoder {
  if (is(field, Column)) return field;
  return ((is(field, SQL.Aliased) ? field.sql : field) as unknown as { decoder: Decoder }).decoder;
}

/**
 * Reads rows whose fields all stand at the top, as those of nearly all our queries do: drizzle's own way asks of each value
 * where it belongs. Null for other rows, and for changes without RETURNING.
 */
function readerOf({ fields }: Prepared): Compiled['read'] | null {
  if (!fields || fields.length === 0 || fields.some(({ path }) => path.length !== 1)) return null;
  const columns = fields.map(({ path, field }) => ({ name: path[0]!, decoder: decoderOf(field) }));
  const decoded = (decoder: Decoder, value: unknown) =>
    value === null ? null : decoder.mapFromDriverValue(value);
  return ({ results }) =>
    (results as object[]).map((row) => {
      // By position, as drizzle does it: an expression has no name of its own.
      const values: unknown[] = Object.values(row);
      const read: Record<string, unknown> = {};
      columns.forEach(({ name, decoder }, i) => {
        read[name] = decoded(decoder, values[i]);
      });
      return read;
    });
}

/** The name under which D1 answers a selected column. */
function nameOf(field: unknown): string | null {
  if (is(field, Column)) return field.name;
  return is(field, SQL.Aliased) ? field.fieldAlias : null;
}

/**
 * D1 answers rows as objects and drizzle reads them by position, so that two columns of one name would shift all that
 * follow (drizzle-orm#6038).
 */
function refuseEqualNames({ fields = [] }: Prepared, text: string): void {
  const names = fields.map(({ field }) => nameOf(field)).filter((name) => name !== null);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new Error(`Two selected columns are called "${twice}"; give one an alias: ${text}`);
}

function refuseWithoutCondition(statement: object, text: string): void {
  if (!is(statement, SQLiteUpdateBase) && !is(statement, SQLiteDeleteBase)) return;
  const { where } = (statement as unknown as { config: { where?: SQL } }).config;
  if (where === undefined) throw new Error(`An update or delete without a condition: ${text}`);
}

/**
 * Compiles what `q` built.
 * @throws Error when two selected columns share a name, or an update or delete has no condition
 */
function compile(statement: Statement): Compiled {
  const prepared = (statement as unknown as { prepare(): Prepared }).prepare();
  const { sql: text, params } = prepared.getQuery();
  refuseEqualNames(prepared, text);
  refuseWithoutCondition(statement, text);
  return { sql: text, params, read: readerOf(prepared) ?? ((result) => prepared.mapResult(result, true)) };
}

/** A {@link hot} statement with its values. */
class Filled implements Statement {
  declare readonly _: { readonly result: unknown };
  readonly compiled: Compiled;
  constructor(compiled: Compiled) {
    this.compiled = compiled;
  }
}

/** Statement: how many bytes the database takes, which D1 says with every answer. @param nothing a query that asks for nothing */
export const sizeBy = (nothing: Statement): Statement<number> =>
  new Filled({ ...compile(nothing), read: ({ meta }) => meta.size_after }) as Statement<number>;

/** See {@link compile}; a hot statement is compiled already. */
export function compiledOf(statement: Statement): Compiled {
  return statement instanceof Filled ? statement.compiled : compile(statement);
}

/** A value that is filled in later; in an expression it has the value's type. */
export type Later<V> = { readonly [K in keyof V]: SQL<V[K]> };

/**
 * A statement that is built once, when it is first needed, and bound often: building one takes drizzle 50–600 µs,
 * filling its values in 1–3 µs. `hot<{ id: string }>()((v) => q.select(…).where(eq(users.id, v.id)))` answers a
 * function from values to the statement. What depends on a value must be said in SQL; two shapes are two statements.
 */
export const hot =
  <V extends { [K in keyof V]: string | number | boolean | null }>() =>
  <S extends Statement>(
    build: (later: Later<V>) => S & Conditioned<S>,
  ): ((values: V) => Statement<ResultOf<S>>) => {
    let template: Compiled | null = null;
    const later = new Proxy({} as Later<V>, {
      get: (_, name: string) => sql`${sql.placeholder(name) as Placeholder}`,
      ownKeys: () => {
        throw new Error('The values of a hot statement cannot be spread; name each.');
      },
    });
    return (values) => {
      template ??= compile(build(later));
      const { sql: text, params, read } = template;
      return new Filled({
        sql: text,
        params: fillPlaceholders([...params], values as Record<string, unknown>),
        read,
      }) as Statement<ResultOf<S>>;
    };
  };

/** Keeps what is built for each shape of {@link hot} statements that come in several. @param build for flags and names, few of each */
export function perShape<S extends object, B>(build: (shape: S) => B): (shape: S) => B {
  const built = new Map<string, B>();
  return (shape) => {
    const key = Object.values(shape).join('|');
    const known = built.get(key);
    if (known !== undefined) return known;
    const made = build(shape);
    built.set(key, made);
    return made;
  };
}
