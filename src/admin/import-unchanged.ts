import { inList } from '../db/expressions.ts';
import { q } from '../db/query.ts';
import { retrying } from '../db/retry.ts';
import { familyUpdates, phoneNumbers, verificationCodes } from '../db/schema.ts';
import { verifySubject } from '../identity/codes/one-time-code.ts';
import type { Deps } from '../platform/deps.ts';
import { errorFields } from '../platform/log.ts';
import { askedOf } from './mirror.ts';
import { type MirroredUser, mirroredUser } from './mirrored-user.ts';
import { type PersonState, readPersonStates } from './person-state.ts';
import type { WholePerson } from './whole-people.ts';

/** What the directory says of people, in one round trip. */
async function askDirectory(deps: Deps, people: readonly WholePerson[]) {
  const userIds = people.map(({ userId }) => userId);
  const { numbers, pending, codes } = await retrying(() =>
    deps.db.directory.batch({
      numbers: q
        .select({
          userId: phoneNumbers.userId,
          numberHash: phoneNumbers.numberHash,
          unusableAt: phoneNumbers.unusableAt,
        })
        .from(phoneNumbers)
        .where(inList(phoneNumbers.userId, userIds)),
      pending: q
        .select({ userId: familyUpdates.userId })
        .from(familyUpdates)
        .where(inList(familyUpdates.userId, userIds)),
      codes: q
        .select({ subject: verificationCodes.subject })
        .from(verificationCodes)
        .where(inList(verificationCodes.subject, userIds.map(verifySubject))),
    }),
  );
  const subjects = new Set(codes.map(({ subject }) => subject));
  const changing = new Set(pending.map(({ userId }) => userId));
  return {
    numberOf: new Map(numbers.map((number) => [number.userId, number])),
    /** Nothing of theirs is under way: no change that their rows do not follow yet, no number that waits for its code. */
    isSettled: (userId: string) => !changing.has(userId) && !subjects.has(verifySubject(userId)),
  };
}

/** Whether a line says nothing new of a person, so that importing it would change nothing. Pure. */
function saysNothingNew(
  { user, name, familyId, number, numberHash, verifiedAt }: WholePerson,
  state: PersonState,
  held: { numberHash: string; unusableAt: number | null } | undefined,
): boolean {
  const isSame =
    state.familyId === familyId &&
    state.name === name &&
    (user.timeZone === undefined || user.timeZone === state.timeZone);
  if (!isSame) return false;
  if (number === null) return user.phone === undefined;
  if (!held || held.numberHash !== numberHash || state.phone !== number) return false;
  // A number that was found unusable becomes usable again when it was verified since.
  const wakes = held.unusableAt !== null && held.unusableAt < (verifiedAt ?? 0);
  return !wakes && (!user.smsConsent || state.smsEnabled || state.optedOut);
}

/**
 * Answers the lines that say nothing new of people who are known, as many as there are in a constant number of reads:
 * an import that is sent again writes nothing about them. All others are left to be imported. Never throws: what
 * fails is left to be imported line by line.
 * @returns what holds of them, by the lines
 */
export async function importUnchanged(
  deps: Deps,
  whole: readonly WholePerson[],
): Promise<Map<number, MirroredUser>> {
  const results = new Map<number, MirroredUser>();
  if (whole.length === 0) return results;
  try {
    const stores = await Promise.all(whole.map(({ familyId }) => deps.db.storeOf(familyId)));
    const byStore = Map.groupBy(whole, (_, i) => stores[i]!);
    // The directory first: what changes a person from now on was said after this line.
    const { numberOf, isSettled } = await askDirectory(deps, whole);
    for (const [store, people] of byStore) {
      const userIds = people.map(({ userId }) => userId);
      const states = await readPersonStates(deps.db.at(store), userIds);
      for (const person of people) {
        const state = states.get(person.userId);
        if (!state || !isSettled(person.userId)) continue;
        if (!saysNothingNew(person, state, numberOf.get(person.userId))) continue;
        results.set(person.line, mirroredUser(askedOf(person.user, person.number), state));
      }
    }
  } catch (error) {
    deps.log.warn('import.left_to_lines', { people: whole.length, ...errorFields(error) });
  }
  return results;
}
