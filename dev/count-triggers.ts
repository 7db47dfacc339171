import { getTableName } from 'drizzle-orm';
import { SENDING_STEPS_MS } from '../src/db/column-values.ts';
import { carrierTries, deliveryCounts, sendingTimes, smsDeliveryLog } from '../src/db/schema.ts';
import { isNoCopy } from './event-triggers.ts';

// Triggers that count deliveries in the statement that changes their state: once, whoever changes it, and not at all when
// it is not changed. What each costs is told in docs/decisions.md and held by test/db/counts.worker.test.ts.

const LOG = getTableName(smsDeliveryLog);
const HOUR = 3_600_000;
const MINUTE = 60_000;

const isOpen = (row: string) => `${row}.\`status\` IN ('pending', 'sending')`;
const counted = (row: string) => `CASE WHEN ${isOpen(row)} THEN 'open' ELSE ${row}.\`status\` END`;
const hourOf = (row: string) => `${row}.\`created_at\` - ${row}.\`created_at\` % ${HOUR}`;

/** One delivery more, or less, in its state. */
const change = (row: 'NEW' | 'OLD', by: 1 | -1) => {
  const at = `coalesce(${row}.\`claimed_at\`, ${row}.\`created_at\`)`;
  return (
    `SELECT ${hourOf(row)}, ${row}.\`kind\`, ${counted(row)}, coalesce(${row}.\`reason\`, ''), ` +
    `coalesce(${row}.\`error\`, ''), ${by}, ${by} * coalesce(${row}.\`segments\`, 0), ${at}, ${at}`
  );
};

const counting = (...changes: string[]) =>
  `INSERT INTO \`${getTableName(deliveryCounts)}\` ` +
  '(`hour_at`, `kind`, `status`, `reason`, `error`, `count`, `segments`, `first_at`, `last_at`) ' +
  `${changes.join(' UNION ALL ')} WHERE true ` +
  'ON CONFLICT (`hour_at`, `kind`, `status`, `reason`, `error`) DO UPDATE SET ' +
  '`count` = `count` + excluded.`count`, `segments` = `segments` + excluded.`segments`, ' +
  '`last_at` = iif(excluded.`count` > 0, max(`last_at`, excluded.`last_at`), `last_at`)';

/** One more in a table of counts. */
const oneMore = (table: string, values: Record<string, string>) =>
  `INSERT INTO \`${table}\` (${Object.keys(values)
    .map((column) => `\`${column}\``)
    .join(', ')}, \`count\`) VALUES (${Object.values(values).join(', ')}, 1) ` +
  `ON CONFLICT (${Object.keys(values)
    .map((column) => `\`${column}\``)
    .join(', ')}) DO UPDATE SET \`count\` = \`count\` + 1`;

const aTry = (step: 'send' | 'receipt', code: string) =>
  oneMore(getTableName(carrierTries), {
    minute_at: `NEW.\`claimed_at\` - NEW.\`claimed_at\` % ${MINUTE}`,
    step: `'${step}'`,
    code,
  });

const differs = (column: string) => `OLD.\`${column}\` IS NOT NEW.\`${column}\``;
const took = 'NEW.`sent_at` - NEW.`created_at`';
const timeClass = `CASE ${SENDING_STEPS_MS.slice(0, -1)
  .map((ms) => `WHEN ${took} <= ${ms} THEN ${ms}`)
  .join(' ')} ELSE ${SENDING_STEPS_MS.at(-1)} END`;

const TRIGGERS: readonly { name: string; on: string; row: 'NEW' | 'OLD'; when: string; does: string }[] = [
  { name: 'born', on: 'INSERT', row: 'NEW', when: '', does: counting(change('NEW', 1)) },
  {
    name: 'moved',
    on: 'UPDATE OF `status`, `reason`, `error`, `segments`',
    row: 'NEW',
    when: `(${counted('OLD')} <> ${counted('NEW')} OR ${['reason', 'error', 'segments'].map(differs).join(' OR ')})`,
    does: counting(change('OLD', -1), change('NEW', 1)),
  },
  {
    // A thread or a family that is deleted takes what waits along; what has ended stays counted.
    name: 'gone',
    on: 'DELETE',
    row: 'OLD',
    when: "OLD.`status` IN ('pending', 'sending', 'deferred')",
    does: counting(change('OLD', -1)),
  },
  {
    name: 'tried',
    on: 'UPDATE OF `status`',
    row: 'NEW',
    // Given back without a look-up that did not find it: it was not tried at all.
    when:
      "OLD.`status` = 'sending' AND NEW.`status` <> 'sending' AND NEW.`claimed_at` IS NOT NULL AND " +
      "(NEW.`status` <> 'pending' OR NEW.`error` IS NOT NULL OR NEW.`absences` > 0)",
    does: aTry(
      'send',
      "CASE WHEN NEW.`status` IN ('sent', 'delivered', 'undelivered') THEN '' ELSE coalesce(NEW.`error`, 'no_answer') END",
    ),
  },
  {
    name: 'reported',
    on: 'UPDATE OF `status`',
    row: 'NEW',
    when: "OLD.`status` = 'sent' AND NEW.`status` IN ('pending', 'undelivered', 'failed') AND NEW.`claimed_at` IS NOT NULL",
    does: aTry('receipt', "coalesce(NEW.`error`, 'unknown')"),
  },
  {
    name: 'timed',
    on: 'UPDATE OF `sent_at`',
    row: 'NEW',
    when: 'OLD.`sent_at` IS NULL AND NEW.`sent_at` IS NOT NULL',
    does: oneMore(getTableName(sendingTimes), { hour_at: hourOf('NEW'), at_most: timeClass }),
  },
];

/** The statements of the migration `counts`, one a line of the list. Rows that move between stores were counted before. */
export const countTriggers = (): string[] =>
  TRIGGERS.map(({ name, on, row, when, does }) => {
    const conditions = [when, isNoCopy(`${row}.\`family_id\``)].filter((condition) => condition !== '');
    return (
      `CREATE TRIGGER \`count_${name}\` AFTER ${on} ON \`${LOG}\` ` +
      `WHEN ${conditions.join(' AND ')} BEGIN ${does}; END;`
    );
  });
