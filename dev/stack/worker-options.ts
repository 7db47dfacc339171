import path from 'node:path';
import { build as esbuild, stop } from 'esbuild';
import type { V4WorkerOptions } from 'miniflare';
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from 'wrangler';
import { buildApiDocs, buildAssets } from '../build.ts';
import { deliveryQueues, familyBindings, type LocalQueues } from './family-databases.ts';
import { firstLine, StackError } from './stack-error.ts';

/** The Worker as wrangler.toml describes it, ready for Miniflare; `vars` are the plain settings in there. */
export interface DescribedWorker {
  options: V4WorkerOptions;
  vars: Record<string, unknown>;
  migrationsDir: string;
  crons: string[];
}

/** What is built already, by the path of its entry point: a process that starts several stacks builds once. */
const built = new Map<string, Promise<string>>();

/** Builds what browsers load, then the Worker that names it beside the API's description. @throws StackError when the Worker does not build */
async function build(main: string, root: string): Promise<string> {
  await buildAssets();
  try {
    const [script] = await Promise.all([bundle(main, root), buildApiDocs()]);
    return script;
  } finally {
    await stop();
  }
}

/** The same, once for all stacks of this process. @throws StackError when the Worker does not build */
async function buildOnce(main: string, root: string): Promise<string> {
  const known = built.get(main) ?? build(main, root);
  built.set(main, known);
  return await known;
}

/** Bundles the Worker the way wrangler does (its own esbuild options, without the temporary files). */
async function bundle(main: string, root: string): Promise<string> {
  try {
    const result = await esbuild({
      entryPoints: [main],
      absWorkingDir: root,
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
      sourcemap: 'inline',
      sourcesContent: false, // Lines and names are what a stack trace needs; the runtime is handed the whole.
      logLevel: 'silent',
    });
    return result.outputFiles[0]!.text;
  } catch (error) {
    throw new StackError(`The Worker does not build: ${firstLine(error)}`, error);
  }
}

/**
 * Reads wrangler.toml, the one truth about bindings, queues and crons, and builds what it names.
 * @param root the folder of wrangler.toml
 * @param familyDatabases how many of them the local stack has, whatever wrangler.toml binds at Cloudflare
 */
export async function describeWorker(root: string, familyDatabases: number): Promise<DescribedWorker> {
  const config = unstable_readConfig({ config: path.join(root, 'wrangler.toml') }, { hideWarnings: true });
  // The stack reads `.dev.vars` itself, from where it was told to; wrangler would announce the usual one.
  process.env.WRANGLER_LOG ??= 'warn';
  const { workerOptions, main } = unstable_getMiniflareWorkerOptions(config);
  // Rules for modules that are not bundled have no counterpart here: everything is in the one script.
  const { modulesRules: _, ...options } = workerOptions;
  const databases = { DB: (options.d1Databases as Record<string, { id: string }>).DB! };
  return {
    options: {
      ...options,
      d1Databases: { ...databases, ...familyBindings(familyDatabases) },
      ...deliveryQueues(options as unknown as LocalQueues, familyDatabases),
      name: config.name!,
      modules: true,
      script: await buildOnce(main!, root),
      scriptPath: main!,
    } as V4WorkerOptions,
    vars: config.vars,
    migrationsDir: path.resolve(root, config.d1_databases[0]?.migrations_dir ?? 'migrations'),
    crons: config.triggers.crons ?? [],
  };
}
