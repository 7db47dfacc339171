/**
 * The example with everything that it needs: builds the client package, starts the service with its phones
 * (`npm start`), and then the chat. Ctrl-C ends all of it.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../..');
const HOST_PORT = process.env.HOST_PORT ?? '8790';
const STATE_DIR = process.env.STATE_DIR ?? path.join(ROOT, '.wrangler/express-host');
const shared = {
  // For this machine alone; real ones come from `openssl rand -base64 32`.
  AUTH_SECRET: 'express-host-on-this-machine-only',
  EVENTS_SECRET: `whsec_${btoa('express-host-on-this-machine')}`,
};

const children: ChildProcess[] = [];
const end = () => {
  for (const child of children) child.kill('SIGTERM');
};
/** Starts a program; all of them end when one does. */
function start(file: string, env: Record<string, string>, stdout: 'inherit' | 'pipe'): ChildProcess {
  const child = spawn(process.execPath, [path.join(ROOT, file)], {
    stdio: ['ignore', stdout, 'inherit'],
    env: { ...process.env, ...env },
  });
  child.once('exit', end);
  children.push(child);
  return child;
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);

mkdirSync(path.dirname(STATE_DIR), { recursive: true });
execFileSync(process.execPath, [path.join(ROOT, 'packages/client/build.mjs')], { stdio: 'inherit' });
const service = start(
  'dev/start.ts',
  {
    SEED_DEMO: '0',
    SMS_REPLIES: 'on',
    ...shared,
    STATE_DIR,
    DEV_VARS: `${STATE_DIR}.vars`,
    EVENTS_URL: `http://127.0.0.1:${HOST_PORT}/webhooks/family-circle`,
  },
  'pipe',
);
let said = '';
let isStarted = false;
service.stdout?.on('data', (chunk: Buffer) => {
  if (isStarted) return void process.stdout.write(chunk);
  said += chunk.toString();
  if (!/^Ready /m.test(said)) return;
  isStarted = true;
  const SERVICE_ORIGIN = `http://127.0.0.1:${process.env.PORT ?? '8787'}`;
  const phones = `http://127.0.0.1:${process.env.SIMULATOR_PORT ?? '8788'}`;
  console.log(`The service is at ${SERVICE_ORIGIN}, its phones at ${phones}`);
  const DATABASE_DIR = `${STATE_DIR}-postgres`;
  start(
    'examples/express-host/src/start.ts',
    { ...shared, HOST_PORT, SERVICE_ORIGIN, DATABASE_DIR },
    'inherit',
  );
});
