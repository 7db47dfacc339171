import { execFile, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO_PEOPLE, DEMO_THREADS } from '../../dev/demo-family.ts';
import { createSimulator, type Simulator } from '../../dev/simulator/simulator.ts';
import { cleanEnv, type SpawnedStack, spawnStack } from '../../dev/stack/spawn-stack.ts';
import { type Delivery, mirrorFamily, settled, type TestFamily } from './family.ts';

const ACCOUNT = 'AC00000000000000000000000000000001';
const ROOT = path.resolve(import.meta.dirname, '../..');

const post = (stack: SpawnedStack, { people, threadId }: TestFamily, body: string) =>
  stack.host.as(people[0]!)('POST', `/api/threads/${threadId}/messages`, { body });

describe('the main job, on a simulator of ours', () => {
  let simulator: Simulator;
  let stack: SpawnedStack;
  beforeAll(async () => {
    simulator = await createSimulator({ authToken: 'token', accountSid: ACCOUNT, from: '+15005550006' });
    stack = await spawnStack({
      TWILIO_API_BASE: simulator.origin,
      TWILIO_SID: ACCOUNT,
      TWILIO_AUTH: 'token',
      TWILIO_TIMEOUT_SECONDS: '1',
      CLAIM_LEASE_SECONDS: '2',
      SWEEP_SECONDS: '1',
    });
    simulator.configure({ publicOrigin: stack.origin });
  });
  afterAll(async () => {
    await stack.stop();
    await simulator.close();
  });

  it('starts without a simulator of its own', () => {
    expect(stack.output()).toContain('there is no phone simulator');
    // Whatever answers on the port that was kept free for one: another stack, or nobody.
    expect(stack.output()).not.toContain(stack.simulatorOrigin);
  });

  it('has seeded the demo family: one asleep, one muted', async () => {
    const { rosa, maya } = DEMO_PEOPLE;
    const { threads } = await stack.host.as(rosa)<{ threads: { id: string }[] }>('GET', '/api/threads');
    expect(threads.map(({ id }) => id).sort()).toEqual(['thr_dinner', 'thr_photos']);
    await stack.host.as(rosa)('POST', `/api/threads/${DEMO_THREADS.dinner.id}/messages`, { body: 'Dinner?' });
    const text = await simulator.waitForMessage({ phone: maya.phone, after: 0 });
    expect(text.body).toContain(rosa.name);
    const log = `/api/admin/deliveries?familyId=${rosa.familyId}`;
    const reasonOf = async (userId: string) => {
      const { deliveries } = await stack.host.service<{ deliveries: (Delivery & { userId: string })[] }>(
        'GET',
        log,
      );
      return deliveries.find((row) => row.userId === userId)?.reason;
    };
    expect(await reasonOf(DEMO_PEOPLE.sam.id)).toBe('muted');
    await expect.poll(() => reasonOf(DEMO_PEOPLE.leo.id)).toBe('quiet_hours');
    expect(simulator.messages({ direction: 'outbound' })).toHaveLength(1);
  });

  it('texts Ben when a host does what the README shows', async () => {
    const [, example] =
      /```js\n([\s\S]*?)```/.exec(await readFile(path.join(ROOT, 'README.md'), 'utf8')) ?? [];
    const env = { ...process.env, PUBLIC_ORIGIN: stack.origin, AUTH_SECRET: stack.env.AUTH_SECRET };
    await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', example!], {
      cwd: ROOT,
      env,
    });
    const { body } = await simulator.waitForMessage({ phone: '+12025550123', after: 0 });
    expect(body).toContain('Ana: "Are you coming for dinner on Sunday?"');
  });

  it('sends three one-segment texts for a post to a thread of four', async () => {
    const family = await mirrorFamily(stack.host, 1);
    await post(stack, family, 'Are you coming for dinner on Sunday?');
    const texts = await Promise.all(
      family.people.slice(1).map(({ phone }) => simulator.waitForMessage({ phone, after: 0 })),
    );
    expect(texts.map(({ segments }) => segments)).toEqual([1, 1, 1]);
    await settled(stack.host, 'fam_1');
    for (const { phone } of family.people) {
      expect(simulator.messages({ phone })).toHaveLength(phone === family.people[0]!.phone ? 0 : 1);
    }
  });

  it('sends each text once when it is killed with work in flight', async () => {
    const families = await Promise.all([2, 3, 4].map((n) => mirrorFamily(stack.host, n)));
    simulator.faults.set({ latencyMs: 300, on: 'create' });
    for (const family of families) await post(stack, family, 'Before the crash');
    await expect.poll(() => simulator.requests().at(-1)?.operation).toBe('create');
    await stack.kill();
    await stack.restart();
    simulator.faults.reset();
    for (const { people } of families) await settled(stack.host, people[0]!.familyId);
    await simulator.idle();
    for (const { people } of families) {
      for (const { phone } of people.slice(1)) expect(simulator.messages({ phone }), phone).toHaveLength(1);
    }
  });
});

it('tells the whole story in `npm run demo`, and ends well', async () => {
  const child = spawn(process.execPath, ['dev/demo.ts'], { cwd: ROOT, env: cleanEnv({}) });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('All of it is so.') });
});
