import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { unstable_readConfig } from 'wrangler';
import { deploymentFaults } from './deployment-faults.ts';

const ROOT = path.join(import.meta.dirname, '..');
const CONFIG = path.join(ROOT, 'wrangler.toml');

/** Runs wrangler where the person can see and answer it; ends with its exit code when it fails. */
function wrangler(...args: string[]): void {
  const { status } = spawnSync('wrangler', args, { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** The names of the secrets that are set on Cloudflare; none before the Worker was deployed for the first time. */
function secretNames(): string[] {
  const { status, stdout, stderr } = spawnSync('wrangler', ['secret', 'list', '--format', 'json'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (status === 0) return (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name);
  if (/not found|does not exist|10007/i.test(stdout + stderr)) return [];
  console.error(`The secrets cannot be listed; is wrangler signed in (wrangler login)?\n${stderr || stdout}`);
  process.exit(1);
}

const config = unstable_readConfig({ config: CONFIG });
const faults = deploymentFaults({
  vars: config.vars,
  databaseId: config.d1_databases[0]?.database_id ?? '',
  secrets: secretNames(),
});
if (faults.length > 0) {
  console.error(`Not deployed. Before it can be:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  process.exit(1);
}
wrangler('d1', 'migrations', 'apply', 'DB', '--remote');
wrangler('deploy');
