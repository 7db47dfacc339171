import { isNotNull } from 'drizzle-orm';
import { eq, ne } from '../../db/comparisons.ts';
import { allOf } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { sessions, smsDeliveryLog } from '../../db/schema.ts';
import type { Change, FamilyUpdate, NumberLostChange } from '../../numbers/changes.ts';
import type { Deps } from '../../platform/deps.ts';
import { confirmOptIn, owesConfirmation } from './confirmation.ts';

/** Closes the sockets of sessions that ended because the number moved to somebody else. */
async function closeEndedSockets(
  { db, family }: Deps,
  update: FamilyUpdate,
  { at }: NumberLostChange,
): Promise<void> {
  const ended = await db.forFamily(update.familyId).all(
    q
      .select({ id: sessions.id })
      .from(sessions)
      .where(allOf(eq(sessions.userId, update.userId), eq(sessions.revokedAt, at))),
  );
  for (const { id } of ended) await family(update.familyId).disconnectSession(id);
}

/**
 * Deletes a number from the person's delivery log; null: every number. Returns false while a text is in flight,
 * because its number is needed to look it up at the carrier.
 */
async function forgetNumber({ db }: Deps, update: FamilyUpdate, number: string | null): Promise<boolean> {
  const { phone, status, userId } = smsDeliveryLog;
  const theirs = allOf(eq(userId, update.userId), number === null ? isNotNull(phone) : eq(phone, number));
  const family = db.forFamily(update.familyId);
  await family.run(
    q
      .update(smsDeliveryLog)
      .set({ phone: null })
      .where(allOf(theirs, ne(status, 'sending'))),
  );
  const left = await family.first(
    q.select({ id: smsDeliveryLog.id }).from(smsDeliveryLog).where(theirs).limit(1),
  );
  return left === undefined;
}

/** Whether a change has effects beyond the database rows. */
export const hasFollowUp = (change: Change): boolean =>
  change.kind === 'number_lost' ||
  change.kind === 'deleted' ||
  (change.kind === 'consent' && owesConfirmation(change));

/**
 * Runs an update's effects beyond the database rows (sockets, texts), once the rows are written. Idempotent.
 * @returns whether nothing is left to do; if not, the sweep tries again
 * @throws when a call fails
 */
export async function followUp(deps: Deps, update: FamilyUpdate): Promise<boolean> {
  const { change } = update;
  switch (change.kind) {
    case 'consent':
      return await confirmOptIn(deps, update, change);
    case 'number_lost':
      if (change.source === 'number_moved') await closeEndedSockets(deps, update, change);
      return await forgetNumber(deps, update, change.number);
    case 'deleted':
      await deps.family(update.familyId).forgetUser(update.userId);
      return await forgetNumber(deps, update, null);
    default:
      return true;
  }
}
