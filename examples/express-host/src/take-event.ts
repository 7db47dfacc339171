import { eventPages, type Message, type ReceivedEvent } from '@family-circle-secure/client';
import { sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { keepSmsState } from './mirror.ts';
import { eventCursor, eventsSeen, messages, users } from './schema.ts';
import type { Service } from './service.ts';

/** Puts a message in, or what has become of it since; what is older than what is here changes nothing. */
async function upsertMessage(db: Database, message: Message): Promise<void> {
  const date = (text: string | null) => (text === null ? null : new Date(text));
  const row = {
    body: message.body,
    editedAt: date(message.editedAt),
    deletedAt: date(message.deletedAt),
    toldAt: new Date(), // The service has it: this is where it comes from.
  };
  const { id, threadId, authorId, via } = message;
  await db
    .insert(messages)
    .values({ id, threadId, authorId, via, createdAt: new Date(message.createdAt), ...row })
    .onConflictDoUpdate({
      target: messages.id,
      set: row,
      setWhere: sql`coalesce(excluded.deleted_at, excluded.edited_at, excluded.created_at)
        >= coalesce(${messages.deletedAt}, ${messages.editedAt}, to_timestamp(0))`,
    });
}

/** Does what an event says. */
async function apply(db: Database, event: ReceivedEvent): Promise<void> {
  switch (event.type) {
    case 'message.created':
    case 'message.edited':
    case 'message.deleted':
      if ('body' in event.data.message) await upsertMessage(db, event.data.message);
      return;
    case 'consent.given':
    case 'consent.withdrawn':
      return await keepSmsState(db, event.data.userId, event.type === 'consent.given');
    case 'phone.moved':
    case 'phone.removed':
      await db
        .update(users)
        .set({ phone: null, phoneVerifiedAt: null, smsOn: false })
        .where(sql`${users.id} = ${event.data.userId}`);
      return;
    case 'phone.unusable':
      return await keepSmsState(db, event.data.userId, false);
    default:
      return; // Deliveries, threads and the rest are of no use to this chat.
  }
}

/**
 * Works an event off, once: its id and what it changes are one transaction, so that a repeat, by webhook or by list, finds
 * the id and changes nothing, and a crash leaves neither.
 * @returns whether it was new
 */
export async function takeEvent(db: Database, event: ReceivedEvent): Promise<boolean> {
  return await db.transaction(async (transaction) => {
    const isNew = await transaction
      .insert(eventsSeen)
      .values({ id: event.id })
      .onConflictDoNothing()
      .returning({ id: eventsSeen.id });
    if (isNew.length === 0) return false;
    await apply(transaction, event);
    return true;
  });
}

/** Reads what no webhook has brought: all that happened since the last time. */
export async function catchUp(db: Database, service: Service): Promise<void> {
  const [row] = await db.select().from(eventCursor);
  for await (const { events, next } of eventPages(service.api, row?.next)) {
    for (const event of events) await takeEvent(db, event);
    await db
      .insert(eventCursor)
      .values({ id: 1, next })
      .onConflictDoUpdate({ target: eventCursor.id, set: { next } });
  }
}
