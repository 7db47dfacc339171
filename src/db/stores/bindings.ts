import type { D1Database } from '@cloudflare/workers-types/experimental';
import { MAIN_STORE, StoreMap } from './map.ts';
import type { StoreName } from './slots.ts';

/** The bindings of databases: `DB`, the directory, and any number of `FAMILY_DB_0`, `FAMILY_DB_1` … */
export interface DatabaseBindings {
  DB: D1Database;
}

const FAMILY_BINDING = /^FAMILY_DB_(\d+)$/;

const bound = new WeakMap<DatabaseBindings, ReadonlyMap<StoreName, D1Database>>();

/** The stores that an environment binds: those for families where there are any, and the directory's own. */
export function storesOf(env: DatabaseBindings): ReadonlyMap<StoreName, D1Database> {
  const known = bound.get(env) ?? findStores(env);
  bound.set(env, known);
  return known;
}

function findStores(env: DatabaseBindings): ReadonlyMap<StoreName, D1Database> {
  const numbered = Object.entries(env as unknown as Record<string, D1Database>).flatMap(([binding, d1]) => {
    const number = FAMILY_BINDING.exec(binding)?.[1];
    return number === undefined ? [] : [[`d1:${number}`, d1] as const];
  });
  return new Map([...numbered, [MAIN_STORE, env.DB] as const]);
}

const maps = new WeakMap<D1Database, StoreMap>();

/** An isolate has one map, whoever opens the databases. */
export function mapOf(env: DatabaseBindings, keptMs: number): StoreMap {
  const known = maps.get(env.DB);
  if (known) return known;
  const map = new StoreMap(env.DB, keptMs);
  maps.set(env.DB, map);
  return map;
}
