import { getTableColumns, inArray, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Db } from '../client.ts';
import { eq } from '../comparisons.ts';
import { allOf, jsonTable, rowid } from '../expressions.ts';
import { insertFrom, type RowFrom } from '../insert-from.ts';
import { q } from '../query.ts';
import {
  consentEvents,
  families,
  messages,
  smsDeliveryLog,
  threadMembers,
  threads,
  users,
} from '../schema.ts';
import { FAMILY_TABLES, familyColumn } from '../stores/family-tables.ts';
import { mayWrite, writing } from './move-fences.ts';
import type { Move } from './move-record.ts';

/** Rows of a page, and the most that their JSON may take: D1 binds strings of up to 2 MB (its limits). */
const PAGE = 200;
const PAGE_BYTES = 900_000;

/** Tables with an index on their family; the others are found by their people, or by their threads. */
const BY_FAMILY: ReadonlySet<SQLiteTable> = new Set<SQLiteTable>([
  families,
  users,
  consentEvents,
  threads,
  smsDeliveryLog,
]);
const BY_THREAD: ReadonlySet<SQLiteTable> = new Set<SQLiteTable>([messages, threadMembers]);

const columnsOf = (table: SQLiteTable) => getTableColumns(table) as Record<string, SQLiteColumn>;

/** Whether a row belongs to a family; found by an index. */
function isOf(table: SQLiteTable, familyId: string): SQL {
  if (BY_FAMILY.has(table)) return eq(familyColumn(table), familyId);
  const parent = BY_THREAD.has(table) ? threads : users;
  const key = BY_THREAD.has(table) ? columnsOf(table).threadId! : columnsOf(table).userId!;
  return inArray(key, q.select({ id: parent.id }).from(parent).where(eq(parent.familyId, familyId)));
}

type Row = Record<string, string | number | null>;
interface Page {
  rows: Row[];
  /** The number of its last row: where the next page begins. */
  last: number;
}

/** The next rows of a family in a table, in the order in which they were written, as the database keeps them. */
async function readPage(db: Db, table: SQLiteTable, familyId: string, after: number): Promise<Page> {
  const fields = Object.fromEntries(
    Object.values(columnsOf(table)).map((column) => [column.name, sql`${column}`.as(column.name)]),
  );
  // With a plus the planner takes the family's index and sorts, instead of walking through the whole table.
  const number = sql<number>`+${rowid(table)}`;
  const found = await db.all(
    q
      .select({ ...fields, moving_row: number.as('moving_row') })
      .from(table)
      .where(allOf(isOf(table, familyId), sql`${number} > ${after}`))
      .orderBy(number)
      .limit(PAGE),
  );
  const rows = found.map(({ moving_row: _, ...row }) => row as Row);
  return { rows, last: Number((found.at(-1) as { moving_row?: number } | undefined)?.moving_row ?? after) };
}

/** Rows in parts that can be bound. */
function inParts(rows: readonly Row[]): Row[][] {
  const parts: Row[][] = [];
  let bytes = PAGE_BYTES;
  for (const row of rows) {
    const size = JSON.stringify(row).length * 3;
    if (bytes + size > PAGE_BYTES) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)!.push(row);
    bytes += size;
  }
  return parts;
}

/** Statement: writes rows as they are, where they are missing, while the move's fence permits it. */
function insertRows(table: SQLiteTable, rows: readonly Row[], move: Move) {
  const columns = Object.entries(columnsOf(table));
  const source = jsonTable(
    'moving',
    rows,
    columns.map(([, column]) => column.name),
  );
  const row = Object.fromEntries(
    columns.map(([key, column]) => [
      key,
      sql`${(source as unknown as Record<string, unknown>)[column.name]}`,
    ]),
  );
  const from = sql`from ${source} where ${mayWrite(move)}`;
  return insertFrom(table, row as RowFrom<SQLiteTable>, from).onConflictDoNothing();
}

/**
 * Copies a family's rows into the target, parents first. Rows that are there already are left, so it can be repeated.
 * @throws when a database fails
 */
export async function copyRows(source: Db, target: Db, move: Move): Promise<void> {
  for (const table of FAMILY_TABLES) {
    for (let after = 0; ; ) {
      const { rows, last } = await readPage(source, table, move.familyId, after);
      for (const part of inParts(rows)) {
        const { begin, end } = writing(move, 'incoming');
        await target.batch({ begin, copied: insertRows(table, part, move), end });
      }
      if (rows.length < PAGE) break;
      after = last;
    }
  }
}

const hex = (bytes: ArrayBuffer) => Array.from(new Uint8Array(bytes), (b) => b.toString(16)).join('');

/** How many rows a family has in a table, and a digest of all of them. */
async function digest(db: Db, table: SQLiteTable, familyId: string): Promise<string> {
  let sum = '';
  let count = 0;
  for (let after = 0; ; ) {
    const { rows, last } = await readPage(db, table, familyId, after);
    const bytes = new TextEncoder().encode(sum + JSON.stringify(rows));
    sum = hex(await crypto.subtle.digest('SHA-256', bytes));
    count += rows.length;
    if (rows.length < PAGE) return `${count} ${sum}`;
    after = last;
  }
}

/** The tables in which source and target differ for a family. @throws when a database fails */
export async function differingTables(source: Db, target: Db, familyId: string): Promise<SQLiteTable[]> {
  const differing: SQLiteTable[] = [];
  for (const table of FAMILY_TABLES) {
    const [before, after] = await Promise.all([
      digest(source, table, familyId),
      digest(target, table, familyId),
    ]);
    if (before !== after) differing.push(table);
  }
  return differing;
}

/**
 * Deletes a family's rows in a store, children first, as long as the fence of the move stands in this state.
 * @throws when the database fails
 */
export async function clearRows(db: Db, move: Move, state: 'clearing' | 'moved'): Promise<void> {
  for (const table of FAMILY_TABLES.toReversed()) {
    for (;;) {
      const page = q
        .select({ row: rowid(table).as('row') })
        .from(table)
        .where(isOf(table, move.familyId))
        .limit(PAGE);
      const { begin, end } = writing(move, state);
      const { gone } = await db.batch({
        begin,
        gone: q.delete(table).where(allOf(inArray(rowid(table), page), mayWrite(move))),
        end,
      });
      if (gone.meta.changes < PAGE) break;
    }
  }
}
