import { isNotNull, isNull, sql } from 'drizzle-orm';
import { importConsent } from '../consent/opt-in-out.ts';
import { ensurePreferences } from '../consent/updates/apply-update.ts';
import { applyUpdates } from '../consent/updates/relay.ts';
import type { Db } from '../db/client.ts';
import { eq } from '../db/comparisons.ts';
import { allOf, coalesce, excluded, oneRow } from '../db/expressions.ts';
import { insertFrom } from '../db/insert-from.ts';
import { retrying } from '../db/retry.ts';
import { families, users } from '../db/schema.ts';
import type { StoreName } from '../db/stores/slots.ts';
import { deletePerson } from '../identity/account/delete-person.ts';
import { importPhone, isHeldByOther } from '../identity/phone/import-phone.ts';
import { removePhone } from '../identity/phone/remove-phone.ts';
import type { Deps } from '../platform/deps.ts';
import { AppError } from '../platform/errors.ts';
import { errorFields } from '../platform/log.ts';
import type { Phones } from '../platform/sms/phone-number.ts';
import { familyOfKnownUser, findFamilyOfUser } from './find-family.ts';
import {
  claimPerson,
  familyById,
  familyNotFound,
  ofAnotherFamily,
  refuseFuture,
  required,
} from './mirror-claims.ts';
import { type MirroredUser, mirroredUser, type NumberAndConsent } from './mirrored-user.ts';
import { readPersonState } from './person-state.ts';

/** A family as the host knows it; an absent field keeps what is there. */
export interface FamilyMirror {
  name?: string | undefined;
  timeZone?: string | null | undefined;
}

/** Statement: creates or updates a family; no row for a new one without a name, or that may not be made now. */
function upsertFamily(id: string, { name, timeZone }: FamilyMirror, mayBeNew: boolean, now: number) {
  const newName = coalesce<string>(name ?? null, families.name);
  return insertFrom(
    families,
    { id, name: newName, timeZone: timeZone ?? null, createdAt: now },
    sql`from ${oneRow} left join ${families} on ${eq(families.id, id)} where ${allOf(isNotNull(newName), !mayBeNew && isNotNull(families.id))}`,
  )
    .onConflictDoUpdate({
      target: families.id,
      set: {
        name: excluded(families.name),
        timeZone: timeZone === undefined ? undefined : excluded(families.timeZone),
      },
    })
    .returning({ id: families.id });
}

/** While slots are given to another database no family is made in them. */
const notNow = () =>
  new AppError('unavailable', 'This family cannot be made at this moment; try again in a moment.', {
    retryAfterSeconds: 10,
  });

/** Whether a family may be made, as far as that can be known; one that is there may be changed all the same. */
async function mayBeMade(deps: Deps, id: string): Promise<boolean> {
  try {
    return await retrying(() => deps.db.takesNewFamily(id));
  } catch (error) {
    deps.log.warn('map.not_read', { familyId: id, ...errorFields(error) });
    return false;
  }
}

/**
 * Creates or updates a family.
 * @throws AppError `invalid_request` for a new one without a name, `unavailable` while none may be made in its slot
 */
export async function putFamily(deps: Deps, id: string, family: FamilyMirror): Promise<void> {
  const mayBeNew = await mayBeMade(deps, id);
  const rows = await retrying(() =>
    deps.db.forFamily(id).all(upsertFamily(id, family, mayBeNew, deps.now())),
  );
  if (rows.length > 0) return;
  throw family.name === undefined ? required('name') : notNow();
}

/**
 * Creates or updates families of one store, in their order and all or none.
 * @returns of each whether it is there now; a new one without a name, or that may not be made now, is not
 * @throws when the database fails, or a family is being moved
 */
export async function putFamilies(
  deps: Deps,
  store: StoreName,
  list: readonly (FamilyMirror & { id: string })[],
): Promise<boolean[]> {
  const mayBeNew = await Promise.all(list.map(({ id }) => mayBeMade(deps, id)));
  const named = list.map(
    (family, i) => [`family${i}`, upsertFamily(family.id, family, mayBeNew[i]!, deps.now())] as const,
  );
  const answers = await retrying(() => deps.db.at(store).batch(Object.fromEntries(named)));
  return list.map((_, i) => (answers[`family${i}`] ?? []).length > 0);
}

/** A person as the host knows them; an absent field keeps what is there, `phone: null` takes it away. */
export interface UserMirror {
  familyId?: string | undefined;
  name?: string | undefined;
  phone?: string | null | undefined;
  /** Milliseconds. */
  phoneVerifiedAt?: number | null | undefined;
  smsConsent?: { at: number; source: string; version: string } | undefined;
  timeZone?: string | null | undefined;
}

async function upsertUser(
  db: Db,
  id: string,
  user: UserMirror & { familyId: string },
  now: number,
): Promise<void> {
  const { familyId, name = null, timeZone } = user;
  const newName = coalesce<string>(name, users.name);
  const { family, person } = await retrying(() =>
    db.batch({
      family: familyById(familyId),
      person: insertFrom(
        users,
        {
          id,
          familyId: families.id,
          name: newName,
          timeZone: timeZone ?? null,
          createdAt: now,
        },
        sql`from ${families} left join ${users} on ${allOf(eq(users.id, id), isNull(users.deletedAt))}
          where ${allOf(eq(families.id, familyId), isNotNull(newName))}`,
      ).onConflictDoUpdate({
        target: users.id,
        set: {
          name: excluded(users.name),
          deletedAt: null,
          timeZone: timeZone === undefined ? undefined : excluded(users.timeZone),
        },
        setWhere: eq(users.familyId, excluded(users.familyId)),
      }),
      ensurePreferences: ensurePreferences({ userId: id, familyId }),
    }),
  );
  if (family.length === 0) throw familyNotFound();
  if (person.meta.changes > 0) return;
  if (name === null) throw required('name');
  throw ofAnotherFamily('This person');
}

/** Consent belongs to a number: it is not kept for one that may come later. */
const consentWithoutNumber = () =>
  new AppError('invalid_request', 'Consent is for a number: send "phone" with "smsConsent".', {
    details: [{ in: 'body', field: 'phone', problem: 'is missing: the number that the consent is for' }],
  });

const phoneInUse = () => new AppError('phone_in_use', 'Somebody else has verified this number.');

/**
 * Creates or updates a person, with a verified phone and consent where the host has them. A number that is none does not
 * refuse the rest: what is answered says what came of number and consent.
 * @throws AppError `family_not_found`, `conflict`, `phone_in_use`, `invalid_request`; nothing changes then,
 * unless somebody else took the number at this very moment
 */
export async function putUser(deps: Deps, id: string, user: UserMirror): Promise<MirroredUser> {
  const { phone, phoneVerifiedAt, smsConsent } = user;
  if (smsConsent && typeof phone !== 'string') throw consentWithoutNumber();
  refuseFuture('phoneVerifiedAt', phoneVerifiedAt, deps.now());
  refuseFuture('smsConsent.at', smsConsent?.at, deps.now());
  const number = typeof phone === 'string' ? wellFormed(phone, deps.phones) : null;
  const owner = await findFamilyOfUser(deps, id);
  const familyId = user.familyId ?? owner;
  if (familyId === null) throw required('familyId');
  if (number !== null && (await isHeldByOther(deps, { userId: id, phone: number }))) throw phoneInUse();
  if (owner !== familyId) await claimPerson(deps, { id, familyId }, user.name);
  await applyUpdates(deps, [id]); // A pending deletion would delete what is written now.
  await upsertUser(deps.db.forFamily(familyId), id, { ...user, familyId }, deps.now());
  if (phone === null) await removePhone(deps, { userId: id, familyId });
  if (number !== null) {
    const verifiedAt = phoneVerifiedAt ?? null;
    const outcome = await importPhone(deps, { userId: id, familyId, phone: number, verifiedAt });
    if (outcome === 'phone_in_use') throw phoneInUse();
  }
  if (smsConsent && number !== null) {
    const { at, source: origin, version } = smsConsent;
    await importConsent(deps, { userId: id, familyId, at, origin, version, phone: number });
  }
  const state = await readPersonState(deps, { userId: id, familyId });
  if (!state)
    throw new AppError('unavailable', 'The person was deleted meanwhile.', { retryAfterSeconds: 1 });
  return mirroredUser(askedOf(user, number), state);
}

/** What the host asks for of number and consent. @param number what it sent as E.164; null when that is none */
export const askedOf = (
  { phone, phoneVerifiedAt, smsConsent }: UserMirror,
  number: string | null,
): NumberAndConsent => ({
  number: typeof phone === 'string' ? number : undefined,
  isVerified: typeof phoneVerifiedAt === 'number',
  consent: smsConsent !== undefined,
});

/** Deletes a person for the host; what they wrote stays. @throws AppError `user_not_found` */
export async function deleteUser(deps: Deps, userId: string): Promise<void> {
  const familyId = await familyOfKnownUser(deps, userId);
  await deletePerson(deps, { userId, familyId });
}

/**
 * A number of any country as E.164, null when it is none; whether we may text that country is checked when a text is
 * sent.
 */
export function wellFormed(phone: string, phones: Phones): string | null {
  const parsed = phones.parse(phone, [phones.countryOf(phone) ?? '']);
  return parsed.ok ? parsed.e164 : null;
}
