import type { Hono } from 'hono';
import journal from '../../migrations/meta/_journal.json';
import { appliedMigrations } from '../db/applied-migrations.ts';
import { openDatabases } from '../db/client.ts';
import { q } from '../db/query.ts';
import { ConfigError } from '../platform/config.ts';
import { type Bindings, configOf } from '../platform/deps.ts';
import { AppError } from '../platform/errors.ts';
import type { AppEnv } from '../platform/http/endpoint.ts';
import { errorFields } from '../platform/log.ts';

/** One reason why the service is not ready, and what to do about it. */
interface Fault {
  check: 'settings' | 'database' | 'migrations';
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

/**
 * `/healthz`: the process is running. `/readyz`: settings, D1 and migrations are fine, or 503 with the list of
 * faults.
 */
export function mountHealth(app: Hono<AppEnv>): void {
  app.get('/healthz', (c) => c.json({ ok: true }));
  app.get('/readyz', async (c) => {
    const faults = [...settingsFaults(c.env), ...(await databaseFaults(c.env))];
    if (faults.length === 0) return c.json({ ok: true });
    const message = 'The service is not ready; "details" names what is missing.';
    throw new AppError('unavailable', message, { details: faults });
  });
}
