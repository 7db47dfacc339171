import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Migration, StoreState } from './apply-migrations.ts';

/** Reads the migrations of a folder, in their order. */
export async function readMigrations(dir: string): Promise<Migration[]> {
  const names = (await readdir(dir)).filter((name) => name.endsWith('.sql')).sort();
  return await Promise.all(
    names.map(async (name) => ({ name, sql: await readFile(path.join(dir, name), 'utf8') })),
  );
}

/** The tables and indexes that migrations make. */
function schemaOf(migrations: readonly Migration[]) {
  const scratch = new DatabaseSync(':memory:');
  for (const { sql } of migrations) scratch.exec(sql);
  const rows = scratch.prepare('SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL').all();
  scratch.close();
  return rows;
}

/**
 * Whether a database holds what the migrations that it names make today. One that another version made does not:
 * before a release a migration is written anew under its old name.
 */
export function followsMigrations(
  { applied, schema }: StoreState,
  migrations: readonly Migration[],
): boolean {
  if (applied.length === 0) return true;
  const known = migrations.filter(({ name }) => applied.includes(name));
  if (known.length < applied.length) return false;
  const found = new Map(schema.map(({ name, sql }) => [name, sql]));
  return schemaOf(known).every(({ name, sql }) => found.get(String(name)) === sql);
}
