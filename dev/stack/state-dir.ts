import { mkdir, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { readJsonIfThere } from '../read-if-there.ts';
import { firstLine, StackError } from './stack-error.ts';

/** Says why the local state cannot be used, and what to do. */
export const unusableState = (dir: string, what: string, cause?: unknown) =>
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
    throw unusableState(dir, firstLine(error), error);
  }
  const held = database;
  return () => held.close();
}

/** How a database begins (sqlite.org/fileformat.html); nothing at all is one too. */
const HEADER = 'SQLite format 3\0';
/** Where the runtime keeps folders; a file in the way of one would stop it with many lines that say little. */
const FOLDER = /^v3([/\\][^/\\]+){0,2}$/;

async function beginsAsDatabase(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEADER.length), 0, HEADER.length, 0);
    return bytesRead === 0 || buffer.toString('latin1', 0, bytesRead) === HEADER;
  } finally {
    await handle.close();
  }
}

/** A database up to this size is read in whole, once; a gigabyte would take half a minute. */
const READ_WHOLE_BYTES = 32 * 2 ** 20;

/** What SQLite says of the pages of a database; null: all is well. */
function faultOfPages(database: DatabaseSync): string | null {
  const verdict = database.prepare('PRAGMA quick_check(1)').get()?.quick_check;
  return verdict === 'ok' ? null : String(verdict).replace(/\s+/g, ' ');
}

/** How long a database says that it is, once its schema has been read. */
function bytesOf(database: DatabaseSync): number {
  database.prepare('SELECT count(*) FROM sqlite_master').get();
  const { bytes } = database
    .prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size')
    .get()!;
  return Number(bytes);
}

/**
 * Reads a database once: a large one's schema and length alone. What is not yet in its file, but beside it, counts too, if
 * the file is one at all.
 */
async function faultOf(file: string, readWholeBytes: number): Promise<string | null> {
  try {
    if (!(await beginsAsDatabase(file))) return 'it is not a database';
    const { size } = await stat(file);
    const database = new DatabaseSync(file);
    if (size <= readWholeBytes) {
      const fault = faultOfPages(database);
      database.close();
      return fault;
    }
    const bytes = bytesOf(database);
    database.close(); // Now all is in the file that was beside it.
    return (await stat(file)).size < bytes ? 'its end is cut off' : null;
  } catch (error) {
    return firstLine(error);
  }
}

/** Size and time of change of every database, by its name below the folder, when a stack ended as it should. */
type Marks = Record<string, string>;
const MARKS = 'ended.json';

async function markOf(file: string): Promise<string> {
  const { size, mtimeMs } = await stat(file);
  return `${size} ${mtimeMs}`;
}

/** Takes the marks of the last end away: a stack that is killed leaves none. Torn ones are none. */
async function takeMarks(dir: string): Promise<Marks> {
  const file = path.join(dir, MARKS);
  const marks = await readJsonIfThere<Marks>(file);
  await rm(file, { force: true });
  return marks ?? {};
}

async function writeMarks(dir: string): Promise<void> {
  const names = (await readdir(dir, { recursive: true })).filter((name) => name.endsWith('.sqlite'));
  const marks = await Promise.all(
    names.map(async (name) => [name, await markOf(path.join(dir, name))] as const),
  );
  await writeFile(path.join(dir, MARKS), JSON.stringify(Object.fromEntries(marks)));
}

/**
 * Looks at everything in the folder once, so that damage is told now and not in the middle of things. A database that is
 * as the last stack left it is not read.
 */
async function checkState(dir: string, known: Marks, readWholeBytes: number): Promise<void> {
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(dir, file);
    if (FOLDER.test(name) && !entry.isDirectory()) throw unusableState(dir, `${name} is not a folder`);
    if (!name.endsWith('.sqlite') || name === 'in-use.sqlite') continue;
    if (known[name] === (await markOf(file))) continue;
    const fault = await faultOf(file, readWholeBytes);
    if (fault !== null) throw unusableState(dir, `${name}: ${fault}`);
  }
}

/**
 * Opens the folder that holds the local state, making it when missing.
 * @param readWholeBytes how large a database may be to be read in whole
 * @returns a function that gives it free again, once nobody writes there any more
 * @throws StackError when it is damaged, not a folder, or in use by another stack
 */
export async function openStateDir(
  dir: string,
  readWholeBytes = READ_WHOLE_BYTES,
): Promise<() => Promise<void>> {
  try {
    await mkdir(dir, { recursive: true });
  } catch (error) {
    throw unusableState(dir, firstLine(error), error);
  }
  const release = lock(dir);
  try {
    await checkState(dir, await takeMarks(dir), readWholeBytes);
  } catch (error) {
    release();
    throw error;
  }
  return async () => {
    try {
      await writeMarks(dir);
    } catch (error) {
      // The folder was taken away, or is full: the next start reads every database.
      console.error(`The state in ${dir} is not marked as whole: ${firstLine(error)}`);
    }
    release();
  };
}
