import { type Compiled, type Conditioned, compiledOf, type ResultOf, type Statement } from '../statement.ts';
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

/** What SQLite says of a table that is not there (its parser: "no such table: NAME"). */
const lacksTable = (error: unknown): boolean => error instanceof Error && /no such table/.test(error.message);

/** Opens an object's storage. The tables that it lacks are created when one is first missed: a look at each, whenever it wakes, costs more. */
export function openObjectDb(storage: SqlStorage): ObjectDb {
  const exec = ({ sql, params }: Compiled) => storage.exec(sql, ...params.map(bindable)).toArray();
  const rows = (statement: Compiled) => {
    try {
      return exec(statement);
    } catch (error) {
      if (!lacksTable(error)) throw error;
      storage.exec(CREATE_TABLES);
      return exec(statement);
    }
  };
  const run = (statement: Statement): unknown => {
    const compiled = compiledOf(statement);
    return compiled.read({ results: rows(compiled) } as unknown as D1Result);
  };
  const db = {
    all: run,
    first: (statement: Statement) => (run(statement) as unknown[])[0],
    run: (statement: Statement) => void run(statement),
  };
  return db as ObjectDb;
}
