import path from 'node:path';
import { unstable_readConfig } from 'wrangler';
import { deploy } from './deploy/deploy.ts';
import { createWrangler } from './deploy/run-wrangler.ts';
import { StackError } from './stack/stack-error.ts';

const ROOT = path.resolve(import.meta.dirname, '..');

try {
  const wrangler = createWrangler({
    script: path.join(ROOT, 'node_modules/wrangler/bin/wrangler.js'),
    cwd: ROOT,
  });
  const config = unstable_readConfig({ config: path.join(ROOT, 'wrangler.toml') }, { hideWarnings: true });
  const described = {
    vars: config.vars,
    databaseId: config.d1_databases[0]?.database_id,
    databases: config.d1_databases.map(({ binding }: { binding: string }) => binding),
  };
  await deploy(described, wrangler, (line) => console.log(`── ${line}`));
} catch (error) {
  console.error(error instanceof StackError ? error.message : error);
  process.exit(1);
}
