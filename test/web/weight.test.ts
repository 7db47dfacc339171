import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildAssets } from '../../dev/build.ts';

const KILOBYTE = 1024;
const PUBLIC = path.join(import.meta.dirname, '../../dist/public');

describe('what browsers load', () => {
  let assets: Record<string, string>;
  const content = (name: string) => readFile(path.join(PUBLIC, assets[name] ?? `no ${name}`));
  const gzipped = async (name: string) => gzipSync(await content(name), { level: 9 }).length;

  beforeAll(async () => {
    assets = await buildAssets();
  });

  it('keeps the script below 30 KB and the style below 14 KB, gzipped', async () => {
    expect(await gzipped('portal.js')).toBeLessThan(30 * KILOBYTE);
    expect(await gzipped('style.css')).toBeLessThan(14 * KILOBYTE);
  });

  it('keeps the font that every page preloads below 36 KB', async () => {
    expect((await content('atkinson-next-latin.woff2')).length).toBeLessThan(36 * KILOBYTE);
  });

  it('names every file by a hash of its content, so that it may be kept for good', async () => {
    for (const name of await readdir(path.join(PUBLIC, 'assets'))) {
      expect(name).toMatch(/^[\w-]+-[A-Z0-9]{8}\.\w+$/);
    }
    expect(await readFile(path.join(PUBLIC, '_headers'), 'utf8')).toContain('max-age=31536000, immutable');
  });

  it('asks no other host for anything', async () => {
    for (const name of ['portal.js', 'style.css', 'icon.svg']) {
      const text = (await content(name)).toString('utf8').replaceAll('http://www.w3.org/2000/svg', '');
      expect(text).not.toMatch(/https?:\/\/|url\(["']?\/\//);
    }
  });
});
