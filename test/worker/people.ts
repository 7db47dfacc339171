import { env } from 'cloudflare:workers';
import { SignJWT } from 'jose';
import { openDatabases } from '../../src/db/client.ts';
import { insertSession, prepareSession } from '../../src/platform/auth/session.ts';
import type { Bindings } from '../../src/platform/deps.ts';
import { workerSettings } from '../support/settings.ts';

const settings = workerSettings(0) as { AUTH_SECRET: string; SESSION_SECRET: string };
const bindings = env as unknown as Bindings;
const utf8 = (text: string) => new TextEncoder().encode(text);

/** A token of the host application. @param expiresIn seconds */
export function hostToken(userId: string, familyId: string, expiresIn = 3600, more = {}): Promise<string> {
  return new SignJWT({ familyId, name: userId, ...more })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(userId)
    .setExpirationTime(Math.floor(Date.now() / 1000) + expiresIn)
    .sign(utf8(settings.AUTH_SECRET));
}

/** Writes a family with its people. */
export async function insertFamily(familyId: string, userIds: string[]): Promise<void> {
  const { DB } = bindings;
  await DB.batch([
    DB.prepare('INSERT INTO families (id, name, created_at) VALUES (?, ?, 0)').bind(familyId, familyId),
    ...userIds.map((id) =>
      DB.prepare('INSERT INTO users (id, family_id, name, created_at) VALUES (?, ?, ?, 0)').bind(
        id,
        familyId,
        id,
      ),
    ),
    DB.prepare(
      'INSERT INTO people (id, family_id, claimed_at) SELECT id, family_id, 0 FROM users WHERE family_id = ?',
    ).bind(familyId),
  ]);
}

/** Writes a thread with its members. */
export async function insertThread(threadId: string, familyId: string, userIds: string[]): Promise<void> {
  const { DB } = bindings;
  const thread =
    'INSERT INTO threads (id, family_id, title, last_activity_at, created_at) VALUES (?, ?, ?, 0, 0)';
  const member = 'INSERT INTO thread_members (thread_id, user_id, family_id, joined_at) VALUES (?, ?, ?, 0)';
  await DB.batch([
    DB.prepare(thread).bind(threadId, familyId, threadId),
    DB.prepare('INSERT INTO thread_ids (id, family_id, claimed_at) VALUES (?, ?, 0)').bind(
      threadId,
      familyId,
    ),
    ...userIds.map((id) => DB.prepare(member).bind(threadId, id, familyId)),
  ]);
}

/** Writes a browser session. @returns its id and token */
export async function insertWebSession(
  userId: string,
  familyId: string,
): Promise<{ id: string; token: string }> {
  const now = Date.now();
  const session = await prepareSession(settings.SESSION_SECRET, { userId, familyId }, now);
  const row = { id: session.id, userId, familyId, kind: 'web' as const, userAgent: null };
  await openDatabases(bindings).forFamily(familyId).run(insertSession(row, now));
  return session;
}
