import type { D1Database, D1Result } from '@cloudflare/workers-types/experimental';
import { getTableName, sql } from 'drizzle-orm';
import { oneRow } from './expressions.ts';
import { q } from './query.ts';
import { consentEvents, families, messages, smsDeliveryLog, threads, users } from './schema.ts';
import { type Conditioned, compiledOf, type ResultOf, type Statement, sizeBy } from './statement.ts';
import { type DatabaseBindings, mapOf, storesOf } from './stores/bindings.ts';
import { FENCE_MESSAGE, hasLeft, isFenced } from './stores/fences.ts';
import { MAIN_STORE } from './stores/map.ts';
import type { StoreName } from './stores/slots.ts';

export type { DatabaseBindings };

/** The statements of a batch by name; what is `null` or `false` is left out. */
type Named = Readonly<Record<string, Statement | null | false>>;

/** The result of each statement of a batch, by name; `undefined` for one that may have been left out. */
export type Results<B extends Named> = {
  readonly [K in keyof B]:
    | ResultOf<Exclude<B[K], null | false>>
    | (Extract<B[K], null | false> extends never ? never : undefined);
};

/** One database. Statements are built by `q` and run here, and nowhere else. Its verbs throw what D1 throws. */
export interface Db {
  /** The rows of a query, or of a change with RETURNING. */
  all<S extends Statement<unknown[]>>(statement: S & Conditioned<S>): Promise<ResultOf<S>>;
  /** The first of the rows; `undefined` when there is none. */
  first<S extends Statement<unknown[]>>(
    statement: S & Conditioned<S>,
  ): Promise<ResultOf<S>[number & keyof ResultOf<S>] | undefined>;
  /** A change without RETURNING; `meta.changes` counts the rows. */
  run<S extends Statement<D1Result>>(statement: S & Conditioned<S>): Promise<D1Result>;
  /**
   * All statements in one transaction and one round trip, in the order in which they are written. Each has a name,
   * under which its result is answered and D1's statistics are counted.
   */
  batch<const B extends Named>(
    statements: B & { readonly [K in keyof B]: Conditioned<B[K]> },
  ): Promise<Results<B>>;
}

/**
 * The databases, by what they hold. A batch never spans two of them. Families are spread over stores; which one holds a
 * family is found when a statement runs, without a look-up of its own.
 */
export interface Databases {
  /** Numbers, one-time codes, limits, the map of stores: what no family owns. */
  directory: Db;
  /**
   * Where a family's rows are. While the family moves between stores a change waits for it, two seconds at the most.
   * Its verbs throw {@link FamilyMovingError} then. A store that the family has left is not believed, not even that a
   * row is missing: the map is reloaded, and the statement runs in the family's new store.
   */
  forFamily(familyId: string): Db;
  /** The name of the store that holds a family: to group work by it. */
  storeOf(familyId: string): Promise<StoreName>;
  /** The name of the store of a family's slot, even when the family itself was moved elsewhere. */
  usualStoreOf(familyId: string): Promise<StoreName>;
  /**
   * Whether a family may be made now, in the store that {@link storeOf} names. Not while its slot is given to another.
   * @throws what D1 throws
   */
  takesNewFamily(familyId: string): Promise<boolean>;
  /** The stores in which links may be whose codes name this group of slots, the likeliest first. */
  storesOfGroup(group: number): Promise<StoreName[]>;
  /** Every store that is bound. */
  stores(): StoreName[];
  /** Those that may hold families: the directory's own database only when the map leaves slots or families to it. */
  familyStores(): Promise<StoreName[]>;
  /** How many bytes a store takes, as D1 says. */
  sizeOf(store: StoreName): Promise<number>;
  /** An object that identifies a store within this isolate: the key of caches about the store. */
  keyOf(store: StoreName): object;
  /** All of them, opened. */
  shards(): Db[];
  /** One store; its statements do not wait for moves. @throws Error for a store that is not bound */
  at(store: StoreName): Db;
  /** Reloads the map of stores, which a caller has found to be stale. */
  refreshMap(): Promise<void>;
  /**
   * Reloads the map, at most once a second, for a caller that has found no row and cannot tell whether the map is
   * stale. @returns whether it was reloaded
   */
  doubtMap(): Promise<boolean>;
}

/** A family is being moved, and could not be written within the time that a request may wait. Try again in a moment. */
export class FamilyMovingError extends Error {
  constructor(cause: unknown) {
    super('The family is being moved to another database; try again in a moment.', { cause });
    this.name = 'FamilyMovingError';
  }
}

/** For how long a change waits for a family that moves, and how often it looks. */
const MOVE_WAIT_MS = 2000;
const MOVE_LOOK_MS = 100;
/** D1 ends a query after 30 s (its limits); a call without an answer for longer counts as failed. */
const ANSWER_MS = 31_000;

async function inTime<T>(answer: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const message = 'Network connection lost: the database did not answer in time.';
  const timer = setTimeout(() => reject(new Error(message)), ANSWER_MS);
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Min. time between two reloads by {@link Databases.doubtMap}: anybody can ask for codes that do not exist. */
const DOUBT_MS = 1000;

/** D1 binds no booleans as such. */
const bindable = (value: unknown) => (typeof value === 'boolean' ? Number(value) : value);

/** Runs a call on the D1 that holds what is asked for; `store` is null for the directory. */
type Reach = <T>(call: (d1: D1Database, store: StoreName | null) => Promise<T>) => Promise<T>;

/** Called with the store after a change of rows that may have written events. */
export type OnFacts = (store: StoreName) => void;

function bind(d1: D1Database, statement: Statement, name?: string) {
  const { sql, params, read } = compiledOf(statement);
  const text = name === undefined ? sql : `/* ${name} */ ${sql}`;
  return { bound: d1.prepare(text).bind(...params.map(bindable)), read, text };
}

/** Statement: how many bytes a database takes, as D1 says. */
export const selectSize = sizeBy(q.select({ one: sql`1`.as('one') }).from(oneRow));

/** The tables on which triggers write events (dev/event-triggers.ts). */
const FACT_TABLES: ReadonlySet<string> = new Set<string>(
  [families, users, consentEvents, threads, messages, smsDeliveryLog].map(getTableName),
);

/** Whether a compiled statement changes such a table. */
const mayMakeFacts = (text: string): boolean =>
  FACT_TABLES.has(/^(?:\/\*.*?\*\/ )?(?:insert into|update|delete from) "(\w+)"/.exec(text)?.[1] ?? '');

/** @throws Error that {@link isFenced} knows, when a family's store has answered that it has left */
function refuseLeft(left: D1Result | undefined): void {
  if (left && left.results.length > 0) throw new Error(`${FENCE_MESSAGE}: it has left this database`);
}

/**
 * A database whose D1 is found when a statement runs.
 * @param familyId whose rows are asked for, where they may have left: it is asked in the same trip
 */
function open(reach: Reach, onFacts?: OnFacts, familyId: string | null = null): Db {
  const guard = familyId === null ? null : hasLeft({ familyId });
  const notice = (store: StoreName | null, ran: readonly { text: string; result: D1Result }[]) => {
    if (store === null || !onFacts) return;
    if (ran.some(({ text, result }) => result.meta.changes > 0 && mayMakeFacts(text))) onFacts(store);
  };
  const run = (statement: Statement): Promise<unknown> =>
    reach(async (d1, store) => {
      const { bound, read, text } = bind(d1, statement);
      const asked =
        guard === null ? bound.run().then((result) => [result]) : d1.batch([bound, bind(d1, guard).bound]);
      const [result, left] = await inTime(asked);
      refuseLeft(left);
      notice(store, [{ text, result: result! }]);
      return read(result!);
    });
  const db = {
    all: run,
    first: async (statement: Statement) => ((await run(statement)) as unknown[])[0],
    run,
    batch: (statements: Named) =>
      reach(async (d1, store) => {
        const entries = Object.entries(statements).flatMap(([name, statement]) =>
          statement ? [{ name, ...bind(d1, statement, name) }] : [],
        );
        const guards = guard === null ? [] : [bind(d1, guard, 'hasLeft').bound];
        const results = await inTime(d1.batch([...entries.map(({ bound }) => bound), ...guards]));
        refuseLeft(results[entries.length]);
        notice(
          store,
          entries.map(({ text }, i) => ({ text, result: results[i]! })),
        );
        return Object.fromEntries(entries.map(({ name, read }, i) => [name, read(results[i]!)]));
      }),
  };
  return db as Db;
}

/**
 * Opens the databases of an environment.
 * @param mapSeconds for how long an isolate trusts its map of stores
 * @param onFacts is told after a change that may have made events
 */
export function openDatabases(env: DatabaseBindings, mapSeconds = 15, onFacts?: OnFacts): Databases {
  const bound = storesOf(env);
  const map = mapOf(env, mapSeconds * 1000);
  const d1Of = (store: StoreName): D1Database => {
    const d1 = bound.get(store);
    if (!d1) throw new Error(`The store ${store} is not bound: see FAMILY_DB_… in wrangler.toml.`);
    return d1;
  };
  const at = (store: StoreName) => open((call) => call(d1Of(store), store), onFacts);
  const only = bound.size === 1;
  const storeOf = async (familyId: string) => (only ? MAIN_STORE : await map.storeOf(familyId));

  const reachFamily =
    (familyId: string): Reach =>
    async (call) => {
      const until = Date.now() + MOVE_WAIT_MS;
      for (;;) {
        try {
          const store = await storeOf(familyId);
          return await call(d1Of(store), store);
        } catch (error) {
          if (!isFenced(error)) throw error;
          if (Date.now() >= until) throw new FamilyMovingError(error);
        }
        await new Promise((resolve) => setTimeout(resolve, MOVE_LOOK_MS));
        await map.refresh();
      }
    };

  return {
    directory: open((call) => call(env.DB, null)),
    forFamily: (familyId) => open(reachFamily(familyId), onFacts, only ? null : familyId),
    storeOf,
    usualStoreOf: async (familyId) => (only ? MAIN_STORE : await map.usualStoreOf(familyId)),
    takesNewFamily: async (familyId) => only || (await map.takesNewFamily(familyId)),
    storesOfGroup: async (group) => (only ? [MAIN_STORE] : await map.storesOfGroup(group)),
    stores: () => [...bound.keys()],
    familyStores: async () => {
      const isMainUsed = only || (await map.uses(MAIN_STORE));
      return [...bound.keys()].filter((store) => store !== MAIN_STORE || isMainUsed);
    },
    sizeOf: async (store) => (await at(store).batch({ size: selectSize })).size,
    keyOf: d1Of,
    shards: () => [...bound.keys()].map(at),
    at,
    refreshMap: () => map.refresh(),
    doubtMap: async () => !only && (await map.doubt(DOUBT_MS)),
  };
}
