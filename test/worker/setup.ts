import { applyD1Migrations, type D1Migration, reset } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterAll, expect } from 'vitest';
import { statementsThatScan } from './query-plan.ts';
import { tripsThatStraddle } from './realms.ts';

const { DB, TEST_MIGRATIONS } = env as unknown as { DB: D1Database; TEST_MIGRATIONS: D1Migration[] };
/** Drops every table; `reset` leaves a database as it is that something still holds on to. */
async function dropTables(): Promise<void> {
  const { results } = await DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*'",
  ).all<{ name: string }>();
  const drops = results.map(({ name }) => DB.prepare(`DROP TABLE "${name}"`));
  await DB.batch([DB.prepare('PRAGMA defer_foreign_keys = on'), ...drops]);
}

// The files share a runtime: each finds its databases and objects empty.
await reset();
await dropTables();
await applyD1Migrations(DB, TEST_MIGRATIONS);

// Whatever a test makes the product ask the database, no statement may read a table from end to end, and no
// trip may touch the directory and a family's rows at once.
afterAll(async () => {
  expect(await statementsThatScan(DB)).toEqual([]);
  const { results } = await DB.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all<{
    name: string;
  }>();
  expect(tripsThatStraddle(new Set(results.map(({ name }) => name)))).toEqual([]);
});
