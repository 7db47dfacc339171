import type { D1Database } from '@cloudflare/workers-types/experimental';
import type { Miniflare } from 'miniflare';
import { type DatabaseBindings, type Databases, openDatabases } from '../../src/db/client.ts';
import { q } from '../../src/db/query.ts';
import { families, homes, moves, slots } from '../../src/db/schema.ts';
import { evenRanges } from '../../src/db/stores/slots.ts';
import { QUEUE_GROUPS, queueBinding } from '../../src/platform/queue-groups.ts';
import { applyMigrations, followsMigrations } from './migrations.ts';
import { StackError } from './stack-error.ts';
import { unusableState } from './state-dir.ts';

const bindingOf = (number: number) => `FAMILY_DB_${number}`;
const numbers = (count: number) => Array.from({ length: count }, (_, number) => number);

/** The bindings of so many local family databases, as Miniflare takes them. */
export const familyBindings = (count: number): Record<string, { id: string }> =>
  Object.fromEntries(numbers(count).map((number) => [bindingOf(number), { id: `fcs-family-${number}` }]));

/** The queues of a Worker as Miniflare takes them: producers by binding, consumers by name. */
export interface LocalQueues {
  queueProducers: Record<string, { queueName: string }>;
  queueConsumers: Record<string, object>;
}

/**
 * The queues of the local stack: those of wrangler.toml, with one for each group of so many family databases, whatever
 * wrangler.toml binds at Cloudflare; each is consumed as the first one is.
 */
export function deliveryQueues(
  { queueProducers, queueConsumers }: LocalQueues,
  databases: number,
): LocalQueues {
  const first = queueProducers.DELIVERIES!.queueName;
  const groups = numbers(Math.min(databases, QUEUE_GROUPS));
  const nameOf = (group: number) => `${first}-${group}`;
  const without = <T>(entries: Record<string, T>, numbered: RegExp) =>
    Object.entries(entries).filter(([name]) => !numbered.test(name));
  return {
    queueProducers: Object.fromEntries([
      ...without(queueProducers, /^DELIVERIES_\d+$/),
      ...groups.map((group) => [queueBinding(group), { queueName: nameOf(group) }] as const),
    ]),
    queueConsumers: Object.fromEntries([
      ...without(queueConsumers, new RegExp(`^${first}-\\d+$`)),
      ...groups.map((group) => [nameOf(group), queueConsumers[first]!] as const),
    ]),
  };
}

/** The directory's database and the family databases of a running stack. */
export async function openStores(miniflare: Miniflare, count: number): Promise<DatabaseBindings> {
  const names = ['DB', ...numbers(count).map(bindingOf)];
  const opened = await Promise.all(
    names.map(async (name) => [name, await miniflare.getD1Database(name)] as const),
  );
  return Object.fromEntries(opened) as unknown as DatabaseBindings;
}

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

/**
 * Brings the databases of a stack to the present schema, and gives a new state its map of stores.
 * @throws StackError for a state that another version made, or whose families are in databases that are not there now
 */
export async function prepareStores(
  bindings: DatabaseBindings,
  migrationsDir: string,
  stateDir: string,
): Promise<Databases> {
  const databases = Object.values(bindings as unknown as Record<string, D1Database>);
  for (const database of databases) {
    if (!(await followsMigrations(database, migrationsDir))) {
      throw unusableState(stateDir, 'another version made it');
    }
  }
  await Promise.all(databases.map((database) => applyMigrations(database, migrationsDir)));
  const db = openDatabases(bindings);
  const inUse = await storesInUse(db);
  const missing = [...inUse].filter((store) => !db.stores().includes(store));
  if (missing.length > 0) {
    const least = Math.max(...[...inUse].map((store) => Number(store.replace(/^d1:/, '')) + 1 || 0));
    throw new StackError(
      `The families of the state in ${stateDir} are spread over ${least} databases; ` +
        `set FAMILY_DATABASES to ${least} or more, or STATE_DIR to another folder`,
    );
  }
  if (inUse.size === 0) await spread(db);
  return db;
}
