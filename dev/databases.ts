import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { unstable_readConfig } from 'wrangler';
import { addDatabases, readAddition } from './deploy/family-databases.ts';
import { createWrangler } from './deploy/run-wrangler.ts';
import { StackError } from './stack/stack-error.ts';

// `npm run databases -- add N`: more family databases at Cloudflare.
const ROOT = path.resolve(import.meta.dirname, '..');
const TOML = path.join(ROOT, 'wrangler.toml');

try {
  const wrangler = createWrangler({
    script: path.join(ROOT, 'node_modules/wrangler/bin/wrangler.js'),
    cwd: ROOT,
  });
  const {
    d1_databases: databases,
    queues,
    vars,
  } = unstable_readConfig({ config: TOML }, { hideWarnings: true });
  const addition = readAddition(process.argv.slice(2), vars.FAMILY_LOCATION);
  const bound = { databases, queues: queues.producers ?? [] };
  const edit = async (change: (toml: string) => string) =>
    await writeFile(TOML, change(await readFile(TOML, 'utf8')));
  await addDatabases(addition, bound, wrangler, edit, (line) => console.log(`── ${line}`));
} catch (error) {
  console.error(error instanceof StackError ? error.message : error);
  process.exit(1);
}
