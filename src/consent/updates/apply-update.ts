import { isNull, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteUpdateSetSource } from 'drizzle-orm/sqlite-core';
import type { Db } from '../../db/client.ts';
import { eq, gt, lt } from '../../db/comparisons.ts';
import { allOf, coalesce, hasRow } from '../../db/expressions.ts';
import { insertFrom } from '../../db/insert-from.ts';
import { q } from '../../db/query.ts';
import {
  consentEvents,
  heldReplies,
  links,
  notificationPreferences,
  sessions,
  threadMembers,
  users,
} from '../../db/schema.ts';
import { hot, type Statement } from '../../db/statement.ts';
import type { FamilyUpdate, NumberChange, NumberLostChange, Person } from '../../numbers/changes.ts';
import { ledgerId } from '../ledger.ts';
import {
  consent,
  isNext,
  type Keyed,
  REPLACED_BY_HOST,
  record,
  setPreferences,
  type Update,
  unapplied,
  unappliedActive,
} from './project-consent.ts';

const prefs = notificationPreferences;

/** Ends the sign-in of links texted to a phone that is no longer theirs; they still lead to their threads. */
function disableLinkSignIn(update: Update, at: number, { textedOnly }: { textedOnly: boolean }) {
  return q
    .update(links)
    .set({ loginUntil: at })
    .where(
      allOf(
        eq(links.userId, update.userId),
        gt(links.loginUntil, at),
        // Others, such as in an e-mail, are not the number's.
        textedOnly && eq(links.kind, 'text'),
        isNext(update),
      ),
    );
}

const setPerson = (update: Update, values: SQLiteUpdateSetSource<typeof users>) =>
  q.update(users).set(values).where(unappliedActive(update));

const NO_PHONE = { phone: null, phoneVerifiedAt: null, phoneUnusableAt: null };

/**
 * @param held whether the person still holds the number by the directory; if not, a later update takes it away
 */
function number(update: Keyed, change: NumberChange, held: boolean) {
  const { numberHash, previousHash, optedOutAt, carrierOptedOutAt, at } = change;
  const replaces = previousHash !== null && previousHash !== numberHash;
  const entry = {
    action: 'opt_out',
    source: 'number_removed',
    numberHash: previousHash,
    origin: change.byHost ? REPLACED_BY_HOST : null,
    at,
  } as const;
  const phone = {
    phone: change.number,
    phoneVerifiedAt: change.verifiedAt,
    phoneUnusableAt: change.unusableAt,
  };
  return {
    ledger: replaces && record(update, entry, eq(prefs.smsEnabled, true)),
    links: replaces && disableLinkSignIn(update, at, { textedOnly: true }),
    preferences: setPreferences(update, {
      optedOutAt,
      carrierOptedOutAt,
      ...(replaces && { smsEnabled: false }),
    }),
    person: setPerson(update, held ? phone : NO_PHONE),
  };
}

function numberLost(update: Keyed, change: NumberLostChange) {
  const { userId } = update;
  const { source, numberHash, at } = change;
  const isMoved = source === 'number_moved';
  const endSessions = q
    .update(sessions)
    .set({ revokedAt: at })
    .where(allOf(eq(sessions.userId, userId), isNull(sessions.revokedAt), isNext(update)));
  return {
    ledger: record(update, { action: 'opt_out', source, numberHash, at }),
    preferences: setPreferences(update, { smsEnabled: false, optedOutAt: null, carrierOptedOutAt: null }),
    sessions: isMoved && endSessions,
    links: disableLinkSignIn(update, at, { textedOnly: !isMoved }),
    person: setPerson(update, NO_PHONE),
  };
}

/** Deletes personal data; the id stays as the author of messages, and the ledger as proof. */
function deleted(update: Keyed, at: number) {
  const isNew = hasRow(users, unapplied(update));
  const theirs = (table: { userId: SQLiteColumn; familyId: SQLiteColumn }) =>
    allOf(eq(table.userId, update.userId), eq(table.familyId, update.familyId), isNew);
  return {
    person: q
      .update(users)
      .set({
        ...NO_PHONE,
        name: 'Former member',
        timeZone: null,
        lastSeenAt: null,
        deletedAt: coalesce(users.deletedAt, at),
      })
      .where(unapplied(update)),
    preferences: q.delete(prefs).where(theirs(prefs)),
    sessions: q.delete(sessions).where(theirs(sessions)),
    links: q.delete(links).where(theirs(links)),
    memberships: q.delete(threadMembers).where(theirs(threadMembers)),
    heldReplies: q.delete(heldReplies).where(theirs(heldReplies)),
    ledger: q
      .update(consentEvents)
      .set({ clientAddress: null, userAgent: null })
      .where(theirs(consentEvents)),
  };
}

function statements(update: Keyed, held: boolean) {
  const { change } = update;
  switch (change.kind) {
    case 'consent':
      return consent(update, change);
    case 'number':
      return number(update, change, held);
    case 'number_lost':
      return numberLost(update, change);
    case 'unusable':
      return {
        // Whoever gets the number next may read what was texted to it.
        links: disableLinkSignIn(update, change.at, { textedOnly: true }),
        person: setPerson(update, { phoneUnusableAt: coalesce(users.phoneUnusableAt, change.at) }),
      };
    case 'deleted':
      return deleted(update, change.at);
  }
}

const markApplied = hot<Pick<FamilyUpdate, 'userId' | 'seq'>>()(({ userId, seq }) =>
  q
    .update(users)
    .set({ appliedUpdate: seq })
    .where(allOf(eq(users.id, userId), lt(users.appliedUpdate, seq))),
);

/** The statements that project one update onto a person's rows; see {@link applyUpdate}. */
function projection(update: FamilyUpdate, held: boolean) {
  const { userId, familyId, seq } = update;
  return {
    ensurePreferences: ensurePreferences({ userId, familyId }),
    ...statements({ ...update, ledgerId: ledgerId(update.id) }, held),
    applied: markApplied({ userId, seq }),
  };
}

/**
 * Projects one update onto a person's rows, in one batch of their family's database. Idempotent and ordered: an
 * update that was applied already, or is older than an applied one, changes nothing.
 * @param held for a number: whether the person still holds it by the directory
 * @throws when the database fails
 */
export async function applyUpdate(db: Db, update: FamilyUpdate, held: boolean): Promise<void> {
  await db.batch(projection(update, held));
}

/** The same for many updates of one family, in their order and in one batch. @throws when the database fails */
export async function applyUpdatesAtOnce(
  db: Db,
  updates: readonly { update: FamilyUpdate; held: boolean }[],
): Promise<void> {
  const named = updates.flatMap(({ update, held }) =>
    Object.entries(projection(update, held)).map(([name, statement]) => [`${name}_${update.seq}`, statement]),
  );
  await db.batch(Object.fromEntries(named) as Record<string, Statement | false>);
}

/** Statement: inserts the default preferences of an existing person who has none. */
export const ensurePreferences = hot<Person>()(({ userId, familyId }) => {
  const person = allOf(eq(users.id, userId), eq(users.familyId, familyId), isNull(users.deletedAt));
  return insertFrom(
    prefs,
    { userId: users.id, familyId: users.familyId },
    sql`from ${users} where ${person}`,
  ).onConflictDoNothing({ target: prefs.userId });
});
