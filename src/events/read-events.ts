import { and, asc, desc } from 'drizzle-orm';
import type { EventType } from '../db/column-values.ts';
import { eq, gt, lte } from '../db/comparisons.ts';
import { allOf, inList } from '../db/expressions.ts';
import { q } from '../db/query.ts';
import { events } from '../db/schema.ts';
import type { StoreName } from '../db/stores/slots.ts';
import { askStores, notEveryStore } from '../platform/ask-stores.ts';
import { within } from '../platform/concurrency.ts';
import type { Deps } from '../platform/deps.ts';
import { AppError } from '../platform/errors.ts';
import { errorFields } from '../platform/log.ts';
import { type Barrier, everyBarrierOf } from './event-barriers.ts';
import {
  type EventCursor,
  type EventKey,
  holdBack,
  mergePages,
  readCursor,
  type StorePage,
  writeCursor,
} from './event-cursor.ts';
import type { EventJson, EventRow } from './event-data.ts';
import { fillAtHome } from './events-at-home.ts';

/** Max. rows that one page searches in a store for events of the wanted types. */
const SEARCHED = 20_000;

/** For how long a page waits for a store while others have answered. */
const PATIENCE_MS = 5000;

/** Which events are wanted. */
export interface EventQuery {
  after?: string | undefined;
  types?: readonly EventType[] | undefined;
  familyId?: string | undefined;
  limit: number;
}

const noCursor = () =>
  new AppError('invalid_request', 'after: should be the "next" of an earlier answer.', {
    details: [{ in: 'query', field: 'after', problem: 'should be the "next" of an earlier answer' }],
  });

/**
 * The events of one store behind a number: two reads in one transaction, so that nothing is committed between them.
 * @throws AppError `invalid_request` for a number that no event has reached: whoever went on from it would miss some
 */
async function searchStore(
  deps: Deps,
  store: StoreName,
  after: number,
  { types, familyId, limit }: EventQuery,
): Promise<StorePage<EventRow>> {
  const behind = gt(events.seq, after);
  const { newest, found } = await deps.db.at(store).batch({
    newest: q
      .select({ seq: events.seq })
      .from(events)
      .where(gt(events.seq, 0))
      .orderBy(desc(events.seq))
      .limit(1),
    found: q
      .select()
      .from(events)
      .where(
        allOf(
          behind,
          lte(events.seq, after + SEARCHED),
          familyId === undefined ? undefined : eq(events.familyId, familyId),
          types && inList(events.type, types),
        ),
      )
      .orderBy(asc(events.seq))
      .limit(limit),
  });
  const last = newest[0]?.seq ?? 0; // The newest is never forgotten.
  if (after > last) throw noCursor();
  const end = Math.min(last, after + SEARCHED);
  const searchedTo = found.length < limit ? end : found.at(-1)!.seq;
  return { store, events: found, searchedTo, isAll: searchedTo === last };
}

/** A store that does not answer keeps its place in the cursor: its events come once it does. */
async function searchAll(deps: Deps, stores: readonly StoreName[], cursor: EventCursor, query: EventQuery) {
  const searches = stores.map((store) =>
    within(PATIENCE_MS, searchStore(deps, store, cursor[store] ?? 0, query)),
  );
  const settled = await Promise.allSettled(searches);
  const failed = settled.filter((each) => each.status === 'rejected');
  const refused = failed.find(({ reason }) => reason instanceof AppError);
  if (refused) throw refused.reason;
  for (const { reason } of failed) deps.log.error('events.store_down', errorFields(reason));
  if (failed.length === stores.length) throw notEveryStore();
  return settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
}

/** What decides whether an event of a store can be told while another does not answer. */
type IsHeld = (event: EventRow) => boolean;

/** The events of families that have left events behind in a store that does not answer, unless the cursor is past those. */
async function behindBarriers(
  { db }: Deps,
  store: StoreName,
  families: readonly string[],
  isUnread: (barrier: Barrier) => boolean,
): Promise<IsHeld> {
  const waiting = (await db.at(store).all(everyBarrierOf(families))).filter(isUnread);
  return ({ familyId, seq }) =>
    waiting.some((barrier) => barrier.familyId === familyId && barrier.fromSeq <= seq);
}

/**
 * Without the events, and what follows them in their store, of families that have moved to a store that does not answer,
 * for what they tell of is there; or that have left such a store, for their earlier events are there.
 */
async function withoutAbsent(
  deps: Deps,
  stores: readonly StoreName[],
  pages: readonly StorePage<EventRow>[],
  cursor: EventCursor,
): Promise<readonly StorePage<EventRow>[]> {
  const answered = new Set(pages.map(({ store }) => store));
  if (answered.size === stores.length) return pages;
  const isAbsent = (store: StoreName) => !answered.has(store);
  return await Promise.all(
    pages.map(async (page) => {
      const families = [...new Set(page.events.map(({ familyId }) => familyId))];
      if (families.length === 0) return page;
      const [isBehind, homes] = await Promise.all([
        behindBarriers(
          deps,
          page.store,
          families,
          ({ behindStore, behindSeq }) => isAbsent(behindStore) && (cursor[behindStore] ?? 0) < behindSeq,
        ),
        Promise.all(families.map(async (familyId) => [familyId, await deps.db.storeOf(familyId)] as const)),
      ]);
      const absent = new Set(homes.filter(([, home]) => isAbsent(home)).map(([familyId]) => familyId));
      return holdBack(page, (event) => absent.has(event.familyId) || isBehind(event));
    }),
  );
}

/** Events with their data. @throws AppError `unavailable` when a store has ceased to answer meanwhile */
async function fillInTime(deps: Deps, rows: readonly EventRow[]): Promise<EventJson[]> {
  try {
    return await within(PATIENCE_MS, fillAtHome(deps, rows));
  } catch (error) {
    deps.log.error('events.not_filled', errorFields(error));
    throw notEveryStore();
  }
}

/**
 * A page of events, oldest first. Without gaps and repeats, though many write at once: a store is one SQLite database,
 * which commits one change after another, and an event gets its number in the commit of its fact. So whoever has seen a
 * number has seen all smaller ones of that store, and the cursor holds one number a store. Events of one family are in
 * order; between stores the time decides.
 *
 * `next` is always a cursor: at the end, the one to ask with later.
 * @throws AppError `invalid_request` for a cursor that was never one; when no database answers
 */
export async function readEvents(
  deps: Deps,
  query: EventQuery,
): Promise<{ events: EventJson[]; next: string }> {
  const given = query.after === undefined ? {} : readCursor(query.after);
  const stores = deps.db.stores();
  if (given === null || Object.keys(given).some((store) => !stores.includes(store))) throw noCursor();
  let cursor: EventCursor = given;
  for (;;) {
    const found = await searchAll(deps, stores, cursor, query);
    const pages = await withoutAbsent(deps, stores, found, cursor);
    const merged = mergePages(
      pages.map((page) => ({ ...page, events: page.events.map((row) => ({ ...row, store: page.store })) })),
      cursor,
      query.limit,
    );
    const moved = stores.some((store) => (merged.cursor[store] ?? 0) > (cursor[store] ?? 0));
    cursor = merged.cursor;
    if (merged.events.length === 0 && moved) continue; // Nothing wanted among so many: search on.
    const ordered = await fillInTime(deps, merged.events);
    return { events: ordered, next: writeCursor(cursor) };
  }
}

/**
 * Where an event is; null when there is no such one (any more).
 * @throws AppError `unavailable` when it may be in a store that does not answer
 */
export async function findEvent(deps: Deps, { seq, nonce }: EventKey): Promise<EventRow | null> {
  const one = q
    .select()
    .from(events)
    .where(and(eq(events.seq, seq), eq(events.nonce, nonce)));
  const { answers, down } = await askStores(deps, 'event', async (db) => (await db.first(one)) ?? null);
  const found = answers.find(({ answer }) => answer !== null)?.answer ?? null;
  if (found === null && down.length > 0) throw notEveryStore();
  return found;
}
