import { execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEMO_PEOPLE, DEMO_THREADS } from '../../dev/demo-family.ts';
import { claimPort } from '../../dev/stack/ports.ts';
import { cleanEnv, type SpawnedStack, spawnStack } from '../../dev/stack/spawn-stack.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

const EVENTS_SECRET = `whsec_${btoa('a-secret-of-24-bytes-long')}`;

let stack: SpawnedStack;
let receiverPort: number;
beforeAll(async () => {
  receiverPort = await claimPort(0, 'PORT');
  stack = await spawnStack({ EVENTS_URL: `http://127.0.0.1:${receiverPort}/`, EVENTS_SECRET });
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
    await expect.poll(() => output).toContain('Grandma Rosa: Hello back');
  } finally {
    process.kill(-child.pid!, 'SIGTERM'); // npm, and the example below it.
  }
});

/** The oldest Node that a person of this machine would run, not the one that comes with our packages; else that. */
function systemNode(): string {
  const folders = (process.env.PATH ?? '')
    .split(path.delimiter)
    .filter((dir) => !dir.includes('node_modules'));
  return folders.map((dir) => path.join(dir, 'node')).find(existsSync) ?? process.execPath;
}

it('the client package does in an empty project what its README says', async () => {
  const project = await mkdtemp(path.join(tmpdir(), 'fcs-client-'));
  const run = promisify(execFile);
  try {
    const packageDir = path.join(ROOT, 'packages/client');
    await run('npm', ['pack', '--pack-destination', project], { cwd: packageDir });
    const [tarball = ''] = readdirSync(project);
    await writeFile(path.join(project, 'package.json'), '{"private": true, "type": "module"}');
    await run('npm', ['install', '--offline', '--no-audit', '--no-fund', `./${tarball}`], { cwd: project });
    expect(readdirSync(path.join(project, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
      '@family-circle-secure',
    ]);

    const readme = readFileSync(path.join(packageDir, 'README.md'), 'utf8');
    const blocks = [...readme.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code);
    await writeFile(path.join(project, 'app.js'), blocks.join('\n'));
    await writeFile(
      path.join(project, 'app.ts'),
      `import { createApi, verifyWebhook } from '@family-circle-secure/client';
       const api = createApi({ origin: 'https://portal.example', token: () => 'token' });
       const { message } = await api('POST /api/admin/threads/{id}/messages', {
         params: { id: 'thr_1' }, body: { authorId: 'usr_ana', body: 'Hello' } });
       const seq: number = message.seq;
       const event = await verifyWebhook('{}', {}, 'whsec_');
       if (event.type === 'phone.moved') console.log(event.data.userId, seq);
       if (event.type === 'message.created' && 'body' in event.data.message) console.log(event.data.message.body);
       // @ts-expect-error: there is no such route
       await api('POST /api/nothing');
       // @ts-expect-error: the author is missing
       await api('POST /api/admin/threads/{id}/messages', { params: { id: 'thr_1' }, body: {} });`,
    );
    const tsc = path.join(ROOT, 'node_modules/typescript/bin/tsc');
    const strict = [
      '--strict',
      '--noEmit',
      '--module',
      'nodenext',
      '--target',
      'es2022',
      '--types',
      '',
      'app.ts',
    ];
    execFileSync(process.execPath, [tsc, ...strict], { cwd: project, encoding: 'utf8' });

    const child = spawn(systemNode(), ['--experimental-websocket', 'app.js'], {
      cwd: project,
      env: {
        ...cleanEnv({ ORIGIN: stack.origin, PORT: String(receiverPort), EVENTS_SECRET }),
        SERVICE_TOKEN: await stack.host.serviceToken(),
        BEN_TOKEN: await stack.host.token({ id: 'usr_ben', familyId: 'fam_1', name: 'Ben' }),
      },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    try {
      const heard = (text: string) => expect.poll(() => output, { timeout: 20_000 }).toContain(text);
      await heard('thread.created {"thread":{"id":"thr_1"');
      await heard('message.created {"message":{"id":"msg_dinner"');
      await heard('Ana: Are you coming?');
      const forged = await fetch(`http://127.0.0.1:${receiverPort}/`, { method: 'POST', body: '{}' });
      expect(forged.status).toBe(401);
    } finally {
      child.kill();
    }
  } finally {
    await rm(project, { recursive: true, force: true });
  }
});

it('a client generated by openapi-typescript and openapi-fetch compiles, and does what its example says', {
  timeout: 240_000,
}, async () => {
  const example = path.join(ROOT, 'examples/generated-client');
  const run = promisify(execFile);
  const env = cleanEnv({ ORIGIN: stack.origin, TOKEN: await stack.host.serviceToken() });
  await run('npm', ['run', '--silent', 'generate'], { cwd: example, env });

  const strangers = await mkdtemp(path.join(example, '.build-'));
  try {
    await writeFile(
      path.join(strangers, 'wrong.ts'),
      `import createClient from 'openapi-fetch';
       import type { paths } from '../src/api.d.ts';
       const api = createClient<paths>();
       // @ts-expect-error: there is no such route
       await api.GET('/api/nothing');
       // @ts-expect-error: the author is missing
       await api.POST('/api/admin/threads/{id}/messages', { params: { path: { id: 'thr_1' } }, body: {} });
       const { data, error } = await api.GET('/api/deliveries', { params: { query: { limit: 5 } } });
       for (const { status } of data?.deliveries ?? []) {
         // @ts-expect-error: no delivery has such a status
         if (status === 'seen') throw new Error(status);
       }
       // @ts-expect-error: no such code is answered here
       if (error?.error === 'empty_message') throw new Error(error.message);`,
    );
    const config = { extends: '../tsconfig.json', include: ['../src', '.'] };
    await writeFile(path.join(strangers, 'tsconfig.json'), JSON.stringify(config));
    const tsc = path.join(ROOT, 'node_modules/typescript/bin/tsc');
    await run(process.execPath, [tsc, '-p', strangers], { cwd: example });
  } finally {
    await rm(strangers, { recursive: true, force: true });
  }

  const { stdout } = await run('npm', ['start', '--silent'], { cwd: example, env });
  expect(stdout.split('\n')).toEqual([
    'Ana: phone none, texts off',
    'Ben: phone none, texts off',
    'Ana: Are you coming? (via host)',
    'message.created msg_generated',
    expect.stringMatching(/^Refused: /),
    '',
  ]);
});
