import type { Host } from '../host.ts';
import { type Cast, type ChaosThread, fateOf } from './cast.ts';
import { sentByApp } from './gather.ts';
import type { Outages } from './outages.ts';
import type { Post } from './poster.ts';
import type { HeardEvent } from './receiver.ts';
import type { Stage } from './stage.ts';
import { until } from './until.ts';

/** What others notice of a database that is down; fewer than the 31 s for which a call to a silent one may wait. */
const WITHIN_MS = 30_000;

/** What came of it. */
export interface BesideOutage {
  /** Threads in which people were texted, and whose events were heard, while the database was silent. */
  served: number;
  problems: string[];
}

const storeOf = async (host: Host, familyId: string) =>
  (await host.service<{ database: string }>('GET', `/api/admin/families/${familyId}`)).database;

/** Posts in a thread. @returns the post, with its message's id */
async function postIn({ host }: Stage['stack'], { id: threadId, familyId, members }: ChaosThread) {
  const [author] = members;
  const key = `beside-outage-${threadId}`;
  const body = `Words of ${key}`;
  const path = `/api/threads/${threadId}/messages`;
  const { message } = await host.as(author!)<{ message: { id: string } }>('POST', path, { body });
  const post: Post = {
    key,
    threadId,
    familyId,
    author: author!,
    body,
    outcome: 'acknowledged',
    messageIds: new Set([message.id]),
    answers: [201],
  };
  return post;
}

/**
 * The database beside which most families can be served, and a thread of each. Not of one that once moved away from it: its
 * events wait until that database has said that none is left there.
 */
async function chooseDatabase(host: Host, { families, threads }: Cast) {
  const { moves } = await host.service<{ moves: { familyId: string; from: string }[] }>(
    'GET',
    '/api/admin/moves',
  );
  const homes = new Map<string, string>();
  for (const { id } of families) homes.set(id, await storeOf(host, id));
  const choices = [...new Set(homes.values())].map((down) => {
    const leftIt = (id: string) => moves.some(({ familyId, from }) => familyId === id && from === down);
    const others = families.filter(({ id }) => homes.get(id) !== down && !leftIt(id));
    return {
      down,
      threads: others.flatMap(({ id }) => threads.filter(({ familyId }) => familyId === id).slice(0, 1)),
    };
  });
  return choices.reduce((best, each) => (each.threads.length > best.threads.length ? each : best));
}

/**
 * Takes one family database down, silently, and does not take it up again until families of the others have been served:
 * a post in a thread of each is answered, its texts arrive, and the host hears of it. Without other faults, and with nothing waiting.
 * @param posts where each post is added
 */
export async function serveBesideOutage(
  { stack, simulator, cast }: Stage,
  outages: Outages,
  heard: readonly HeardEvent[],
  posts: Post[],
): Promise<BesideOutage> {
  const { down, threads } = await chooseDatabase(stack.host, cast);
  outages.set(down);
  try {
    await until('the service names the database that is down', WITHIN_MS, async () => {
      const ready = (await (await fetch(`${stack.origin}/readyz`)).json()) as {
        databases?: { down?: string[] };
      };
      return ready.databases?.down?.join() === down;
    });
    const serve = async (thread: ChaosThread): Promise<string[]> => {
      const post = await postIn(stack, thread);
      posts.push(post);
      const [messageId] = post.messageIds;
      const others = thread.members.filter((member) => member !== post.author);
      const told = others.filter(
        (member) => fateOf(member, false).told && fateOf(member, false).reasons.length === 0,
      );
      await until(`all of ${thread.id} are texted while ${down} is down`, WITHIN_MS, () => {
        const texts = sentByApp(simulator).filter(({ body }) => body.includes(post.body));
        return told.every(({ phone }) => texts.some(({ to }) => to === phone));
      });
      await until(`the event of ${thread.id} is heard while ${down} is down`, WITHIN_MS, () =>
        heard.some(({ type, subjectId }) => type === 'message.created' && subjectId === messageId),
      );
      return [];
    };
    const results = await Promise.all(
      threads.map((thread) => serve(thread).catch((error) => [String(error)])),
    );
    return { served: threads.length, problems: results.flat() };
  } finally {
    outages.set(null);
  }
}
