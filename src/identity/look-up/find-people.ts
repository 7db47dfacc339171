import { asc, isNull, sql } from 'drizzle-orm';
import { eq, gte, lt } from '../../db/comparisons.ts';
import { allOf, inList } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { retrying } from '../../db/retry.ts';
import { people, phoneNumbers, smsDeliveryLog, users } from '../../db/schema.ts';
import { askStores, notEveryStore } from '../../platform/ask-stores.ts';
import type { Deps } from '../../platform/deps.ts';
import { phoneHash } from '../../platform/sms/phone-number.ts';

/** A person that was found. */
export interface FoundPerson {
  id: string;
  familyId: string;
  name: string;
}

/** What is known of a number, whoever holds it; times in ms. */
export interface NumberState {
  held: boolean;
  optedOutAt: number | null;
  carrierOptedOutAt: number | null;
  unusableAt: number | null;
}

/** What a look-up found. */
export interface FoundPeople {
  /** Null: a number was not asked for, or nothing is known of it. */
  number: NumberState | null;
  people: FoundPerson[];
  /** Databases that did not answer: there may be more. */
  down: string[];
}

/** The most people that one look-up lists. */
export const LISTED = 20;

/** Greater than every text that begins with it. */
const AFTER = '\u{10FFFF}';

type Whom = Pick<FoundPerson, 'id' | 'familyId'>;

/** People with their names; who is deleted is left out. */
async function withNames(deps: Deps, found: readonly Whom[]): Promise<FoundPerson[]> {
  const families = Map.groupBy(found, ({ familyId }) => familyId);
  const pages = await Promise.all(
    [...families].map(([familyId, theirs]) => {
      const ids = theirs.map(({ id }) => id);
      const query = q
        .select({ id: users.id, familyId: users.familyId, name: users.name })
        .from(users)
        .where(allOf(inList(users.id, ids), eq(users.familyId, familyId), isNull(users.deletedAt)))
        .orderBy(asc(users.id));
      return retrying(() => deps.db.forFamily(familyId).all(query));
    }),
  );
  return pages.flat();
}

async function findNumber(deps: Deps, number: string): Promise<FoundPeople> {
  const numberHash = await phoneHash(deps.config.PHONE_SECRET, number);
  const { userId, familyId, optedOutAt, carrierOptedOutAt, unusableAt } = phoneNumbers;
  const row = await retrying(() =>
    deps.db.directory.first(
      q
        .select({ userId, familyId, optedOutAt, carrierOptedOutAt, unusableAt })
        .from(phoneNumbers)
        .where(eq(phoneNumbers.numberHash, numberHash)),
    ),
  );
  if (!row) return { number: null, people: [], down: [] };
  const { userId: holder, familyId: family, ...state } = row;
  const holders = holder === null || family === null ? [] : [{ id: holder, familyId: family }];
  return {
    number: { held: holder !== null, ...state },
    people: await withNames(deps, holders),
    down: [],
  };
}

/** The person with this id, or the people of the family with it. */
async function findIds(deps: Deps, id: string): Promise<Whom[]> {
  const columns = { id: people.id, familyId: people.familyId };
  const { person, family } = await retrying(() =>
    deps.db.directory.batch({
      person: q.select(columns).from(people).where(eq(people.id, id)),
      family: q
        .select(columns)
        .from(people)
        .where(eq(people.familyId, id))
        .orderBy(asc(people.id))
        .limit(LISTED),
    }),
  );
  return person.length > 0 ? person : family;
}

/** Asks every store for whom a delivery was, and for names that begin so. */
async function findInStores(deps: Deps, text: string): Promise<Pick<FoundPeople, 'people' | 'down'>> {
  const name = sql<string>`${users.name} collate nocase`;
  const columns = { id: users.id, familyId: users.familyId, name: users.name };
  const { answers, down } = await askStores(deps, 'people', (db) =>
    retrying(() =>
      db.batch({
        recipient: q
          .select(columns)
          .from(smsDeliveryLog)
          .innerJoin(users, eq(users.id, smsDeliveryLog.userId))
          .where(allOf(eq(smsDeliveryLog.id, text), isNull(users.deletedAt))),
        named: q
          .select(columns)
          .from(users)
          .where(allOf(gte(name, text), lt(name, `${text}${AFTER}`), isNull(users.deletedAt)))
          .orderBy(asc(name))
          .limit(LISTED),
      }),
    ),
  );
  const all = answers.flatMap(({ answer: { recipient, named } }) => [...recipient, ...named]);
  return { people: all.slice(0, LISTED), down };
}

/**
 * Finds people for an operator: by a number, by the id of a person, a family or a delivery, or by how a name begins (any
 * case of ASCII letters). Reads some rows of each store, however many people there are.
 * @param text as it was typed
 * @throws AppError `unavailable` when nobody was found and a database did not answer
 */
export async function findPeople(deps: Deps, text: string): Promise<FoundPeople> {
  const { SMS_ALLOWED_COUNTRIES: countries } = deps.config;
  const typed = /[^\d\s()+./-]/.test(text) ? null : deps.phones.normalizeTyped(text, countries[0] ?? 'US');
  const phone = typed === null ? null : deps.phones.parse(typed, countries);
  if (phone?.ok) return await findNumber(deps, phone.e164);
  const byId = await withNames(deps, await findIds(deps, text));
  if (byId.length > 0) return { number: null, people: byId, down: [] };
  const { people: found, down } = await findInStores(deps, text);
  if (found.length === 0 && down.length > 0) throw notEveryStore();
  return { number: null, people: found, down };
}
