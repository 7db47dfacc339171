import type { Hono } from 'hono';
import journal from '../../migrations/meta/_journal.json';
import { type Db, openDatabases } from '../db/client.ts';
import { q } from '../db/query.ts';
import type { StoreName } from '../db/stores/slots.ts';
import { appliedMigrations, hasFences } from '../db/stores/store-state.ts';
import { askStores } from '../platform/ask-stores.ts';
import { type Config, ConfigError } from '../platform/config.ts';
import { type Bindings, configOf } from '../platform/deps.ts';
import { AppError } from '../platform/errors.ts';
import type { AppEnv } from '../platform/http/endpoint.ts';
import { consoleLog, errorFields } from '../platform/log.ts';
import { pacedLook } from '../platform/pace/paced-look.ts';
import { CONNECTION_OVERRIDES } from '../platform/sms/twilio.ts';

/** One reason why the service is not ready, and what to do about it. */
interface Fault {
  check: 'settings' | 'database' | 'migrations' | 'fences';
  name?: string;
  problem: string;
}

function settingsFaults(env: Bindings): Fault[] {
  try {
    configOf(env);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.map(({ name, expected }) => ({
      check: 'settings',
      name,
      problem: `should be ${expected}`,
    }));
  }
}

async function databaseFaults(env: Bindings): Promise<Fault[]> {
  try {
    const applied = await openDatabases(env).directory.all(
      q.select({ name: appliedMigrations.name }).from(appliedMigrations),
    );
    const names = new Set(applied.map(({ name }) => name));
    return journal.entries
      .filter(({ tag }) => !names.has(`${tag}.sql`))
      .map(({ tag }) => ({
        check: 'migrations',
        name: tag,
        problem: 'should be applied: wrangler d1 migrations apply',
      }));
  } catch (error) {
    const { cause } = errorFields(error);
    const problem = /no such table/.test(cause) ? 'no migration was ever applied' : 'D1 does not answer';
    return [{ check: 'database', problem }];
  }
}

/** For how long a store may take to answer until it counts as down. */
const STORE_PATIENCE_MS = 2000;

/** The stores that are down, which others do without, and those whose fences are missing, which must not be. */
async function askFamilyStores(env: Bindings): Promise<{ down: StoreName[]; faults: Fault[] }> {
  const db = openDatabases(env);
  const log = consoleLog();
  const ask = async (store: Db) => await hasFences(store);
  const { answers, down } = await askStores({ db, log }, 'readyz', ask, { limitMs: STORE_PATIENCE_MS });
  const faults = answers
    .filter(({ answer }) => !answer)
    .map(({ store }) => ({
      check: 'fences' as const,
      name: store,
      problem: 'lacks triggers: apply the migrations anew (wrangler d1 migrations apply)',
    }));
  return { down, faults };
}

/** What nobody can see from here whether it is set: the address that Twilio posts inbound texts to, as its fallback too. */
const hintsFor = ({ PUBLIC_ORIGIN }: Pick<Config, 'PUBLIC_ORIGIN'>) => ({
  inbound: `${PUBLIC_ORIGIN}/api/sms/inbound${CONNECTION_OVERRIDES}`,
});

/** What a look found. */
type Readiness = { down: StoreName[]; faults: Fault[] };

/** Looks of an isolate: a stranger in a loop would have every database asked each time. */
const LOOKS = { now: () => Date.now(), atOnce: 20, everyMs: 500 };
const looks = new WeakMap<object, ReturnType<typeof pacedLook<Readiness>>>();

async function readiness(env: Bindings): Promise<Readiness> {
  const paced = looks.get(env.DB) ?? pacedLook<Readiness>(LOOKS);
  looks.set(env.DB, paced);
  return await paced(async () => {
    const settings = settingsFaults(env);
    const directory = await databaseFaults(env);
    const { down, faults } = directory.length === 0 ? await askFamilyStores(env) : { down: [], faults: [] };
    return { down, faults: [...settings, ...directory, ...faults] };
  });
}

/**
 * `/healthz`: the process is running. `/readyz`: settings, the directory, migrations and fences are fine, or 503 with the
 * list of faults. A family database that is down is named and leaves the service ready: other families do without it.
 */
export function mountHealth(app: Hono<AppEnv>): void {
  app.get('/healthz', (c) => c.json({ ok: true }));
  app.get('/readyz', async (c) => {
    const { down, faults } = await readiness(c.env);
    if (faults.length === 0)
      return c.json({ ok: true, databases: { down }, hints: hintsFor(configOf(c.env)) });
    const message = 'The service is not ready; "details" names what is missing.';
    throw new AppError('unavailable', message, { details: faults });
  });
}
