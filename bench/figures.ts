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

/**
 * Seconds of the processor that a process and its children have used so far (Linux, proc(5)). Other work on the machine
 * changes it little.
 */
export async function cpuSeconds(pid: number): Promise<number> {
  const processes = new Map<number, { parent: number; ticks: number }>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => ''); // It may have ended meanwhile.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (stat !== '')
      processes.set(Number(name), {
        parent: Number(fields[1]),
        ticks: Number(fields[11]) + Number(fields[12]),
      });
  }
  const isOf = (id: number): boolean => id === pid || (id > 1 && isOf(processes.get(id)?.parent ?? 0));
  let ticks = 0;
  for (const [id, each] of processes) if (isOf(id)) ticks += each.ticks;
  return ticks / TICKS;
}
