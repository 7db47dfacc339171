import { type ImportLine, importLines } from '@family-circle-secure/client';
import { eq, isNull } from 'drizzle-orm';
import type { Database } from './database.ts';
import { messages, threadMembers, threads, users } from './schema.ts';
import { FAMILY, type Service } from './service.ts';

/** Everything that the service has to know, as lines of an import: the family, its people, their threads. */
async function lines(db: Database): Promise<ImportLine[]> {
  const members = Map.groupBy(await db.select().from(threadMembers), ({ threadId }) => threadId);
  const people = (await db.select().from(users)).map((user): ImportLine => {
    const { id, name, phone, phoneVerifiedAt, smsConsentAt } = user;
    const proven = phone && phoneVerifiedAt && { phone, phoneVerifiedAt: phoneVerifiedAt.toISOString() };
    const consent = smsConsentAt && {
      smsConsent: { at: smsConsentAt.toISOString(), source: 'sign-up form', version: '2026-01' },
    };
    return { user: { id, familyId: FAMILY.id, name, ...(proven ? { ...proven, ...consent } : {}) } };
  });
  const conversations = (await db.select().from(threads)).map(
    ({ id, title }): ImportLine => ({
      thread: {
        id,
        familyId: FAMILY.id,
        title,
        memberIds: members.get(id)?.map(({ userId }) => userId) ?? [],
      },
    }),
  );
  return [{ family: FAMILY }, ...people, ...conversations];
}

/** Mirrors the whole chat in bulk, and keeps what the answers say of people. It may be done as often as one likes. */
export async function mirror(db: Database, service: Service): Promise<void> {
  const all = await lines(db);
  for await (const result of importLines(service.options, all)) {
    const line = all[result.line - 1]!;
    if (!result.ok) throw new Error(`The service refused ${JSON.stringify(line)}: ${result.message}`);
    if ('user' in line) await keepSmsState(db, line.user.id, result.smsEnabled ?? false);
  }
}

/** Keeps whether somebody is texted. */
export async function keepSmsState(db: Database, userId: string, smsOn: boolean): Promise<void> {
  await db.update(users).set({ smsOn }).where(eq(users.id, userId));
}

/**
 * Tells the service of messages that it has not taken yet, oldest first. Whatever fails is told again with the next call: the
 * message's own id makes a repeat harmless, so a crash between the two statements is none.
 */
export async function tellMessages(db: Database, service: Service): Promise<void> {
  const untold = await db.select().from(messages).where(isNull(messages.toldAt)).orderBy(messages.createdAt);
  for (const { id, threadId, authorId, body } of untold) {
    await service.api('POST /api/admin/threads/{id}/messages', {
      params: { id: threadId },
      body: { id, authorId, body },
    });
    await db.update(messages).set({ toldAt: new Date() }).where(eq(messages.id, id));
  }
}
