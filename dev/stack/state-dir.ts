import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { firstLine, StackError } from './stack-error.ts';

const damaged = (dir: string, what: string, cause?: unknown) =>
  new StackError(`The state in ${dir} cannot be used (${what}); remove that folder to begin anew`, cause);

/** Takes the folder for this process alone; the lock ends with the process, however it ends. */
function lock(dir: string): () => void {
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(path.join(dir, 'in-use.sqlite'));
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    if (/locked|busy/.test(firstLine(error))) {
      throw new StackError(`Another stack runs on the state in ${dir}; stop it, or set STATE_DIR to another`);
    }
    throw damaged(dir, firstLine(error), error);
  }
  const held = database;
  return () => held.close();
}

/** Reads every database of the folder once, so that damage is told now and not in the middle of things. */
async function checkDatabases(dir: string): Promise<void> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter(({ name }) => name.endsWith('.sqlite') && name !== 'in-use.sqlite')) {
    const file = path.join(entry.parentPath, entry.name);
    let verdict: unknown;
    try {
      const database = new DatabaseSync(file);
      verdict = database.prepare('PRAGMA quick_check(1)').get()?.quick_check;
      database.close();
    } catch (error) {
      throw damaged(dir, `${path.relative(dir, file)}: ${firstLine(error)}`, error);
    }
    if (verdict !== 'ok') throw damaged(dir, `${path.relative(dir, file)}: ${String(verdict)}`);
  }
}

/**
 * Opens the folder that holds the local state, making it when missing.
 * @returns a function that gives it free again
 * @throws StackError when it is damaged, not a folder, or in use by another stack
 */
export async function openStateDir(dir: string): Promise<() => void> {
  try {
    await mkdir(dir, { recursive: true });
  } catch (error) {
    throw damaged(dir, firstLine(error), error);
  }
  const release = lock(dir);
  try {
    await checkDatabases(dir);
  } catch (error) {
    release();
    throw error;
  }
  return release;
}
