import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../dev/stack/built-worker.ts';

describe('the fingerprint that tells whether the Worker is built anew', () => {
  let root: string;
  const of = () => fingerprintOf(root, ['src', 'wrangler.toml', 'none']);

  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'fcs-sources-'));
    await mkdir(path.join(root, 'src/room'), { recursive: true });
    await writeFile(path.join(root, 'src/room/a.ts'), 'export const a = 1;');
    await writeFile(path.join(root, 'src/b.ts'), '');
    await writeFile(path.join(root, 'wrangler.toml'), 'name = "x"');
  });
  afterEach(async () => await rm(root, { recursive: true, force: true }));

  it('stays while nothing changes, whatever stands beside the sources', async () => {
    const before = await of();
    await writeFile(path.join(root, 'README.md'), 'Read me');
    await writeFile(path.join(root, 'src/b.ts'), '');
    expect(await of()).toBe(before);
  });

  it.each([
    ['content', async () => await writeFile(path.join(root, 'src/room/a.ts'), 'export const a = 2;')],
    ['name', async () => await rename(path.join(root, 'src/b.ts'), path.join(root, 'src/c.ts'))],
    ['setting', async () => await writeFile(path.join(root, 'wrangler.toml'), 'name = "y"')],
    ['new file', async () => await writeFile(path.join(root, 'src/room/c.ts'), '')],
    ['file that is gone', async () => await rm(path.join(root, 'src/b.ts'))],
    [
      'file that moves its text to another',
      async () => {
        await writeFile(path.join(root, 'src/b.ts'), 'export const a = 1;');
        await writeFile(path.join(root, 'src/room/a.ts'), '');
      },
    ],
  ])('changes with a %s', async (_, change) => {
    const before = await of();
    await change();
    expect(await of()).not.toBe(before);
  });

  it('is another in another folder, for what is built names its own', async () => {
    const before = await of();
    const moved = `${root}-moved`;
    await rename(root, moved);
    root = moved;
    expect(await of()).not.toBe(before);
  });
});
