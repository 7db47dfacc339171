import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { decodeJwt, jwtVerify } from 'jose';
import { expect, it } from 'vitest';
import { claimsOf } from '../../dev/token.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const AUTH_SECRET = 'a secret of the tests, of 32 bytes and more';
const run = (...args: string[]) =>
  execFileSync(process.execPath, ['dev/token.ts', ...args], {
    cwd: ROOT,
    env: { ...process.env, AUTH_SECRET },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });

it('prints one token of the service, signed with the secret of the stack', async () => {
  const token = run();
  expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  const { payload } = await jwtVerify(token.trim(), new TextEncoder().encode(AUTH_SECRET));
  expect(payload.scope).toBe('service');
  expect(payload.exp! - Date.now() / 1000).toBeLessThan(24 * 3600);
});

it('prints tokens of scopes and of people', () => {
  expect(decodeJwt(run('service:mirror', 'service:read')).scope).toBe('service:mirror service:read');
  expect(decodeJwt(run('usr_rosa'))).toMatchObject({ sub: 'usr_rosa', familyId: 'fam_demo' });
  expect(decodeJwt(run('usr_ana', 'fam_1'))).toMatchObject({ sub: 'usr_ana', familyId: 'fam_1' });
});

it('asks for the family of somebody whom it does not know', () => {
  expect(() => claimsOf(['usr_ana'])).toThrow('FAMILY_ID');
});
