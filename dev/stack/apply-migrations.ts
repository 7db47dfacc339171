/** A file of statements. */
export interface Migration {
  name: string;
  sql: string;
}

/** What a database holds. */
export interface StoreState {
  /** The names of the migrations that were applied. */
  applied: string[];
  schema: { name: string; sql: string }[];
}

/** What is needed of a D1 database: in the Workers runtime, or as Miniflare lends it to Node. */
interface Statement {
  bind(...values: unknown[]): Statement;
  run(): Promise<unknown>;
  all<Row>(): Promise<{ results: Row[] }>;
}
export interface Database {
  prepare(sql: string): Statement;
  batch(statements: never[]): Promise<unknown>;
}

/** The table in which wrangler keeps its account, as wrangler makes it. */
const TABLE = `CREATE TABLE IF NOT EXISTS d1_migrations(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT UNIQUE,
  applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`;

async function appliedNames(database: Database): Promise<string[]> {
  await database.prepare(TABLE).run();
  const { results } = await database.prepare('SELECT name FROM d1_migrations').all<{ name: string }>();
  return results.map(({ name }) => name);
}

/** Looks at what a database holds. */
export async function readState(database: Database): Promise<StoreState> {
  const applied = await appliedNames(database);
  const { results } = await database
    .prepare('SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL')
    .all<{ name: string; sql: string }>();
  return { applied, schema: results };
}

/**
 * Applies what `wrangler d1 migrations apply --local` would, and writes it down where wrangler does.
 * Each file is one batch, so a migration is there in whole or not at all.
 */
export async function applyMigrations(database: Database, migrations: readonly Migration[]): Promise<void> {
  const applied = await appliedNames(database);
  for (const { name, sql } of migrations.filter((migration) => !applied.includes(migration.name))) {
    const statements = [
      // SQLite takes the file as it is.
      database.prepare(sql),
      database.prepare('INSERT INTO d1_migrations (name) VALUES (?)').bind(name),
    ];
    await database.batch(statements as never[]);
  }
}
