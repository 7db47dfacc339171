import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '..');
const WRANGLER = path.join(ROOT, 'node_modules/wrangler/bin/wrangler.js');
const MOST_KIB = 150;

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'fcs-size-'));
});
afterAll(() => rm(dir, { recursive: true }));

it(`is deployed as a Worker of less than ${MOST_KIB} KiB gzipped`, async () => {
  const env = { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: 'true' };
  await promisify(execFile)(process.execPath, [WRANGLER, 'deploy', '--dry-run', '--outdir', dir], {
    cwd: ROOT,
    env,
  });
  const code = await readFile(path.join(dir, 'worker.js'));
  expect(gzipSync(code).length / 1024).toBeLessThan(MOST_KIB);
}, 60_000);
