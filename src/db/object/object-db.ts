import { type Conditioned, compiledOf, type ResultOf, type Statement } from '../statement.ts';
import { CREATE_TABLES } from './object-tables.ts';

/** The SQLite storage of a Durable Object. Statements are built by `q` and run here, at once and without waiting. */
export interface ObjectDb {
  /** The rows of a query, or of a change with RETURNING. */
  all<S extends Statement<unknown[]>>(statement: S & Conditioned<S>): ResultOf<S>;
  /** The first of the rows; `undefined` when there is none. */
  first<S extends Statement<unknown[]>>(
    statement: S & Conditioned<S>,
  ): ResultOf<S>[number & keyof ResultOf<S>] | undefined;
  /** A change without RETURNING. */
  run<S extends Statement<D1Result>>(statement: S & Conditioned<S>): void;
}

const bindable = (value: unknown) => (typeof value === 'boolean' ? Number(value) : value) as SqlStorageValue;

/** Opens an object's storage, and creates the tables that it lacks. */
export function openObjectDb(storage: SqlStorage): ObjectDb {
  storage.exec(CREATE_TABLES);
  const run = (statement: Statement): unknown => {
    const { sql, params, read } = compiledOf(statement);
    const results = storage.exec(sql, ...params.map(bindable)).toArray();
    return read({ results } as unknown as D1Result);
  };
  const db = {
    all: run,
    first: (statement: Statement) => (run(statement) as unknown[])[0],
    run: (statement: Statement) => void run(statement),
  };
  return db as ObjectDb;
}
