import { isNull } from 'drizzle-orm';
import { eq, gt } from '../../db/comparisons.ts';
import { allOf, coalesce } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { families, users, verificationCodes } from '../../db/schema.ts';
import type { ClaimedCaller } from '../../platform/auth/caller.ts';
import { unseal } from '../../platform/crypto.ts';
import type { Deps } from '../../platform/deps.ts';
import { verifySubject } from '../codes/one-time-code.ts';

/** `pending`: a code was sent and can still be entered; `unusable`: verified once, but texts do not arrive. */
export type PhoneState = 'none' | 'pending' | 'verified' | 'unusable';

/** A person as they see themselves. Times in ms. */
export interface Me {
  id: string;
  name: string;
  familyId: string;
  /** Masked. */
  phone: string | null;
  phoneState: PhoneState;
  phoneVerifiedAt: number | null;
  /** Their own, or else their family's; an IANA name. */
  timeZone: string | null;
}

/**
 * The number that waits for its code, E.164; null for none. For the page that asks for the code.
 * @throws when the directory fails
 */
export async function pendingNumber({ config, db, now }: Deps, userId: string): Promise<string | null> {
  const row = await db.directory.first(
    q
      .select({ sealedNumber: verificationCodes.sealedNumber })
      .from(verificationCodes)
      .where(
        allOf(
          eq(verificationCodes.subject, verifySubject(userId)),
          gt(verificationCodes.expiresAt, now()),
          gt(verificationCodes.attemptsLeft, 0),
          isNull(verificationCodes.usedAt),
        ),
      ),
  );
  return row ? await unseal(config.PHONE_SECRET, row.sealedNumber) : null;
}

/** The state of a person's number. @param pending the number that waits for its code */
export function phoneStateOf(
  row: { phone: string | null; verifiedAt: number | null; unusableAt: number | null },
  pending: string | null,
): PhoneState {
  if (row.phone !== null && row.verifiedAt !== null) return row.unusableAt === null ? 'verified' : 'unusable';
  return pending === null ? 'none' : 'pending';
}

/** Reads the caller's own record; null when the person is deleted. @throws when a database fails */
export async function readMe(
  deps: Deps,
  { userId, familyId }: Pick<ClaimedCaller, 'userId' | 'familyId'>,
): Promise<Me | null> {
  const person = q
    .select({
      name: users.name,
      phone: users.phone,
      verifiedAt: users.phoneVerifiedAt,
      unusableAt: users.phoneUnusableAt,
      timeZone: coalesce<string | null>(users.timeZone, families.timeZone).as('time_zone'),
    })
    .from(users)
    .innerJoin(families, eq(families.id, users.familyId))
    .where(allOf(eq(users.id, userId), eq(users.familyId, familyId), isNull(users.deletedAt)));
  const [row, pending] = await Promise.all([
    deps.db.forFamily(familyId).first(person),
    pendingNumber(deps, userId),
  ]);
  if (!row) return null;
  return {
    id: userId,
    name: row.name,
    familyId,
    phone: row.phone === null ? null : maskPhone(row.phone),
    phoneState: phoneStateOf(row, pending),
    phoneVerifiedAt: row.verifiedAt,
    timeZone: row.timeZone,
  };
}

/** A number as its owner recognises it: `+1••••••0123` for +12025550123; never more than its last four digits. */
export function maskPhone(e164: string): string {
  const shown = e164.slice(-4);
  return `${e164.slice(0, 2)}${'•'.repeat(Math.max(0, e164.length - 2 - shown.length))}${shown}`;
}
