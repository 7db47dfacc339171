import { accessSync, constants, statfsSync } from 'node:fs';

/** Linux's file system in memory. */
const FOLDER = '/dev/shm';
/** What the databases, states and browser profiles of a whole run take at most, with room to spare: bytes. */
const NEEDED = 4 * 1024 ** 3;

/**
 * Lets the temporary files of this process and of those it starts stand in memory, where the machine has a file system
 * for that with room enough: databases of tests need no disk, and a third of a run's CPU time went into one. What a
 * killed process wrote is there after it as it is on a disk. A TMPDIR that is set stays.
 */
export function keepTemporaryFilesInMemory(): void {
  if (process.env.TMPDIR !== undefined) return;
  try {
    accessSync(FOLDER, constants.W_OK);
    const { bavail, bsize } = statfsSync(FOLDER);
    if (bavail * bsize >= NEEDED) process.env.TMPDIR = FOLDER;
  } catch {
    // No such file system, as on macOS: the usual folder serves.
  }
}
