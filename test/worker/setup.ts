import { applyD1Migrations, type D1Migration, reset } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterAll, afterEach } from 'vitest';
import { type DatabaseBindings, openDatabases } from '../../src/db/client.ts';
import { statementsSeen, statementsThatScan } from './query-plan.ts';
import { tripsThatStraddle } from './realms.ts';
import { STATE_MACHINE_TRIGGER, writesAnyStatus } from './state-machine.ts';

const { DB, TEST_MIGRATIONS, ...rest } = env as unknown as { DB: D1Database; TEST_MIGRATIONS: D1Migration[] };
const stores = Object.entries(rest).flatMap(([name, store]) =>
  name.startsWith('FAMILY_DB_') ? [store as unknown as D1Database] : [],
);

/**
 * Takes the runtime's own timer for every call that has a delay. The plugin's, which stands before it, looks up who
 * calls, for the sake of Vitest's own timers, which have none; that takes 40 µs, with each trip to D1.
 */
function takePlainTimers(): void {
  const plain: typeof setTimeout | undefined = Object.getPrototypeOf(globalThis).setTimeout;
  const plugins = globalThis.setTimeout;
  if (!plain || plugins.name === 'setPlainTimeout') return;
  globalThis.setTimeout = function setPlainTimeout(...args: Parameters<typeof setTimeout>) {
    return (args[1] ? plain : plugins).apply(globalThis, args);
  } as typeof setTimeout;
}

takePlainTimers();

/** Drops every table; `reset` leaves a database as it is that something still holds on to. */
async function dropTables(db: D1Database): Promise<void> {
  const { results } = await db
    .prepare(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*'",
    )
    .all<{ name: string }>();
  const drops = results.map(({ name }) => `DROP TABLE "${name}";`);
  await db.exec(['PRAGMA defer_foreign_keys = on;', ...drops].join(' '));
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

const { results } = await DB.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all<{
  name: string;
}>();
const tables = new Set(results.map(({ name }) => name));

/**
 * Whatever a test makes the product ask the database, no statement may write a delivery's status without asking for the
 * one before, bind a limit or read a table from end to end, and no trip may touch the directory and a family's rows at once.
 * @throws Error that names what did
 */
async function checkStatements(): Promise<void> {
  const unguarded = statementsSeen().filter(writesAnyStatus);
  const faults = {
    'A delivery’s status is written without asking for the one before': unguarded,
    'A limit is bound, for which SQLite compiles the statement at every run': statementsSeen().filter(
      (each) => /\blimit \?/.test(each),
    ),
    'A table is read from end to end': await statementsThatScan(DB),
    'The directory and a family’s rows are asked in one trip': tripsThatStraddle(tables),
  };
  const found = Object.entries(faults).filter(([, statements]) => statements.length > 0);
  if (found.length > 0)
    throw new Error(found.map(([fault, statements]) => `${fault}:\n${statements.join('\n')}`).join('\n'));
}

// After each test, so that it fails by its own name; at the end, what the hooks of the file asked.
afterEach(checkStatements);
afterAll(checkStatements);
