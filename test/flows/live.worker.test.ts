import { afterEach, beforeEach, expect, it } from 'vitest';
import { closeSockets, type Frame, openSocket, type TestSocket } from '../worker/sockets.ts';
import { createWorld, type World } from '../worker/world.ts';

const NAMES = ['rosa', 'ben', 'mia'] as const;
let world: World;
let sockets: Record<string, TestSocket>;

beforeEach(async () => {
  world = await createWorld();
  await world.seed(NAMES.map((id) => ({ id, name: id })));
  sockets = {};
  for (const name of NAMES) {
    const headers = { Upgrade: 'websocket' };
    sockets[name] = openSocket(
      await world.send('GET', '/api/presence/socket', { as: world.member(name), headers }),
    );
    await sockets[name].until('snapshot');
  }
});
afterEach(closeSockets);

/** What an event says, in short. */
function brief(frame: Frame): string {
  const { type, message, seq, thread } = frame as Frame & Record<string, Record<string, unknown>>;
  return `${type} ${String(message?.body ?? thread?.title ?? seq)}`;
}

/** What each was told since the last look, beside presence. */
async function told(): Promise<Record<string, string[]>> {
  const news: [string, string[]][] = [];
  for (const [name, socket] of Object.entries(sockets)) {
    await socket.ping();
    const frames = socket.frames.splice(0).filter(({ type }) => !['presence', 'snapshot'].includes(type));
    if (frames.length > 0) news.push([name, frames.map(brief)]);
  }
  return Object.fromEntries(news);
}

it('what happens in a thread is told to its members of that moment, and to nobody else', async () => {
  const ids = (...names: string[]) => names.map((name) => world.member(name).userId);
  const act = (who: string, path: string, body: object) =>
    world.api('POST', path, { as: world.member(who), body });
  const { json } = await act('rosa', '/api/threads', { title: 'Surprise', memberIds: ids('ben') });
  expect(await told()).toEqual({ rosa: ['thread Surprise'], ben: ['thread Surprise'] });
  const path = `/api/threads/${json.thread.id}`;
  await act('rosa', `${path}/messages`, { body: 'Do not tell Mia' });
  expect(await told()).toEqual({ rosa: ['message Do not tell Mia'], ben: ['message Do not tell Mia'] });
  await act('ben', `${path}/read`, {});
  expect(await told()).toEqual({ rosa: ['read 1'], ben: ['read 1'] });

  // Ben leaves, Mia comes.
  const familyId = world.familyId;
  await world.mirror(`threads/${json.thread.id}`, { familyId, memberIds: ids('rosa', 'mia') });
  expect(await told()).toEqual({ rosa: ['thread Surprise'], mia: ['thread Surprise'] });
  await act('rosa', `${path}/messages`, { body: 'Mia knows' });
  await act('mia', `${path}/read`, {});
  await world.mirror(`threads/${json.thread.id}`, { familyId, title: 'No surprise' });
  const news = ['message Mia knows', 'read 2', 'thread No surprise'];
  expect(await told()).toEqual({ rosa: news, mia: news });

  const late = await world.api('GET', `${path}/messages?after=0`, { as: world.member('ben') });
  expect([late.status, (await act('ben', `${path}/messages`, { body: 'Hello?' })).status]).toEqual([
    404, 404,
  ]);
  expect(await told()).toEqual({});
});
