import { inArray } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { eq } from '../db/comparisons.ts';
import { allOf } from '../db/expressions.ts';
import { q } from '../db/query.ts';
import { retrying } from '../db/retry.ts';
import {
  consentEvents,
  families,
  heldReplies,
  links,
  messages,
  notificationPreferences,
  sessions,
  smsDeliveryLog,
  threadMembers,
  threads,
  users,
} from '../db/schema.ts';
import { keepWordsToEmpty } from '../notifications/operate/carrier-words.ts';
import { releaseNumbers } from '../numbers/holders.ts';
import { inParallel } from '../platform/concurrency.ts';
import type { Deps } from '../platform/deps.ts';
import { AppError } from '../platform/errors.ts';
import { personIds, threadClaims } from '../platform/id-claims.ts';
import { familyOfKnownThread } from './find-family.ts';
import { sendHome } from './moves.ts';

/** Whether a row belongs to somebody of a family; by the index of its person. */
const ofFamily = (table: { userId: SQLiteColumn }, familyId: string) =>
  inArray(table.userId, q.select({ id: users.id }).from(users).where(eq(users.familyId, familyId)));

/**
 * Deletes a thread with all that was said in it, its texts' log and its links, in one batch. A text that is on its way
 * to the carrier at this moment may still arrive; its link leads nowhere.
 * @throws AppError `thread_not_found`
 */
export async function deleteThread(deps: Deps, id: string): Promise<void> {
  const familyId = await familyOfKnownThread(deps, id);
  const said = q.select({ id: messages.id }).from(messages).where(eq(messages.threadId, id));
  await retrying(() =>
    deps.db.forFamily(familyId).batch({
      links: q.delete(links).where(allOf(eq(links.threadId, id), ofFamily(links, familyId))),
      heldReplies: q
        .delete(heldReplies)
        .where(allOf(eq(heldReplies.threadId, id), ofFamily(heldReplies, familyId))),
      words: keepWordsToEmpty(inArray(smsDeliveryLog.messageId, said), deps.now()),
      deliveries: q.delete(smsDeliveryLog).where(inArray(smsDeliveryLog.messageId, said)),
      messages: q.delete(messages).where(eq(messages.threadId, id)),
      members: q.delete(threadMembers).where(eq(threadMembers.threadId, id)),
      thread: q.delete(threads).where(allOf(eq(threads.id, id), eq(threads.familyId, familyId))),
    }),
  );
  await retrying(() => deps.db.directory.run(threadClaims.release(familyId, id)));
}

/**
 * Deletes a family with all its people, threads, messages and numbers. What stays is the proof of consent, without
 * addresses and browsers, and each number's opt-out under its keyed hash. Numbers come first: should the rest fail,
 * nobody is texted any more, and deleting again ends it.
 * @throws AppError `family_not_found`
 */
export async function deleteFamily(deps: Deps, id: string): Promise<void> {
  const db = deps.db.forFamily(id);
  const { family, people } = await retrying(() =>
    db.batch({
      family: q.select({ id: families.id }).from(families).where(eq(families.id, id)),
      people: q.select({ id: users.id }).from(users).where(eq(users.familyId, id)),
    }),
  );
  if (family.length === 0) {
    // Unless it went and its deletion died: then this one ends it.
    if (await forgetFamily(deps, id)) return;
    throw new AppError('family_not_found', 'There is no such family.');
  }
  const userIds = people.map((person) => person.id);
  await retrying(() => deps.db.directory.batch(releaseNumbers(userIds, deps.now())));
  const inThreads = q.select({ id: threads.id }).from(threads).where(eq(threads.familyId, id));
  await retrying(() =>
    db.batch({
      sessions: q.delete(sessions).where(ofFamily(sessions, id)),
      links: q.delete(links).where(ofFamily(links, id)),
      heldReplies: q.delete(heldReplies).where(ofFamily(heldReplies, id)),
      words: keepWordsToEmpty(eq(smsDeliveryLog.familyId, id), deps.now()),
      deliveries: q.delete(smsDeliveryLog).where(eq(smsDeliveryLog.familyId, id)),
      messages: q.delete(messages).where(inArray(messages.threadId, inThreads)),
      members: q.delete(threadMembers).where(inArray(threadMembers.threadId, inThreads)),
      threads: q.delete(threads).where(eq(threads.familyId, id)),
      preferences: q.delete(notificationPreferences).where(ofFamily(notificationPreferences, id)),
      ledger: q
        .update(consentEvents)
        .set({ clientAddress: null, userAgent: null })
        .where(ofFamily(consentEvents, id)),
      people: q.delete(users).where(eq(users.familyId, id)),
      family: q.delete(families).where(eq(families.id, id)),
    }),
  );
  await forgetFamily(deps, id);
  const object = deps.family(id);
  deps.afterwards(inParallel(userIds, (userId) => object.forgetUser(userId)));
}

/** Ends what the directory knows of a family whose rows are gone. @returns whether it knew anything */
async function forgetFamily(deps: Deps, id: string): Promise<boolean> {
  const { people, threads } = await retrying(() =>
    deps.db.directory.batch({ people: personIds.release(id), threads: threadClaims.release(id) }),
  );
  const isSent = await sendHome(deps, id);
  return people.meta.changes + threads.meta.changes > 0 || isSent;
}
