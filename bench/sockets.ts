/**
 * 1,000 sockets of 250 families connect, chat and leave, against a stack started for it: no error, no lost event, no
 * event in the wrong place. Prints rates; exits 1 when anything is amiss.
 * Usage: npm run bench:sockets [-- families messages-a-person]
 */
import { performance } from 'node:perf_hooks';
import type { HostUser } from '../dev/host.ts';
import { spawnStack } from '../dev/stack/spawn-stack.ts';
import type { ServerFrame } from '../src/client/socket-frames.ts';

const FAMILIES = Number(process.argv[2] ?? 250);
const MESSAGES = Number(process.argv[3] ?? 2);
const PEOPLE = ['ana', 'ben', 'cleo', 'dan'];
const PARALLEL = 32;
const PATIENCE_MS = 60_000;

interface Person {
  user: HostUser;
  threadId: string;
  ws: WebSocket;
  frames: ServerFrame[];
  closed: boolean;
}

const faults: string[] = [];
const people: Person[] = [];
let wake: () => void = () => undefined;

/** Runs jobs, some at a time. */
async function inParallel<T>(items: T[], job: (item: T) => Promise<unknown>): Promise<void> {
  const rest = items.values();
  const worker = async () => {
    for (const item of rest) await job(item);
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
}

/** Waits until something holds; looks again whenever a frame came. */
async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!holds()) {
    if (performance.now() > deadline) {
      faults.push(`gave up waiting for ${what}`);
      return;
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, 500);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Does a phase and prints how long it took. */
async function phase(name: string, count: number, work: () => Promise<unknown>): Promise<void> {
  const start = performance.now();
  await work();
  const seconds = (performance.now() - start) / 1000;
  console.log(`${name}: ${count} in ${seconds.toFixed(1)} s, ${Math.round(count / seconds)}/s`);
}

const stack = await spawnStack({ SEED_DEMO: '0', PRESENCE_GRACE_SECONDS: '1' });
const { host } = stack;

async function mirror(family: number): Promise<void> {
  const familyId = `bench${family}`;
  await host.service('PUT', `/api/admin/families/${familyId}`, { name: familyId });
  for (const name of PEOPLE) {
    await host.service('PUT', `/api/admin/users/${familyId}-${name}`, {
      familyId,
      name,
      email: `${familyId}-${name}@example.com`,
    });
  }
  const memberIds = PEOPLE.map((name) => `${familyId}-${name}`);
  await host.service('PUT', `/api/admin/threads/${familyId}-chat`, { familyId, title: 'Chat', memberIds });
}

async function connect(user: HostUser): Promise<void> {
  const token = await host.token(user);
  const url = `${stack.origin.replace('http', 'ws')}/api/presence/socket`;
  const ws = new WebSocket(url, ['fcs.v1', `bearer.${token}`]);
  const person: Person = { user, threadId: `${user.familyId}-chat`, ws, frames: [], closed: false };
  people.push(person);
  ws.addEventListener('message', ({ data }) => {
    person.frames.push(JSON.parse(String(data)));
    wake();
  });
  ws.addEventListener('close', ({ code, reason }) => {
    if (code !== 1000) faults.push(`${user.id} was closed: ${code} ${reason}`);
    person.closed = true;
    wake();
  });
  await new Promise<void>((resolve) => {
    ws.addEventListener('open', () => resolve());
    ws.addEventListener('error', () => {
      faults.push(`${user.id} could not connect`);
      resolve();
    });
  });
}

const posted = new Map<string, number>();
const messagesOf = (person: Person) => person.frames.filter((frame) => frame.type === 'message');
const delays: number[] = [];

async function chat(person: Person): Promise<void> {
  person.ws.send(JSON.stringify({ type: 'typing', threadId: person.threadId }));
  for (let i = 0; i < MESSAGES; i++) {
    const body = `${person.user.id} says ${i}`;
    posted.set(body, performance.now());
    await host.as(person.user)('POST', `/api/threads/${person.threadId}/messages`, { body });
  }
}

function check(person: Person): void {
  const seqs = messagesOf(person).map(({ message }) => message.seq);
  const expected = Array.from({ length: PEOPLE.length * MESSAGES }, (_, i) => i + 1);
  if (seqs.join() !== expected.join()) faults.push(`${person.user.id} got messages ${seqs.join()}`);
  if (person.frames[0]?.type !== 'snapshot') faults.push(`${person.user.id} got no snapshot first`);
  for (const frame of person.frames) {
    const thread = 'threadId' in frame ? frame.threadId : person.threadId;
    if (thread !== person.threadId) faults.push(`${person.user.id} heard of ${thread}`);
    if (frame.type === 'error') faults.push(`${person.user.id} got error ${frame.error}`);
  }
}

try {
  const families = Array.from({ length: FAMILIES }, (_, i) => i);
  const users = families.flatMap((i) =>
    PEOPLE.map((name) => ({ id: `bench${i}-${name}`, familyId: `bench${i}`, name })),
  );
  const total = users.length * MESSAGES;
  await phase('families mirrored', families.length, () => inParallel(families, mirror));
  await phase('sockets connected', users.length, () => inParallel(users, connect));
  await until('snapshots', () => people.every(({ frames }) => frames.length > 0));
  for (const person of people) {
    const take = ({ data }: MessageEvent) => {
      const frame: ServerFrame = JSON.parse(String(data));
      const at = frame.type === 'message' ? posted.get(frame.message.body) : undefined;
      if (at !== undefined) delays.push(performance.now() - at);
    };
    person.ws.addEventListener('message', take);
  }
  await phase('messages posted', total, () => inParallel(people, chat));
  await phase('events delivered', total * PEOPLE.length, () =>
    until('events', () => people.every((person) => messagesOf(person).length >= PEOPLE.length * MESSAGES)),
  );
  people.forEach(check);
  await phase('sockets closed', people.length, async () => {
    for (const { ws } of people) ws.close(1000);
    await until('closes', () => people.every(({ closed }) => closed));
  });
  await phase('families found empty', families.length, () =>
    inParallel(families, async (family) => {
      const user = { id: `bench${family}-ana`, familyId: `bench${family}` };
      const deadline = performance.now() + PATIENCE_MS;
      for (;;) {
        const { online } = await host.as(user)<{ online: unknown[] }>('GET', '/api/presence');
        if (online.length === 0) return;
        if (performance.now() > deadline) {
          faults.push(`${user.familyId} still has ${online.length} online`);
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }),
  );
  delays.sort((a, b) => a - b);
  const quantile = (q: number) => Math.round(delays[Math.floor((delays.length - 1) * q)] ?? Number.NaN);
  console.log(
    `post to event: median ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms, longest ${quantile(1)} ms`,
  );
} finally {
  await stack.stop();
}
if (faults.length > 0) {
  console.error(`${faults.length} faults, such as:\n${faults.slice(0, 10).join('\n')}`);
  process.exitCode = 1;
} else console.log('no error, no lost event');
