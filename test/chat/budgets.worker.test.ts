import { expect, it } from 'vitest';
import { editMessage } from '../../src/chat/change-message.ts';
import { postMessage } from '../../src/chat/post-message.ts';
import { AppError } from '../../src/platform/errors.ts';
import { testDeps } from '../worker/deps.ts';
import { createWorld } from '../worker/world.ts';

async function writer(settings: Record<string, string>) {
  const world = await createWorld(settings, 2);
  await world.seed([
    { id: 'rosa', name: 'Grandma Rosa' },
    { id: 'ben', name: 'Ben' },
  ]);
  const path = `/api/threads/${world.thread()}/messages`;
  const post = (by: string, body: string, headers: Record<string, string> = {}) =>
    world.api('POST', path, { as: world.member(by), body: { body }, headers });
  return { world, path, post };
}

it('lets one person post so many messages a minute and no more, says when it goes on, and loses nothing', async () => {
  const { world, path, post } = await writer({ POSTS_PER_MINUTE: '3' });
  const all = await Promise.all([1, 2, 3, 4, 5].map((n) => post('rosa', `Message ${n}`)));
  expect(all.filter(({ status }) => status === 201)).toHaveLength(3);
  const refused = all.find(({ status }) => status !== 201)!;
  expect(refused).toMatchObject({ status: 429, json: { error: 'rate_limited' } });
  const wait = Number(refused.headers.get('Retry-After'));
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThanOrEqual(60);
  expect((await post('ben', 'Others go on')).status).toBe(201);
  const page = await world.api('GET', path, { as: world.member('ben') });
  expect(page.json.messages).toHaveLength(4);
});

it('counts a day, too, whose end is further away', async () => {
  const { post } = await writer({ POSTS_PER_DAY: '1' });
  expect((await post('rosa', 'The one')).status).toBe(201);
  const refused = await post('rosa', 'One more');
  expect(refused.status).toBe(429);
  const untilMidnight = 86_400 - (Math.floor(Date.now() / 1000) % 86_400);
  expect(Math.abs(Number(refused.headers.get('Retry-After')) - untilMidnight)).toBeLessThan(120);
});

it('answers the repeat of a post that was taken, whatever is used up meanwhile', async () => {
  const { post } = await writer({ POSTS_PER_MINUTE: '1' });
  const first = await post('rosa', 'Once', { 'Idempotency-Key': 'key-1' });
  const again = await post('rosa', 'Once', { 'Idempotency-Key': 'key-1' });
  expect(again).toMatchObject({ status: 201, json: { message: { id: first.json.message.id } } });
});

it('lets one person open so many threads a day', async () => {
  const { world } = await writer({ THREADS_PER_DAY: '2' });
  const open = (by: string) =>
    world.api('POST', '/api/threads', { as: world.member(by), body: { title: 'New', memberIds: [] } });
  expect((await open('rosa')).status).toBe(201);
  expect((await open('rosa')).status).toBe(201);
  const refused = await open('rosa');
  expect(refused).toMatchObject({ status: 429, json: { error: 'rate_limited' } });
  expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0);
  expect((await open('ben')).status).toBe(201);
});

it('tells the pace of posts how many people a message has, and lets texts wait that are gathered', async () => {
  const world = await createWorld({}, 2);
  await world.seed([
    { id: 'rosa', name: 'Grandma Rosa' },
    { id: 'ben', name: 'Ben', phone: world.phone(2) },
  ]);
  const deps = testDeps();
  const [reported, enqueued]: [(number | null)[], [number, number | undefined][]] = [[], []];
  deps.postPace = { turn: async () => ({ gatherSeconds: 10, report: (people) => reported.push(people) }) };
  deps.enqueue = async (jobs, delaySeconds) => void enqueued.push([jobs.length, delaySeconds]);
  deps.familyDown.value = true; // So that the consumer decides.
  const { userId } = world.member('rosa');
  const message = {
    threadId: world.thread(),
    body: 'One of very many',
    fileIds: [],
    urgent: false,
    via: 'app' as const,
    clientKey: 'once',
  };
  const { familyId } = world;
  const caller = { userId, familyId, sessionId: null, via: 'host', expiresAt: null } as const;
  for (let n = 0; n < 2; n++) await postMessage(deps, caller, message);
  await deps.idle();
  expect(reported).toEqual([2, 0]); // A repeat costs nothing.
  await expect(
    postMessage(deps, caller, { ...message, threadId: 'thr_none', clientKey: 'other' }),
  ).rejects.toThrow(AppError);
  expect(reported).toEqual([2, 0, null]); // The database was asked in vain.
  expect(enqueued).toEqual([[1, 10]]);
});

it('lets one person edit so often a day, loses no words, and always lets them take a message back', async () => {
  const { world, path, post } = await writer({ CHANGES_PER_DAY: '2' });
  const mine = await post('rosa', 'As it was');
  const at = `${path}/${mine.json.message.id}`;
  const edit = (body: string) => world.api('PATCH', at, { as: world.member('rosa'), body: { body } });
  const edits = await Promise.all(['one', 'two', 'three', 'four'].map(edit));
  const taken = edits.filter(({ status }) => status === 200);
  expect(taken).toHaveLength(2);
  const refused = edits.find(({ status }) => status !== 200)!;
  expect(refused).toMatchObject({ status: 429, json: { error: 'rate_limited' } });
  expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0);
  const { json } = await world.api('GET', path, { as: world.member('ben') });
  const words = json.messages[0].body;
  expect(taken.map((answer) => answer.json.message.body)).toContain(words);
  expect((await edit(words)).status).toBe(200); // Which changes nothing.
  const bens = await post('ben', 'Of Ben');
  const byBen = { as: world.member('ben'), body: { body: 'Others go on' } };
  expect((await world.api('PATCH', `${path}/${bens.json.message.id}`, byBen)).status).toBe(200);
  expect((await world.api('DELETE', at, { as: world.member('rosa') })).status).toBe(200);
});

it('lets one person opt in so often a day, and out whenever they like', async () => {
  const world = await createWorld({ CHANGES_PER_DAY: '2' }, 2);
  await world.seed([{ id: 'ben', name: 'Ben', phone: world.phone(1) }]);
  const turn = (smsEnabled: boolean) =>
    world.api('PATCH', '/api/preferences', { as: world.member('ben'), body: { smsEnabled } });
  const all = [];
  for (const wish of [false, true, false, true, false, true, false]) all.push(await turn(wish));
  expect(all.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429, 200]);
  const { json } = await world.api('GET', '/api/preferences', { as: world.member('ben') });
  expect(json.smsEnabled).toBe(false);
  const ledger = await world.api('GET', '/api/consents', { as: world.member('ben') });
  const actions = ledger.json.consents.map(({ action }: { action: string }) => action);
  expect(actions).toEqual(['opt_out', 'opt_in', 'opt_out', 'opt_in', 'opt_out', 'opt_in']);
  const other = { as: world.member('ben'), body: { preview: 'none' } };
  expect((await world.api('PATCH', '/api/preferences', other)).status).toBe(200);
});

it('lets all people of a family together begin in a day what five of them may', async () => {
  const world = await createWorld({ THREADS_PER_DAY: '1', POSTS_PER_DAY: '10' }, 2);
  const people = ['rosa', 'ben', 'ana', 'leo', 'sam', 'kim'];
  await world.seed(people.map((id) => ({ id, name: id })));
  const open = (by: string) =>
    world.api('POST', '/api/threads', { as: world.member(by), body: { title: 'New', memberIds: [] } });
  for (const by of people.slice(1)) expect((await open(by)).status).toBe(201);
  expect(await open('rosa')).toMatchObject({ status: 429, json: { error: 'rate_limited' } });

  const post = (by: string) =>
    world.api('POST', `/api/threads/${world.thread()}/messages`, {
      as: world.member(by),
      body: { body: 'Hi' },
    });
  const posts = async (by: string, times: number) => {
    const answers = await Promise.all(Array.from({ length: times }, () => post(by)));
    return answers.map(({ status }) => status);
  };
  for (const by of people.slice(1)) expect(new Set(await posts(by, 10))).toEqual(new Set([201]));
  // Whoever has written little goes on for a while: the family is counted at every tenth of a person's.
  expect(new Set(await posts('rosa', 9))).toEqual(new Set([201]));
  expect(await post('rosa')).toMatchObject({ status: 429, json: { error: 'rate_limited' } });
});

it('counts an edit as more requests when many texts that are about to leave are composed anew', async () => {
  const world = await createWorld({}, 2);
  const people = Array.from({ length: 102 }, (_, n) => ({ id: `p${n}`, name: `P${n}` }));
  await world.seed(people.map((person, n) => ({ ...person, phone: world.phone(n) })));
  const deps = testDeps();
  const added: number[] = [];
  deps.requestPace = { ...deps.requestPace, add: (_, requests) => added.push(requests) };
  const { userId } = world.member('p0');
  const { familyId } = world;
  const caller = { userId, familyId, sessionId: null, via: 'host', expiresAt: null } as const;
  const threadId = world.thread();
  const { json } = await world.api('POST', `/api/threads/${threadId}/messages`, {
    as: world.member('p0'),
    body: { body: 'To a hundred and one' },
  });
  await editMessage(deps, caller, threadId, json.message.id, 'Otherwise');
  await deps.idle();
  expect(added).toEqual([1]);
});
