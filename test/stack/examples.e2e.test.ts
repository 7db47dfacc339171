import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEMO_PEOPLE, DEMO_THREADS } from '../../dev/demo-family.ts';
import { cleanEnv, type SpawnedStack, spawnStack } from '../../dev/stack/spawn-stack.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

let stack: SpawnedStack;
beforeAll(async () => {
  stack = await spawnStack();
});
afterAll(() => stack.stop());

/** The command with which a page of the docs says an example is run, as words. */
function commandOf(page: string, example: string, values: Readonly<Record<string, string>>): string[] {
  const text = readFileSync(path.join(ROOT, page), 'utf8');
  const [, command = ''] = new RegExp(`\`([^\`]* example:${example} [^\`]*)\``).exec(text) ?? [];
  return command.split(' ').map((word) => values[/^<(\w+)>$/.exec(word)?.[1] ?? ''] ?? word);
}

it('knows every example', () => {
  expect(readdirSync(path.join(ROOT, 'dev/examples'))).toEqual(['live-thread.ts']);
});

it('live-thread prints what is said, run as the docs say, with the Node that npm finds', async () => {
  const token = await stack.host.token(DEMO_PEOPLE.maya);
  const values = { origin: stack.origin, token, threadId: DEMO_THREADS.dinner.id };
  const [program = '', ...args] = commandOf('docs/client.md', 'live-thread', values);
  expect(program).toBe('npm');
  const child = spawn(program, args, { cwd: ROOT, env: cleanEnv({}), detached: true });
  let output = '';
  const read = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout.on('data', read);
  child.stderr.on('data', read);
  try {
    await expect.poll(() => output, { timeout: 30_000 }).toContain('Maya: Hello from the client');
    await stack.host.as(DEMO_PEOPLE.rosa)('POST', `/api/threads/${DEMO_THREADS.dinner.id}/messages`, {
      body: 'Hello back',
    });
    await expect.poll(() => output, { timeout: 10_000 }).toContain('Grandma Rosa: Hello back');
  } finally {
    process.kill(-child.pid!, 'SIGTERM'); // npm, and the example below it.
  }
});
