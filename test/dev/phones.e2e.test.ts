import { spawn } from 'node:child_process';
import path from 'node:path';
import { expect, it } from 'vitest';
import { cleanEnv } from '../../dev/stack/spawn-stack.ts';

const PHONES = path.resolve(import.meta.dirname, '../../dev/phones.ts');

/** Starts the simulator alone. `line` resolves with the first output that matches. */
function start(env: Record<string, string>) {
  const child = spawn(process.execPath, [PHONES], { env: cleanEnv(env), stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  return { child, exited, output: () => output };
}

it('the simulator runs alone, with the account it is given, and ends when told to', async () => {
  const phones = start({
    SIMULATOR_PORT: '0',
    TWILIO_SID: 'AC1',
    TWILIO_AUTH: 'secret',
    TWILIO_FROM: '+15005550006, +15005550016',
  });
  await expect.poll(phones.output, { timeout: 20_000 }).toContain('Ready');
  const [origin = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(phones.output()) ?? [];
  const send = await fetch(`${origin}/2010-04-01/Accounts/AC1/Messages.json`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('AC1:secret')}` },
    body: new URLSearchParams({ To: '+12025550123', From: '+15005550016', Body: 'Hi' }),
  });
  expect(send.status).toBe(201);
  phones.child.kill('SIGTERM');
  expect(await phones.exited).toBe(0);
});

it('says in a line why it cannot start', async () => {
  const phones = start({ SIMULATOR_PORT: 'http' });
  expect(await phones.exited).toBe(1);
  expect(phones.output()).toMatch(/^Cannot start: SIMULATOR_PORT should be .*\n$/);
});
