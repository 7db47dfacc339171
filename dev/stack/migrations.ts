import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Miniflare } from 'miniflare';

type Database = Awaited<ReturnType<Miniflare['getD1Database']>>;

/** The table in which wrangler keeps its account, as wrangler makes it. */
const TABLE = `CREATE TABLE IF NOT EXISTS d1_migrations(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT UNIQUE,
  applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`;

interface Migration {
  name: string;
  sql: string;
}

async function readMigrations(dir: string): Promise<Migration[]> {
  const names = (await readdir(dir)).filter((name) => name.endsWith('.sql')).sort();
  return await Promise.all(
    names.map(async (name) => ({ name, sql: await readFile(path.join(dir, name), 'utf8') })),
  );
}

async function appliedNames(database: Database): Promise<Set<string>> {
  await database.prepare(TABLE).run();
  const { results } = await database.prepare('SELECT name FROM d1_migrations').all<{ name: string }>();
  return new Set(results.map(({ name }) => name));
}

const SCHEMA = 'SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL';

/** The tables and indexes that migrations make. */
function schemaOf(migrations: readonly Migration[]) {
  const scratch = new DatabaseSync(':memory:');
  for (const { sql } of migrations) scratch.exec(sql);
  const rows = scratch.prepare(SCHEMA).all();
  scratch.close();
  return rows;
}

/**
 * Whether a database holds what the migrations that it names make today. One that another version made does not:
 * before a release a migration is written anew under its old name.
 */
export async function followsMigrations(database: Database, dir: string): Promise<boolean> {
  const names = await appliedNames(database);
  const applied = (await readMigrations(dir)).filter(({ name }) => names.has(name));
  if (applied.length < names.size) return false;
  const { results } = await database.prepare(SCHEMA).all<{ name: string; sql: string }>();
  const found = new Map(results.map(({ name, sql }) => [name, sql]));
  return schemaOf(applied).every(({ name, sql }) => found.get(String(name)) === sql);
}

/**
 * Applies what `wrangler d1 migrations apply --local` would, and writes it down where wrangler does.
 * Each file is one batch, so a migration is there in whole or not at all.
 * @returns the names of the files that were applied now
 */
export async function applyMigrations(database: Database, dir: string): Promise<string[]> {
  const known = await appliedNames(database);
  const missing = (await readMigrations(dir)).filter(({ name }) => !known.has(name));
  for (const { name, sql } of missing) {
    await database.batch([
      // SQLite takes the file as it is; each statement prepared by itself would be a call to the runtime.
      database.prepare(sql),
      database.prepare('INSERT INTO d1_migrations (name) VALUES (?)').bind(name),
    ]);
  }
  return missing.map(({ name }) => name);
}
