import { isNull, sql } from 'drizzle-orm';
import { applyUpdatesOfMany } from '../consent/updates/relay.ts';
import type { Db } from '../db/client.ts';
import { eq } from '../db/comparisons.ts';
import { allOf, inList, jsonTable } from '../db/expressions.ts';
import { insertFrom } from '../db/insert-from.ts';
import { q } from '../db/query.ts';
import { retrying } from '../db/retry.ts';
import {
  families,
  familyUpdates,
  notificationPreferences,
  phoneNumbers,
  users,
  verificationCodes,
} from '../db/schema.ts';
import type { ConsentChange, NumberChange } from '../numbers/changes.ts';
import { updateId } from '../numbers/update-outbox.ts';
import type { Deps } from '../platform/deps.ts';
import { personIds } from '../platform/id-claims.ts';
import { errorFields } from '../platform/log.ts';
import { familiesOfUsers } from './find-family.ts';
import { askedOf } from './mirror.ts';
import { type MirroredUser, mirroredUser } from './mirrored-user.ts';
import { readPersonStates } from './person-state.ts';
import type { WholePerson } from './whole-people.ts';

/** Those who are nobody yet, and whose numbers nobody has and nobody has opted out of. */
async function newPeople(deps: Deps, people: readonly WholePerson[]): Promise<WholePerson[]> {
  if (people.length === 0) return [];
  const userIds = people.map(({ userId }) => userId);
  const hashes = people.flatMap(({ numberHash }) => numberHash ?? []);
  const [known, { numbers, holders, pending }] = await Promise.all([
    familiesOfUsers(deps, userIds),
    retrying(() =>
      deps.db.directory.batch({
        numbers: q
          .select({ numberHash: phoneNumbers.numberHash })
          .from(phoneNumbers)
          .where(inList(phoneNumbers.numberHash, hashes)),
        holders: q
          .select({ userId: phoneNumbers.userId })
          .from(phoneNumbers)
          .where(inList(phoneNumbers.userId, userIds)),
        pending: q
          .select({ userId: familyUpdates.userId })
          .from(familyUpdates)
          .where(inList(familyUpdates.userId, userIds)),
      }),
    ),
  ]);
  const taken = new Set<string | null>([
    ...known.keys(),
    ...numbers.map(({ numberHash }) => numberHash),
    ...[...holders, ...pending].map(({ userId }) => userId),
  ]);
  return people.filter(
    ({ userId, numberHash }) => !taken.has(userId) && !(numberHash && taken.has(numberHash)),
  );
}

/** Claims the ids of people of one store. @returns those whose family is there, and who are of it now */
async function claimPeople(deps: Deps, db: Db, group: readonly WholePerson[]): Promise<WholePerson[]> {
  const familyIds = [...new Set(group.map(({ familyId }) => familyId))];
  const found = await retrying(() =>
    db.all(q.select({ id: families.id }).from(families).where(inList(families.id, familyIds))),
  );
  const known = new Set(found.map(({ id }) => id));
  const claims = group.filter(({ familyId }) => known.has(familyId));
  const owners = await personIds.claim(
    deps.db.directory,
    claims.map(({ userId, familyId }) => ({ id: userId, familyId })),
    deps.now(),
  );
  return claims.filter(({ userId, familyId }) => owners.get(userId) === familyId);
}

/** Inserts people of one store whose families are there. @returns the ids of those who are there now */
async function insertPeople(db: Db, people: readonly WholePerson[], now: number): Promise<Set<string>> {
  const rows = people.map(({ userId, familyId, name, user }) => ({
    id: userId,
    familyId,
    name,
    timeZone: user.timeZone ?? null,
  }));
  const p = jsonTable('p', rows, ['id', 'familyId', 'name', 'timeZone']);
  const column = <T>(field: unknown) => sql<T>`${field}`;
  const { present } = await retrying(() =>
    db.batch({
      people: insertFrom(
        users,
        {
          id: column<string>(p.id),
          familyId: families.id,
          name: column<string>(p.name),
          timeZone: column<string | null>(p.timeZone),
          createdAt: now,
        },
        sql`from ${p} join ${families} on ${eq(families.id, p.familyId)} where true`,
      ).onConflictDoNothing(),
      preferences: insertFrom(
        notificationPreferences,
        { userId: users.id, familyId: users.familyId },
        sql`from ${p} join ${users} on ${eq(users.id, p.id)} where ${isNull(users.deletedAt)}`,
      ).onConflictDoNothing(),
      present: q
        .select({ id: users.id })
        .from(p)
        .innerJoin(users, eq(users.id, p.id))
        .where(allOf(eq(users.familyId, p.familyId), isNull(users.deletedAt))),
    }),
  );
  return new Set(present.map(({ id }) => id));
}

/** Makes these people hold their numbers, unless somebody was faster, and enqueues the updates of their rows. */
async function holdNumbers(deps: Deps, people: readonly WholePerson[]): Promise<void> {
  const now = deps.now();
  const rows = people.flatMap(({ userId, familyId, number, numberHash, verifiedAt, user }) => {
    if (number === null || numberHash === null || verifiedAt === null) return [];
    const numberChange: NumberChange = {
      kind: 'number',
      number,
      numberHash,
      verifiedAt,
      optedOutAt: null,
      carrierOptedOutAt: null,
      unusableAt: null,
      previousHash: null,
      byHost: true,
      at: now,
    };
    const consentChange: ConsentChange | null = user.smsConsent
      ? {
          kind: 'consent',
          action: 'opt_in',
          source: 'import',
          numberHash,
          version: user.smsConsent.version,
          origin: user.smsConsent.source,
          clientAddress: null,
          userAgent: null,
          carrier: false,
          at: Math.min(user.smsConsent.at, now),
        }
      : null;
    return [
      {
        userId,
        familyId,
        number,
        numberHash,
        verifiedAt,
        numberUpdate: updateId(now),
        numberChange: JSON.stringify(numberChange),
        consentUpdate: updateId(now),
        consentChange: consentChange && JSON.stringify(consentChange),
      },
    ];
  });
  if (rows.length === 0) return;
  const n = jsonTable('n', rows, [
    'userId',
    'familyId',
    'number',
    'numberHash',
    'verifiedAt',
    'numberUpdate',
    'numberChange',
    'consentUpdate',
    'consentChange',
  ]);
  const column = <T>(field: unknown) => sql<T>`${field}`;
  const owner = { familyId: column<string>(n.familyId), userId: column<string>(n.userId), createdAt: now };
  const held = allOf(
    eq(phoneNumbers.numberHash, n.numberHash),
    eq(phoneNumbers.userId, n.userId),
    isNull(phoneNumbers.optedOutAt),
    isNull(phoneNumbers.carrierOptedOutAt),
  );
  const enqueued = (id: unknown, change: unknown) =>
    insertFrom(
      familyUpdates,
      { id: column<string>(id), ...owner, change: column<string>(change) },
      sql`from ${n} join ${phoneNumbers} on ${held} where ${change} is not null`,
    ).onConflictDoNothing({ target: familyUpdates.id });
  const hashes = rows.map(({ numberHash }) => numberHash);
  await retrying(() =>
    deps.db.directory.batch({
      numbers: insertFrom(
        phoneNumbers,
        {
          numberHash: column<string>(n.numberHash),
          number: column<string>(n.number),
          userId: owner.userId,
          familyId: owner.familyId,
          verifiedAt: column<number>(n.verifiedAt),
          updatedAt: now,
        },
        sql`from ${n} where true`,
      ).onConflictDoNothing(),
      enqueueNumbers: enqueued(n.numberUpdate, n.numberChange),
      enqueueConsents: enqueued(n.consentUpdate, n.consentChange),
      voidLoginCodes: q
        .delete(verificationCodes)
        .where(allOf(inList(verificationCodes.numberHash, hashes), eq(verificationCodes.purpose, 'login'))),
    }),
  );
}

/**
 * Imports people who are new here, with numbers that are new here, all at once: a constant number of statements but
 * for what each family's rows follow. Whoever is not new, or of whom something does not fit, is left to be imported
 * one by one. Never throws: what fails is left to be imported line by line.
 * @returns what came of them, by the lines
 */
export async function importNewPeople(
  deps: Deps,
  whole: readonly WholePerson[],
): Promise<Map<number, MirroredUser>> {
  const results = new Map<number, MirroredUser>();
  try {
    const fresh = await newPeople(deps, whole);
    const stores = await Promise.all(fresh.map(({ familyId }) => deps.db.storeOf(familyId)));
    const byStore = Map.groupBy(fresh, (_, i) => stores[i]!);
    for (const [store, group] of byStore) {
      const db = deps.db.at(store);
      const ofStore = await claimPeople(deps, db, group);
      const present = await insertPeople(db, ofStore, deps.now());
      const people = ofStore.filter(({ userId }) => present.has(userId));
      await holdNumbers(deps, people);
      const numbered = people.filter(({ number }) => number !== null).map(({ userId }) => userId);
      if (numbered.length > 0) await applyUpdatesOfMany(deps, numbered);
      const states = await readPersonStates(
        db,
        people.map(({ userId }) => userId),
      );
      for (const { line, user, userId, number } of people) {
        const state = states.get(userId);
        if (state && state.phone === number) results.set(line, mirroredUser(askedOf(user, number), state));
      }
    }
  } catch (error) {
    // One by one they are found as they are now, and get an answer each.
    deps.log.warn('import.left_to_lines', { people: whole.length, ...errorFields(error) });
  }
  return results;
}
