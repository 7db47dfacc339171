import { mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStateDir } from '../../dev/stack/state-dir.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'fcs-state-'));
});
afterEach(() => rm(dir, { recursive: true }));

/** A database of some pages below `dir`, damaged as told. */
async function database(damage: (bytes: Buffer) => Buffer): Promise<string> {
  const file = path.join(dir, 'v3/d1/miniflare-D1DatabaseObject/metadata.sqlite');
  await mkdir(path.dirname(file), { recursive: true });
  const made = new DatabaseSync(file);
  made.exec(`CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('${'x'.repeat(20_000)}')`);
  made.close();
  await writeFile(file, damage(await readFile(file)));
  return file;
}

it.each([
  ['nothing', (bytes: Buffer) => bytes, null],
  ['something else in its place', () => Buffer.from('No database.'), /it is not a database/],
  ['its tables overwritten', (bytes: Buffer) => bytes.fill(0x41, 100, 400), /malformed/],
  ['pages overwritten', (bytes: Buffer) => bytes.fill(0xff, 4096, 8192), /page 2/],
  ['its end cut off', (bytes: Buffer) => bytes.subarray(0, 8192 + 100), /page|malformed/],
])('a database with %s is told of in one line, before anything starts', async (_, damage, told) => {
  await database(damage);
  const refused = await openStateDir(dir).then(
    (release) => release(),
    (error: Error) => error.message,
  );
  if (told === null) expect(refused).toBeUndefined();
  else {
    expect(refused).toMatch(told);
    expect(refused).toMatch(/^The state in .* cannot be used \(.*\); remove that folder to begin anew$/);
  }
});

it.each([
  ['pages overwritten, which are not read', (bytes: Buffer) => bytes.fill(0xff, 4096, 8192), null],
  ['its tables overwritten', (bytes: Buffer) => bytes.fill(0x41, 100, 400), /malformed/],
  ['its end cut off', (bytes: Buffer) => bytes.subarray(0, 8192 + 100), /cut off|malformed/],
])('a large database with %s is opened, not read in whole', async (_, damage, told) => {
  await database(damage);
  const opened = openStateDir(dir, 1024);
  if (told === null) await (await opened)();
  else await expect(opened).rejects.toThrow(told);
});

it('does not read a database again that is as a stack left it that ended, unlike one that was killed', async () => {
  const file = await database((bytes) => bytes);
  const end = await openStateDir(dir);
  await utimes(file, 1_800_000_000, 1_800_000_000);
  await end();
  const { size } = await stat(file);
  await writeFile(file, Buffer.alloc(size, 0x41)); // Whoever reads it is told.
  await utimes(file, 1_800_000_000, 1_800_000_000);
  await (await openStateDir(dir))();
  await rm(path.join(dir, 'ended.json')); // As if it had been killed.
  await expect(openStateDir(dir)).rejects.toThrow(/it is not a database/);
});
