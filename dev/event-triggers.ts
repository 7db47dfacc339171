import { getTableName } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { consentEvents, families, messages, smsDeliveryLog, threads, users } from '../src/db/schema.ts';

/**
 * Triggers that write a fact's event in the very statement that makes the fact, and only when it is made: whoever changes
 * such a row cannot forget it. An event costs two rows written, itself and its entry in the index of families.
 */
interface EventTrigger {
  name: string;
  table: SQLiteTable;
  /** `INSERT`, `DELETE` or `UPDATE OF …`. */
  on: string;
  when: string;
  /** An SQL expression of the type of the event. */
  type: string;
}

const STATUS_EVENT =
  "CASE NEW.`status` WHEN 'sent' THEN 'delivery.sent' WHEN 'delivered' THEN 'delivery.delivered' " +
  "WHEN 'suppressed' THEN 'delivery.suppressed' ELSE 'delivery.failed' END";
const IS_TOLD = "NEW.`status` IN ('sent', 'delivered', 'undelivered', 'failed', 'suppressed')";
/** Whoever loses a number gets an entry in the ledger first, in the same batch: it says why. */
const LOST_BY =
  'CASE (SELECT `source` FROM `consent_events` WHERE `user_id` = NEW.`id` ORDER BY `at` DESC LIMIT 1) ' +
  "WHEN 'number_moved' THEN 'phone.moved' ELSE 'phone.removed' END";

const TRIGGERS: readonly EventTrigger[] = [
  { name: 'message_created', table: messages, on: 'INSERT', when: '', type: "'message.created'" },
  {
    name: 'message_edited',
    table: messages,
    on: 'UPDATE OF `edited_at`',
    when: 'NEW.`edited_at` IS NOT NULL AND NEW.`edited_at` IS NOT OLD.`edited_at`',
    type: "'message.edited'",
  },
  {
    name: 'message_deleted',
    table: messages,
    on: 'UPDATE OF `deleted_at`',
    when: 'OLD.`deleted_at` IS NULL AND NEW.`deleted_at` IS NOT NULL',
    type: "'message.deleted'",
  },
  { name: 'thread_created', table: threads, on: 'INSERT', when: '', type: "'thread.created'" },
  { name: 'delivery_born', table: smsDeliveryLog, on: 'INSERT', when: IS_TOLD, type: STATUS_EVENT },
  {
    name: 'delivery_moved',
    table: smsDeliveryLog,
    on: 'UPDATE OF `status`',
    when: `NEW.\`status\` <> OLD.\`status\` AND ${IS_TOLD}`,
    type: STATUS_EVENT,
  },
  {
    name: 'consent',
    table: consentEvents,
    on: 'INSERT',
    when: '',
    type: "CASE NEW.`action` WHEN 'opt_in' THEN 'consent.given' ELSE 'consent.withdrawn' END",
  },
  {
    name: 'phone_verified',
    table: users,
    on: 'UPDATE OF `phone`',
    when: 'NEW.`phone_verified_at` IS NOT NULL AND NEW.`phone` IS NOT NULL AND (OLD.`phone` IS NOT NEW.`phone` OR OLD.`phone_verified_at` IS NULL)',
    type: "'phone.verified'",
  },
  {
    name: 'phone_lost',
    table: users,
    on: 'UPDATE OF `phone`',
    when: 'OLD.`phone` IS NOT NULL AND NEW.`phone` IS NULL AND NEW.`deleted_at` IS NULL',
    type: LOST_BY,
  },
  {
    name: 'phone_unusable',
    table: users,
    on: 'UPDATE OF `phone_unusable_at`',
    when: 'OLD.`phone_unusable_at` IS NULL AND NEW.`phone_unusable_at` IS NOT NULL',
    type: "'phone.unusable'",
  },
  {
    name: 'user_deleted',
    table: users,
    on: 'UPDATE OF `deleted_at`',
    when: 'OLD.`deleted_at` IS NULL AND NEW.`deleted_at` IS NOT NULL',
    type: "'user.deleted'",
  },
  {
    name: 'family_deleted',
    table: families,
    on: 'DELETE',
    when: '',
    type: "'family.deleted'",
  },
];

/** Rows that are copied here, or cleared away behind a move, are no facts. */
export const isNoCopy = (family: string) =>
  `NOT EXISTS (SELECT 1 FROM \`fences\` WHERE \`family_id\` = ${family} AND \`state\` = 'copying')`;

function statement({ name, table, on, when, type }: EventTrigger): string {
  const row = on === 'DELETE' ? 'OLD' : 'NEW';
  const family = `${row}.${table === families ? '`id`' : '`family_id`'}`;
  const conditions = [when, isNoCopy(family)].filter((condition) => condition !== '').join(' AND ');
  return (
    `CREATE TRIGGER \`event_${name}\` AFTER ${on} ON \`${getTableName(table)}\` WHEN ${conditions} ` +
    'BEGIN INSERT INTO `events` (`nonce`, `family_id`, `type`, `subject`, `at`) ' +
    `VALUES (lower(hex(randomblob(8))), ${family}, ${type}, ${row}.\`id\`, CAST(unixepoch('subsec') * 1000 AS INTEGER)); END;`
  );
}

/** The statements of the migration `events`, one a line of the list. */
export const eventTriggers = (): string[] => TRIGGERS.map(statement);
