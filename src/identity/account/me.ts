import { sql } from '../../db/sql.ts';
import type { ClaimedCaller } from '../../platform/auth/caller.ts';
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

/** The number that waits for its code, E.164; null when none does. For the page that asks for the code. */
export async function pendingNumber({ db, now }: Deps, userId: string): Promise<string | null> {
  const rows = await db.directory.all<{ number: string }>(sql`
    SELECT number AS number FROM verification_codes
    WHERE subject = ${verifySubject(userId)} AND expires_at > ${now()} AND attempts_left > 0`);
  return rows[0]?.number ?? null;
}

interface Row {
  name: string;
  phone: string | null;
  verifiedAt: number | null;
  unusableAt: number | null;
  timeZone: string | null;
}

function stateOf(row: Row, pending: string | null): PhoneState {
  if (row.phone !== null && row.verifiedAt !== null) return row.unusableAt === null ? 'verified' : 'unusable';
  return pending === null ? 'none' : 'pending';
}

/** Reads the caller's own record; null when the person is gone. */
export async function readMe(
  deps: Deps,
  { userId, familyId }: Pick<ClaimedCaller, 'userId' | 'familyId'>,
): Promise<Me | null> {
  const [rows, pending] = await Promise.all([
    deps.db.forFamily(familyId).all<Row>(sql`
      SELECT u.name AS name, u.phone AS phone, u.phone_verified_at AS verifiedAt, u.phone_unusable_at AS unusableAt,
        COALESCE(u.time_zone, f.time_zone) AS timeZone
      FROM users u JOIN families f ON f.id = u.family_id
      WHERE u.id = ${userId} AND u.family_id = ${familyId} AND u.deleted_at IS NULL`),
    pendingNumber(deps, userId),
  ]);
  const row = rows[0];
  if (!row) return null;
  return {
    id: userId,
    name: row.name,
    familyId,
    phone: row.phone === null ? null : maskPhone(row.phone),
    phoneState: stateOf(row, pending),
    phoneVerifiedAt: row.verifiedAt,
    timeZone: row.timeZone,
  };
}

/** A number as its owner recognises it: `+1••••••0123` for +12025550123; never more than its last four digits. */
export function maskPhone(e164: string): string {
  const shown = e164.slice(-4);
  return `${e164.slice(0, 2)}${'•'.repeat(Math.max(0, e164.length - 2 - shown.length))}${shown}`;
}
