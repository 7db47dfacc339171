import * as z from 'zod';
import type { Db } from '../../db/client.ts';
import { type SQL, sql } from '../../db/sql.ts';
import { STATUSES } from '../../db/statuses.ts';
import type { Caller } from '../../platform/auth/caller.ts';
import type { Deps } from '../../platform/deps.ts';
import { AppError } from '../../platform/errors.ts';
import { isoOrNull, timestamp } from '../../platform/http/validation.ts';
import type { Status } from '../deliveries/delivery-status.ts';
import type { Reason } from '../send/policy.ts';
import { explain, explainToAuthor } from './explanations.ts';

/** A delivery as its recipient sees it. */
export const deliverySchema = z.object({
  id: z.string(),
  kind: z.enum(['message', 'test']),
  threadId: z.string().nullable(),
  messageId: z.string().nullable(),
  status: z.enum(STATUSES),
  reason: z.string().nullable(),
  explanation: z.string().describe('Why a text came or did not come, in a sentence.'),
  mergedInto: z.string().nullable(),
  createdAt: timestamp,
  dueAt: timestamp.nullable(),
  sentAt: timestamp.nullable(),
  deliveredAt: timestamp.nullable(),
  segments: z.int().nullable(),
  error: z.string().nullable(),
});

/** See {@link deliverySchema}. */
export type DeliveryJson = z.infer<typeof deliverySchema>;

interface Row {
  id: string;
  userId: string;
  familyId: string;
  kind: 'message' | 'test';
  threadId: string | null;
  messageId: string | null;
  status: Status;
  reason: Reason | null;
  mergedInto: string | null;
  createdAt: number;
  dueAt: number | null;
  sentAt: number | null;
  deliveredAt: number | null;
  segments: number | null;
  error: string | null;
  timeZone: string | null;
  leadStatus: Status | null;
  leadError: string | null;
}

const columns =
  sql.raw(`d.id AS id, d.user_id AS userId, d.family_id AS familyId, d.kind AS kind, d.thread_id AS threadId,
  d.message_id AS messageId, d.status AS status, d.reason AS reason, d.merged_into AS mergedInto, d.created_at AS createdAt,
  CASE WHEN d.status IN ('deferred', 'pending') THEN d.due_at END AS dueAt, d.sent_at AS sentAt,
  d.delivered_at AS deliveredAt, d.segments AS segments, d.error AS error,
  (SELECT lead.status FROM sms_delivery_log lead WHERE lead.id = d.merged_into) AS leadStatus,
  (SELECT lead.error FROM sms_delivery_log lead WHERE lead.id = d.merged_into) AS leadError,
  (SELECT COALESCE(u.time_zone, f.time_zone) FROM users u JOIN families f ON f.id = u.family_id WHERE u.id = d.user_id) AS timeZone`);

const times = (row: Row) => ({
  createdAt: isoOrNull(row.createdAt)!,
  dueAt: isoOrNull(row.dueAt),
  sentAt: isoOrNull(row.sentAt),
  deliveredAt: isoOrNull(row.deliveredAt),
});

const toDelivery = (row: Row, now: number, timeZone = row.timeZone ?? 'UTC'): DeliveryJson => ({
  id: row.id,
  kind: row.kind,
  threadId: row.threadId,
  messageId: row.messageId,
  status: row.status,
  reason: row.reason,
  explanation: explain(row, now, timeZone),
  mergedInto: row.mergedInto,
  ...times(row),
  segments: row.segments,
  error: row.error,
});

/** A page of deliveries; `next` is the cursor of the following one, null at the end. */
export interface DeliveryPage<T = DeliveryJson> {
  deliveries: T[];
  next: string | null;
}

const among = (statuses: readonly Status[]) =>
  sql`d.status IN (SELECT value FROM json_each(${JSON.stringify(statuses)}))`;

async function page(db: Db, where: SQL, { limit, cursor }: { limit: number; cursor?: string | undefined }) {
  const rows = await db.all<Row>(sql`
    SELECT ${columns} FROM sms_delivery_log d
    WHERE ${where} AND d.id < ${cursor ?? '~'} ORDER BY d.id DESC LIMIT ${limit + 1}`);
  const shown = rows.slice(0, limit);
  return { rows: shown, next: rows.length > limit ? shown.at(-1)!.id : null };
}

/**
 * The caller's own log, newest first. `cursor` is the `next` of the page before; `statuses` leaves out the others;
 * sentences name times in `timeZone`, or else in the person's own.
 */
export async function listDeliveries(
  deps: Deps,
  { userId, familyId }: Pick<Caller, 'userId' | 'familyId'>,
  {
    statuses,
    timeZone,
    ...query
  }: {
    limit: number;
    cursor?: string | undefined;
    statuses?: readonly Status[] | undefined;
    timeZone?: string | undefined;
  },
): Promise<DeliveryPage> {
  const own = sql`d.user_id = ${userId}`;
  const where = statuses ? sql`${own} AND ${among(statuses)}` : own;
  const { rows, next } = await page(deps.db.forFamily(familyId), where, query);
  return { deliveries: rows.map((row) => toDelivery(row, deps.now(), timeZone)), next };
}

/** A delivery as operators see it: the person's log entry, and whose it is. */
export type OperatorDelivery = DeliveryJson & { userId: string; familyId: string };

/** Deliveries for operators, newest first, by family, person or status. */
export async function searchDeliveries(
  deps: Deps,
  query: {
    familyId?: string | undefined;
    userId?: string | undefined;
    status?: Status | undefined;
    limit: number;
    cursor?: string | undefined;
  },
): Promise<DeliveryPage<OperatorDelivery>> {
  const conditions = [
    query.userId === undefined ? null : sql`d.user_id = ${query.userId}`,
    query.familyId === undefined ? null : sql`d.family_id = ${query.familyId}`,
    query.status === undefined ? null : sql`d.status = ${query.status}`,
  ].filter((condition) => condition !== null);
  const where = conditions.length > 0 ? sql.join(conditions, sql` AND `) : sql`1`;
  const databases = query.familyId === undefined ? deps.db.shards() : [deps.db.forFamily(query.familyId)];
  const pages = await Promise.all(databases.map((db) => page(db, where, query)));
  const merged = pages.flatMap(({ rows }) => rows).sort((a, b) => (a.id < b.id ? 1 : -1));
  const rows = merged.slice(0, query.limit);
  const more = merged.length > rows.length || pages.some(({ next }) => next !== null);
  return {
    deliveries: rows.map((row) => ({
      ...toDelivery(row, deps.now()),
      userId: row.userId,
      familyId: row.familyId,
    })),
    next: more ? rows.at(-1)!.id : null,
  };
}

/** What became of a message for one recipient, as its author may know it. */
export interface Told {
  userId: string;
  name: string;
  told: boolean;
  read: boolean;
  explanation: string;
}

type ToldRow = Row & { name: string; read: number | null };

const toldColumns = sql.raw(`(SELECT name FROM users WHERE id = d.user_id) AS name,
  (SELECT m.last_read_seq >= d.seq FROM thread_members m WHERE m.thread_id = d.thread_id AND m.user_id = d.user_id) AS read`);

/**
 * Who was told about the caller's own message, and who will see it later; settings of others stay theirs.
 * @throws AppError `message_not_found` for messages of others, too
 */
export async function explainDeliveries(
  deps: Deps,
  { userId, familyId }: Pick<Caller, 'userId' | 'familyId'>,
  threadId: string,
  messageId: string,
): Promise<Told[]> {
  const db = deps.db.forFamily(familyId);
  const [own, rows] = await db.batch([
    db.all(sql`
      SELECT 1 AS yes FROM messages msg JOIN thread_members m ON m.thread_id = msg.thread_id AND m.user_id = msg.author_id
      WHERE msg.id = ${messageId} AND msg.thread_id = ${threadId} AND msg.author_id = ${userId} AND msg.family_id = ${familyId}`),
    db.all<ToldRow>(sql`
      SELECT ${columns}, ${toldColumns}
      FROM sms_delivery_log d WHERE d.message_id = ${messageId} ORDER BY d.user_id`),
  ]);
  if (own.length === 0)
    throw new AppError('message_not_found', 'There is no such message of yours in this thread.');
  return rows.map(toTold);
}

function toTold(row: ToldRow): Told {
  const { told, text } = row.read === 1 ? { told: true, text: 'has read it' } : explainToAuthor(row);
  return { userId: row.userId, name: row.name, told, read: row.read === 1, explanation: text };
}

/**
 * The same for a stretch of the caller's own messages at once, by message id; for pages.
 * @param fromSeq - of the oldest message of the stretch
 * @param toSeq - of the newest
 */
export async function explainOwnMessages(
  deps: Deps,
  { userId, familyId }: Pick<Caller, 'userId' | 'familyId'>,
  threadId: string,
  { fromSeq, toSeq }: { fromSeq: number; toSeq: number },
): Promise<Map<string, Told[]>> {
  const rows = await deps.db.forFamily(familyId).all<ToldRow>(sql`
    SELECT ${columns}, ${toldColumns} FROM messages msg JOIN sms_delivery_log d ON d.message_id = msg.id
    WHERE msg.thread_id = ${threadId} AND msg.seq BETWEEN ${fromSeq} AND ${toSeq}
      AND msg.author_id = ${userId} AND msg.family_id = ${familyId}
    ORDER BY msg.seq, d.user_id`);
  const byMessage = Map.groupBy(rows, ({ messageId }) => messageId ?? '');
  return new Map([...byMessage].map(([id, group]) => [id, group.map(toTold)]));
}
