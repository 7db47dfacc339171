import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { StackError } from './stack-error.ts';

/** How long a port may stay taken by a process that is just ending. */
const PATIENCE_MS = 1500;

/** Listens on 127.0.0.1 and stops at once. @returns the port, or null when it is taken */
async function tryPort(port: number): Promise<number | null> {
  const server = createServer();
  const bound = await new Promise<number | null>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(null) : reject(error),
    );
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(address !== null && typeof address === 'object' ? address.port : null);
    });
  });
  await new Promise((resolve) => server.close(resolve));
  return bound;
}

/**
 * Makes sure that a port on 127.0.0.1 is free; 0 picks one that is.
 * @param setting the name of the setting that chooses it, for the message
 * @throws StackError when another process listens there
 */
export async function claimPort(port: number, setting: string): Promise<number> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    let free: number | null;
    try {
      free = await tryPort(port);
    } catch (error) {
      throw new StackError(`Port ${port} cannot be used (${(error as NodeJS.ErrnoException).code})`, error);
    }
    if (free !== null) return free;
    if (performance.now() > until) {
      throw new StackError(`Port ${port} is in use; stop what listens there, or set ${setting} to another`);
    }
    await sleep(100);
  }
}
