import { isNotNull, isNull, not, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { eq, gte, lt } from '../../db/comparisons.ts';
import { allOf, coalesce, hasRow, jsonTable } from '../../db/expressions.ts';
import { insertFrom } from '../../db/insert-from.ts';
import { q } from '../../db/query.ts';
import { consentEvents, notificationPreferences, users } from '../../db/schema.ts';
import type { ConsentChange, FamilyUpdate, NumberChange } from '../../numbers/changes.ts';
import { ledgerId } from '../ledger.ts';

type Update<C> = Omit<FamilyUpdate, 'change'> & { change: C };

/** A first number with nothing against it, and the consent that came along: what an import makes of a new person. */
export interface ImportedNumber {
  number: Update<NumberChange>;
  consent: Update<ConsentChange> | null;
}

/** What all pending updates of a person, oldest first, come to; null when they are anything else. Pure. */
export function importedNumber(
  updates: readonly (FamilyUpdate & { holder: string | null })[],
): ImportedNumber | null {
  const [first, second, ...more] = updates;
  if (!first || more.length > 0 || first.change.kind !== 'number' || first.holder !== first.userId)
    return null;
  const { change } = first;
  if (change.previousHash !== null || change.optedOutAt !== null || change.carrierOptedOutAt !== null)
    return null;
  const number = { ...first, change };
  if (!second) return { number, consent: null };
  const { change: consent } = second;
  if (consent.kind !== 'consent' || consent.action !== 'opt_in' || consent.source !== 'import') return null;
  return { number, consent: { ...second, change: consent } };
}

const prefs = notificationPreferences;

/**
 * Projects such updates of many people of one database onto their rows, in one batch with as many statements as for one
 * person. It comes to the same as `applyUpdate` of each: what was applied already changes nothing.
 * @throws when the database fails
 */
export async function applyImported(db: Db, people: readonly ImportedNumber[]): Promise<void> {
  const rows = people.map(({ number, consent }) => ({
    userId: number.userId,
    familyId: number.familyId,
    seq: number.seq,
    last: (consent ?? number).seq,
    number: number.change.number,
    numberHash: number.change.numberHash,
    verifiedAt: number.change.verifiedAt,
    unusableAt: number.change.unusableAt,
    ledgerId: consent && ledgerId(consent.id),
    version: consent?.change.version ?? null,
    origin: consent?.change.origin ?? null,
    consentAt: consent?.change.at ?? null,
  }));
  const n = jsonTable('n', rows, [
    'userId',
    'familyId',
    'seq',
    'last',
    'number',
    'numberHash',
    'verifiedAt',
    'unusableAt',
    'ledgerId',
    'version',
    'origin',
    'consentAt',
  ]);
  const column = <T>(field: unknown) => sql<T>`${field}`;
  const isNew = allOf(
    eq(users.id, n.userId),
    eq(users.familyId, n.familyId),
    lt(users.appliedUpdate, n.seq),
    isNull(users.deletedAt),
  );
  const isTheirs = allOf(eq(prefs.userId, n.userId), hasRow(users, isNew));
  // An import never undoes a later choice of the person.
  const saidStopSince = hasRow(
    consentEvents,
    allOf(
      eq(consentEvents.userId, n.userId),
      eq(consentEvents.action, 'opt_out'),
      gte(consentEvents.at, n.consentAt),
    ),
  );
  const consents = allOf(isTheirs, isNotNull(n.ledgerId), eq(prefs.smsEnabled, false), not(saidStopSince));
  const revision = sql`${prefs.revision} + 1`;
  await db.batch({
    ensurePreferences: insertFrom(
      prefs,
      { userId: users.id, familyId: users.familyId },
      sql`from ${n} join ${users} on ${isNew} where true`,
    ).onConflictDoNothing({ target: prefs.userId }),
    preferences: q
      .update(prefs)
      .set({ optedOutAt: null, carrierOptedOutAt: null, revision })
      .from(n)
      .where(isTheirs),
    people: q
      .update(users)
      .set({
        phone: column<string>(n.number),
        phoneVerifiedAt: column<number>(n.verifiedAt),
        phoneUnusableAt: column<number | null>(n.unusableAt),
      })
      .from(n)
      .where(isNew),
    ledger: insertFrom(
      consentEvents,
      {
        id: column<string>(n.ledgerId),
        familyId: prefs.familyId,
        userId: prefs.userId,
        numberHash: column<string>(n.numberHash),
        action: 'opt_in',
        source: 'import',
        version: column<string | null>(n.version),
        origin: column<string | null>(n.origin),
        clientAddress: null,
        userAgent: null,
        at: column<number>(n.consentAt),
      },
      sql`from ${n} join ${prefs} on ${eq(prefs.userId, n.userId)} where ${consents}`,
    ).onConflictDoNothing({ target: consentEvents.id }),
    consented: q
      .update(prefs)
      .set({
        smsEnabled: true,
        consentAt: column<number>(n.consentAt),
        consentVersion: coalesce<string | null>(n.version, prefs.consentVersion),
        revision,
      })
      .from(n)
      .where(consents),
    applied: q
      .update(users)
      .set({ appliedUpdate: column<number>(n.last) })
      .from(n)
      .where(isNew),
  });
}
