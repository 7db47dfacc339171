/**
 * Builds the package out of `src/client`, whose parts the portal uses too: one ES module without dependencies, and its types.
 * Plain JavaScript, since `npm pack` runs it with whatever Node there is.
 */
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { build } from 'esbuild';

const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const dist = path.join(here, 'dist');
const require = createRequire(import.meta.url);

const made = mkdtempSync(path.join(here, '.build-'));
await build({
  entryPoints: [path.join(here, '../../src/client/index.ts')],
  outfile: path.join(made, 'index.js'),
  bundle: true,
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  logLevel: 'warning',
});

const typescript = path.dirname(require.resolve('typescript/package.json'));
execFileSync(process.execPath, [path.join(typescript, 'bin/tsc'), '-p', here, '--outDir', made], {
  stdio: 'inherit',
});
// Sources name each other with `.ts`, which a package without sources must not.
for (const name of readdirSync(made).filter((file) => file.endsWith('.d.ts'))) {
  const file = path.join(made, name);
  writeFileSync(file, readFileSync(file, 'utf8').replace(/(from\s+'\.\/[\w-]+)\.ts'/g, "$1.js'"));
}
// Each file is replaced as a whole: another process may be reading it.
mkdirSync(dist, { recursive: true });
for (const name of readdirSync(made)) renameSync(path.join(made, name), path.join(dist, name));
rmSync(made, { recursive: true });
