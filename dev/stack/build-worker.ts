import path from 'node:path';
import { build, type OutputFile, type Plugin } from 'esbuild';
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from 'wrangler';
import { buildApiDocs, buildAssets, put } from '../build.ts';
import { type BuiltWorker, fingerprintOf, type KeptBuild, SERVED, SOURCES } from './built-worker.ts';
import { firstLine, StackError } from './stack-error.ts';

// Run by `builtWorker` as a process of its own: what wrangler and esbuild take of memory ends with it.
const [root, file] = process.argv.slice(2) as [string, string];

/** Bundles a Worker the way wrangler does (its own esbuild options). @returns the script; its source map is `${name}.map` in `dist` */
async function bundle(main: string, name: string, plugins: Plugin[] = []): Promise<string> {
  const result = await build({
    entryPoints: [main],
    absWorkingDir: root,
    outfile: path.join('dist', name),
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    supported: { using: true },
    conditions: ['workerd', 'worker', 'browser'],
    define: { 'process.env.NODE_ENV': '"development"', 'navigator.userAgent': '"Cloudflare-Workers"' },
    external: ['cloudflare:*', 'node:*'],
    loader: { '.html': 'text', '.txt': 'text', '.sql': 'text' },
    keepNames: true,
    sourcemap: 'linked', // Beside the script: the runtime is handed the code alone, Miniflare reads the map for a stack trace.
    sourcesContent: false,
    logLevel: 'silent',
    plugins,
  });
  const [map, script] = result.outputFiles as [OutputFile, OutputFile];
  await put(map.path, map.text);
  return script.text;
}

/** The code of the Worker in `dist/worker.js`. */
const SCRIPT = 'worker.js';

/** Leaves the Worker itself out of what goes around it: it is there as a module of its own, of this name. */
const around = (module: string): Plugin => ({
  name: 'around the Worker',
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/src\/worker\.ts$/ }, () => ({ path: `./${module}`, external: true })),
});

/** Builds what browsers load, then the Worker that names it beside the API's description. @throws StackError when the Worker does not build */
async function script(main: string): Promise<string> {
  await buildAssets();
  try {
    const [text] = await Promise.all([bundle(main, SCRIPT), buildApiDocs()]);
    return text;
  } catch (error) {
    throw new StackError(`The Worker does not build: ${firstLine(error)}`, error);
  }
}

/** Reads wrangler.toml, the one truth about bindings, queues and crons, and builds what it names. */
async function readWorker(): Promise<BuiltWorker> {
  process.env.WRANGLER_LOG ??= 'warn'; // The stack reads `.dev.vars` itself; wrangler would announce the usual one.
  const config = unstable_readConfig({ config: path.join(root, 'wrangler.toml') }, { hideWarnings: true });
  const { workerOptions, main } = unstable_getMiniflareWorkerOptions(config);
  // Rules for modules that are not bundled have no counterpart here: everything is in the one script.
  const { modulesRules: _, ...options } = workerOptions;
  return {
    options: {
      ...options,
      name: config.name!,
      modules: true,
      script: await script(main!),
      scriptPath: path.join(root, 'dist', SCRIPT),
    } as BuiltWorker['options'],
    vars: config.vars,
    migrationsDir: path.resolve(root, config.d1_databases[0]?.migrations_dir ?? 'migrations'),
    crons: config.triggers.crons ?? [],
    tools: await bundle('dev/stack/store-tools.ts', 'store-tools.js'),
    edge: await bundle('dev/stack/edge/worker.ts', 'edge.js', [around('served.js')]),
    outages: await bundle('dev/stack/outages/worker.ts', 'outages.js', [around(SCRIPT)]),
  };
}

try {
  const sources = await fingerprintOf(root, SOURCES); // Before the build: what changes meanwhile is built next time.
  const worker = await readWorker();
  const kept: KeptBuild = { sources, served: await fingerprintOf(root, SERVED), worker };
  await put(file, JSON.stringify(kept));
} catch (error) {
  console.error(error instanceof StackError ? error.message : error);
  process.exitCode = 1;
}
