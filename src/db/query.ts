import type { D1Database } from '@cloudflare/workers-types/experimental';
import { drizzle } from 'drizzle-orm/d1';

const unbound = () => {
  throw new Error(
    'A statement of `q` was only built; run it with `all`, `first`, `run` or `batch` of a database.',
  );
};
/**
 * Stands where drizzle expects a database: statements are built without one, and know none. The logger is asked first
 * when a statement is run, before drizzle could make an error that holds the parameters.
 */
const NO_DATABASE = { prepare: () => null } as unknown as D1Database;

const builder = drizzle(NO_DATABASE, { logger: { logQuery: unbound } });

/**
 * Builds statements, and never runs one: what it builds is handed to `all`, `first`, `run` or `batch` of a `Db`, which
 * alone knows a database. Awaiting a statement itself throws. Sub-queries and statements of one batch can so be written
 * by functions that are handed no database.
 */
export const q: Pick<
  typeof builder,
  'select' | 'selectDistinct' | 'insert' | 'update' | 'delete' | 'with' | '$with'
> = builder;
