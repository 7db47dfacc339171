import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { unstable_readConfig } from 'wrangler';
import { addDatabases, readAddition } from './deploy/family-databases.ts';
import { moveRange, planMove, readRangeMove } from './deploy/move-slots.ts';
import { createWrangler } from './deploy/run-wrangler.ts';
import { type Call, CallError, callWith, createHost } from './host.ts';
import { readDevVars } from './stack/dev-vars.ts';
import { StackError } from './stack/stack-error.ts';

// `npm run databases`: `-- add N` makes more family databases at Cloudflare; `-- plan` tells which slots should move, and
// `-- move FIRST-LAST --to=d1:3` has them moved, by the API of ORIGIN (the local stack) with TOKEN.
const ROOT = path.resolve(import.meta.dirname, '..');
const TOML = path.join(ROOT, 'wrangler.toml');
const say = (line: string) => console.log(`── ${line}`);

async function add(args: readonly string[]): Promise<void> {
  const wrangler = createWrangler({
    script: path.join(ROOT, 'node_modules/wrangler/bin/wrangler.js'),
    cwd: ROOT,
  });
  const {
    d1_databases: databases,
    queues,
    vars,
  } = unstable_readConfig({ config: TOML }, { hideWarnings: true });
  const addition = readAddition(args, vars.FAMILY_LOCATION);
  const bound = { databases, queues: queues.producers ?? [] };
  const edit = async (change: (toml: string) => string) =>
    await writeFile(TOML, change(await readFile(TOML, 'utf8')));
  await addDatabases(addition, bound, wrangler, edit, say);
}

/** Speaks to the service API: with TOKEN, or on this machine with the secret that the local stack runs with. */
async function service(): Promise<Call> {
  const { ORIGIN = 'http://127.0.0.1:8787', TOKEN, AUTH_SECRET, DEV_VARS } = process.env;
  const origin = ORIGIN.replace(/\/+$/, '');
  if (TOKEN) return callWith(origin, async () => TOKEN);
  const isLocal = ['127.0.0.1', 'localhost'].includes(new URL(origin).hostname);
  const secret =
    AUTH_SECRET ??
    (isLocal ? await readDevVars(path.resolve(ROOT, DEV_VARS || '.dev.vars')) : {}).AUTH_SECRET;
  if (!secret) throw new StackError('Set TOKEN to a service token or key with the scope ops');
  return createHost(origin, secret).service;
}

const [verb, ...args] = process.argv.slice(2);
try {
  if (verb === 'plan') await planMove(await service(), say);
  else if (verb === 'move') {
    const range = readRangeMove(args);
    await moveRange(await service(), range, say);
  } else await add(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof StackError || error instanceof CallError ? error.message : error);
  process.exit(1);
}
