import { type ChildProcess, spawn } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import path from 'node:path';

/** Keeps the last line it was told; when this process is gone, for whatever reason, it ends that process. */
const SCRIPT = 'pid=; while read -r line; do pid=$line; done; [ -z "$pid" ] || kill -9 "$pid" 2>/dev/null';

/** Sees to it that the Workers runtime does not outlive this process, not even when that is killed. */
export interface Watchdog {
  /** The runtime's process id; null while none runs. */
  runtimePid(): number | null;
  close(): void;
}

/**
 * Starts to watch. To be called before the runtime is started.
 * Node tells of new processes by diagnostics channel (nodejs.org/api/diagnostics_channel.html); the pipe to
 * a shell of its own session closes with this process, even on SIGKILL.
 */
export function startWatchdog(): Watchdog {
  const guard = spawn('sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  guard.on('error', (error) => console.error(`The runtime is not guarded: ${error.message}`));
  guard.stdin.on('error', () => guard.stdin.destroy()); // The guard is gone; there is nothing to tell it.
  guard.unref();
  let current: number | null = null;
  const tell = (pid: number | null) => {
    current = pid;
    guard.stdin.write(`${pid ?? ''}\n`);
  };
  const onProcess = (message: unknown) => {
    const { process: child } = message as { process: ChildProcess };
    child.once('spawn', () => {
      const { pid } = child;
      if (pid === undefined || !/^workerd\b/.test(path.basename(child.spawnfile))) return;
      tell(pid);
      child.once('exit', () => current === pid && tell(null));
    });
  };
  subscribe('child_process', onProcess);
  return {
    runtimePid: () => current,
    close: () => {
      unsubscribe('child_process', onProcess);
      guard.stdin.end('\n');
    },
  };
}
