import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { claimPort } from '../../dev/stack/ports.ts';
import { cleanEnv, type SpawnedStack, spawnStack } from '../../dev/stack/spawn-stack.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const EVENTS_SECRET = `whsec_${btoa('a-secret-of-24-bytes-long')}`;
const BEN = { id: 'member_ben', phone: '+12025550147' };
const THREAD = 'thr_dinner_club';

interface HostMessage {
  id: string;
  authorId: string;
  body: string;
  via: string;
}

let stack: SpawnedStack;
let chat: ChildProcess;
let dir: string;
let hostPort: number;
let output = '';

beforeAll(async () => {
  execFileSync(process.execPath, [path.join(ROOT, 'packages/client/build.mjs')]);
  dir = await mkdtemp(path.join(tmpdir(), 'fcs-host-'));
  hostPort = await claimPort(0, 'PORT');
  stack = await spawnStack({
    EVENTS_URL: `http://127.0.0.1:${hostPort}/webhooks/family-circle`,
    EVENTS_SECRET,
    SMS_REPLIES: 'on',
    SMS_WINDOW_SECONDS: '1',
    SEED_DEMO: '0',
    SWEEP_SECONDS: '1',
  });
});
afterAll(async () => {
  chat?.kill('SIGKILL');
  await stack.stop();
  await rm(dir, { recursive: true, force: true });
});

/** Starts the example as its own process; resolves when it listens. */
async function startChat(): Promise<void> {
  chat = spawn(process.execPath, [path.join(ROOT, 'examples/express-host/src/start.ts')], {
    env: cleanEnv({
      HOST_PORT: String(hostPort),
      DATABASE_DIR: path.join(dir, 'postgres'),
      SERVICE_ORIGIN: stack.origin,
      AUTH_SECRET: stack.env.AUTH_SECRET!,
      EVENTS_SECRET,
    }),
  });
  output = '';
  for (const stream of [chat.stdout!, chat.stderr!]) stream.on('data', (chunk) => (output += chunk));
  await expect.poll(() => output, { timeout: 120_000 }).toContain('The chat is at');
}

const json = async <T>(address: string, init?: RequestInit) =>
  (await (await fetch(address, init)).json()) as T;
const chatCall = <T>(route: string) => json<T>(`http://127.0.0.1:${hostPort}${route}`);
const chatPost = (route: string, body: object) =>
  fetch(`http://127.0.0.1:${hostPort}${route}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
const say = (body: string) => chatPost(`/api/threads/${THREAD}/messages`, { authorId: 'member_ana', body });
const messages = () => chatCall<HostMessage[]>(`/api/threads/${THREAD}/messages`);
const bodies = async () => (await messages()).map(({ body }) => body);
const isBenTexted = async () =>
  (await chatCall<{ id: string; smsOn: boolean }[]>('/api/users')).find(({ id }) => id === BEN.id)?.smsOn;
/** The next text that reaches Ben's phone and says this. */
const textOf = async (words: string) => {
  const query = new URLSearchParams({ phone: BEN.phone, direction: 'outbound', contains: words, after: '0' });
  const { message } = await json<{ message: { body: string } | null }>(
    `${stack.simulatorOrigin}/simulator/api/messages/next?${query}`,
  );
  return message?.body;
};
const deliveries = async () => {
  type Log = { deliveries: { status: string; reason: string | null }[] };
  return (await stack.host.service<Log>('GET', `/api/admin/deliveries?userId=${BEN.id}`)).deliveries;
};
const statuses = async () => (await deliveries()).map(({ status }) => status);
const texted = (body: string) =>
  fetch(`${stack.simulatorOrigin}/simulator/api/inbound`, {
    method: 'POST',
    body: JSON.stringify({ from: BEN.phone, body }),
  });

it('the Express example tells its story, and misses nothing while it is down', {
  timeout: 360_000,
}, async () => {
  await startChat();
  expect(await isBenTexted(), 'mirrored with his consent').toBe(true);

  // What is said in the chat is texted to Ben; what he texts back is in the chat's own database.
  await say('Are you coming for dinner?');
  expect(await textOf('Are you coming for dinner?')).toContain('Ana');
  await expect.poll(statuses, { timeout: 20_000 }).toEqual(['delivered']); // A reply belongs to a text that is known.
  await texted('On my way');
  await expect.poll(bodies, { timeout: 20_000 }).toEqual(['Are you coming for dinner?', 'On my way']);
  expect((await messages())[1]).toMatchObject({ authorId: BEN.id, via: 'sms' });

  // Ben opens the chat: nobody texts him.
  await chatPost('/api/here', { userId: BEN.id });
  await say('You are here already');
  await expect.poll(async () => (await deliveries())[0]?.reason, { timeout: 20_000 }).toBe('online');

  // The chat is killed. Meanwhile Ben writes twice, and stops the texts.
  const before = await messages();
  chat.kill('SIGKILL');
  for (const words of ['Traffic', 'Save me a plate', 'STOP']) await texted(words);
  const facts = async () => {
    const { events } = await stack.host.service<{ events: { type: string; data: object }[] }>(
      'GET',
      '/api/admin/events?types=message.created,consent.withdrawn&limit=200',
    );
    return events.map(({ type }) => type).slice(-3);
  };
  await expect
    .poll(facts, { timeout: 20_000 })
    .toEqual(['message.created', 'message.created', 'consent.withdrawn']);

  // It comes back, and has all of it, each once.
  await startChat();
  expect(await bodies()).toEqual([...before.map(({ body }) => body), 'Traffic', 'Save me a plate']);
  expect(await isBenTexted()).toBe(false);

  // An event that comes again changes nothing; one that the service has not signed is refused.
  const { events } = await stack.host.service<{ events: { id: string; type: string; data: object }[] }>(
    'GET',
    '/api/admin/events?types=message.created&limit=200',
  );
  const { id, ...event } = events.at(-1)!;
  const again = JSON.stringify(event);
  const sent = new Date();
  const post = (signature: string) =>
    fetch(`http://127.0.0.1:${hostPort}/webhooks/family-circle`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(sent.getTime() / 1000)),
        'webhook-signature': signature,
      },
      body: again,
    });
  expect((await post(new Webhook(EVENTS_SECRET).sign(id, sent, again))).status).toBe(204);
  expect((await post('v1,AAAA')).status).toBe(401);
  expect(await messages()).toHaveLength(before.length + 2);
});
