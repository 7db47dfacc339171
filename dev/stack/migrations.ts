import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Miniflare } from 'miniflare';
import { unstable_splitSqlQuery } from 'wrangler';

type Database = Awaited<ReturnType<Miniflare['getD1Database']>>;

/** The table in which wrangler keeps its account, as wrangler makes it. */
const TABLE = `CREATE TABLE IF NOT EXISTS d1_migrations(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT UNIQUE,
  applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`;

/**
 * Applies what `wrangler d1 migrations apply --local` would, and writes it down where wrangler does.
 * Each file is one batch, so a migration is there in whole or not at all.
 * @returns the names of the files that were applied now
 */
export async function applyMigrations(database: Database, dir: string): Promise<string[]> {
  await database.prepare(TABLE).run();
  const { results } = await database.prepare('SELECT name FROM d1_migrations').all<{ name: string }>();
  const known = new Set(results.map(({ name }) => name));
  const files = (await readdir(dir)).filter((name) => name.endsWith('.sql') && !known.has(name)).sort();
  for (const name of files) {
    const statements = unstable_splitSqlQuery(await readFile(path.join(dir, name), 'utf8'));
    await database.batch([
      ...statements.map((statement) => database.prepare(statement)),
      database.prepare('INSERT INTO d1_migrations (name) VALUES (?)').bind(name),
    ]);
  }
  return files;
}
