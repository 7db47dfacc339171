import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../../..');

it('the API document passes the strict rules of Redocly without a warning', () => {
  const redocly = path.join(ROOT, 'node_modules/.bin/redocly');
  const args = ['lint', 'dist/public/openapi.json', '--extends', 'recommended-strict', '--format', 'json'];
  const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
  const { stdout, stderr } = spawnSync(process.execPath, [redocly, ...args], {
    cwd: ROOT,
    env,
    encoding: 'utf8',
  });
  expect(JSON.parse(stdout), stderr).toMatchObject({ totals: { errors: 0, warnings: 0 }, problems: [] });
});
