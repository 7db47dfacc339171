import { getTableColumns, getTableName } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import {
  consentEvents,
  families,
  heldReplies,
  links,
  messages,
  notificationPreferences,
  sessions,
  smsDeliveryLog,
  threadMembers,
  threads,
  users,
} from '../schema.ts';
import { FENCE_MESSAGE } from './fence-message.ts';

/**
 * Every table of family data, parents before children: what a family is made of, in the order in which it can be copied.
 * A table that is missing here would neither move nor be fenced; a test holds the list against the schema.
 */
export const FAMILY_TABLES: readonly SQLiteTable[] = [
  families,
  users,
  notificationPreferences,
  consentEvents,
  sessions,
  threads,
  threadMembers,
  messages,
  smsDeliveryLog,
  links,
  heldReplies,
];

/** The column that says whose a row is. */
export const familyColumn = (table: SQLiteTable): SQLiteColumn => {
  const columns = getTableColumns(table) as Record<string, SQLiteColumn>;
  return table === families ? columns.id! : columns.familyId!;
};

/** Nobody but the mover writes a family's rows in a store in these states. */
const CLOSED = "'incoming', 'frozen', 'moved'";

/** The trigger of one kind of change. The splitter of remote migrations cuts other forms: one statement, upper-case END. */
function trigger(table: SQLiteTable, change: 'INSERT' | 'UPDATE' | 'DELETE'): string {
  const name = getTableName(table);
  const row = change === 'INSERT' ? 'NEW' : 'OLD';
  return (
    `CREATE TRIGGER \`fence_${name}_${change.toLowerCase()}\` BEFORE ${change} ON \`${name}\` ` +
    `WHEN EXISTS (SELECT 1 FROM \`fences\` WHERE \`family_id\` = ${row}.\`${familyColumn(table).name}\` AND \`state\` IN (${CLOSED})) ` +
    `BEGIN SELECT RAISE(ABORT, '${FENCE_MESSAGE}'); END;`
  );
}

/** While a family drains no new text of its is claimed; everything else goes on. */
const CLAIM_TRIGGER =
  `CREATE TRIGGER \`fence_${getTableName(smsDeliveryLog)}_claim\` BEFORE UPDATE OF \`status\` ON \`${getTableName(smsDeliveryLog)}\` ` +
  "WHEN NEW.`status` = 'sending' AND OLD.`status` <> 'sending' AND EXISTS (SELECT 1 FROM `fences` WHERE `family_id` = OLD.`family_id` AND `state` = 'draining') " +
  `BEGIN SELECT RAISE(ABORT, '${FENCE_MESSAGE}'); END;`;

/** The statements of the migration `fences`, one a line of the list. */
export const fenceTriggers = (): string[] => [
  ...FAMILY_TABLES.flatMap((table) =>
    (['INSERT', 'UPDATE', 'DELETE'] as const).map((change) => trigger(table, change)),
  ),
  CLAIM_TRIGGER,
];
