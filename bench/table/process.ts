import { spawn } from 'node:child_process';

/** A system that runs as a process of its own. */
export interface Started {
  pid: number;
  /** The line in which it said that it is ready. */
  ready: string;
  /** SIGTERM; resolves when it is gone. */
  end(): Promise<void>;
}

/** Starts a script of Node's and waits for its line `Ready …`. @throws Error when it ends before */
export async function startProcess(
  args: readonly string[],
  options: { cwd?: string; env?: Readonly<Record<string, string>> } = {},
): Promise<Started> {
  const child = spawn(process.execPath, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let output = '';
  const ready = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      if (output === ENOUGH) return;
      output += chunk;
      const [said] = /^Ready .*$/m.exec(output) ?? [];
      if (said === undefined) return;
      output = ENOUGH;
      resolve(said);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void exited.then(() => reject(new Error(`${args[0]} ended:\n${output}`)));
  });
  return {
    pid: child.pid!,
    ready,
    end: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** What is written after it was ready is not kept. */
const ENOUGH = '\0';
