import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { send } from './client.ts';
import { startProcess } from './process.ts';
import { FAMILY_SIZE, opened, type Subject } from './subject.ts';

const FAMILIES = 800;

/** Starts `bare-worker.js` in the same Workers runtime: what the platform itself takes for the same on this machine. */
export async function startBareSubject(carrier: string): Promise<Subject> {
  const dir = await mkdtemp(path.join(tmpdir(), 'fcs-bench-bare-'));
  const script = path.join(import.meta.dirname, 'bare-stack.ts');
  const started = await startProcess([script, carrier, dir]);
  const origin = started.ready.slice('Ready '.length);
  const phonesOf = (n: number) =>
    [1, 2, 3].map((each) => `+1${200 + each}5${String(550_000 + (n % FAMILIES)).padStart(6, '0')}`);
  await send(`${origin}/setup`, {}, '');
  return {
    name: 'bare Worker',
    pid: started.pid,
    families: FAMILIES,
    post: (n) => send(`${origin}/post`, { 'Content-Type': 'application/json' }, JSON.stringify(phonesOf(n))),
    phonesOf,
    stop: () => send(`${origin}/stop`, {}, ''),
    openSocket: (n) =>
      opened(new WebSocket(`${origin.replace('http', 'ws')}/socket?room=${Math.floor(n / FAMILY_SIZE)}`)),
    close: async () => {
      await started.end();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
