import * as z from 'zod';
import { messageColumns, messageSchema, toMessage } from '../chat/message.ts';
import type { Db } from '../db/client.ts';
import type { EventType } from '../db/column-values.ts';
import { eq } from '../db/comparisons.ts';
import { inList, jsonArray, scalar } from '../db/expressions.ts';
import { q } from '../db/query.ts';
import { consentEvents, type events, messages, threadMembers, threads, users } from '../db/schema.ts';
import {
  hostDeliverySchema,
  operatorDeliveries,
  selectDeliveries,
} from '../notifications/operate/delivery-log.ts';
import { iso, namedSchema, timestamp } from '../platform/http/validation.ts';
import { eventId } from './event-cursor.ts';

/** A thread as events show it. */
const threadSchema = namedSchema('EventThread', () =>
  z.object({
    id: z.string(),
    familyId: z.string(),
    title: z.string(),
    memberIds: z.array(z.string()),
    lastSeq: z.int(),
    lastActivityAt: timestamp,
    createdAt: timestamp,
  }),
);

const goneSchema = namedSchema('Gone', () =>
  z.object({ id: z.string(), deleted: z.literal(true) }).describe('What the subject is once it is no more'),
);

/** What is posted of a kind of subject: types of events, and what each tells of the subject as it is by then. */
const payload = <const T extends readonly EventType[], D extends z.ZodType>(
  kind: string,
  types: T,
  data: () => D,
) =>
  namedSchema(`${kind}Payload`, () =>
    z.object({
      type: z.enum(types),
      timestamp: timestamp.describe('When it became a fact'),
      data: data(),
    }),
  );

/** What is posted to the receiver, by the kind of its subject. */
export const PAYLOADS = {
  Message: payload('Message', ['message.created', 'message.edited', 'message.deleted'], () =>
    z.object({ message: z.union([messageSchema(), goneSchema()]) }),
  ),
  Thread: payload('Thread', ['thread.created'], () =>
    z.object({ thread: z.union([threadSchema(), goneSchema()]) }),
  ),
  Delivery: payload(
    'Delivery',
    ['delivery.sent', 'delivery.delivered', 'delivery.failed', 'delivery.suppressed'],
    () => z.object({ delivery: z.union([hostDeliverySchema(), goneSchema()]) }),
  ),
  Consent: payload('Consent', ['consent.given', 'consent.withdrawn'], () =>
    z.object({
      userId: z.string(),
      source: z.enum(consentEvents.source.enumValues),
      version: z.string().nullable(),
      at: timestamp,
    }),
  ),
  Person: payload(
    'Person',
    ['phone.verified', 'phone.moved', 'phone.removed', 'phone.unusable', 'user.deleted'],
    () => z.object({ userId: z.string() }),
  ),
  Family: payload('Family', ['family.deleted'], () => z.object({ familyId: z.string() })),
};

/** An event as the API shows it: what is posted, with its id and family. */
export const eventSchema = namedSchema('Event', () => {
  const listed = { id: z.string().describe('The `webhook-id`'), familyId: z.string() };
  return z.discriminatedUnion('type', [
    PAYLOADS.Message().extend(listed).meta({ id: 'MessageEvent' }),
    PAYLOADS.Thread().extend(listed).meta({ id: 'ThreadEvent' }),
    PAYLOADS.Delivery().extend(listed).meta({ id: 'DeliveryEvent' }),
    PAYLOADS.Consent().extend(listed).meta({ id: 'ConsentEvent' }),
    PAYLOADS.Person().extend(listed).meta({ id: 'PersonEvent' }),
    PAYLOADS.Family().extend(listed).meta({ id: 'FamilyEvent' }),
  ]);
});

/** See {@link eventSchema}. */
export type EventJson = z.infer<ReturnType<typeof eventSchema>>;

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
  // `dataOf` goes by the type, which the compiler cannot follow.
  const toEvent = (row: EventRow) =>
    ({
      id: eventId(row),
      type: row.type,
      timestamp: iso(row.at),
      familyId: row.familyId,
      data: dataOf(row),
    }) as EventJson;
  return rows.map(toEvent);
}
