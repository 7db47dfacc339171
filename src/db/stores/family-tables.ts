import { getTableColumns } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import {
  carrierTries,
  consentEvents,
  deliveryCounts,
  eventBacklog,
  eventBarriers,
  eventCursors,
  events,
  families,
  fences,
  heldReplies,
  links,
  messages,
  notificationPreferences,
  retentionRounds,
  sendingTimes,
  sessions,
  smsDeliveryLog,
  threadMembers,
  threads,
  users,
  wordsLeft,
} from '../schema.ts';

/**
 * Every table of family data, parents before children: in this order a family can be copied. A table that is missing
 * here would neither move nor be fenced; a test compares the list with the schema.
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

/** Tables that belong to the store: they name families, and stay when one moves. */
export const STORE_TABLES: readonly SQLiteTable[] = [
  fences,
  events,
  eventCursors,
  eventBacklog,
  eventBarriers,
  deliveryCounts,
  carrierTries,
  sendingTimes,
  retentionRounds,
  wordsLeft,
];

/** The column that says whose a row is. */
export const familyColumn = (table: SQLiteTable): SQLiteColumn => {
  const columns = getTableColumns(table) as Record<string, SQLiteColumn>;
  return table === families ? columns.id! : columns.familyId!;
};

/** How many triggers fence a store: three on each table, and one on claims (migration `fences`). */
export const FENCE_TRIGGERS = FAMILY_TABLES.length * 3 + 1;
