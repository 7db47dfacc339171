import { evenRanges } from '../../src/db/stores/slots.ts';
import { StackError } from '../stack/stack-error.ts';
import { addQueues, type BoundQueue } from './queue-groups.ts';
import type { RunWrangler } from './run-wrangler.ts';

/** Places where D1 can be told to make a database (developers.cloudflare.com/d1/configuration/data-location). */
const LOCATIONS = ['wnam', 'enam', 'weur', 'eeur', 'apac', 'oc'];
/** `wrangler.toml` stays below 1 MB of bindings; see docs/scale.md. */
const MOST = 5000;

/** What is to be added, and where. */
export interface Addition {
  count: number;
  /** Where D1 shall make them; null: near whoever runs this. It can never be changed. */
  location: string | null;
  /** Only tells what it would do. */
  dryRun: boolean;
}

/**
 * Reads the arguments of `npm run databases`.
 * @param usual where families' objects are made by setting; where D1 knows that place, databases are made there too
 * @throws StackError with the usage
 */
export function readAddition(args: readonly string[], usual?: unknown): Addition {
  const [verb, amount, ...rest] = args;
  const count = Number(amount);
  const asked = rest.find((arg) => arg.startsWith('--location='))?.slice('--location='.length);
  const location = asked ?? LOCATIONS.find((place) => place === usual) ?? null;
  const known = rest.every((arg) => arg === '--dry-run' || arg.startsWith('--location='));
  if (verb !== 'add' || !Number.isInteger(count) || count < 1 || count > MOST || !known)
    throw new StackError(
      'Usage: npm run databases -- add N [--location=enam] [--dry-run], -- plan, or -- move FIRST-LAST --to=d1:3',
    );
  if (location !== null && !LOCATIONS.includes(location))
    throw new StackError(`--location should be one of ${LOCATIONS.join(', ')}`);
  return { count, location, dryRun: rest.includes('--dry-run') };
}

/** What wrangler.toml binds already, as wrangler reads it. */
export interface Bound {
  databases: readonly { binding: string; database_name?: string; database_id?: string }[];
  queues: readonly BoundQueue[];
}

/** The numbers of the family databases that are bound. */
const numbersOf = (databases: Bound['databases']) =>
  databases.flatMap(({ binding }) => {
    const number = /^FAMILY_DB_(\d+)$/.exec(binding)?.[1];
    return number === undefined ? [] : [Number(number)];
  });

const section = (number: number, name: string, id: string) => `
[[d1_databases]]
binding = "FAMILY_DB_${number}"
database_name = "${name}"
database_id = "${id}"
migrations_dir = "migrations"
`;

/** The id out of what `wrangler d1 create` prints: TOML or JSON. */
function idIn(output: string): string {
  const id = /database_id"?\s*[=:]\s*"([0-9a-f-]{36})"/.exec(output)?.[1];
  if (!id) throw new StackError('wrangler d1 create did not tell the id of the database');
  return id;
}

/** The rows that `wrangler d1 execute --json` prints. */
function rowsIn(output: string): Record<string, unknown>[] {
  const [answer] = JSON.parse(output.slice(output.indexOf('['))) as { results: Record<string, unknown>[] }[];
  return answer?.results ?? [];
}

const execute = (wrangler: RunWrangler, command: string) =>
  wrangler(['d1', 'execute', 'DB', '--remote', '--yes', '--json', '--command', command], true);

/** Spreads all slots over these stores, if no family is anywhere yet. @returns whether it did */
async function spreadIfNew(wrangler: RunWrangler, stores: readonly string[]): Promise<boolean> {
  const asked =
    'SELECT (SELECT count(*) FROM slots) AS slots, EXISTS (SELECT 1 FROM families) AS families, ' +
    'EXISTS (SELECT 1 FROM people) AS people';
  const [state] = rowsIn(await execute(wrangler, asked));
  if (state?.families !== 0 || state.people !== 0) return false;
  const rows = evenRanges(stores).map(({ first, last, store }) => `(${first}, ${last}, '${store}')`);
  await execute(
    wrangler,
    `DELETE FROM slots; INSERT INTO slots (first, last, store) VALUES ${rows.join(', ')}`,
  );
  return true;
}

/**
 * Makes family databases, binds them in wrangler.toml and migrates them, and makes the queues of their groups. A deployment without families gets its slots
 * spread over all of them; in one that has families they stand by, and families move there (docs/scale.md). Each is
 * bound as soon as it is made, so that what was begun can be repeated.
 * @param edit changes wrangler.toml
 * @throws StackError when wrangler fails
 */
export async function addDatabases(
  { count, location, dryRun }: Addition,
  bound: Bound,
  wrangler: RunWrangler,
  edit: (change: (toml: string) => string) => Promise<void>,
  say: (line: string) => void,
): Promise<void> {
  const numbers = numbersOf(bound.databases);
  const next = Math.max(-1, ...numbers) + 1;
  const directory = bound.databases.find(({ binding }) => binding === 'DB')?.database_name ?? 'fcs';
  const added = Array.from({ length: count }, (_, i) => next + i);
  const nameOf = (number: number) => `${directory}-family-${number}`;
  if (dryRun) {
    for (const number of added)
      say(`Would make ${nameOf(number)}, bound as FAMILY_DB_${number}: d1:${number}`);
    return;
  }
  for (const number of added) {
    say(`Making ${nameOf(number)}`);
    const place = location === null ? [] : ['--location', location];
    const id = idIn(await wrangler(['d1', 'create', nameOf(number), ...place], true));
    await edit((toml) => toml + section(number, nameOf(number), id));
    say(`Applying the migrations to FAMILY_DB_${number}`);
    await wrangler(['d1', 'migrations', 'apply', `FAMILY_DB_${number}`, '--remote']);
  }
  const stores = [...numbers, ...added].sort((a, b) => a - b).map((number) => `d1:${number}`);
  await addQueues(stores, bound.queues, wrangler, edit, say);
  say(
    (await spreadIfNew(wrangler, stores))
      ? `There are no families yet: the slots are spread over ${stores.length} databases`
      : 'The new databases stand by for families that move (docs/scale.md); new families go where they went',
  );
  say('Now: npm run deploy');
}
