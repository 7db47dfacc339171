import { RawStatement } from './raw-statement.ts';
import type { SQL as RawSQL } from './sql.ts';
import { type Conditioned, compiledOf, type ResultOf, type Statement } from './statement.ts';

/** The statements of a batch by name; what is `null` or `false` is left out. */
type Named = Readonly<Record<string, Statement | RawStatement<unknown> | null | false>>;

/** What each statement of a batch comes to, by name; `undefined` for one that may have been left out. */
type Results<B extends Named> = {
  readonly [K in keyof B]:
    | OneResult<Exclude<B[K], null | false>>
    | (Extract<B[K], null | false> extends never ? never : undefined);
};
type OneResult<S> = S extends RawStatement<infer T> ? T : ResultOf<S>;

/** One D1 database. Statements are built by `q` and run here, and nowhere else. */
export interface Db {
  /** @deprecated raw text, until all statements are built by `q` */
  all<T = Record<string, unknown>>(query: RawSQL): RawStatement<T[]>;
  /** The rows of a query, or of a change with RETURNING. */
  all<S extends Statement<unknown[]>>(statement: S & Conditioned<S>): Promise<ResultOf<S>>;
  /** The first of the rows; `undefined` when there is none. */
  first<S extends Statement<unknown[]>>(
    statement: S & Conditioned<S>,
  ): Promise<ResultOf<S>[number & keyof ResultOf<S>] | undefined>;
  /** @deprecated raw text */
  run(query: RawSQL): RawStatement<D1Result>;
  /** A change without RETURNING; `meta.changes` counts the rows. */
  run<S extends Statement<D1Result>>(statement: S & Conditioned<S>): Promise<D1Result>;
  /** @deprecated by position */
  batch<const S extends readonly RawStatement<unknown>[]>(
    statements: S,
  ): Promise<{
    -readonly [K in keyof S]: S[K] extends RawStatement<infer T> ? T : never;
  }>;
  /**
   * All statements in one transaction and one round trip, in the order in which they are written. Each has a name: what
   * it comes to is answered under it, and D1's statistics show it.
   */
  batch<const B extends Named>(
    statements: B & { readonly [K in keyof B]: Conditioned<B[K]> },
  ): Promise<Results<B>>;
}

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

/** D1 binds no booleans as such. */
const bindable = (value: unknown) => (typeof value === 'boolean' ? Number(value) : value);

/** Opens one D1. */
function open(d1: D1Database): Db {
  function prepare(statement: Statement | RawStatement<unknown>, name?: string) {
    if (statement instanceof RawStatement)
      return { bound: statement.prepare(), read: (r: D1Result) => statement.read(r) };
    const { sql, params, read } = compiledOf(statement);
    const text = name === undefined ? sql : `/* ${name} */ ${sql}`;
    return { bound: d1.prepare(text).bind(...params.map(bindable)), read };
  }
  async function execute(statement: Statement): Promise<unknown> {
    const { bound, read } = prepare(statement);
    return read(await bound.run());
  }
  const isRaw = (query: unknown): query is RawSQL => (query as RawSQL).isSql === true;
  const rawly = <T>(query: RawSQL, read: (result: D1Result) => T) =>
    new RawStatement(() => d1.prepare(query.text).bind(...query.params), read);
  const db = {
    all: (query: Statement | RawSQL) => (isRaw(query) ? rawly(query, (r) => r.results) : execute(query)),
    first: async (statement: Statement) => ((await execute(statement)) as unknown[])[0],
    run: (query: Statement | RawSQL) => (isRaw(query) ? rawly(query, (r) => r) : execute(query)),
    batch: async (statements: Named | readonly RawStatement<unknown>[]) => {
      const entries = Object.entries(statements)
        .filter(([, statement]) => statement)
        .map(([name, statement]) => ({
          name,
          ...prepare(statement as Statement, Array.isArray(statements) ? undefined : name),
        }));
      const results = await d1.batch(entries.map(({ bound }) => bound));
      const read = entries.map(({ name, read }, i) => [name, read(results[i]!)] as const);
      return Array.isArray(statements) ? read.map(([, value]) => value) : Object.fromEntries(read);
    },
  };
  return db as Db;
}

/** Opens the databases over one D1 binding. */
export function openDatabases(d1: D1Database): Databases {
  const db = open(d1);
  return { directory: db, forFamily: () => db, forLink: () => db, shards: () => [db] };
}
