import { applyD1Migrations, type D1Migration } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterAll, expect } from 'vitest';
import { statementsThatScan } from './query-plan.ts';

const { DB, TEST_MIGRATIONS } = env as unknown as { DB: D1Database; TEST_MIGRATIONS: D1Migration[] };
await applyD1Migrations(DB, TEST_MIGRATIONS);

// Whatever a test makes the product ask the database, no statement may read a table from end to end.
afterAll(async () => {
  expect(await statementsThatScan(DB)).toEqual([]);
});
