import type * as z from 'zod';
import type { Deps } from '../platform/deps.ts';
import { phoneHash } from '../platform/sms/phone-number.ts';
import type { userMirror } from './host-schemas.ts';
import { wellFormed } from './mirror.ts';
import { isFuture } from './mirror-claims.ts';

/** A line of an import that is about a person. */
export interface UserLine {
  line: number;
  user: z.output<typeof userMirror> & { id: string };
}

/** A line that says all of a person that an insert needs. Times in ms. */
export interface WholePerson extends UserLine {
  userId: string;
  familyId: string;
  name: string;
  number: string | null;
  numberHash: string | null;
  verifiedAt: number | null;
}

/** Those of the lines that say all of a person that is needed, each person and number once. Never throws. */
export async function wholePeople(deps: Deps, lines: readonly UserLine[]): Promise<WholePerson[]> {
  const now = deps.now();
  const seen = new Map<string, number>();
  const count = (key: string) => seen.set(key, (seen.get(key) ?? 0) + 1);
  const people: WholePerson[] = [];
  for (const { line, user } of lines) {
    const { id, familyId, name, phone, phoneVerifiedAt, smsConsent } = user;
    const number = typeof phone === 'string' ? wellFormed(phone, deps.phones) : null;
    count(id);
    if (number !== null) count(number);
    const isPlain = typeof phone === 'string' ? number !== null && phoneVerifiedAt : !smsConsent;
    const isAhead = isFuture(phoneVerifiedAt, now) || isFuture(smsConsent?.at, now);
    if (!familyId || !name || !isPlain || isAhead) continue;
    people.push({
      line,
      user,
      userId: id,
      familyId,
      name,
      number,
      numberHash: number === null ? null : await phoneHash(deps.config.PHONE_SECRET, number),
      verifiedAt: number === null ? null : Math.min(phoneVerifiedAt ?? now, now),
    });
  }
  return people.filter(({ userId, number }) => seen.get(userId) === 1 && seen.get(number ?? userId) === 1);
}
