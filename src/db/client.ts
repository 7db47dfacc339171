import type { SQL } from './sql.ts';

/** A statement that runs when it is awaited, or as one of a batch. */
export class Statement<T> implements Promise<T> {
  readonly [Symbol.toStringTag] = 'Statement';
  readonly #prepare: () => D1PreparedStatement;
  readonly #read: (result: D1Result) => T;

  constructor(prepare: () => D1PreparedStatement, read: (result: D1Result) => T) {
    this.#prepare = prepare;
    this.#read = read;
  }

  /** The statement with its parameters bound. */
  prepare(): D1PreparedStatement {
    return this.#prepare();
  }

  /** What its result comes to. */
  read(result: D1Result): T {
    return this.#read(result);
  }

  async #run(): Promise<T> {
    return this.#read(await this.#prepare().run());
  }

  // biome-ignore lint/suspicious/noThenProperty: being awaitable is the point
  then<A = T, B = never>(
    resolved?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#run().then(resolved, rejected);
  }

  catch<B = never>(rejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.#run().catch(rejected);
  }

  finally(settled?: (() => void) | null): Promise<T> {
    return this.#run().finally(settled);
  }
}

/** What each statement of a batch comes to. */
type Results<S extends readonly unknown[]> = {
  -readonly [K in keyof S]: S[K] extends Statement<infer T> ? T : never;
};

/** One D1 database. */
export interface Db {
  /** The rows of a query, or of a statement with RETURNING. Alias every column: equal names overwrite each other. */
  all<T = Record<string, unknown>>(query: SQL): Statement<T[]>;
  /** A statement that changes something; `meta.changes` counts the rows. */
  run(query: SQL): Statement<D1Result>;
  /** All statements in one transaction and one round trip. */
  batch<const S extends readonly Statement<unknown>[]>(statements: S): Promise<Results<S>>;
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

/** Opens one D1. */
function open(d1: D1Database): Db {
  const prepare =
    ({ text, params }: SQL) =>
    () =>
      d1.prepare(text).bind(...params);
  return {
    all: <T>(query: SQL) => new Statement(prepare(query), (result) => result.results as T[]),
    run: (query) => new Statement(prepare(query), (result) => result),
    batch: async <const S extends readonly Statement<unknown>[]>(statements: S) => {
      const results = await d1.batch(statements.map((statement) => statement.prepare()));
      return results.map((result, i) => statements[i]!.read(result)) as Results<S>;
    },
  };
}

/** Opens the databases over one D1 binding. */
export function openDatabases(d1: D1Database): Databases {
  const db = open(d1);
  return { directory: db, forFamily: () => db, forLink: () => db, shards: () => [db] };
}
