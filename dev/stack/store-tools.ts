import { eq, ne } from 'drizzle-orm';
import { type DatabaseBindings, type Databases, openDatabases } from '../../src/db/client.ts';
import { q } from '../../src/db/query.ts';
import { families, homes, moves, slots, threads } from '../../src/db/schema.ts';
import { evenRanges } from '../../src/db/stores/slots.ts';
import { DEMO_THREADS, FAMILY } from '../demo-family.ts';
import {
  applyMigrations,
  type Database,
  type Migration,
  readState,
  type StoreState,
} from './apply-migrations.ts';

// A small Worker beside the product's, for what the stack itself asks of the databases. Asked from Node, each statement
// is a synchronous call to the runtime, two hundred a start; and Node would load drizzle-orm's two hundred files.

/** What was found in the databases of a state, which are ready unless it says otherwise. */
export type PreparedStores =
  /** Its families are in more databases than there are now: in so many. */
  | { state: 'spread over more'; databases: number }
  /** `complete`: the demo family is there in whole. `others`: so is some other family. */
  | { state: 'ready'; demo: { complete: boolean; others: boolean } };

/** The stores in which a state says that families are. */
async function storesInUse(db: Databases): Promise<Set<string>> {
  const { ranges, exceptions, underWay } = await db.directory.batch({
    ranges: q.selectDistinct({ store: slots.store }).from(slots),
    exceptions: q.selectDistinct({ store: homes.store }).from(homes),
    underWay: q.select({ source: moves.source, target: moves.target }).from(moves),
  });
  return new Set([
    ...[...ranges, ...exceptions].map(({ store }) => store),
    ...underWay.flatMap(({ source, target }) => [source, target]),
  ]);
}

/**
 * Spreads all slots over the family databases of a new state. One that holds families already keeps them where they
 * are: the databases that are new to it stand by, for moves.
 */
async function spread(db: Databases): Promise<void> {
  const numbered = db.stores().slice(0, -1);
  const settled = q.select({ id: families.id }).from(families).limit(1);
  const found = await Promise.all(db.shards().map((store) => store.first(settled)));
  if (numbered.length === 0 || found.some((family) => family !== undefined)) return;
  await db.directory.run(q.insert(slots).values(evenRanges(numbered)));
  await db.refreshMap();
}

/** The thread that the demo family is given last tells that all of it is there. */
async function lookForDemo(db: Databases): Promise<{ complete: boolean; others: boolean }> {
  const complete = await db
    .forFamily(FAMILY.id)
    .first(q.select({ id: threads.id }).from(threads).where(eq(threads.id, DEMO_THREADS.photos.id)));
  const others = q.select({ id: families.id }).from(families).where(ne(families.id, FAMILY.id)).limit(1);
  const found = await Promise.all(db.shards().map((store) => store.first(others)));
  return { complete: complete !== undefined, others: found.some((family) => family !== undefined) };
}

/** Brings the databases of a stack to the present schema, and gives a new state its map of stores. */
async function prepare(
  bindings: DatabaseBindings,
  migrations: readonly Migration[],
): Promise<PreparedStores> {
  await Promise.all(databasesOf(bindings).map((database) => applyMigrations(database, migrations)));
  const db = openDatabases(bindings);
  const inUse = await storesInUse(db);
  const missing = [...inUse].filter((store) => !db.stores().includes(store));
  if (missing.length > 0) {
    const least = Math.max(...[...inUse].map((store) => Number(store.replace(/^d1:/, '')) + 1 || 0));
    return { state: 'spread over more', databases: least };
  }
  if (inUse.size === 0) await spread(db);
  return { state: 'ready', demo: await lookForDemo(db) };
}

const databasesOf = (bindings: DatabaseBindings) =>
  Object.values(bindings as unknown as Record<string, Database>);

export default {
  /** `GET`: what each database holds, a list of `StoreState`. `POST` of migrations: `PreparedStores`. */
  async fetch(request: Request, bindings: DatabaseBindings): Promise<Response> {
    if (request.method === 'POST') {
      return Response.json(await prepare(bindings, (await request.json()) as Migration[]));
    }
    const states: StoreState[] = await Promise.all(databasesOf(bindings).map(readState));
    return Response.json(states);
  },
};
