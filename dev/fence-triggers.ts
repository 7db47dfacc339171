import { getTableName } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { smsDeliveryLog } from '../src/db/schema.ts';
import { FAMILY_TABLES, familyColumn } from '../src/db/stores/family-tables.ts';
import { CLOSED_STATES, FENCE_MESSAGE } from '../src/db/stores/fences.ts';

/** Nobody but the mover writes a family's rows in a store in these states. */
const CLOSED = CLOSED_STATES.map((state) => `'${state}'`).join(', ');

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
