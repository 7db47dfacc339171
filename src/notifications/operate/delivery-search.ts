import { desc, inArray, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { IN_SIGHT } from '../../db/column-values.ts';
import { eq, gte, lt } from '../../db/comparisons.ts';
import { allOf, coalesce, iif } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { families, notificationPreferences, smsDeliveryLog, users } from '../../db/schema.ts';
import type { ResultOf } from '../../db/statement.ts';
import { deliveryAs } from '../deliveries/coverage.ts';
import { isInSight, type Status } from '../deliveries/delivery-status.ts';

const log = smsDeliveryLog;
/** The row whose text told of a merged one. */
const lead = deliveryAs('lead');

/** What the log says of a delivery; times in ms. */
export const columns = {
  id: log.id,
  userId: log.userId,
  familyId: log.familyId,
  kind: log.kind,
  threadId: log.threadId,
  messageId: log.messageId,
  status: log.status,
  reason: log.reason,
  reasonDetail: log.reasonDetail,
  mergedInto: log.mergedInto,
  createdAt: log.createdAt,
  dueAt: iif<number | null>(inArray(log.status, ['deferred', 'pending']), log.dueAt, null).as('dueAt'),
  sentAt: log.sentAt,
  deliveredAt: log.deliveredAt,
  segments: log.segments,
  error: log.error,
  claimedAt: log.claimedAt,
  attempts: log.attempts,
  leadStatus: sql<Status | null>`${lead.status}`.as('leadStatus'),
  leadError: sql<string | null>`${lead.error}`.as('leadError'),
};

/** How it stands for the recipient now: by which clock it is quiet, and since when the carrier blocks our texts. */
const recipientColumns = {
  phone: sql<string | null>`${users.phone}`.as('phone'),
  personZone: sql<string | null>`${users.timeZone}`.as('personZone'),
  familyZone: sql<string | null>`${families.timeZone}`.as('familyZone'),
  quietStart: sql<number | null>`${notificationPreferences.quietStart}`.as('quietStart'),
  carrierOptedOutAt: sql<number | null>`${notificationPreferences.carrierOptedOutAt}`.as('carrierOptedOutAt'),
};

/** Deliveries with what their sentences need. The joins cannot lead, so that the log's indexes do. */
export const select = (condition: SQL) =>
  q
    .select({ ...columns, ...recipientColumns })
    .from(log)
    .leftJoin(lead, eq(lead.id, log.mergedInto))
    .leftJoin(users, eq(users.id, log.userId))
    .leftJoin(families, eq(families.id, users.familyId))
    .leftJoin(notificationPreferences, eq(notificationPreferences.userId, log.userId))
    .where(condition);

/** A row of {@link select}. */
export type Row = ResultOf<ReturnType<typeof select>>[number];

/** Which deliveries are asked for. */
export interface DeliverySearch {
  userId?: string | undefined;
  familyId?: string | undefined;
  statuses?: readonly Status[] | undefined;
  limit: number;
  cursor?: string | undefined;
}

/** How many deliveries one page looks through, where no index finds those of the wanted states. */
export const SEARCHED = 2000;

const isRare = (status: Status): status is (typeof IN_SIGHT)[number] =>
  (IN_SIGHT as readonly Status[]).includes(status);

/**
 * A page of one database: at most `limit` rows, and down to which id it was searched; empty: to the end.
 * @throws when the database fails
 */
export async function searchOne(db: Db, { userId, familyId, statuses, limit, cursor }: DeliverySearch) {
  const [status] = statuses ?? [];
  const everybody = userId === undefined && familyId === undefined;
  const who = [
    userId === undefined ? undefined : eq(log.userId, userId),
    familyId === undefined ? undefined : eq(log.familyId, familyId),
    lt(log.id, cursor ?? '~'),
  ];
  const isFound = everybody && statuses?.length === 1 && status !== undefined && isRare(status);
  const last = q
    .select({ id: log.id })
    .from(log)
    .where(allOf(...who))
    .orderBy(desc(log.id))
    .limit(1)
    .offset(SEARCHED - 1);
  const { rows, floor } = await db.batch({
    floor: statuses !== undefined && !isFound && last,
    rows: select(
      allOf(
        ...who,
        isFound ? isInSight(status) : statuses && inArray(log.status, statuses),
        statuses !== undefined && !isFound && gte(log.id, coalesce<string>(last, '')),
      ),
    )
      .orderBy(desc(log.id))
      .limit(limit + 1),
  });
  const shown = rows.slice(0, limit);
  return { rows: shown, searchedTo: rows.length > limit ? shown.at(-1)!.id : (floor?.[0]?.id ?? '') };
}

/** One page of several databases' pages. A page goes down to where all of them were searched. */
export function mergeSearched(pages: readonly Awaited<ReturnType<typeof searchOne>>[], limit: number) {
  const to =
    pages
      .map(({ searchedTo }) => searchedTo)
      .sort()
      .at(-1) ?? '';
  const found = pages
    .flatMap(({ rows }) => rows)
    .filter(({ id }) => id >= to)
    .sort((a, b) => (a.id < b.id ? 1 : -1));
  const rows = found.slice(0, limit);
  const next = found.length > limit ? rows.at(-1)!.id : to === '' ? null : to;
  return { rows, next };
}
