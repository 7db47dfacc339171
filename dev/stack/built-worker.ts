import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { V4WorkerOptions } from 'miniflare';
import { readJsonIfThere } from '../read-if-there.ts';
import { StackError } from './stack-error.ts';

/** The Worker as wrangler.toml describes it, ready for Miniflare; `vars` are the plain settings in there. */
export interface BuiltWorker {
  options: V4WorkerOptions;
  vars: Record<string, unknown>;
  migrationsDir: string;
  crons: string[];
  /** The code of `store-tools.ts`, a Worker of the stack's own. */
  tools: string;
  /** The code of `edge/worker.ts`, which goes around what is served and imports it as `./served.js`. */
  edge: string;
  /** The code of `outages/worker.ts`, which goes around the Worker's own and imports it as `./worker.js`. */
  outages: string;
}

/** A build as it is kept for later starts, with the fingerprints of what it came from and of what it wrote. */
export interface KeptBuild {
  sources: string;
  served: string;
  worker: BuiltWorker;
}

/** All that a build reads, below the root; the lockfile stands for the packages. */
export const SOURCES = ['src', 'dev', 'wrangler.toml', 'package-lock.json'];
/** What a build writes beside the Worker itself, for the Worker to serve. */
export const SERVED = ['dist/public', 'dist/assets.json'];

async function filesOf(root: string, name: string): Promise<string[]> {
  const found = statSync(path.join(root, name), { throwIfNoEntry: false });
  if (!found?.isDirectory()) return found ? [name] : [];
  const entries = await readdir(path.join(root, name), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .sort();
}

/** A hash of names and contents, and of where they are: what is built tells its folder. */
export async function fingerprintOf(root: string, names: readonly string[]): Promise<string> {
  const files = (await Promise.all(names.map((name) => filesOf(root, name)))).flat();
  const contents = await Promise.all(files.map((file) => readFile(path.join(root, file))));
  const hash = createHash('sha256').update(root);
  files.forEach((file, index) => {
    hash.update(`\n${file} ${contents[index]!.length}\n`).update(contents[index]!);
  });
  return hash.digest('hex');
}

/** Reads what an earlier start kept; null when there is none, or none that is whole. */
const readKept = (file: string) => readJsonIfThere<KeptBuild>(file);

async function build(root: string, file: string): Promise<void> {
  const script = path.join(import.meta.dirname, 'build-worker.ts');
  try {
    await promisify(execFile)(process.execPath, [script, root, file]);
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new StackError(stderr?.trim() || `The Worker does not build: ${error}`, error);
  }
}

async function keptOrBuilt(root: string): Promise<BuiltWorker> {
  const file = path.join(root, 'dist/worker.json');
  const [kept, sources, served] = await Promise.all([
    readKept(file),
    fingerprintOf(root, SOURCES),
    fingerprintOf(root, SERVED),
  ]);
  if (kept?.sources === sources && kept.served === served) return kept.worker;
  await build(root, file);
  const built = await readKept(file);
  if (!built) throw new StackError(`What was built for ${file} is not there; start again`);
  return built.worker;
}

const builds = new Map<string, Promise<BuiltWorker>>();

/**
 * The Worker of a folder, once a process; built anew only when what it is made of has changed since the last build,
 * which `dist/worker.json` keeps. A start that builds nothing loads neither wrangler nor esbuild.
 * @throws StackError when the Worker does not build
 */
export async function builtWorker(root: string): Promise<BuiltWorker> {
  const worker = builds.get(root) ?? keptOrBuilt(root);
  builds.set(root, worker);
  return await worker;
}
