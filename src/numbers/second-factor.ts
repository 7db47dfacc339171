import { isNull } from 'drizzle-orm';
import { eq, gt } from '../db/comparisons.ts';
import { allOf } from '../db/expressions.ts';
import { q } from '../db/query.ts';
import { retrying } from '../db/retry.ts';
import { phoneNumbers, users } from '../db/schema.ts';
import type { Deps } from '../platform/deps.ts';
import { DAY_MS } from '../platform/time.ts';
import type { Person } from './changes.ts';

/**
 * After this time without a sign of its holder a number may be somebody else's: carriers give numbers out again after
 * 45 days.
 */
const SILENCE_MS = 365 * DAY_MS;
/** How long it counts that somebody vouched for a person. */
const VOUCH_MS = DAY_MS;

/** What the directory knows of a number's holder. */
export interface HolderProofs extends Person {
  /** Receipts that said "unknown handset" since the number was last proven. */
  strikes: number;
  unusableAt: number | null;
  verifiedAt: number | null;
  /** When its holder last proved to have it. */
  confirmedAt: number | null;
  /** Until when it counts that somebody vouched for the holder. */
  vouchedUntil: number | null;
}

/**
 * Whether possession of a number no longer shows that this is its holder: the carrier said that it is out of service
 * (30005, 30006), or nobody has heard of the holder for a year; and nobody has vouched for them. The API answers
 * `second_sign_needed` then.
 * @throws when the family's database fails
 */
export async function needsSecondFactor(
  deps: Pick<Deps, 'db'>,
  holder: HolderProofs,
  now: number,
): Promise<boolean> {
  if ((holder.vouchedUntil ?? 0) > now) return false;
  if (holder.strikes > 0 || holder.unusableAt !== null) return true;
  const since = now - SILENCE_MS;
  if (Math.max(holder.confirmedAt ?? 0, holder.verifiedAt ?? 0) > since) return false;
  const seen = q
    .select({ id: users.id })
    .from(users)
    .where(
      allOf(eq(users.id, holder.userId), eq(users.familyId, holder.familyId), gt(users.lastSeenAt, since)),
    );
  return (await retrying(() => deps.db.forFamily(holder.familyId).first(seen))) === undefined;
}

/**
 * Vouches for the holder of a number: for a day they sign in by phone alone.
 * @returns false when this person of this family holds no number
 * @throws when the directory fails
 */
export async function vouchFor(
  deps: Pick<Deps, 'db' | 'now'>,
  { userId, familyId }: Person,
): Promise<boolean> {
  const vouched = q
    .update(phoneNumbers)
    .set({ vouchedUntil: deps.now() + VOUCH_MS })
    .where(allOf(eq(phoneNumbers.userId, userId), eq(phoneNumbers.familyId, familyId)));
  return (await retrying(() => deps.db.directory.run(vouched))).meta.changes > 0;
}

/**
 * Statement for the directory: a sign-in by a number counts as proof that its holder has it, and uses up the
 * vouching.
 */
export const noteConfirmed = ({ userId }: Person, numberHash: string, now: number) =>
  q
    .update(phoneNumbers)
    .set({ confirmedAt: now, vouchedUntil: null, strikes: 0 })
    .where(
      allOf(
        eq(phoneNumbers.numberHash, numberHash),
        eq(phoneNumbers.userId, userId),
        isNull(phoneNumbers.unusableAt),
      ),
    );
