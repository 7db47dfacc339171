import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { StackError } from '../stack/stack-error.ts';

/** Runs wrangler. `capture`: what it prints is returned instead of shown. @throws StackError when it fails */
export type RunWrangler = (args: readonly string[], capture?: boolean) => Promise<string>;

/** What wrangler complained about, without its frame; it colours its errors even when nobody is there to see. */
function complaintIn(output: string): string {
  const plain = stripVTControlCharacters(output);
  const lines = plain.split('\n').map((line) => line.trim());
  return (
    /\[ERROR\]\s*(.+)/.exec(plain)?.[1]?.trim() ?? lines.find((line) => line !== '') ?? 'it does not say why'
  );
}

/** @param script - wrangler's own file. @param cwd - where `wrangler.toml` stands */
export function createWrangler({ script, cwd }: { script: string; cwd: string }): RunWrangler {
  return (args, capture = false) =>
    new Promise((resolve, reject) => {
      const stdio = capture ? 'pipe' : 'inherit';
      const child = spawn(process.execPath, [script, ...args], { cwd, stdio: ['inherit', stdio, stdio] });
      let printed = '';
      let complained = '';
      child.stdout?.on('data', (chunk: Buffer) => {
        printed += chunk.toString();
      });
      child.stderr?.on('data', (chunk: Buffer) => {
        complained += chunk.toString();
      });
      child.once('error', reject);
      child.once('close', (code) => {
        const why = capture ? complaintIn(`${complained}\n${printed}`) : 'see above';
        if (code === 0) resolve(stripVTControlCharacters(printed));
        else reject(new StackError(`wrangler ${args.join(' ')} failed: ${why}`));
      });
    });
}
