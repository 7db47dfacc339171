import { and, desc, isNull } from 'drizzle-orm';
import * as z from 'zod';
import { listConsents } from '../../consent/ledger.ts';
import { eq } from '../../db/comparisons.ts';
import { q } from '../../db/query.ts';
import { retrying } from '../../db/retry.ts';
import { families, notificationPreferences, threadMembers, threads, users } from '../../db/schema.ts';
import { hostDeliverySchema, searchDeliveries } from '../../notifications/operate/delivery-log.ts';
import { policySettings } from '../../notifications/send/policy.ts';
import { audit } from '../../platform/audit.ts';
import type { Deps } from '../../platform/deps.ts';
import { iso, isoOrNull, namedSchema, timestamp } from '../../platform/http/validation.ts';
import { errorFields } from '../../platform/log.ts';
import { once } from '../../platform/once.ts';
import { listPauses, pauseOf } from '../../platform/pauses.ts';
import { maskPhone, pendingNumber, phoneStateOf } from '../account/me.ts';
import { preferencesAnswer } from '../preferences/preferences-schema.ts';
import { readPreferences } from '../preferences/read-preferences.ts';
import { type FoundPerson, findPeople } from './find-people.ts';
import { holdUps } from './hold-ups.ts';

const limitsSchema = once(() =>
  z.object({
    presence: z.enum(['online', 'away', 'offline']),
    windows: z.array(z.object({ threadId: z.string(), until: timestamp })),
    everyThreadUntil: timestamp.nullable(),
    userCapUntil: timestamp.nullable(),
    familyCapUntil: timestamp.nullable(),
  }),
);

/** Everything that decides about texts to one person, and what became of the last ones. */
export const personReportSchema = namedSchema('PersonReport', () =>
  z.object({
    id: z.string(),
    name: z.string(),
    familyId: z.string(),
    familyName: z.string(),
    database: z.string(),
    phone: z.string().nullable().describe('Masked.'),
    phoneState: z.enum(['none', 'pending', 'verified', 'unusable']),
    phoneVerifiedAt: timestamp.nullable(),
    optedOutAt: timestamp.nullable(),
    carrierOptedOutAt: timestamp.nullable(),
    lastSeenAt: timestamp.nullable(),
    holdUps: z
      .array(z.string())
      .describe(
        'Why a text about a new message would not leave now, a sentence each; empty: it would leave.',
      ),
    preferences: preferencesAnswer(),
    limits: limitsSchema().nullable().describe('Null: the family’s object did not answer.'),
    threads: z
      .array(z.object({ id: z.string(), title: z.string(), lastSeq: z.int(), lastReadSeq: z.int() }))
      .describe('Those with the newest activity, and how far the person has read.'),
    consents: z
      .array(
        z.object({ action: z.string(), source: z.string(), version: z.string().nullable(), at: timestamp }),
      )
      .describe('The newest entries of the ledger.'),
    deliveries: z.array(hostDeliverySchema()).describe('The newest ones, with reason and explanation.'),
  }),
);

/** See {@link personReportSchema}. */
export type PersonReport = z.infer<ReturnType<typeof personReportSchema>>;

/** What a look-up answers. */
export const lookUpSchema = once(() =>
  z.object({
    number: z
      .object({
        held: z.boolean(),
        optedOutAt: timestamp.nullable(),
        carrierOptedOutAt: timestamp.nullable(),
        unusableAt: timestamp.nullable(),
      })
      .nullable()
      .describe('What is known of the number that was asked for, whoever holds it.'),
    people: z.array(z.object({ id: z.string(), familyId: z.string(), name: z.string() })),
    person: personReportSchema().nullable().describe('The one who was found; null for none or several.'),
    databases: z.object({ down: z.array(z.string()) }).describe('Databases that did not answer.'),
  }),
);

/** See {@link lookUpSchema}. */
export type LookUp = z.infer<ReturnType<typeof lookUpSchema>>;

/** Entries of each list of a report. */
const ENTRIES = 20;

/** Statements of one person's family: who they are, and their conversations. */
const statements = ({ id, familyId }: FoundPerson) => ({
  person: q
    .select({
      phone: users.phone,
      verifiedAt: users.phoneVerifiedAt,
      unusableAt: users.phoneUnusableAt,
      lastSeenAt: users.lastSeenAt,
      familyName: families.name,
      optedOutAt: notificationPreferences.optedOutAt,
      carrierOptedOutAt: notificationPreferences.carrierOptedOutAt,
    })
    .from(users)
    .innerJoin(families, eq(families.id, users.familyId))
    .leftJoin(notificationPreferences, eq(notificationPreferences.userId, users.id))
    .where(and(eq(users.id, id), eq(users.familyId, familyId), isNull(users.deletedAt))),
  threads: q
    .select({
      id: threads.id,
      title: threads.title,
      lastSeq: threads.lastSeq,
      lastReadSeq: threadMembers.lastReadSeq,
    })
    .from(threadMembers)
    .innerJoin(threads, eq(threads.id, threadMembers.threadId))
    .where(eq(threadMembers.userId, id))
    .orderBy(desc(threads.lastActivityAt))
    .limit(ENTRIES),
});

async function limitsOf(deps: Deps, { id, familyId }: FoundPerson) {
  try {
    return await deps.family(familyId).limits(id);
  } catch (error) {
    deps.log.warn('look_up.no_limits', { familyId, ...errorFields(error) });
    return null;
  }
}

/** Reads a person's report; null when they are deleted meanwhile. @throws when a database fails */
async function reportOf(deps: Deps, found: FoundPerson): Promise<PersonReport | null> {
  const { id, familyId, name } = found;
  const who = { userId: id, familyId };
  const [rows, read, pending, limits, consents, log, database, pauses] = await Promise.all([
    retrying(() => deps.db.forFamily(familyId).batch(statements(found))),
    readPreferences(deps, who),
    retrying(() => pendingNumber(deps, id)),
    limitsOf(deps, found),
    listConsents(deps, who),
    searchDeliveries(deps, { ...who, limit: ENTRIES }),
    deps.db.storeOf(familyId),
    listPauses(deps.db.directory, deps.now()),
  ]);
  const [person] = rows.person;
  if (!person || !read) return null;
  const now = deps.now();
  const country = person.phone === null ? null : deps.phones.countryOf(person.phone);
  const phoneState = phoneStateOf(person, pending);
  const pause = pauseOf(pauses, { familyId, country });
  const { preferences } = read;
  const facts = {
    phoneState,
    countryAllowed: country === null || deps.config.SMS_ALLOWED_COUNTRIES.includes(country),
    optedOutAt: person.optedOutAt,
    carrierOptedOutAt: person.carrierOptedOutAt,
    preferences,
    houseQuiet: policySettings(deps.config).houseQuiet,
    pauses: pause ? [pause] : [],
    limits,
  };
  return {
    id,
    name,
    familyId,
    familyName: person.familyName,
    database,
    phone: person.phone === null ? null : maskPhone(person.phone),
    phoneState,
    phoneVerifiedAt: isoOrNull(person.verifiedAt),
    optedOutAt: isoOrNull(person.optedOutAt),
    carrierOptedOutAt: isoOrNull(person.carrierOptedOutAt),
    lastSeenAt: isoOrNull(person.lastSeenAt),
    holdUps: holdUps(facts, now, preferences.timeZone),
    preferences,
    limits: limits && {
      ...limits,
      windows: limits.windows.map((window) => ({ ...window, until: iso(window.until) })),
      everyThreadUntil: isoOrNull(limits.everyThreadUntil),
      userCapUntil: isoOrNull(limits.userCapUntil),
      familyCapUntil: isoOrNull(limits.familyCapUntil),
    },
    threads: rows.threads,
    consents: consents.slice(0, ENTRIES).map((entry) => ({ ...entry, at: iso(entry.at) })),
    deliveries: log.deliveries,
  };
}

/**
 * Why did this person get nothing? Finds whom an operator asks for, and reports on them where it is one. Whoever is shown
 * is written into the audit log before.
 * @param text a number, an id of a person, family or delivery, or how a name begins
 * @param actor who looks
 * @throws AppError `unavailable`; when the look cannot be written down, nobody is shown
 */
export async function lookUp(deps: Deps, text: string, actor: string): Promise<LookUp> {
  const { number, people, down } = await findPeople(deps, text);
  const subject = people.length === 0 ? null : people.map(({ id }) => id).join(' ');
  await audit(deps, { actor, act: 'look', subject });
  deps.log.info('operator.look', { actor, subject });
  const [only, ...others] = people;
  return {
    number: number && {
      held: number.held,
      optedOutAt: isoOrNull(number.optedOutAt),
      carrierOptedOutAt: isoOrNull(number.carrierOptedOutAt),
      unusableAt: isoOrNull(number.unusableAt),
    },
    people,
    person: only && others.length === 0 ? await reportOf(deps, only) : null,
    databases: { down },
  };
}
