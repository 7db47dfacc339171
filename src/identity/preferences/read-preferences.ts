import { isNotNull, isNull, sql } from 'drizzle-orm';
import { eq } from '../../db/comparisons.ts';
import { allOf, coalesce, inList, json, scalar } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { retrying } from '../../db/retry.ts';
import { families, notificationPreferences, threadMembers, users } from '../../db/schema.ts';
import type { ResultOf } from '../../db/statement.ts';
import type { Person } from '../../numbers/changes.ts';
import { sha256 } from '../../platform/crypto.ts';
import type { Deps } from '../../platform/deps.ts';
import { iso } from '../../platform/http/validation.ts';
import { possibleZones } from '../../platform/possible-zones.ts';
import { FOREVER } from '../../platform/time.ts';
import type { Preferences } from './preferences-schema.ts';

/** A person's preferences, and the values for a conditional write. */
export interface ReadPreferences {
  preferences: Preferences;
  /** Strong; changes with every change of the preferences. */
  etag: string;
  revision: number;
  /** The wording's version of the last opt-in. */
  consentVersion: string | null;
  /** Those of the named threads that the person is a member of. */
  memberOf: string[];
}

/** The query of a person's preferences. @param threads of which `memberOf` is asked */
function preferencesOf({ userId, familyId }: Person, threads: readonly string[]) {
  const prefs = notificationPreferences;
  const { threadId, mutedUntil } = threadMembers;
  const theirs = eq(threadMembers.userId, users.id);
  const mutes = q
    .select({ mutes: sql`json_group_object(${threadId}, ${mutedUntil})`.as('mutes') })
    .from(threadMembers)
    .where(allOf(theirs, isNotNull(mutedUntil)));
  const memberOf = q
    .select({ threads: sql`json_group_array(${threadId})`.as('threads') })
    .from(threadMembers)
    .where(allOf(theirs, inList(threadId, threads)));
  return q
    .select({
      revision: prefs.revision,
      smsEnabled: prefs.smsEnabled,
      optedOutAt: coalesce<number | null>(prefs.optedOutAt, prefs.carrierOptedOutAt).as('opted_out'),
      consentVersion: prefs.consentVersion,
      urgentAllowed: prefs.urgentAllowed,
      quietStart: prefs.quietStart,
      quietEnd: prefs.quietEnd,
      quietDelivery: prefs.quietDelivery,
      preview: prefs.preview,
      phone: users.phone,
      personZone: sql<string | null>`${users.timeZone}`.as('person_zone'),
      familyZone: sql<string | null>`${families.timeZone}`.as('family_zone'),
      /** Until when which threads are muted, ms. */
      mutes: json<Record<string, number>>(scalar(mutes)).as('mutes'),
      memberOf: json<string[]>(scalar(memberOf)).as('member_of'),
    })
    .from(users)
    .innerJoin(families, eq(families.id, users.familyId))
    .leftJoin(prefs, eq(prefs.userId, users.id))
    .where(allOf(eq(users.id, userId), eq(users.familyId, familyId), isNull(users.deletedAt)));
}

type Row = ResultOf<ReturnType<typeof preferencesOf>>[number];

function toPreferences(row: Row, { phones }: Pick<Deps, 'phones'>, now: number): Preferences {
  const { zones, by } = possibleZones({
    person: row.personZone,
    family: row.familyZone,
    number: row.phone,
    country: row.phone === null ? null : phones.countryOf(row.phone),
  });
  const lasting = Object.entries(row.mutes).filter(([, until]) => until > now);
  return {
    smsEnabled: row.smsEnabled === true && row.optedOutAt === null,
    urgentAllowed: row.urgentAllowed ?? true,
    quietStart: row.quietStart,
    quietEnd: row.quietEnd,
    timeZone: zones[0] ?? 'UTC',
    timeZoneSource: by,
    timeZones: [...zones],
    quietDelivery: row.quietDelivery ?? 'defer',
    preview: row.preview ?? 'full',
    perThreadMute: Object.fromEntries(
      lasting.map(([threadId, until]) => [threadId, until >= FOREVER ? true : iso(until)]),
    ),
  };
}

/**
 * Reads a person's preferences in one query; defaults for one who never set any, null for one who is deleted.
 * @param threads the threads to look up for `memberOf`
 * @throws when the database fails
 */
export async function readPreferences(
  deps: Deps,
  person: Person,
  threads: readonly string[] = [],
): Promise<ReadPreferences | null> {
  const row = await retrying(() => deps.db.forFamily(person.familyId).first(preferencesOf(person, threads)));
  if (!row) return null;
  const preferences = toPreferences(row, deps, deps.now());
  const revision = row.revision ?? 1;
  const digest = await sha256(JSON.stringify([revision, preferences]));
  return {
    preferences,
    etag: `"${revision}-${digest.slice(0, 22)}"`,
    revision,
    consentVersion: row.consentVersion,
    memberOf: row.memberOf,
  };
}
