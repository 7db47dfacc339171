import { between, type SQL, sql } from 'drizzle-orm';
import * as z from 'zod';
import { DELIVERY_REASONS, STATUSES } from '../../db/column-values.ts';
import { eq } from '../../db/comparisons.ts';
import { allOf, inList, nonNull } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { retrying } from '../../db/retry.ts';
import { families, messages, smsDeliveryLog, threadMembers, users } from '../../db/schema.ts';
import type { ResultOf } from '../../db/statement.ts';
import type { StoreName } from '../../db/stores/slots.ts';
import { askStores } from '../../platform/ask-stores.ts';
import type { Caller } from '../../platform/auth/caller.ts';
import { clockWords, type Hours } from '../../platform/clock-words.ts';
import type { Deps } from '../../platform/deps.ts';
import { AppError } from '../../platform/errors.ts';
import { isoOrNull, namedSchema, timestamp } from '../../platform/http/validation.ts';
import { possibleZones } from '../../platform/possible-zones.ts';
import { phones } from '../../platform/sms/phone-number.ts';
import { deliveryAs } from '../deliveries/coverage.ts';
import type { Status } from '../deliveries/delivery-status.ts';
import {
  columns,
  type DeliverySearch,
  mergeSearched,
  type Row,
  searchOne,
  select,
} from './delivery-search.ts';
import { type AuthorsView, explain, explainToAuthor } from './explanations.ts';

/** A delivery as its recipient sees it. */
export const deliverySchema = namedSchema('Delivery', () =>
  z.object({
    id: z.string(),
    kind: z.enum(['message', 'test']),
    threadId: z.string().nullable(),
    messageId: z.string().nullable(),
    status: z.enum(STATUSES),
    reason: z.enum(DELIVERY_REASONS).nullable(),
    explanation: z.string().describe('Why a text came or did not come, in a sentence.'),
    mergedInto: z.string().nullable(),
    createdAt: timestamp,
    dueAt: timestamp.nullable(),
    sentAt: timestamp.nullable(),
    deliveredAt: timestamp.nullable(),
    segments: z.int().nullable(),
    error: z.string().nullable(),
  }),
);

/** A delivery as the host application and the operators see it. */
export const hostDeliverySchema = namedSchema('HostDelivery', () =>
  deliverySchema().extend({ userId: z.string(), familyId: z.string() }),
);

/** See {@link deliverySchema}. */
export type DeliveryJson = z.infer<ReturnType<typeof deliverySchema>>;

const log = smsDeliveryLog;
const lead = deliveryAs('lead');

const times = (row: Row) => ({
  createdAt: isoOrNull(row.createdAt)!,
  dueAt: isoOrNull(row.dueAt),
  sentAt: isoOrNull(row.sentAt),
  deliveredAt: isoOrNull(row.deliveredAt),
});

const toDelivery = (row: Row, now: number, timeZone?: string, hours: Hours = 12): DeliveryJson => {
  const clock = possibleZones({
    person: row.personZone,
    family: row.familyZone,
    number: row.phone,
    country: row.phone === null ? null : phones.countryOf(row.phone),
  });
  const quiet = { house: row.quietStart === null, clock };
  return {
    id: row.id,
    kind: row.kind,
    threadId: row.threadId,
    messageId: row.messageId,
    status: row.status,
    reason: row.reason,
    explanation: explain({ ...row, quiet }, now, timeZone ?? clock.zones[0] ?? 'UTC', hours),
    mergedInto: row.mergedInto,
    ...times(row),
    segments: row.segments,
    error: row.error,
  };
};

/** A page of deliveries; `next` is the cursor of the following one, null at the end. A page may be short, or empty, and not the last. */
export interface DeliveryPage<T = DeliveryJson> {
  deliveries: T[];
  next: string | null;
}

/**
 * The caller's own log, newest first. `cursor` is the `next` of the page before; `statuses` filters;
 * explanations name times in `timeZone`, or else in the person's own zone, and count hours to `hours`, or else to 12.
 * @throws when the database fails
 */
export async function listDeliveries(
  deps: Deps,
  { userId, familyId }: Pick<Caller, 'userId' | 'familyId'>,
  {
    statuses,
    timeZone,
    hours,
    ...query
  }: {
    limit: number;
    cursor?: string | undefined;
    statuses?: readonly Status[] | undefined;
    timeZone?: string | undefined;
    hours?: Hours | undefined;
  },
): Promise<DeliveryPage> {
  const search = { ...query, userId, statuses };
  const { rows, next } = mergeSearched([await searchOne(deps.db.forFamily(familyId), search)], query.limit);
  return { deliveries: rows.map((row) => toDelivery(row, deps.now(), timeZone, hours)), next };
}

/** A delivery as operators see it: the person's log entry, and whose it is. */
export type OperatorDelivery = DeliveryJson & { userId: string; familyId: string };

/**
 * Deliveries for operators, newest first, by family, person or status. Without a family every database is asked; one that
 * does not answer is left out, and named.
 * @throws when the database of `familyId` fails
 */
export async function searchDeliveries(
  deps: Deps,
  { status, ...query }: Omit<DeliverySearch, 'statuses'> & { status?: Status | undefined },
): Promise<DeliveryPage<OperatorDelivery> & { databases: { down: string[] } }> {
  const search = { ...query, statuses: status && [status] };
  if (query.familyId !== undefined) {
    const page = mergeSearched([await searchOne(deps.db.forFamily(query.familyId), search)], query.limit);
    return { ...operatorPage(page, deps.now()), databases: { down: [] } };
  }
  const { answers, down } = await askStores(deps, 'deliveries', (db) =>
    retrying(() => searchOne(db, search)),
  );
  const page = mergeSearched(await withoutCopies(deps, answers), query.limit);
  return { ...operatorPage(page, deps.now()), databases: { down } };
}

/** The pages of stores, with every row once: that of a family that moves may be in two, and counts where it lives. */
async function withoutCopies(
  { db }: Deps,
  found: readonly { store: StoreName; answer: Awaited<ReturnType<typeof searchOne>> }[],
) {
  const times = Map.groupBy(
    found.flatMap(({ answer }) => answer.rows),
    ({ id }) => id,
  );
  const isCopy = async (row: Row, store: StoreName) =>
    times.get(row.id)!.length > 1 && (await db.storeOf(row.familyId)) !== store;
  return await Promise.all(
    found.map(async ({ store, answer }) => {
      const rows = await Promise.all(
        answer.rows.map(async (row) => ((await isCopy(row, store)) ? [] : [row])),
      );
      return { ...answer, rows: rows.flat() };
    }),
  );
}

const operatorPage = ({ rows, next }: ReturnType<typeof mergeSearched>, now: number) => ({
  deliveries: rows.map((row) => toOperatorDelivery(row, now)),
  next,
});

const toOperatorDelivery = (row: Row, now: number): OperatorDelivery => ({
  ...toDelivery(row, now),
  userId: row.userId,
  familyId: row.familyId,
});

/** The statement of some deliveries as operators see them; {@link toOperatorDelivery} makes them of its rows. */
export const selectDeliveries = (ids: readonly string[]) => select(inList(log.id, ids));

/** See {@link selectDeliveries}. */
export const operatorDeliveries = (
  rows: ResultOf<ReturnType<typeof selectDeliveries>>,
  now: number,
): OperatorDelivery[] => rows.map((row) => toOperatorDelivery(row, now));

/** The outcome of a message for one recipient, as its author may know it. */
export interface RecipientOutcome {
  userId: string;
  name: string;
  told: boolean;
  read: boolean;
  explanation: string;
  /** When a text that told of it left, ms UTC; null: none did. */
  sentAt: number | null;
}

/** Deliveries of messages, as their author may know them. */
const selectRecipientOutcomes = (condition: SQL) =>
  q
    .select({
      ...columns,
      name: nonNull(users.name).as('name'),
      lastReadSeq: threadMembers.lastReadSeq,
      seq: log.seq,
      deletedAt: messages.deletedAt,
      familyZone: sql<string | null>`${families.timeZone}`.as('familyZone'),
      leadSentAt: sql<number | null>`${lead.sentAt}`.as('leadSentAt'),
    })
    .from(log)
    .innerJoin(messages, eq(messages.id, log.messageId))
    .leftJoin(lead, eq(lead.id, log.mergedInto))
    .leftJoin(users, eq(users.id, log.userId))
    .leftJoin(families, eq(families.id, users.familyId))
    .leftJoin(
      threadMembers,
      allOf(eq(threadMembers.threadId, log.threadId), eq(threadMembers.userId, log.userId)),
    )
    .where(condition);
type RecipientOutcomeRow = ResultOf<ReturnType<typeof selectRecipientOutcomes>>[number];

/**
 * The outcomes of the caller's own message for each recipient, without revealing their settings.
 * @throws AppError `message_not_found`, for messages of others too
 */
export async function explainDeliveries(
  deps: Deps,
  { userId, familyId }: Pick<Caller, 'userId' | 'familyId'>,
  threadId: string,
  messageId: string,
): Promise<RecipientOutcome[]> {
  const db = deps.db.forFamily(familyId);
  const { own, rows } = await db.batch({
    own: q
      .select({ id: messages.id })
      .from(messages)
      .innerJoin(
        threadMembers,
        allOf(eq(threadMembers.threadId, messages.threadId), eq(threadMembers.userId, messages.authorId)),
      )
      .where(
        allOf(
          eq(messages.id, messageId),
          eq(messages.threadId, threadId),
          eq(messages.authorId, userId),
          eq(messages.familyId, familyId),
        ),
      ),
    rows: selectRecipientOutcomes(eq(log.messageId, messageId)).orderBy(log.userId),
  });
  if (own.length === 0)
    throw new AppError('message_not_found', 'There is no such message of yours in this thread.');
  return rows.map((row) => toRecipientOutcome(row, deps.now()));
}

const toldOf = (row: RecipientOutcomeRow, read: boolean): AuthorsView =>
  read ? { told: true, text: 'has read it' } : explainToAuthor(row);

/** The outcome for a message that was taken back: a text that has left stays sent. */
function toldOfRetracted(row: RecipientOutcomeRow, sentAt: number | null, now: number): AuthorsView {
  const at = sentAt === null ? null : clockWords(sentAt, now, row.familyZone ?? 'UTC');
  if (at !== null) return { told: true, text: `was texted at ${at}; that cannot be unsent` };
  if (row.status === 'sending') return { told: true, text: 'is being texted; that cannot be unsent' };
  return { told: false, text: 'was not texted: it was taken back before' };
}

function toRecipientOutcome(row: RecipientOutcomeRow, now: number): RecipientOutcome {
  const read = row.lastReadSeq !== null && row.seq !== null && row.lastReadSeq >= row.seq;
  const sentAt = row.sentAt ?? row.leadSentAt;
  const { told, text } = row.deletedAt === null ? toldOf(row, read) : toldOfRetracted(row, sentAt, now);
  return { userId: row.userId, name: row.name, told, read, explanation: text, sentAt };
}

/** The same for a range of the caller's own messages, by message id; for pages. @throws when the database fails */
export async function explainOwnMessages(
  deps: Deps,
  { userId, familyId }: Pick<Caller, 'userId' | 'familyId'>,
  threadId: string,
  { fromSeq, toSeq }: { fromSeq: number; toSeq: number },
): Promise<Map<string, RecipientOutcome[]>> {
  const own = allOf(
    eq(messages.threadId, threadId),
    between(messages.seq, fromSeq, toSeq),
    eq(messages.authorId, userId),
    eq(messages.familyId, familyId),
  );
  const rows = await deps.db
    .forFamily(familyId)
    .all(selectRecipientOutcomes(own).orderBy(messages.seq, log.userId));
  const byMessage = Map.groupBy(rows, ({ messageId }) => messageId ?? '');
  return new Map(
    [...byMessage].map(([id, group]) => [id, group.map((row) => toRecipientOutcome(row, deps.now()))]),
  );
}
