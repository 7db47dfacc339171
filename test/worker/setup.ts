import { applyD1Migrations, type D1Migration, reset } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterAll, expect } from 'vitest';
import { type DatabaseBindings, openDatabases } from '../../src/db/client.ts';
import { statementsSeen, statementsThatScan } from './query-plan.ts';
import { tripsThatStraddle } from './realms.ts';
import { STATE_MACHINE_TRIGGER, writesAnyStatus } from './state-machine.ts';

const { DB, TEST_MIGRATIONS, ...rest } = env as unknown as { DB: D1Database; TEST_MIGRATIONS: D1Migration[] };
const stores = Object.entries(rest).flatMap(([name, store]) =>
  name.startsWith('FAMILY_DB_') ? [store as unknown as D1Database] : [],
);

/** Drops every table; `reset` leaves a database as it is that something still holds on to. */
async function dropTables(db: D1Database): Promise<void> {
  const { results } = await db
    .prepare(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*'",
    )
    .all<{ name: string }>();
  const drops = results.map(({ name }) => db.prepare(`DROP TABLE "${name}"`));
  await db.batch([db.prepare('PRAGMA defer_foreign_keys = on'), ...drops]);
}

// The files share a runtime: each finds its databases and objects empty.
await reset();
await Promise.all(
  [DB, ...stores].map(async (db) => {
    await dropTables(db);
    await applyD1Migrations(db, TEST_MIGRATIONS);
    await db.prepare(STATE_MACHINE_TRIGGER).run();
  }),
);

// The files share an isolate, too, and its map of databases.
await openDatabases(env as unknown as DatabaseBindings).refreshMap();

// Whatever a test makes the product ask the database, no statement may write a delivery's status without asking for the
// one before or read a table from end to end, and no trip may touch the directory and a family's rows at once.
afterAll(async () => {
  const unguarded = statementsSeen().filter(writesAnyStatus);
  expect(await statementsThatScan(DB)).toEqual([]); // Forgets the statements, for the next file.
  expect(unguarded).toEqual([]);
  const { results } = await DB.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all<{
    name: string;
  }>();
  expect(tripsThatStraddle(new Set(results.map(({ name }) => name)))).toEqual([]);
});
