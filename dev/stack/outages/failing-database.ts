import type { D1Database, D1PreparedStatement, D1Result } from '@cloudflare/workers-types/experimental';

/** How a database fails while it is down. */
export interface Outage {
  /** Whether a call fails before it had its effect, or after. */
  when: 'before' | 'after';
  /** What D1 throws then; null: it is silent for as long as it is down, and then the connection is lost. */
  message: string | null;
}

/** How often a call to a silent database looks whether it is up again, ms. */
const LOOK_MS = 100;

/** Says how a database fails at this moment; null: it is up. */
export type AskOutage = () => Promise<Outage | null>;

/** D1 as our code calls it. */
type Verbs = Pick<D1Database, 'prepare' | 'batch'>;

/** Runs a call on the database, as its outage has it. @throws Error what D1 throws when it is down */
async function strike<T>(ask: AskOutage, call: () => Promise<T>): Promise<T> {
  const outage = await ask();
  if (outage === null) return await call();
  if (outage.when === 'after') await call();
  if (outage.message === null) {
    while (await ask()) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  throw new Error(outage.message ?? 'D1_ERROR: Network connection lost.');
}

/** The statements behind those that were handed out, for batches. */
const inner = new WeakMap<object, D1PreparedStatement>();

function failingStatement(statement: D1PreparedStatement, ask: AskOutage): D1PreparedStatement {
  const verbs: Pick<D1PreparedStatement, 'bind' | 'run'> = {
    bind: (...values) => failingStatement(statement.bind(...values), ask),
    run: <T>() => strike(ask, () => statement.run<T>()),
  };
  const failing = verbs as D1PreparedStatement;
  inner.set(failing, statement);
  return failing;
}

/**
 * A database of which every call fails while it is down. It has the verbs that `src/db/client.ts` calls: `prepare`,
 * `bind`, `run` and `batch`.
 */
export function failingDatabase(database: D1Database, ask: AskOutage): D1Database {
  const verbs: Verbs = {
    prepare: (query) => failingStatement(database.prepare(query), ask),
    batch: <T>(statements: D1PreparedStatement[]): Promise<D1Result<T>[]> =>
      strike(ask, () => database.batch<T>(statements.map((statement) => inner.get(statement)!))),
  };
  return verbs as D1Database;
}
