import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SpawnedStack, spawnStack, startRefused } from '../../dev/stack/spawn-stack.ts';
import { startStack } from '../../dev/stack/stack.ts';
import { StackError } from '../../dev/stack/stack-error.ts';

const status = async (url: string) => (await fetch(url)).status;

/** The Workers runtimes whose environment holds a text, as Linux tells it. */
async function runtimesWith(text: string): Promise<number[]> {
  const found: number[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const read = (file: string) => readFile(`/proc/${entry}/${file}`, 'utf8').catch(() => '');
    if (/^\S*workerd\0/.test(await read('cmdline')) && (await read('environ')).includes(text)) {
      found.push(Number(entry));
    }
  }
  return found;
}

/** What `npm start` would say after "Cannot start: " and end, from within this process. */
async function refusal(env: Record<string, string>): Promise<string> {
  const started = await startStack({ env, devVars: false, log: () => undefined }).catch((error: unknown) => {
    if (error instanceof StackError) return error.message;
    throw error;
  });
  if (typeof started === 'string') return started;
  await started.close();
  throw new Error('The stack was not refused');
}

describe('a stack that starts', () => {
  let stack: SpawnedStack;
  beforeAll(async () => {
    stack = await spawnStack({ SEED_DEMO: '0' });
  });
  afterAll(() => stack.stop());

  it('is ready: settings, migrations and all', async () => {
    const ready = await fetch(`${stack.origin}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([
      200,
      {
        ok: true,
        databases: { down: [] },
        hints: { inbound: expect.stringMatching(/^http.*\/api\/sms\/inbound#rc=3&rp=5xx,ct,rt$/) },
      },
    ]);
    expect(stack.output()).toContain(stack.simulatorOrigin);
    // Without the demo family nothing is said of its people.
    expect(stack.output()).not.toContain('Rosa');
  });

  it('answers a body that it does not want, instead of breaking the connection', async () => {
    const body = 'x'.repeat(1_000_000);
    for (const path of ['/api/login/start', '/login', '/api/sms/inbound', '/nowhere']) {
      for (let i = 0; i < 10; i++) {
        const answer = await fetch(stack.origin + path, { method: 'POST', body });
        expect((await answer.json()) as object).toHaveProperty('error');
      }
    }
  });

  it('serves files with hashed names as Cloudflare does: for ever, by their tags, without the Worker', async () => {
    const page = await (await fetch(`${stack.origin}/docs`)).text();
    const url = stack.origin + /\/assets\/style-\w+\.css/.exec(page)![0];
    const file = await fetch(url, { headers: { 'Accept-Encoding': 'br' } });
    expect([file.status, file.headers.get('content-type'), file.headers.get('content-encoding')]).toEqual([
      200,
      'text/css; charset=utf-8',
      'br',
    ]);
    expect(file.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const again = { headers: { 'If-None-Match': file.headers.get('etag')! } };
    expect((await fetch(url, again)).status).toBe(304);
    expect((await fetch(url, { method: 'POST', body: 'x' })).status).toBe(405);
    const none = await fetch(`${stack.origin}/assets/none.css`);
    expect([none.status, await none.text()]).toEqual([404, '']);
  });

  it('is back on the same port, with the same state and the texts of the phones, right after SIGKILL, and builds nothing anew', async () => {
    const built = () => stat(path.resolve(import.meta.dirname, '../../dist/worker.json'));
    const { mtimeMs } = await built();
    const inbound = { from: '+12025550199', body: 'Is anybody there?' };
    const api = `${stack.simulatorOrigin}/simulator/api`;
    const sent = await fetch(`${api}/inbound`, { method: 'POST', body: JSON.stringify(inbound) });
    expect(await sent.json()).toMatchObject({ webhooks: [{ outcome: 'ok' }] });
    await stack.kill();
    await stack.restart();
    expect(await built()).toMatchObject({ mtimeMs });
    expect(await status(`${stack.origin}/readyz`)).toBe(200);
    expect(await status(`${stack.simulatorOrigin}/simulator/api/state`)).toBe(200);
    const answer = await fetch(`${api}/messages?phone=%2B12025550199`);
    expect(await answer.json()).toMatchObject({ messages: [{ body: 'Is anybody there?' }] });
  });

  it('spreads families over three databases, and refuses to forget one of them', async () => {
    const { databases } = await stack.host.service<{ databases: object[] }>('GET', '/api/admin/databases');
    const empty = { families: 0, bytes: expect.any(Number), state: 'up' };
    expect(databases).toEqual(['d1:0', 'd1:1', 'd1:2'].map((name) => ({ name, ...empty })));
    await stack.kill();
    expect(await startRefused({ ...stack.env, FAMILY_DATABASES: '2' })).toEqual({
      code: 1,
      output: expect.stringMatching(
        /^Cannot start: .* over 3 databases; set FAMILY_DATABASES to 3 or more.*\n$/,
      ),
    });
    await stack.restart();
  }, 120_000); // Two starts after a kill.

  it('refuses to share its ports or its state, in one line', async () => {
    const port = await startRefused({
      ...stack.env,
      SIMULATOR_PORT: '0',
      STATE_DIR: `${stack.env.STATE_DIR}2`,
    });
    expect(port).toEqual({
      code: 1,
      output: expect.stringMatching(/^Cannot start: Port \d+ is in use.*\n$/),
    });
    expect(await refusal({ ...stack.env, PORT: '0', SIMULATOR_PORT: '0' })).toMatch(/^Another stack.*$/);
  });

  it('ends all that it started', async () => {
    const state = `STATE_DIR=${stack.env.STATE_DIR}`;
    expect(await runtimesWith(state)).toHaveLength(1);
    expect(await stack.stop()).toBe(0);
    expect(await runtimesWith(state)).toEqual([]);
    await expect(fetch(stack.simulatorOrigin)).rejects.toThrow();
  });
});

describe('a stack that cannot start', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'fcs-refused-'));
  });
  afterAll(() => rm(dir, { recursive: true }));
  const env = () => ({
    PORT: '0',
    SIMULATOR_PORT: '0',
    STATE_DIR: path.join(dir, 'state'),
    DEV_VARS: path.join(dir, 'dev.vars'),
    SEED_DEMO: '0',
  });

  it('names every setting that is wrong, in one line, without its value', async () => {
    const { code, output } = await startRefused({
      ...env(),
      PORT: 'http',
      SMS_WINDOW_SECONDS: 'soon',
      AUTH_SECRET: 'too short',
      CLAIM_LEASE_SECONDS: '5',
    });
    expect(code).toBe(1);
    expect(output).toMatch(/^Cannot start: Settings are wrong: .*\n$/);
    for (const name of ['PORT', 'SMS_WINDOW_SECONDS', 'AUTH_SECRET', 'CLAIM_LEASE_SECONDS']) {
      expect(output).toContain(`${name} should be`);
    }
    expect(output).not.toContain('too short');
  });

  it('tells of one port for two', async () => {
    expect(await refusal({ ...env(), PORT: '8788', SIMULATOR_PORT: '8788' })).toBe(
      'A setting is wrong: SIMULATOR_PORT should be another port than PORT, which is 8788',
    );
  });

  it('tells of a port of the simulator that is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const refused = await refusal({ ...env(), SIMULATOR_PORT: String(port) });
    server.close();
    expect(refused).toBe(`Port ${port} is in use; stop what listens there, or set SIMULATOR_PORT to another`);
  });

  it('tells of a state folder that is none, and of one whose files are damaged', async () => {
    const file = path.join(dir, 'file');
    await writeFile(file, '');
    const none = await startRefused({ ...env(), STATE_DIR: file });
    expect(none).toEqual({ code: 1, output: expect.stringMatching(/^Cannot start: The state in .*\n$/) });

    const texts = path.join(dir, 'texts');
    await mkdir(texts);
    await writeFile(path.join(texts, 'simulator.jsonl'), 'No texts.\n');
    expect(await refusal({ ...env(), STATE_DIR: texts })).toMatch(
      /^The state in .*simulator\.jsonl: line 1 cannot be read.*$/,
    );

    const inTheWay = path.join(dir, 'in-the-way');
    await mkdir(path.join(inTheWay, 'v3/d1'), { recursive: true });
    await writeFile(path.join(inTheWay, 'v3/d1/miniflare-D1DatabaseObject'), 'No folder.');
    expect(await refusal({ ...env(), STATE_DIR: inTheWay })).toMatch(/^The state in .* is not a folder.*$/);
  });

  it('tells of a state that another version made, and of databases that are none any more', async () => {
    const stack = await startStack({ env: env(), devVars: false, log: () => undefined });
    await stack.close();
    const databases = path.join(dir, 'state/v3/d1/miniflare-D1DatabaseObject');
    const files = (await readdir(databases)).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name));
    for (const name of files) {
      const database = new DatabaseSync(path.join(databases, name));
      database.exec('ALTER TABLE messages DROP COLUMN via');
      database.close();
    }
    expect(await refusal(env())).toMatch(/^The state in .* \(another version made it\).*$/);
    // The first time what SQLite keeps beside a database stays, whole; the second time it goes too.
    for (const besides of [false, true]) {
      for (const name of await readdir(databases)) {
        if (name.endsWith('.sqlite'))
          await writeFile(path.join(databases, name), 'Not any more. '.repeat(400));
        else if (besides) await writeFile(path.join(databases, name), '');
      }
      expect(await refusal(env())).toMatch(/^The state in .* is not a database.*remove that folder.*$/);
    }
  });
});
