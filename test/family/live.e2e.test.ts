import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostUser } from '../../dev/host.ts';
import type { SimulatedMessage } from '../../dev/simulator/types.ts';
import { type SpawnedStack, spawnStack } from '../../dev/stack/spawn-stack.ts';
import { catchUpWith, createApi } from '../../src/client/api.ts';
import { Live } from '../../src/client/live.ts';
import type { Message, ServerFrame } from '../../src/client/socket-frames.ts';

const FAMILY = 'fam_live';
const ROSA: HostUser = { id: 'usr_live_rosa', familyId: FAMILY };
const MAYA: HostUser = { id: 'usr_live_maya', familyId: FAMILY };
const PHONE = '+12025550142';
const THREAD = 'thr_live';

interface Delivery {
  messageId: string;
  status: string;
  reason: string | null;
}

let stack: SpawnedStack;
const open: Live[] = [];

/** Looks again and again until something is there. */
async function eventually<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const post = async (body: string) =>
  (await stack.host.as(ROSA)<{ message: Message }>('POST', `/api/threads/${THREAD}/messages`, { body }))
    .message;
const deliveryOf = async ({ id }: Message) => {
  const { deliveries } = await stack.host.as(MAYA)<{ deliveries: Delivery[] }>('GET', '/api/deliveries');
  return deliveries.find(({ messageId }) => messageId === id);
};
const decided = (message: Message, status: string) =>
  eventually(async () => {
    const delivery = await deliveryOf(message);
    return delivery?.status === status ? delivery : undefined;
  });
const texts = async (): Promise<SimulatedMessage[]> => {
  const answer = await fetch(
    `${stack.simulatorOrigin}/simulator/api/messages?phone=${encodeURIComponent(PHONE)}`,
  );
  return ((await answer.json()) as { messages: SimulatedMessage[] }).messages;
};

/** Someone's client: what it saw, and the frames of its socket. */
function connect(user: HostUser) {
  const frames: ServerFrame[] = [];
  const token = () => stack.host.token(user);
  const live = new Live({
    url: `${stack.origin.replace('http', 'ws')}/api/presence/socket`,
    token,
    onFrame: (frame) => frames.push(frame),
    catchUp: catchUpWith(createApi({ origin: stack.origin, token })),
  });
  open.push(live);
  return { live, frames, ready: () => eventually(() => frames.find(({ type }) => type === 'snapshot')) };
}

beforeAll(async () => {
  stack = await spawnStack({
    SEED_DEMO: '0',
    SWEEP_SECONDS: '1',
    PRESENT_RECHECK_SECONDS: '1',
    PRESENCE_GRACE_SECONDS: '1',
  });
  const { service } = stack.host;
  const at = new Date().toISOString();
  const consent = { phone: PHONE, phoneVerifiedAt: at, smsConsent: { at, source: 'test', version: '1' } };
  await service('PUT', `/api/admin/families/${FAMILY}`, { name: 'Live' });
  await service('PUT', `/api/admin/users/${ROSA.id}`, {
    familyId: FAMILY,
    name: 'Rosa',
    email: 'rosa@example.com',
  });
  await service('PUT', `/api/admin/users/${MAYA.id}`, {
    familyId: FAMILY,
    name: 'Maya',
    email: 'maya@example.com',
    ...consent,
  });
  const memberIds = [ROSA.id, MAYA.id];
  await service('PUT', `/api/admin/threads/${THREAD}`, { familyId: FAMILY, title: 'Live', memberIds });
});
afterAll(async () => {
  for (const live of open) live.close();
  await stack.stop();
});

/** Asks for an upgrade by hand. @returns status and body of the answer */
function upgrade(headers: Record<string, string>): Promise<{ status: number; body: string }> {
  const keys = { 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' };
  return new Promise((resolve, reject) => {
    const asked = request(`${stack.origin}/api/presence/socket`, {
      headers: { Connection: 'Upgrade', Upgrade: 'websocket', ...keys, ...headers },
    });
    asked.on('error', reject);
    asked.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode ?? 0, body: '' });
    });
    asked.on('response', (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    asked.end();
  });
}

describe('over a real line', () => {
  it('is refused before the upgrade, by name, or upgraded', async () => {
    const nobody = await upgrade({});
    expect([nobody.status, JSON.parse(nobody.body).error]).toEqual([401, 'unauthenticated']);
    const forged = await upgrade({ 'Sec-WebSocket-Protocol': 'fcs.v1, bearer.forged' });
    expect(forged.status).toBe(401);
    const rosa = await upgrade({ Authorization: `Bearer ${await stack.host.token(ROSA)}` });
    expect(rosa.status).toBe(101);
  });

  it('texts someone who was here when a message came and left before reading it', async () => {
    const maya = connect(MAYA);
    await maya.ready();
    const message = await post('Are you coming for dinner?');
    expect(await decided(message, 'deferred')).toMatchObject({ reason: 'online' });
    expect(await texts()).toEqual([]);
    maya.live.close();
    await eventually(async () => ((await texts()).length > 0 ? true : undefined));
    expect((await texts()).map(({ body }) => body)).toEqual([
      expect.stringContaining('Are you coming for dinner?'),
    ]);
  });

  it('does not text someone who was here and read it', async () => {
    const before = (await texts()).length;
    const maya = connect(MAYA);
    await maya.ready();
    const message = await post('It is at seven.');
    expect(await decided(message, 'deferred')).toMatchObject({ reason: 'online' });
    await stack.host.as(MAYA)('POST', `/api/threads/${THREAD}/read`, {});
    maya.live.close();
    expect(await decided(message, 'suppressed')).toMatchObject({ reason: 'read' });
    expect(await texts()).toHaveLength(before);
  });

  it('loses no message and texts nobody when the service is killed under open sockets', async () => {
    const before = (await texts()).length;
    const maya = connect(MAYA);
    await maya.ready();
    const first = await post('One');
    const shown: string[] = [];
    maya.live.follow(THREAD, first.seq - 1, ({ body }) => shown.push(body));
    await eventually(() => shown[0]);
    await stack.kill();
    await stack.restart();
    const second = await post('Two');
    expect(await decided(second, 'deferred')).toMatchObject({ reason: 'online' });
    const third = await post('Three');
    await eventually(() => (shown.length >= 3 ? shown : undefined));
    await eventually(() => maya.frames.filter(({ type }) => type === 'snapshot')[1]);
    await post('Four');
    await eventually(() => (shown.length >= 4 ? shown : undefined));
    expect(shown).toEqual(['One', 'Two', 'Three', 'Four']);
    await stack.host.as(MAYA)('POST', `/api/threads/${THREAD}/read`, {});
    for (const message of [first, second, third]) {
      expect(await decided(message, 'suppressed')).toMatchObject({ reason: 'read' });
    }
    expect(await texts()).toHaveLength(before);
  });
});
