import { readFileSync } from 'node:fs';
import path from 'node:path';
import { getTableColumns, getTableName, is } from 'drizzle-orm';
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { expect, it } from 'vitest';
import { unstable_splitSqlQuery } from 'wrangler';
import { countTriggers } from '../../dev/count-triggers.ts';
import { eventTriggers } from '../../dev/event-triggers.ts';
import { fenceTriggers } from '../../dev/fence-triggers.ts';
import * as schema from '../../src/db/schema.ts';
import { FAMILY_TABLES, FENCE_TRIGGERS, STORE_TABLES } from '../../src/db/stores/family-tables.ts';
import { DIRECTORY } from '../worker/realms.ts';

const tables = Object.values(schema).filter((value) => is(value, SQLiteTable)) as SQLiteTable[];
const read = (name: string) =>
  readFileSync(path.resolve(import.meta.dirname, '../../migrations', name), 'utf8');

it('counts every table either to the directory or to what a family is made of', () => {
  const names = FAMILY_TABLES.map(getTableName);
  for (const name of tables.map(getTableName)) {
    if (STORE_TABLES.map(getTableName).includes(name)) continue;
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

it('says how many triggers fence a store', () => {
  expect(fenceTriggers()).toHaveLength(FENCE_TRIGGERS);
});

it.each([
  ['0001_fences.sql', fenceTriggers()],
  ['0002_events.sql', eventTriggers()],
  ['0003_counts.sql', countTriggers()],
])(
  '%s is what the code says, in a form that the splitter of remote migrations leaves whole',
  (name, triggers) => {
    const migration = read(name);
    expect(migration.split('\n--> statement-breakpoint\n').map((statement) => statement.trim())).toEqual(
      triggers,
    );
    const split = unstable_splitSqlQuery(migration.replaceAll('--> statement-breakpoint', ''));
    expect(split).toHaveLength(triggers.length);
    for (const statement of split) expect(statement).toMatch(/^CREATE TRIGGER .* END;?$/s);
  },
);
