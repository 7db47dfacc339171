import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/**
 * The tables of a family's Durable Object, in its own SQLite storage. Times are milliseconds since the epoch, UTC.
 * Objects have no migrations: each creates what it lacks when it is first asked for ({@link CREATE_TABLES}).
 */

/** A client of a person: an open socket, or a source of heartbeats. */
export const devices = sqliteTable('devices', {
  id: text('id').primaryKey(),
  userId: text('user_id').notNull(),
  state: text('state', { enum: ['active', 'away'] }).notNull(),
  /** For an open socket this lags behind the time in the socket's attachment. */
  heardAt: integer('heard_at').notNull(),
  /** A clean close; null: none. */
  closedAt: integer('closed_at'),
  /** An open socket, at the last evaluation. */
  open: integer('open', { mode: 'boolean' }).notNull(),
  /** Silent longer than the TTL at the last evaluation, so that `heardAt` is exact. */
  stale: integer('stale', { mode: 'boolean' }).notNull().default(false),
});

/** The presence that was broadcast; people who are offline have no row. */
export const announcedPeople = sqliteTable('people', {
  userId: text('user_id').primaryKey(),
  state: text('state', { enum: ['online', 'away'] }).notNull(),
  since: integer('since').notNull(),
});

/** Departures that are not yet written to the database. */
export const departures = sqliteTable('departures', {
  userId: text('user_id').primaryKey(),
  state: text('state', { enum: ['away', 'offline'] }).notNull(),
  at: integer('at').notNull(),
  retryAt: integer('retry_at').notNull(),
});

/** Admitted texts, from which windows and caps are computed. */
export const sends = sqliteTable('sends', {
  deliveryId: text('delivery_id').primaryKey(),
  userId: text('user_id').notNull(),
  /** Null for a test text. */
  threadId: text('thread_id'),
  /** Whose message it told of; null for a test text. */
  authorId: text('author_id'),
  rank: integer('rank').notNull(),
  at: integer('at').notNull(),
  lastToday: integer('last_today', { mode: 'boolean' }).notNull(),
});

/** The last `seq` of each thread that was published. */
export const publishedThreads = sqliteTable('threads', {
  id: text('id').primaryKey(),
  seq: integer('seq').notNull(),
});

/** Numbers by name that must survive an eviction. */
export const meta = sqliteTable('meta', {
  name: text('name').primaryKey(),
  value: integer('value').notNull(),
});

/**
 * What an object that lacks a table runs; a test compares it with the tables above. The tables have no rowids and no
 * indexes: they are small and read whole, and an object that wakes reads its whole schema.
 */
export const CREATE_TABLES = `
CREATE TABLE IF NOT EXISTS devices (
  id TEXT PRIMARY KEY, user_id TEXT NOT NULL, state TEXT NOT NULL, heard_at INTEGER NOT NULL,
  closed_at INTEGER, open INTEGER NOT NULL, stale INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS people (
  user_id TEXT PRIMARY KEY, state TEXT NOT NULL, since INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS departures (
  user_id TEXT PRIMARY KEY, state TEXT NOT NULL, at INTEGER NOT NULL, retry_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sends (
  delivery_id TEXT PRIMARY KEY, user_id TEXT NOT NULL, thread_id TEXT, author_id TEXT, rank INTEGER NOT NULL,
  at INTEGER NOT NULL, last_today INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS threads (id TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
`;
