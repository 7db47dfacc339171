import { readdir, readFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { performance } from 'node:perf_hooks';

/** The value below which so large a share of sorted values lies. */
export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

/** A row of times in ms: the median, two high percentiles and how many there were. */
export function line(name: string, times: readonly number[], shares: readonly [number, number] = [0.95, 1]) {
  const sorted = times.toSorted((a, b) => a - b);
  const figures = [0.5, ...shares].map((share) => {
    const words = share === 1 ? 'max' : `p${share * 100}`;
    return `${words} ${`${Math.round(percentile(sorted, share))} ms`.padStart(9)}`;
  });
  return `  ${name.padEnd(32)}${figures.join('   ')}   (${times.length})`;
}

/** The machine and how busy it was, as the first line of a bench. */
export const machine = (): string =>
  `${cpus().length} × ${cpus()[0]?.model ?? 'cpu'}, load ${loadavg()[0]?.toFixed(1)} before, Node ${process.version}`;

/** Posts a message as whoever the token speaks for. */
export const postMessage = (origin: string, threadId: string, token: string, body: string) =>
  fetch(`${origin}/api/threads/${threadId}/messages`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ body }),
  });

/** @returns the ms that something took */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Clock ticks a second, as Linux counts processor time for programs. */
const TICKS = 100;

/** What a process and its children use. */
export interface Usage {
  /** Seconds of the processor so far, by the program's name, as `node` and `workerd`. Other work on the machine changes them little. */
  cpu: ReadonlyMap<string, number>;
  /** Memory, MB: pages that processes share are divided among them. */
  memory: number;
}

/** The processes below one, itself included, with their names and ticks (Linux, proc(5)). */
async function processesOf(root: number): Promise<{ id: number; name: string; ticks: number }[]> {
  const processes = new Map<number, { parent: number; name: string; ticks: number }>();
  for (const id of await readdir('/proc')) {
    if (!/^\d+$/.test(id)) continue;
    const stat = await readIfAlive(`/proc/${id}/stat`);
    if (stat === '') continue;
    const [, name = ''] = /\((.*)\)/.exec(stat) ?? [];
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    // Node names its main thread so.
    processes.set(Number(id), {
      parent: Number(fields[1]),
      name: name === 'MainThread' ? 'node' : name,
      ticks,
    });
  }
  const isOf = (id: number): boolean => id === root || (id > 1 && isOf(processes.get(id)?.parent ?? 0));
  return [...processes].filter(([id]) => isOf(id)).map(([id, each]) => ({ id, ...each }));
}

/** A file of a process, empty when it has ended meanwhile. */
async function readIfAlive(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return '';
    throw error;
  }
}

/** @throws Error where the system is not Linux */
export async function usageOf(pid: number): Promise<Usage> {
  const cpu = new Map<string, number>();
  let kilobytes = 0;
  for (const { id, name, ticks } of await processesOf(pid)) {
    cpu.set(name, (cpu.get(name) ?? 0) + ticks / TICKS);
    const [, pss] = /^Pss:\s+(\d+)/m.exec(await readIfAlive(`/proc/${id}/smaps_rollup`)) ?? [];
    kilobytes += Number(pss ?? 0);
  }
  return { cpu, memory: kilobytes / 1024 };
}

/** Seconds of the processor that a process and its children have used so far. */
export async function cpuSeconds(pid: number): Promise<number> {
  return (await processesOf(pid)).reduce((sum, { ticks }) => sum + ticks, 0) / TICKS;
}
