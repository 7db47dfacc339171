import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createHost, type Host } from '../host.ts';
import { freshSettings } from './dev-vars.ts';
import { claimPort } from './ports.ts';
import { STACK_NAMES, settingsIn } from './settings.ts';

const START = path.resolve(import.meta.dirname, '../start.ts');

/** A stack that runs as a process of its own, as `npm start` does. */
export interface SpawnedStack {
  origin: string;
  simulatorOrigin: string;
  host: Host;
  /** What it was started with; ports and secrets stay the same through every restart. */
  env: Readonly<Record<string, string>>;
  pid: number;
  /** All it wrote so far, over every life. */
  output(): string;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** Starts it again, after `kill`; resolves when it is ready. */
  restart(): Promise<void>;
  /** SIGTERM, and away with the temporary folder. @returns the exit code */
  stop(): Promise<number | null>;
}

/** The environment of a process that must not inherit a developer's own settings. */
export function cleanEnv(own: Readonly<Record<string, string>>): Record<string, string> {
  const theirs = new Set([...Object.keys(settingsIn(process.env)), ...STACK_NAMES]);
  const rest = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !theirs.has(entry[0]) && !entry[0].startsWith('npm_'),
  );
  return { ...Object.fromEntries(rest), ...own };
}

/** Runs the start script to its end; for starts that are refused. One that is not is ended: its code is null. */
export async function startRefused(
  own: Readonly<Record<string, string>>,
): Promise<{ code: number | null; output: string }> {
  const life = new Life(cleanEnv(own));
  await Promise.race([life.said, life.exited]);
  life.child.kill('SIGKILL'); // Where it has ended by itself, nothing happens.
  const code = await life.exited;
  return { code, output: life.output };
}

/** One life of the process. */
class Life {
  output = '';
  readonly child: ChildProcess;
  readonly exited: Promise<number | null>;
  /** Resolves when it says that it is ready; never, when it does not. */
  readonly said: Promise<void>;

  constructor(env: Record<string, string>) {
    this.child = spawn(process.execPath, [START], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.exited = new Promise((resolve) => this.child.once('close', resolve));
    this.said = new Promise((resolve) => {
      const read = (chunk: Buffer) => {
        this.output += chunk.toString();
        if (/^Ready /m.test(this.output)) resolve();
      };
      this.child.stdout?.on('data', read);
      this.child.stderr?.on('data', read);
    });
  }

  /** Resolves when it is ready. @throws Error when it ends before */
  async ready(): Promise<void> {
    const ended = this.exited.then((code) => {
      throw new Error(`The stack ended with ${code}:\n${this.output}`);
    });
    await Promise.race([this.said, ended]);
  }
}

/**
 * Starts a stack as a process of its own, on free ports, with fresh secrets and a temporary state.
 * @param own further environment: settings of the Worker or of the stack
 */
export async function spawnStack(own: Readonly<Record<string, string>> = {}): Promise<SpawnedStack> {
  const dir = await mkdtemp(path.join(tmpdir(), 'fcs-stack-'));
  const [port, simulatorPort] = await Promise.all([claimPort(0, 'PORT'), claimPort(0, 'SIMULATOR_PORT')]);
  const env: Record<string, string> = {
    ...freshSettings(),
    PORT: String(port),
    SIMULATOR_PORT: String(simulatorPort),
    STATE_DIR: path.join(dir, 'state'),
    DEV_VARS: path.join(dir, 'dev.vars'),
    ...own,
  };
  const lives: Life[] = [];
  const current = () => lives.at(-1)!;
  const begin = async () => {
    lives.push(new Life(cleanEnv(env)));
    await current().ready();
  };
  const end = async (signal: NodeJS.Signals) => {
    current().child.kill(signal);
    return await current().exited;
  };
  await begin();
  const origin = `http://127.0.0.1:${env.PORT}`;
  return {
    origin,
    simulatorOrigin: `http://127.0.0.1:${env.SIMULATOR_PORT}`,
    host: createHost(origin, env.AUTH_SECRET!),
    env,
    get pid() {
      return current().child.pid!;
    },
    output: () => lives.map((life) => life.output).join(''),
    kill: async () => {
      await end('SIGKILL');
    },
    restart: begin,
    stop: async () => {
      const code = await end('SIGTERM');
      await rm(dir, { recursive: true, force: true });
      return code;
    },
  };
}
