import { eq, isNotNull, isNull, sql as typed } from 'drizzle-orm';
import { announceThread } from '../chat/threads.ts';
import { importConsent } from '../consent/opt-in-out.ts';
import { ensurePreferences } from '../consent/updates/apply-update.ts';
import { applyUpdates } from '../consent/updates/relay.ts';
import type { Db } from '../db/client.ts';
import { allOf, coalesce, excluded } from '../db/expressions.ts';
import { insertFrom } from '../db/insert-from.ts';
import { q } from '../db/query.ts';
import { retrying } from '../db/retry.ts';
import { families, users } from '../db/schema.ts';
import { sql } from '../db/sql.ts';
import { deletePerson } from '../identity/account/delete-person.ts';
import { importPhone, isHeldByOther } from '../identity/phone/import-phone.ts';
import { removePhone } from '../identity/phone/remove-phone.ts';
import type { Deps } from '../platform/deps.ts';
import { AppError } from '../platform/errors.ts';
import type { Phones } from '../platform/sms/phone-number.ts';

/** A family as the host knows it; an absent field keeps what is there. */
export interface FamilyMirror {
  name?: string | undefined;
  timeZone?: string | null | undefined;
}

const required = (field: string) =>
  new AppError('invalid_request', `"${field}" is needed the first time.`, {
    details: [{ in: 'body', field, problem: 'is missing' }],
  });

/** Creates or updates a family. @throws AppError `invalid_request` for a new one without a name */
export async function putFamily(deps: Deps, id: string, { name, timeZone }: FamilyMirror): Promise<void> {
  const rows = await retrying(() =>
    deps.db.forFamily(id).all(sql`
      INSERT INTO families (id, name, time_zone, created_at)
      SELECT ${id}, COALESCE(${name ?? null}, f.name), ${timeZone ?? null}, ${deps.now()}
      FROM (SELECT 1) LEFT JOIN families f ON f.id = ${id} WHERE COALESCE(${name ?? null}, f.name) IS NOT NULL
      ON CONFLICT (id) DO UPDATE SET name = excluded.name,
        time_zone = CASE WHEN ${timeZone === undefined ? 1 : 0} THEN time_zone ELSE excluded.time_zone END
      RETURNING 1 AS yes`),
  );
  if (rows.length === 0) throw required('name');
}

/** A person as the host knows them; an absent field keeps what is there, `phone: null` takes it away. */
export interface UserMirror {
  familyId?: string | undefined;
  name?: string | undefined;
  email?: string | null | undefined;
  phone?: string | null | undefined;
  /** Milliseconds. */
  phoneVerifiedAt?: number | null | undefined;
  smsConsent?: { at: number; source: string; version: string } | undefined;
  timeZone?: string | null | undefined;
}

/** The family that a person or thread is in. @throws AppError `invalid_request` when nothing says so */
async function familyOf(deps: Deps, table: 'users' | 'threads', id: string): Promise<string> {
  for (const db of deps.db.shards()) {
    const [row] = await db.all<{ familyId: string }>(
      sql`SELECT family_id AS familyId FROM ${sql.raw(table)} WHERE id = ${id}`,
    );
    if (row) return row.familyId;
  }
  throw required('familyId');
}

async function upsertUser(
  db: Db,
  id: string,
  user: UserMirror & { familyId: string },
  now: number,
): Promise<void> {
  const { familyId, name = null, email, timeZone } = user;
  const newName = coalesce<string>(name, users.name);
  const { family, person } = await retrying(() =>
    db.batch({
      family: q.select({ id: families.id }).from(families).where(eq(families.id, familyId)),
      person: insertFrom(
        users,
        {
          id,
          familyId: families.id,
          name: newName,
          email: email ?? null,
          timeZone: timeZone ?? null,
          createdAt: now,
        },
        typed`from ${families} left join ${users} on ${allOf(eq(users.id, id), isNull(users.deletedAt))}
          where ${allOf(eq(families.id, familyId), isNotNull(newName))}`,
      ).onConflictDoUpdate({
        target: users.id,
        set: {
          name: excluded(users.name),
          deletedAt: null,
          email: email === undefined ? undefined : excluded(users.email),
          timeZone: timeZone === undefined ? undefined : excluded(users.timeZone),
        },
        setWhere: eq(users.familyId, excluded(users.familyId)),
      }),
      ensurePreferences: ensurePreferences({ userId: id, familyId }),
    }),
  );
  if (family.length === 0)
    throw new AppError('family_not_found', 'Mirror the family first: there is none with this id.');
  if (person.meta.changes > 0) return;
  if (name === null) throw required('name');
  throw new AppError('conflict', 'This person belongs to another family; a person cannot move.');
}

const phoneInUse = () => new AppError('phone_in_use', 'Somebody else has verified this number.');

/**
 * Creates or updates a person, with a verified phone and consent where the host has them.
 * @throws AppError `family_not_found`, `conflict`, `phone_in_use`, `invalid_request`; nothing changes then,
 * unless somebody else took the number at this very moment
 */
export async function putUser(deps: Deps, id: string, user: UserMirror): Promise<void> {
  const { phone, phoneVerifiedAt, smsConsent } = user;
  const number = typeof phone === 'string' ? wellFormed(phone, deps.phones) : null;
  const familyId = user.familyId ?? (await familyOf(deps, 'users', id));
  if (number !== null && (await isHeldByOther(deps, { userId: id, phone: number }))) throw phoneInUse();
  await applyUpdates(deps, [id]); // A pending deletion would delete what is written now.
  await upsertUser(deps.db.forFamily(familyId), id, { ...user, familyId }, deps.now());
  if (phone === null) await removePhone(deps, { userId: id, familyId });
  if (number !== null) {
    const verifiedAt = phoneVerifiedAt ?? null;
    const outcome = await importPhone(deps, { userId: id, familyId, phone: number, verifiedAt });
    if (outcome === 'phone_in_use') throw phoneInUse();
  }
  if (smsConsent) {
    const { at, source: origin, version } = smsConsent;
    await importConsent(deps, { userId: id, familyId, at, origin, version, phone: number });
  }
}

/** Deletes a person for the host; what they wrote stays. @throws AppError `user_not_found` */
export async function deleteUser(deps: Deps, userId: string): Promise<void> {
  for (const db of deps.db.shards()) {
    const [user] = await db.all<{ familyId: string }>(sql`
      SELECT family_id AS familyId FROM users WHERE id = ${userId}`);
    if (user) {
      await deletePerson(deps, { userId, familyId: user.familyId });
      return;
    }
  }
  throw new AppError('user_not_found', 'There is no such person.');
}

/**
 * Checks that a number is E.164 of any country; whether we may text that country is checked when a text is
 * sent.
 * @throws AppError `invalid_request`
 */
function wellFormed(phone: string, phones: Phones): string {
  const parsed = phones.parse(phone, [phones.countryOf(phone) ?? '']);
  if (!parsed.ok) throw new AppError('invalid_phone', 'Send the number in E.164 form, such as +12025550123.');
  return parsed.e164;
}

/** A thread as the host knows it; an absent field keeps what is there. */
export interface ThreadMirror {
  familyId?: string | undefined;
  title?: string | undefined;
  memberIds?: string[] | undefined;
}

interface ThreadState {
  title: string;
  members: string;
}

/**
 * Creates or updates a thread; `memberIds` replaces its members.
 * @throws AppError `family_not_found`, `user_not_found`, `conflict`, `invalid_request`; nothing changes then
 */
export async function putThread(
  deps: Deps,
  id: string,
  { familyId: givenFamily, title, memberIds }: ThreadMirror,
): Promise<void> {
  const now = deps.now();
  const familyId = givenFamily ?? (await familyOf(deps, 'threads', id));
  const db = deps.db.forFamily(familyId);
  const members = memberIds && [...new Set(memberIds)];
  const list = JSON.stringify(members ?? []);
  const known = sql`(SELECT COUNT(*) FROM json_each(${list}) j JOIN users u ON u.id = j.value
    WHERE u.family_id = ${familyId} AND u.deleted_at IS NULL) = ${members?.length ?? 0}`;
  const ours = sql`EXISTS (SELECT 1 FROM threads t WHERE t.id = ${id} AND t.family_id = ${familyId}) AND ${known}`;
  const state = db.all<ThreadState>(sql`
    SELECT t.title AS title, (SELECT json_group_array(json_object('id', u.id, 'name', u.name, 'lastReadSeq', m.last_read_seq))
      FROM thread_members m JOIN users u ON u.id = m.user_id WHERE m.thread_id = t.id) AS members
    FROM threads t WHERE t.id = ${id} AND t.family_id = ${familyId}`);
  const [checks, before, , , , after] = await retrying(() =>
    db.batch([
      db.all<{ family: number | null; known: number; owner: string | null }>(sql`
        SELECT (SELECT 1 FROM families WHERE id = ${familyId}) AS family, ${known} AS known,
          (SELECT family_id FROM threads WHERE id = ${id}) AS owner`),
      state,
      db.run(sql`
        INSERT INTO threads (id, family_id, title, last_activity_at, created_at)
        SELECT ${id}, f.id, COALESCE(${title ?? null}, t.title), ${now}, ${now}
        FROM families f LEFT JOIN threads t ON t.id = ${id}
        WHERE f.id = ${familyId} AND ${known} AND COALESCE(${title ?? null}, t.title) IS NOT NULL
        ON CONFLICT (id) DO UPDATE SET title = excluded.title WHERE threads.family_id = excluded.family_id`),
      db.run(sql`
        DELETE FROM thread_members WHERE thread_id = ${id} AND ${members ? 1 : 0} AND ${ours}
          AND user_id NOT IN (SELECT value FROM json_each(${list}))`),
      // New members start as having read everything: earlier messages are no news to them.
      db.run(sql`
        INSERT INTO thread_members (thread_id, user_id, family_id, last_read_seq, joined_at)
        SELECT t.id, j.value, t.family_id, t.last_seq, ${now} FROM threads t JOIN json_each(${list}) j
        WHERE t.id = ${id} AND ${ours}
        ON CONFLICT (thread_id, user_id) DO NOTHING`),
      state,
    ]),
  );
  const [check] = checks;
  if (!check?.family)
    throw new AppError('family_not_found', 'Mirror the family first: there is none with this id.');
  if (check.owner !== null && check.owner !== familyId) {
    throw new AppError('conflict', 'This thread belongs to another family.');
  }
  if (!check.known)
    throw new AppError(
      'user_not_found',
      'Mirror the members first: not all of them are known in this family.',
    );
  if (!after[0]) throw required('title');
  const { title: newTitle, members: newMembers } = after[0];
  if (before[0]?.title !== newTitle || before[0].members !== newMembers) {
    deps.afterwards(announceThread(deps, familyId, { id, title: newTitle, members: JSON.parse(newMembers) }));
  }
}
