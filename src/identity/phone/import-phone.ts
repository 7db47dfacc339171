import { settle } from '../../consent/updates/relay.ts';
import { retrying } from '../../db/retry.ts';
import { sql } from '../../db/sql.ts';
import type { Person } from '../../numbers/changes.ts';
import { bind } from '../../numbers/holders.ts';
import { updateId } from '../../numbers/update-outbox.ts';
import type { Deps } from '../../platform/deps.ts';
import { phoneHash } from '../../platform/sms/phone-number.ts';

const othersWith = (numberHash: string, userId: string) => sql`
  SELECT user_id AS userId FROM phone_numbers
  WHERE number_hash = ${numberHash} AND user_id IS NOT NULL AND user_id <> ${userId}`;

/** Whether somebody else holds a number, at this moment. @param phone E.164 */
export async function isHeldByOther(
  { config, db }: Pick<Deps, 'config' | 'db'>,
  { userId, phone }: { userId: string; phone: string },
): Promise<boolean> {
  const numberHash = await phoneHash(config.PHONE_SECRET, phone);
  const others = await retrying(() => db.directory.all(othersWith(numberHash, userId)));
  return others.length > 0;
}

/**
 * Takes a number over from the host application. One that somebody else holds stays with them; one that the
 * person proved later than the host's date stays too. Without `verifiedAt` nothing is bound.
 * @param phone E.164
 */
export async function importPhone(
  deps: Deps,
  { userId, familyId, phone, verifiedAt }: Person & { phone: string; verifiedAt: number | null },
): Promise<'ok' | 'phone_in_use'> {
  const { directory } = deps.db;
  const now = deps.now();
  const id = updateId(now);
  const numberHash = await phoneHash(deps.config.PHONE_SECRET, phone);
  const others = othersWith(numberHash, userId);
  if (verifiedAt === null) return (await directory.all(others)).length > 0 ? 'phone_in_use' : 'ok';
  const provenAt = Math.min(verifiedAt, now);
  const settled = sql`SELECT 1 FROM phone_numbers WHERE user_id = ${userId} AND (verified_at > ${provenAt}
    OR (number_hash = ${numberHash} AND (unusable_at IS NULL OR unusable_at >= ${provenAt})))`;
  const person = { userId, familyId };
  const mayBind = sql`NOT EXISTS (${others}) AND NOT EXISTS (${settled})`;
  const owed = sql`EXISTS (SELECT 1 FROM family_updates WHERE id = ${id}) AND NOT EXISTS (${others})`;
  const binding = { ...person, number: phone, numberHash, verifiedAt: provenAt, now };
  const [owing] = bind(directory, id, { ...binding, condition: mayBind }, { keepsConsent: true });
  const [, ...take] = bind(directory, id, { ...binding, condition: owed }, { keepsConsent: true });
  const [holders] = await retrying(() => directory.batch([directory.all(others), owing, ...take]));
  await settle(deps, [userId]);
  return holders.length > 0 ? 'phone_in_use' : 'ok';
}
