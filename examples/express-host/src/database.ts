import { PGlite } from '@electric-sql/pglite';
import { sql } from 'drizzle-orm';
import { drizzle as drizzleServer } from 'drizzle-orm/node-postgres';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import { drizzle as drizzleEmbedded } from 'drizzle-orm/pglite';

/** Postgres, by whichever driver. */
export type Database = PgDatabase<PgQueryResultHKT>;

const TABLES = [
  sql`create table if not exists users (id text primary key, name text not null, phone text,
    phone_verified_at timestamptz, sms_consent_at timestamptz, sms_on boolean not null default false)`,
  sql`create table if not exists threads (id text primary key, title text not null)`,
  sql`create table if not exists thread_members (thread_id text not null references threads(id),
    user_id text not null references users(id), primary key (thread_id, user_id))`,
  sql`create table if not exists messages (id text primary key, thread_id text not null, author_id text not null,
    body text not null, via text not null default 'chat', created_at timestamptz not null, edited_at timestamptz,
    deleted_at timestamptz, told_at timestamptz)`,
  sql`create index if not exists messages_untold on messages (created_at) where told_at is null`,
  sql`create table if not exists events_seen (id text primary key, at timestamptz not null default now())`,
  sql`create table if not exists event_cursor (id integer primary key, next text not null)`,
];

/**
 * Opens the chat's database and makes its tables: the Postgres server at `url`, or, without one, Postgres inside this
 * process (PGlite) with its files in `dir`.
 */
export async function openDatabase(url: string | undefined, dir: string): Promise<Database> {
  const database: Database = url ? drizzleServer(url) : drizzleEmbedded(await PGlite.create(dir));
  for (const table of TABLES) await database.execute(table);
  return database;
}
