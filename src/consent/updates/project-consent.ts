import { isNotNull, isNull, not, type SQL, sql } from 'drizzle-orm';
import type { SQLiteUpdateSetSource } from 'drizzle-orm/sqlite-core';
import { eq, gte, lt } from '../../db/comparisons.ts';
import { allOf, anyOf, coalesce, differs, hasRow, type Value } from '../../db/expressions.ts';
import { insertFrom } from '../../db/insert-from.ts';
import { q } from '../../db/query.ts';
import { consentEvents, notificationPreferences, users } from '../../db/schema.ts';
import { hot, type Later, perShape } from '../../db/statement.ts';
import type { ConsentChange, FamilyUpdate } from '../../numbers/changes.ts';

/** An update, and the id of its entry in the ledger. */
export type Keyed = FamilyUpdate & { ledgerId: string };
/** The same as its statements take it: values, or placeholders for them. */
export type Update = { readonly [K in 'userId' | 'familyId' | 'ledgerId']: Value<string> } & {
  readonly seq: Value<number>;
};
type Given<T> = { readonly [K in keyof T]: Value<T[K]> };
type LedgerEntry = Given<Pick<ConsentChange, 'action' | 'source' | 'numberHash' | 'at'>> &
  Partial<Given<Pick<ConsentChange, 'version' | 'origin' | 'clientAddress' | 'userAgent'>>>;

/** The `origin` of an opt-out that follows from the host naming another number. */
export const REPLACED_BY_HOST = 'replaced by the host';

const prefs = notificationPreferences;

/** Condition: the person exists, deleted or not, and the update has not been applied yet. */
export const unapplied = ({ userId, familyId, seq }: Update) =>
  allOf(eq(users.id, userId), eq(users.familyId, familyId), lt(users.appliedUpdate, seq));

/** Condition: the person is not deleted, and the update has not been applied yet. */
export const unappliedActive = (update: Update) => allOf(unapplied(update), isNull(users.deletedAt));

/** Condition: there is such a person, and the update has not been applied yet. */
export const isNext = (update: Update) => hasRow(users, unappliedActive(update));

/** Appends to the ledger where `condition` holds of the person's preferences. */
export function record(update: Update, entry: LedgerEntry, condition?: SQL) {
  const { action, source, numberHash, version, origin, clientAddress, userAgent, at } = entry;
  return insertFrom(
    consentEvents,
    {
      id: update.ledgerId,
      familyId: prefs.familyId,
      userId: prefs.userId,
      numberHash,
      action,
      source,
      version: version ?? null,
      origin: origin ?? null,
      clientAddress: clientAddress ?? null,
      userAgent: userAgent ?? null,
      at,
    },
    sql`from ${prefs} where ${allOf(eq(prefs.userId, update.userId), isNext(update), condition)}`,
  ).onConflictDoNothing({ target: consentEvents.id });
}

/** Changes the person's preferences where `condition` holds of them. */
export function setPreferences(update: Update, values: SQLiteUpdateSetSource<typeof prefs>, condition?: SQL) {
  return q
    .update(prefs)
    .set({ ...values, revision: sql`${prefs.revision} + 1` })
    .where(allOf(eq(prefs.userId, update.userId), isNext(update), condition));
}

/** What an opt-in or opt-out is about. */
type ConsentValues = Pick<FamilyUpdate, 'userId' | 'familyId' | 'seq'> & { ledgerId: string } & Omit<
    ConsentChange,
    'kind' | 'action' | 'carrier'
  >;

/** What differs between the statements of opt-ins and opt-outs. */
interface ConsentShape {
  action: ConsentChange['action'];
  carrier: boolean;
  isImport: boolean;
  hasVersion: boolean;
}

/** Condition: the opt-in or opt-out changes the preferences; otherwise it is not recorded. */
function changesConsent(
  { action, carrier, isImport, hasVersion }: ConsentShape,
  v: Later<Pick<ConsentValues, 'userId' | 'at' | 'version'>>,
): SQL {
  const { smsEnabled, optedOutAt, carrierOptedOutAt } = prefs;
  if (action === 'opt_out') {
    return anyOf(eq(smsEnabled, true), isNull(optedOutAt), carrier && isNull(carrierOptedOutAt));
  }
  if (isImport) {
    // An import never undoes a later choice of the person; that their host names another number is none.
    const saidStopSince = hasRow(
      consentEvents,
      allOf(
        eq(consentEvents.userId, v.userId),
        eq(consentEvents.action, 'opt_out'),
        gte(consentEvents.at, v.at),
        differs(consentEvents.origin, REPLACED_BY_HOST),
      ),
    );
    return allOf(eq(smsEnabled, false), isNull(optedOutAt), isNull(carrierOptedOutAt), not(saidStopSince));
  }
  return anyOf(
    eq(smsEnabled, false),
    isNotNull(optedOutAt),
    isNotNull(carrierOptedOutAt),
    hasVersion && differs(prefs.consentVersion, v.version),
  );
}

/** The statements of an opt-in or opt-out, each built when it is first needed. */
const CONSENT = perShape((shape: ConsentShape) => {
  const { action, carrier, hasVersion } = shape;
  const valuesOf = ({ at, version }: Later<ConsentValues>): SQLiteUpdateSetSource<typeof prefs> =>
    action === 'opt_in'
      ? {
          smsEnabled: true,
          optedOutAt: null,
          carrierOptedOutAt: null,
          consentAt: at,
          consentVersion: hasVersion ? version : undefined,
        }
      : {
          smsEnabled: false,
          optedOutAt: coalesce(prefs.optedOutAt, at),
          carrierOptedOutAt: carrier ? coalesce(prefs.carrierOptedOutAt, at) : undefined,
        };
  return {
    ledger: hot<ConsentValues>()((v) => {
      const { source, numberHash, version, origin, clientAddress, userAgent, at } = v;
      const entry = { action, source, numberHash, version, origin, clientAddress, userAgent, at };
      return record(v, entry, changesConsent(shape, v));
    }),
    preferences: hot<ConsentValues>()((v) => setPreferences(v, valuesOf(v), changesConsent(shape, v))),
  };
});

/** The statements that project an opt-in or opt-out. */
export function consent({ userId, familyId, seq, ledgerId: id }: Keyed, change: ConsentChange) {
  const { action, carrier, kind: _, ...fields } = change;
  const isImport = change.source === 'import';
  const { ledger, preferences } = CONSENT({ action, carrier, isImport, hasVersion: change.version !== null });
  const values: ConsentValues = { userId, familyId, seq, ledgerId: id, ...fields };
  return { ledger: ledger(values), preferences: preferences(values) };
}
