import type { Db } from '../../db/client.ts';
import { type SQL, sql } from '../../db/sql.ts';
import type {
  ConsentChange,
  FamilyUpdate,
  NumberChange,
  NumberLostChange,
  Person,
} from '../../numbers/changes.ts';
import { ledgerId } from '../ledger.ts';

type Update<C> = Omit<FamilyUpdate, 'change'> & { change: C };
type LedgerEntry = Pick<ConsentChange, 'action' | 'source' | 'numberHash' | 'at'> &
  Partial<Pick<ConsentChange, 'version' | 'origin' | 'clientAddress' | 'userAgent'>>;

/** Links that went to the phone; others, such as in an e-mail, are not the number's. */
const TEXTED = sql`kind = 'text'`;

/** Holds while the person has not followed this update yet, deleted or not. */
const isNew = ({ userId, familyId, seq }: FamilyUpdate) => sql`EXISTS (SELECT 1 FROM users u
  WHERE u.id = ${userId} AND u.family_id = ${familyId} AND u.applied_update < ${seq})`;

/** Holds while the person exists and has not followed this update yet. */
const isNext = ({ userId, familyId, seq }: FamilyUpdate) => sql`EXISTS (SELECT 1 FROM users u
  WHERE u.id = ${userId} AND u.family_id = ${familyId} AND u.deleted_at IS NULL AND u.applied_update < ${seq})`;

/** Appends to the ledger where `condition` holds of the person's preferences, `p`. */
function record(db: Db, update: FamilyUpdate, entry: LedgerEntry, condition: SQL) {
  return db.run(sql`
    INSERT INTO consent_events
      (id, family_id, user_id, number_hash, action, source, version, origin, client_address, user_agent, at)
    SELECT ${ledgerId(update.id)}, p.family_id, p.user_id, ${entry.numberHash}, ${entry.action}, ${entry.source},
      ${entry.version ?? null}, ${entry.origin ?? null}, ${entry.clientAddress ?? null}, ${entry.userAgent ?? null}, ${entry.at}
    FROM notification_preferences p WHERE p.user_id = ${update.userId} AND ${isNext(update)} AND ${condition}
    ON CONFLICT (id) DO NOTHING`);
}

function setPreferences(db: Db, update: FamilyUpdate, values: SQL, condition: SQL) {
  return db.run(sql`
    UPDATE notification_preferences AS p SET ${values}, revision = revision + 1
    WHERE p.user_id = ${update.userId} AND ${isNext(update)} AND ${condition}`);
}

function setPerson(db: Db, update: FamilyUpdate, values: SQL) {
  return db.run(sql`UPDATE users SET ${values} WHERE id = ${update.userId} AND ${isNext(update)}`);
}

/** Links in the texts of a phone that is no longer theirs: they find the thread, and sign nobody in. */
function disarmLinks(db: Db, update: FamilyUpdate, at: number, which: SQL) {
  return db.run(sql`
    UPDATE links SET login_until = ${at}
    WHERE user_id = ${update.userId} AND login_until > ${at} AND ${which} AND ${isNext(update)}`);
}

/** Whether an opt-in or opt-out changes anything; what changes nothing is no event. */
function changesConsent(change: ConsentChange, userId: string): SQL {
  if (change.action === 'opt_out') {
    return change.carrier
      ? sql`(p.sms_enabled = 1 OR p.opted_out_at IS NULL OR p.carrier_opted_out_at IS NULL)`
      : sql`(p.sms_enabled = 1 OR p.opted_out_at IS NULL)`;
  }
  if (change.source === 'import') {
    // What the host remembers never undoes what the person said later.
    return sql`p.sms_enabled = 0 AND p.opted_out_at IS NULL AND p.carrier_opted_out_at IS NULL AND NOT EXISTS (
      SELECT 1 FROM consent_events e WHERE e.user_id = ${userId} AND e.action = 'opt_out' AND e.at >= ${change.at})`;
  }
  const off = sql`p.sms_enabled = 0 OR p.opted_out_at IS NOT NULL OR p.carrier_opted_out_at IS NOT NULL`;
  return change.version === null
    ? sql`(${off})`
    : sql`(${off} OR p.consent_version IS NOT ${change.version})`;
}

function consent(db: Db, update: Update<ConsentChange>) {
  const { change } = update;
  const condition = changesConsent(change, update.userId);
  const values =
    change.action === 'opt_in'
      ? sql`sms_enabled = 1, opted_out_at = NULL, carrier_opted_out_at = NULL, consent_at = ${change.at},
          consent_version = COALESCE(${change.version}, consent_version)`
      : sql`sms_enabled = 0, opted_out_at = COALESCE(opted_out_at, ${change.at}),
          carrier_opted_out_at = COALESCE(carrier_opted_out_at, ${change.carrier ? change.at : null})`;
  return [record(db, update, change, condition), setPreferences(db, update, values, condition)];
}

/** @param held whether the directory still says so; if not, the update that takes the number back follows */
function number(db: Db, update: Update<NumberChange>, held: boolean) {
  const { change } = update;
  const { numberHash, previousHash, at } = change;
  const replaces = previousHash !== null && previousHash !== numberHash;
  const withdraws = replaces && !change.keepsConsent;
  const entry = { action: 'opt_out', source: 'number_removed', numberHash: previousHash, at } as const;
  const person = held
    ? sql`phone = ${change.number}, phone_verified_at = ${change.verifiedAt}, phone_unusable_at = ${change.unusableAt}`
    : sql`phone = NULL, phone_verified_at = NULL, phone_unusable_at = NULL`;
  const flags = sql`opted_out_at = ${change.optedOutAt}, carrier_opted_out_at = ${change.carrierOptedOutAt}`;
  return [
    ...(withdraws ? [record(db, update, entry, sql`p.sms_enabled = 1`)] : []),
    ...(replaces ? [disarmLinks(db, update, at, TEXTED)] : []),
    setPreferences(db, update, withdraws ? sql`sms_enabled = 0, ${flags}` : flags, sql`1`),
    setPerson(db, update, person),
  ];
}

function numberLost(db: Db, update: Update<NumberLostChange>) {
  const { change, userId } = update;
  const { source, numberHash, at } = change;
  const isMoved = source === 'number_moved';
  const endSessions = db.run(
    sql`UPDATE sessions SET revoked_at = ${at} WHERE user_id = ${userId} AND revoked_at IS NULL AND ${isNext(update)}`,
  );
  return [
    record(db, update, { action: 'opt_out', source, numberHash, at }, sql`1`),
    setPreferences(
      db,
      update,
      sql`sms_enabled = 0, opted_out_at = NULL, carrier_opted_out_at = NULL`,
      sql`1`,
    ),
    ...(isMoved ? [endSessions] : []),
    disarmLinks(db, update, at, isMoved ? sql`1` : TEXTED),
    setPerson(db, update, sql`phone = NULL, phone_verified_at = NULL, phone_unusable_at = NULL`),
  ];
}

/** Personal data goes; the id stays, so that what they wrote keeps an author, and the ledger as proof. */
function deleted(db: Db, update: FamilyUpdate, at: number) {
  const { userId, familyId } = update;
  const mine = sql`user_id = ${userId} AND family_id = ${familyId} AND ${isNew(update)}`;
  return [
    db.run(sql`
      UPDATE users SET name = 'Former member', email = NULL, phone = NULL, phone_verified_at = NULL,
        phone_unusable_at = NULL, time_zone = NULL, last_seen_at = NULL, deleted_at = COALESCE(deleted_at, ${at})
      WHERE id = ${userId} AND ${isNew(update)}`),
    db.run(sql`DELETE FROM notification_preferences WHERE ${mine}`),
    db.run(sql`DELETE FROM sessions WHERE ${mine}`),
    db.run(sql`DELETE FROM links WHERE ${mine}`),
    db.run(sql`DELETE FROM thread_members WHERE ${mine}`),
    db.run(sql`DELETE FROM held_replies WHERE ${mine}`),
    db.run(sql`UPDATE consent_events SET client_address = NULL, user_agent = NULL WHERE ${mine}`),
  ];
}

function statements(db: Db, update: FamilyUpdate, held: boolean) {
  const { change } = update;
  switch (change.kind) {
    case 'consent':
      return consent(db, { ...update, change });
    case 'number':
      return number(db, { ...update, change }, held);
    case 'number_lost':
      return numberLost(db, { ...update, change });
    case 'unusable':
      return [setPerson(db, update, sql`phone_unusable_at = COALESCE(phone_unusable_at, ${change.at})`)];
    case 'deleted':
      return deleted(db, update, change.at);
  }
}

/**
 * Lets a person's rows follow one update, in one batch of their family's database. Once, in order: an update
 * that was followed already, or one that is older than such a one, changes nothing.
 * @param held for a number: whether the directory still says that this person holds it
 */
export async function applyChange(db: Db, update: FamilyUpdate, held: boolean): Promise<void> {
  const { userId, seq } = update;
  await db.batch([
    ensurePreferences(db, update),
    ...statements(db, update, held),
    db.run(sql`UPDATE users SET applied_update = ${seq} WHERE id = ${userId} AND applied_update < ${seq}`),
  ]);
}

/** Gives a person who exists their row of preferences, with the defaults, where they have none: a statement. */
export function ensurePreferences(db: Db, { userId, familyId }: Person) {
  return db.run(sql`
    INSERT INTO notification_preferences (user_id, family_id)
    SELECT id, family_id FROM users WHERE id = ${userId} AND family_id = ${familyId} AND deleted_at IS NULL
    ON CONFLICT (user_id) DO NOTHING`);
}
