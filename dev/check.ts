/**
 * Formats, rules and types, as many checks at once as there are cores; tells what each found, and ends with 1 when one
 * failed. `npm run check`.
 */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..');

// The longest first. One checker each: several of one program find the same types, each for itself.
const CHECKS: readonly (readonly [tool: string, ...args: string[]])[] = [
  ['tsc', '-p', 'tsconfig.json', '--checkers', '1'],
  ['tsc', '-p', 'tsconfig.node.json', '--checkers', '1'],
  ['biome', 'ci', '.'],
  ['tsc', '-p', 'examples/express-host', '--checkers', '1'],
  ['tsc', '-p', 'tsconfig.client.json', '--checkers', '1'],
];

/** Runs one check to its end. @returns whether nothing was found */
async function passes([tool, ...args]: (typeof CHECKS)[number]): Promise<boolean> {
  const child = spawn(path.join(ROOT, 'node_modules/.bin', tool), args, {
    cwd: ROOT,
    shell: process.platform === 'win32', // Where a tool of npm's is a script of the shell.
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (output !== '') console.log(`${tool} ${args.join(' ')}\n${output}`);
  return code === 0;
}

const waiting = [...CHECKS];
let isClean = true;
/** Takes the next check as long as one waits. */
async function work(): Promise<void> {
  for (let check = waiting.shift(); check; check = waiting.shift()) {
    if (!(await passes(check))) isClean = false;
  }
}
await Promise.all(Array.from({ length: availableParallelism() }, work));
process.exitCode = isClean ? 0 : 1;
