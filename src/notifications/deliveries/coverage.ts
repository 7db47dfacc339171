import { sql } from '../../db/sql.ts';

/**
 * Holds when a text that is under way or in doubt tells of a row already: until its outcome is known, no other text
 * may tell of it. A look into the index, whatever the log holds.
 * @param row the alias, or the name of the table, by which the statement knows the row
 * @param but the alias of one more row whose own text does not count
 */
export const coveredInFlight = (row: string, but = row) =>
  sql.raw(`EXISTS (SELECT 1 FROM sms_delivery_log o WHERE ${covers('o', row)} AND o.id <> ${but}.id)`);

/** The same for a row that `lead` would tell of: only texts claimed before it count, it left out what they tell. */
export const coveredByEarlierClaim = (row: string, lead: string) =>
  sql.raw(
    `EXISTS (SELECT 1 FROM sms_delivery_log o WHERE ${covers('o', row)} AND o.claimed_at < ${lead}.claimed_at)`,
  );

/**
 * The earliest time by which a row may be claimed to have been claimed after the texts under way to the same person
 * about the same thread, whose process's clock may be ahead; 0 when there is none.
 */
export const minClaimTime = (row: string) =>
  sql.raw(`COALESCE((SELECT MAX(o.claimed_at) + 1 FROM sms_delivery_log o WHERE o.user_id = ${row}.user_id
    AND o.thread_id = ${row}.thread_id AND o.status = 'sending' AND o.id <> ${row}.id), 0)`);

const covers = (
  o: string,
  row: string,
) => `${o}.user_id = ${row}.user_id AND ${o}.thread_id = ${row}.thread_id
  AND ${o}.status = 'sending' AND ${o}.covers_seq >= ${row}.seq AND ${o}.id <> ${row}.id`;

/**
 * The rows that a text about `row` tells of, as a condition on `w`: they wait for the same person in the same thread,
 * are unread (`m` is the membership), and no other text on its way tells of them. A text that is tried again, since it
 * did not reach the phone, tells once more what was merged into it.
 */
export const coveredRows = (
  row: string,
) => sql`w.user_id = ${sql.raw(row)}.user_id AND w.thread_id = ${sql.raw(row)}.thread_id
  AND w.status IN ('pending', 'deferred', 'sending', CASE WHEN ${sql.raw(row)}.attempts > 0 THEN 'merged' END)
  AND w.seq > m.last_read_seq AND CASE w.status WHEN 'merged' THEN w.merged_into = ${sql.raw(row)}.id
    ELSE w.id = ${sql.raw(row)}.id OR (w.status <> 'sending' AND NOT ${coveredInFlight('w', row)}) END`;
