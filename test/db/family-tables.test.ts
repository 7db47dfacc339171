import { readFileSync } from 'node:fs';
import path from 'node:path';
import { getTableColumns, getTableName, is } from 'drizzle-orm';
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { expect, it } from 'vitest';
import { unstable_splitSqlQuery } from 'wrangler';
import { fenceTriggers } from '../../dev/fence-triggers.ts';
import * as schema from '../../src/db/schema.ts';
import { FAMILY_TABLES, FENCE_TRIGGERS } from '../../src/db/stores/family-tables.ts';
import { DIRECTORY } from '../worker/realms.ts';

const tables = Object.values(schema).filter((value) => is(value, SQLiteTable)) as SQLiteTable[];
const migration = readFileSync(path.resolve(import.meta.dirname, '../../migrations/0001_fences.sql'), 'utf8');

it('counts every table either to the directory or to what a family is made of', () => {
  const names = FAMILY_TABLES.map(getTableName);
  for (const name of tables.map(getTableName)) {
    if (name === 'fences') continue;
    expect(DIRECTORY.has(name) !== names.includes(name), name).toBe(true);
  }
  for (const table of FAMILY_TABLES)
    expect(getTableName(table) === 'families' || 'familyId' in getTableColumns(table)).toBe(true);
});

it('lists parents before children, so that a family can be copied in this order', () => {
  FAMILY_TABLES.forEach((table, i) => {
    const earlier = new Set(FAMILY_TABLES.slice(0, i + 1).map(getTableName));
    for (const key of getTableConfig(table).foreignKeys) {
      expect(earlier.has(getTableName(key.reference().foreignTable)), getTableName(table)).toBe(true);
    }
  });
});

it('fences every such table, in a form that the splitter of remote migrations leaves whole', () => {
  expect(migration.split('\n--> statement-breakpoint\n').map((statement) => statement.trim())).toEqual(
    fenceTriggers(),
  );
  const split = unstable_splitSqlQuery(migration.replaceAll('--> statement-breakpoint', ''));
  expect(split).toHaveLength(fenceTriggers().length);
  expect(split).toHaveLength(FENCE_TRIGGERS);
  for (const statement of split) expect(statement).toMatch(/^CREATE TRIGGER .* END;?$/s);
});
