import type { D1Database, D1Result } from '@cloudflare/workers-types/experimental';
import { inArray } from 'drizzle-orm';
import { q } from '../query.ts';
import { homes, slotMoves, slots } from '../schema.ts';
import { compiledOf, hot, type ResultOf, type Statement } from '../statement.ts';
import {
  coversAll,
  type SlotRange,
  type StoreName,
  slotOfFamily,
  storeOfSlot,
  storesOfGroup,
} from './slots.ts';

/** The directory's own database, which holds every family that no range of slots claims. */
export const MAIN_STORE: StoreName = 'd1:main';

/** Max. exceptions that an isolate keeps in memory; with more, whole slots should be moved instead. */
const MAX_HOMES = 50_000;

interface Loaded {
  ranges: SlotRange[];
  homes: ReadonlyMap<string, StoreName>;
  /** Ranges of slots that are being given to another store: no family may be made in them. */
  closed: readonly Pick<SlotRange, 'first' | 'last'>[];
  /** When it is to be trusted from. */
  at: number;
  /** When it was read. */
  readAt: number;
}

const selectRanges = hot<Record<never, never>>()(() =>
  q.select({ first: slots.first, last: slots.last, store: slots.store }).from(slots).orderBy(slots.first),
);
const selectHomes = hot<Record<never, never>>()(() =>
  q.select({ familyId: homes.familyId, store: homes.store }).from(homes).limit(MAX_HOMES),
);

const selectClosed = hot<Record<never, never>>()(() =>
  q
    .select({ first: slotMoves.first, last: slotMoves.last })
    .from(slotMoves)
    .where(inArray(slotMoves.state, ['closing', 'given'])),
);

/**
 * An isolate's cached copy of the map from families to stores, read from the directory. When a family has just moved,
 * the fence of its old store shows that the copy is stale, and it is reloaded.
 */
export class StoreMap {
  readonly #directory: D1Database;
  readonly #keptMs: number;
  #loaded: Loaded | null = null;
  #loading: Promise<Loaded> | null = null;
  #doubtedAt = Number.NEGATIVE_INFINITY;

  /** @param keptMs for how long it is trusted */
  constructor(directory: D1Database, keptMs: number) {
    this.#directory = directory;
    this.#keptMs = keptMs;
  }

  /** The store of a family. @throws what D1 throws, when the map could never be read */
  async storeOf(familyId: string): Promise<StoreName> {
    const { homes: exceptions } = await this.#current();
    return exceptions.get(familyId) ?? (await this.usualStoreOf(familyId));
  }

  /** Where a family is that is no exception: the store of its slot. @throws what D1 throws, when the map could never be read */
  async usualStoreOf(familyId: string): Promise<StoreName> {
    const { ranges } = await this.#current();
    return storeOfSlot(ranges, await slotOfFamily(familyId)) ?? MAIN_STORE;
  }

  /** The stores in which a link may be whose code names this group of slots, the likeliest first. */
  async storesOfGroup(group: number): Promise<StoreName[]> {
    const { ranges, homes: exceptions } = await this.#current();
    const usual = storesOfGroup(ranges, group);
    return [...new Set([...(usual.length > 0 ? usual : [MAIN_STORE]), ...exceptions.values()])];
  }

  /** Whether slots or families are in a store. */
  async uses(store: StoreName): Promise<boolean> {
    const { ranges, homes: exceptions } = await this.#current();
    const inUse = new Set([...ranges.map((range) => range.store), ...exceptions.values()]);
    return inUse.has(store) || (store === MAIN_STORE && !coversAll(ranges));
  }

  /**
   * Whether a family may be made now: its slot stays where it is. No fence shows that a slot was given away, so this
   * is never answered from a copy that has expired.
   * @throws what D1 throws, when the map is too old and cannot be read
   */
  async takesNewFamily(familyId: string): Promise<boolean> {
    const isFresh = this.#loaded && Date.now() - this.#loaded.readAt < this.#keptMs;
    const { closed } = isFresh ? this.#loaded! : await this.#load();
    const slot = await slotOfFamily(familyId);
    return !closed.some(({ first, last }) => first <= slot && slot <= last);
  }

  /** Reloads the map, which a fence has shown to be stale. */
  async refresh(): Promise<void> {
    await this.#load();
  }

  /** Reloads the map, unless this method has done so within the last `ms`. @returns whether it did */
  async doubt(ms: number): Promise<boolean> {
    if (Date.now() - this.#doubtedAt < ms) return false;
    this.#doubtedAt = Date.now();
    await this.#load();
    return true;
  }

  async #current(): Promise<Loaded> {
    const loaded = this.#loaded;
    if (!loaded) return await this.#load();
    // A stale map serves while it is read anew, and on while the directory does not answer: fences catch what moved.
    if (Date.now() - loaded.at >= this.#keptMs) {
      loaded.at = Date.now();
      await this.#load().catch(() => loaded);
      return this.#loaded ?? loaded;
    }
    return loaded;
  }

  /** One reading at a time. */
  #load(): Promise<Loaded> {
    this.#loading ??= this.#read().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  async #read(): Promise<Loaded> {
    const readAt = Date.now();
    const bound = [selectRanges({}), selectHomes({}), selectClosed({})].map((statement: Statement) => {
      const { sql, params } = compiledOf(statement);
      return this.#directory.prepare(sql).bind(...params);
    });
    const [ranges, exceptions, closed] = await this.#directory.batch(bound);
    const rows = <S extends Statement<unknown[]>>(statement: S, result: D1Result | undefined) =>
      compiledOf(statement).read(result!) as ResultOf<S>;
    this.#loaded = {
      ranges: rows(selectRanges({}), ranges),
      homes: new Map(rows(selectHomes({}), exceptions).map(({ familyId, store }) => [familyId, store])),
      closed: rows(selectClosed({}), closed),
      at: Date.now(),
      readAt,
    };
    return this.#loaded;
  }
}
