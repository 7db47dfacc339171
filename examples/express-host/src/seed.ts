import type { Database } from './database.ts';
import { threadMembers, threads, users } from './schema.ts';

const signedUp = new Date('2026-01-31T12:00:00Z');

/** The people of the example: Ana sits at the chat, Ben is away with his phone. */
export const PEOPLE = {
  ana: { id: 'member_ana', name: 'Ana' },
  ben: {
    id: 'member_ben',
    name: 'Ben',
    phone: '+12025550147',
    phoneVerifiedAt: signedUp,
    smsConsentAt: signedUp,
  },
};

/** Their conversation. */
export const THREAD = { id: 'thr_dinner_club', title: 'Dinner club' };

/** Puts the example's people and thread into an empty database. */
export async function seed(db: Database): Promise<void> {
  await db.insert(users).values(Object.values(PEOPLE)).onConflictDoNothing();
  await db.insert(threads).values(THREAD).onConflictDoNothing();
  const members = Object.values(PEOPLE).map(({ id }) => ({ threadId: THREAD.id, userId: id }));
  await db.insert(threadMembers).values(members).onConflictDoNothing();
}
