import { eq } from 'drizzle-orm';
import * as z from 'zod';
import { messageColumns, messageSchema, toMessage } from '../chat/message.ts';
import type { Db } from '../db/client.ts';
import { EVENT_TYPES } from '../db/event-types.ts';
import { inList, jsonArray, scalar } from '../db/expressions.ts';
import { q } from '../db/query.ts';
import { consentEvents, type events, messages, threadMembers, threads, users } from '../db/schema.ts';
import {
  deliverySchema,
  operatorDeliveries,
  selectDeliveries,
} from '../notifications/operate/delivery-log.ts';
import { iso, timestamp } from '../platform/http/validation.ts';
import { eventId } from './event-id.ts';

/** A thread as the host sees it. */
const threadSchema = z.object({
  id: z.string(),
  familyId: z.string(),
  title: z.string(),
  memberIds: z.array(z.string()),
  lastSeq: z.int(),
  lastActivityAt: timestamp,
  createdAt: timestamp,
});

const gone = z.object({ id: z.string(), deleted: z.literal(true) });

/** What events tell of their subjects. */
const dataSchema = z.union([
  z.object({ message: z.union([messageSchema, gone]) }),
  z.object({ thread: z.union([threadSchema, gone]) }),
  z.object({
    delivery: z.union([deliverySchema.extend({ userId: z.string(), familyId: z.string() }), gone]),
  }),
  z.object({ userId: z.string(), source: z.string(), version: z.string().nullable(), at: timestamp }),
  z.object({ userId: z.string() }),
  z.object({ familyId: z.string() }),
]);

/** What is posted to the receiver. */
export const pushedEventSchema = z.object({
  type: z.enum(EVENT_TYPES),
  timestamp: timestamp.describe('When it became a fact'),
  data: dataSchema.describe(
    'message.*: `{message}`; thread.*: `{thread}`; delivery.*: `{delivery}`; consent.*: `{userId, source, version, at}`; phone.* and user.deleted: `{userId}`; family.deleted: `{familyId}`. As the subject is now; `{id, deleted: true}` once it is gone',
  ),
});

/** An event as the API shows it. */
export const eventSchema = pushedEventSchema.extend({
  id: z.string().describe('The `webhook-id`'),
  familyId: z.string(),
});

/** See {@link eventSchema}. */
export type EventJson = z.infer<typeof eventSchema>;

/** A row of `events`. */
export type EventRow = typeof events.$inferSelect;

const memberIds = q
  .select({ list: jsonArray<string>(threadMembers.userId) })
  .from(threadMembers)
  .where(eq(threadMembers.threadId, threads.id));

const selectMessages = (ids: string[]) =>
  q
    .select(messageColumns)
    .from(messages)
    .innerJoin(users, eq(users.id, messages.authorId))
    .where(inList(messages.id, ids));

const selectThreads = (ids: string[]) =>
  q
    .select({
      id: threads.id,
      familyId: threads.familyId,
      title: threads.title,
      lastSeq: threads.lastSeq,
      lastActivityAt: threads.lastActivityAt,
      createdAt: threads.createdAt,
      memberIds: scalar<string>(memberIds).as('member_ids'),
    })
    .from(threads)
    .where(inList(threads.id, ids));

const selectConsents = (ids: string[]) =>
  q
    .select({
      id: consentEvents.id,
      userId: consentEvents.userId,
      source: consentEvents.source,
      version: consentEvents.version,
      at: consentEvents.at,
    })
    .from(consentEvents)
    .where(inList(consentEvents.id, ids));

const byId = <T extends { id: string }>(rows: readonly T[]) => new Map(rows.map((row) => [row.id, row]));

/**
 * Puts into events what the API shows of their subjects at this moment, in one round trip.
 * @throws when the database fails
 */
export async function fillEvents(db: Db, rows: readonly EventRow[], now: number): Promise<EventJson[]> {
  if (rows.length === 0) return [];
  const subjects = (kind: string) => [
    ...new Set(rows.filter(({ type }) => type.startsWith(`${kind}.`)).map(({ subject }) => subject)),
  ];
  const found = await db.batch({
    messages: selectMessages(subjects('message')),
    threads: selectThreads(subjects('thread')),
    deliveries: selectDeliveries(subjects('delivery')),
    consents: selectConsents(subjects('consent')),
  });
  const messagesById = byId(found.messages.map(toMessage));
  const deliveries = byId(operatorDeliveries(found.deliveries, now));
  const consents = byId(found.consents);
  const threadsById = byId(
    found.threads.map((thread) => ({
      ...thread,
      memberIds: JSON.parse(thread.memberIds ?? '[]') as string[],
      lastActivityAt: iso(thread.lastActivityAt),
      createdAt: iso(thread.createdAt),
    })),
  );
  const dataOf = ({ type, subject }: EventRow): EventJson['data'] => {
    const missing = { id: subject, deleted: true as const };
    const [kind] = type.split('.');
    if (kind === 'message') return { message: messagesById.get(subject) ?? missing };
    if (kind === 'thread') return { thread: threadsById.get(subject) ?? missing };
    if (kind === 'delivery') return { delivery: deliveries.get(subject) ?? missing };
    if (kind === 'family') return { familyId: subject };
    const consent = consents.get(subject);
    if (kind !== 'consent' || !consent) return { userId: subject };
    const { userId, source, version, at } = consent;
    return { userId, source, version, at: iso(at) };
  };
  return rows.map((row) => ({
    id: eventId(row),
    type: row.type,
    timestamp: iso(row.at),
    familyId: row.familyId,
    data: dataOf(row),
  }));
}
