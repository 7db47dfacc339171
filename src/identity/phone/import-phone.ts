import { exists, isNull, not } from 'drizzle-orm';
import { applyUpdates } from '../../consent/updates/relay.ts';
import { eq, gt, gte, ne } from '../../db/comparisons.ts';
import { allOf, anyOf, hasRow } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { retrying } from '../../db/retry.ts';
import { familyUpdates, phoneNumbers } from '../../db/schema.ts';
import type { Person } from '../../numbers/changes.ts';
import { enqueueNumber, takeNumber } from '../../numbers/holders.ts';
import { updateId } from '../../numbers/update-outbox.ts';
import type { Deps } from '../../platform/deps.ts';
import { phoneHash } from '../../platform/sms/phone-number.ts';

/** The holder of a number, if it is somebody else. */
const othersWith = (numberHash: string, userId: string) =>
  q
    .select({ userId: phoneNumbers.userId })
    .from(phoneNumbers)
    .where(allOf(eq(phoneNumbers.numberHash, numberHash), ne(phoneNumbers.userId, userId)));

/**
 * Whether somebody else holds a number now.
 * @param phone E.164
 * @throws when the directory fails
 */
export async function isHeldByOther(
  { config, db }: Pick<Deps, 'config' | 'db'>,
  { userId, phone }: { userId: string; phone: string },
): Promise<boolean> {
  const numberHash = await phoneHash(config.PHONE_SECRET, phone);
  return (await retrying(() => db.directory.first(othersWith(numberHash, userId)))) !== undefined;
}

/**
 * Imports a number from the host application. A number that somebody else holds stays with them; one that the
 * person verified later than the host's date stays too. Without `verifiedAt` no number is assigned. Consent to the number
 * before is none to this one.
 * @param phone E.164
 * @throws when a database fails
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
  if (verifiedAt === null) return (await directory.first(others)) ? 'phone_in_use' : 'ok';
  const provenAt = Math.min(verifiedAt, now);
  const { unusableAt } = phoneNumbers;
  const isSettled = hasRow(
    phoneNumbers,
    allOf(
      eq(phoneNumbers.userId, userId),
      anyOf(
        gt(phoneNumbers.verifiedAt, provenAt),
        allOf(eq(phoneNumbers.numberHash, numberHash), anyOf(isNull(unusableAt), gte(unusableAt, provenAt))),
      ),
    ),
  );
  const isFree = not(exists(others));
  const isEnqueued = hasRow(familyUpdates, eq(familyUpdates.id, id));
  const binding = { userId, familyId, number: phone, numberHash, verifiedAt: provenAt, now };
  const statements = {
    holders: others,
    enqueueNumber: enqueueNumber(
      id,
      { ...binding, condition: allOf(isFree, not(isSettled)) },
      { byHost: true },
    ),
    ...takeNumber({ ...binding, condition: allOf(isEnqueued, isFree) }),
  };
  const { holders } = await retrying(() => directory.batch(statements));
  await applyUpdates(deps, [userId]);
  return holders.length > 0 ? 'phone_in_use' : 'ok';
}
