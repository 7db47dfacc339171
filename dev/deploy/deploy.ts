import { StackError } from '../stack/stack-error.ts';
import { type Deployment, deploymentFaults } from './faults.ts';
import type { RunWrangler } from './run-wrangler.ts';

/** The names out of `wrangler secret list`, which prints JSON behind whatever else it has to say. */
function namesIn(output: string): string[] {
  const start = output.search(/^\[/m);
  try {
    const list: unknown = JSON.parse(output.slice(start, output.lastIndexOf(']') + 1));
    if (Array.isArray(list)) return list.map(({ name }: { name: string }) => name);
  } catch (error) {
    throw new StackError('wrangler secret list did not answer with a list', error);
  }
  throw new StackError('wrangler secret list did not answer with a list');
}

/** The secrets that are set; none for a Worker that was never deployed (Cloudflare's code 10007). */
async function secretsSet(wrangler: RunWrangler): Promise<string[]> {
  try {
    return namesIn(await wrangler(['secret', 'list'], true));
  } catch (error) {
    if (!(error instanceof StackError)) throw error;
    if (/10007|does not exist/.test(error.message)) return [];
    throw new StackError(
      `Cloudflare does not tell which secrets are set; nothing was changed (${error.message}). ` +
        'Sign in with npx wrangler login, or set CLOUDFLARE_API_TOKEN',
      error,
    );
  }
}

/** Cloudflare takes some four calls a second of one account. */
const AT_ONCE = 4;

/**
 * Brings the Worker to Cloudflare: checks that nothing is missing, builds, applies the migrations, deploys.
 * In this order, since new code must never meet an old schema in any database: where one fails, nothing is deployed; so migrations are written for old code to bear.
 * @throws StackError naming everything that is missing; then nothing has been changed
 */
export async function deploy(
  described: Omit<Deployment, 'secretNames'>,
  wrangler: RunWrangler,
  say: (line: string) => void,
): Promise<void> {
  say('Looking at the secrets');
  const secretNames = await secretsSet(wrangler);
  const faults = deploymentFaults({ ...described, secretNames });
  if (faults.length > 0)
    throw new StackError(`Not ready to deploy:\n${faults.map((f) => `- ${f}`).join('\n')}`);
  say('Building');
  await wrangler(['deploy', '--dry-run'], true);
  const bindings = described.databases ?? ['DB'];
  for (let i = 0; i < bindings.length; i += AT_ONCE) {
    const some = bindings.slice(i, i + AT_ONCE);
    say(`Applying the migrations to ${some.join(', ')}`);
    // What one of several prints would be mixed up with the others; what it complains about is told.
    const migrate = (binding: string) =>
      wrangler(['d1', 'migrations', 'apply', binding, '--remote'], some.length > 1);
    const failed = (await Promise.allSettled(some.map(migrate))).find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  }
  say('Deploying');
  await wrangler(['deploy']);
}
