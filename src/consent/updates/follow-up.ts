import { sql } from '../../db/sql.ts';
import type { FamilyUpdate, NumberLostChange } from '../../numbers/changes.ts';
import type { Deps } from '../../platform/deps.ts';
import { confirmOptIn } from './confirmation.ts';

/** Closes the sockets of the sessions that a moved number ended. */
async function closeEndedSockets(
  { db, family }: Deps,
  update: FamilyUpdate,
  { at }: NumberLostChange,
): Promise<void> {
  const ended = await db.forFamily(update.familyId).all<{ id: string }>(sql`
    SELECT id AS id FROM sessions WHERE user_id = ${update.userId} AND revoked_at = ${at}`);
  for (const { id } of ended) await family(update.familyId).disconnectSession(id);
}

/**
 * Takes a number out of the person's delivery log; null: every number.
 * Returns false while a text is on its way, whose number is still needed to look it up at the carrier.
 */
async function forgetNumber({ db }: Deps, update: FamilyUpdate, number: string | null): Promise<boolean> {
  const theirs = sql`user_id = ${update.userId} AND phone IS NOT NULL AND (${number} IS NULL OR phone = ${number})`;
  const family = db.forFamily(update.familyId);
  await family.run(sql`UPDATE sms_delivery_log SET phone = NULL WHERE ${theirs} AND status <> 'sending'`);
  const left = await family.all<{ id: string }>(
    sql`SELECT id AS id FROM sms_delivery_log WHERE ${theirs} LIMIT 1`,
  );
  return left.length === 0;
}

/**
 * Does what an update owes beyond the rows, once they have followed it. Doing it again does no harm.
 * @returns whether nothing more is owed; if not, the sweep comes back to it
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
