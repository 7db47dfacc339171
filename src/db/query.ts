import type { D1Database } from '@cloudflare/workers-types/experimental';
import { type SQL, sql } from 'drizzle-orm';
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

/** What drizzle's dialect does with limits, which its types hide. */
interface Dialect {
  buildLimit(limit: unknown): SQL | undefined;
  buildSetOperationQuery(operation: { setOperator: { limit?: unknown } }): SQL;
}
const { dialect } = builder as unknown as { dialect: Dialect };
const buildLimit = dialect.buildLimit.bind(dialect);
const buildSetOperationQuery = dialect.buildSetOperationQuery.bind(dialect);

/**
 * A limit that is a number goes into the text. SQLite since 3.47 plans a statement by what its `LIMIT ?` is bound to, and
 * for that compiles it anew every time that it is bound (`sqlite3ExprIsInteger` in expr.c).
 */
const inText = (limit: unknown): unknown =>
  typeof limit === 'number' && Number.isSafeInteger(limit) && limit >= 0 ? sql.raw(String(limit)) : limit;
dialect.buildLimit = (limit) => buildLimit(inText(limit));
dialect.buildSetOperationQuery = (operation) =>
  buildSetOperationQuery({
    ...operation,
    setOperator: { ...operation.setOperator, limit: inText(operation.setOperator.limit) },
  });

/**
 * Builds statements, and never runs one: what it builds is handed to `all`, `first`, `run` or `batch` of a `Db`, which
 * alone knows a database. Awaiting a statement itself throws. Sub-queries and statements of one batch can so be written
 * by functions that are handed no database.
 */
export const q: Pick<
  typeof builder,
  'select' | 'selectDistinct' | 'insert' | 'update' | 'delete' | 'with' | '$with'
> = builder;
