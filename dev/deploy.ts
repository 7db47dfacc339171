import { spawn } from 'node:child_process';
import path from 'node:path';
import { unstable_readConfig } from 'wrangler';
import { deploy, type RunWrangler } from './deploy/deploy.ts';
import { StackError } from './stack/stack-error.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const WRANGLER = path.join(ROOT, 'node_modules/wrangler/bin/wrangler.js');

/** What wrangler complained about, without its frame. */
const complaint = (output: string) => /\[ERROR\]\s*(.+)/.exec(output)?.[1]?.trim() ?? 'see above';

const wrangler: RunWrangler = (args, capture = false) =>
  new Promise((resolve, reject) => {
    const stdio = capture ? 'pipe' : 'inherit';
    const env = { ...process.env, ...(capture ? { NO_COLOR: '1', FORCE_COLOR: '0' } : {}) };
    const child = spawn(process.execPath, [WRANGLER, ...args], {
      env,
      cwd: ROOT,
      stdio: ['inherit', stdio, stdio],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new StackError(`wrangler ${args.join(' ')} failed: ${complaint(output)}`));
    });
  });

try {
  const config = unstable_readConfig({ config: path.join(ROOT, 'wrangler.toml') }, { hideWarnings: true });
  const described = { vars: config.vars, databaseId: config.d1_databases[0]?.database_id };
  await deploy(described, wrangler, (line) => console.log(`── ${line}`));
} catch (error) {
  console.error(error instanceof StackError ? error.message : error);
  process.exit(1);
}
