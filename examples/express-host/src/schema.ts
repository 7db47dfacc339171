import { boolean, integer, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';

const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

/** The people of the chat. Numbers and consent were collected by its own sign-up form. */
export const users = pgTable('users', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  phone: text('phone'),
  phoneVerifiedAt: at('phone_verified_at'),
  smsConsentAt: at('sms_consent_at'),
  /** What the service says: whether this person is texted. */
  smsOn: boolean('sms_on').notNull().default(false),
});

export const threads = pgTable('threads', {
  id: text('id').primaryKey(),
  title: text('title').notNull(),
});

export const threadMembers = pgTable(
  'thread_members',
  {
    threadId: text('thread_id')
      .notNull()
      .references(() => threads.id),
    userId: text('user_id')
      .notNull()
      .references(() => users.id),
  },
  (table) => [primaryKey({ columns: [table.threadId, table.userId] })],
);

export const messages = pgTable('messages', {
  id: text('id').primaryKey(),
  threadId: text('thread_id').notNull(),
  authorId: text('author_id').notNull(),
  body: text('body').notNull(),
  /** `chat`: written here; else how the service says that it came: `sms`, `portal`, `app`. */
  via: text('via').notNull().default('chat'),
  createdAt: at('created_at').notNull(),
  editedAt: at('edited_at'),
  deletedAt: at('deleted_at'),
  /** When the service took it; null: it still has to be told. */
  toldAt: at('told_at'),
});

/** Events that were worked off. They come at least once, so their ids are kept. */
export const eventsSeen = pgTable('events_seen', {
  id: text('id').primaryKey(),
  at: at('at').notNull().defaultNow(),
});

/** How far the list of events was read: one row. */
export const eventCursor = pgTable('event_cursor', {
  id: integer('id').primaryKey(),
  next: text('next').notNull(),
});
