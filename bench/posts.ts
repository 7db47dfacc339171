/**
 * Posts to threads of four against a stack started for it: how long an answer takes, how long until the three texts
 * are at the carrier, and how many posts a second there can be. The carrier and the clients are this one process.
 * Usage: npm run bench [-- --seconds 10 --parallel 32]
 */
import { parseArgs } from 'node:util';
import { type Cast, castOf } from '../dev/chaos/cast.ts';
import type { Evidence } from '../dev/chaos/gather.ts';
import { type Stage, setStage } from '../dev/chaos/stage.ts';
import { line, machine, postMessage } from './figures.ts';

const { values } = parseArgs({ options: { seconds: { type: 'string' }, parallel: { type: 'string' } } });
const SECONDS = Number(values.seconds ?? 10);
const PARALLEL = Number(values.parallel ?? 32);
const FAMILIES = 50;
const ALONE = 40;
const PEOPLE = 4;

/** What the product comes with, but for windows and caps: here every message shall have its texts at once. */
const SETTINGS = {
  SWEEP_SECONDS: '60',
  CLAIM_LEASE_SECONDS: '60',
  TWILIO_TIMEOUT_SECONDS: '10',
  SMS_WINDOW_SECONDS: '0',
  SMS_WINDOW_MAX_SECONDS: '0',
};

interface Timed {
  messageId: string;
  /** ms, by the same clock as the carrier's. */
  startedAt: number;
  answeredAt: number;
}

/** Families of four, each with one thread. */
function families(): Cast {
  const ids = Array.from({ length: FAMILIES }, (_, n) => `fam_bench${n}`);
  const { members } = castOf(0, FAMILIES * PEOPLE);
  const people = members.map((member, n) => ({ ...member, familyId: ids[Math.floor(n / PEOPLE)]! }));
  return {
    families: ids.map((id) => ({ id, name: id })),
    members: people,
    threads: ids.map((id) => ({
      id: `thr_${id}`,
      familyId: id,
      members: people.filter(({ familyId }) => familyId === id),
    })),
  };
}

const tokens = new Map<string, string>();

async function post({ stack, cast }: Stage, n: number): Promise<Timed> {
  const { id, members } = cast.threads[n % cast.threads.length]!;
  const author = members[0]!;
  const token = tokens.get(author.id) ?? (await stack.host.token(author));
  tokens.set(author.id, token);
  const startedAt = Date.now();
  const answer = await postMessage(stack.origin, id, token, `Message ${n}`);
  const { message } = (await answer.json()) as { message?: { id: string } };
  if (!message) throw new Error(`A post was answered with ${answer.status}`);
  return { messageId: message.id, startedAt, answeredAt: Date.now() };
}

/** One post after the other, each after the texts of the one before. */
async function alone(stage: Stage, count: number): Promise<Timed[]> {
  const posts: Timed[] = [];
  for (let n = 0; n < count; n++) {
    let after = stage.simulator.messages().at(-1)?.seq ?? 0;
    posts.push(await post(stage, n));
    for (let texts = 1; texts < PEOPLE; texts++) {
      after = (await stage.simulator.waitForMessage({ after }, 60_000)).seq;
    }
  }
  return posts;
}

/** As many posts as fit into the time, so many at once. */
async function together(stage: Stage): Promise<Timed[]> {
  const end = Date.now() + SECONDS * 1000;
  const posts: Timed[] = [];
  let next = 0;
  const client = async () => {
    while (Date.now() < end) posts.push(await post(stage, next++));
  };
  await Promise.all(Array.from({ length: PARALLEL }, client));
  return posts;
}

/** From each post to the texts that told of it, its own or a summary: the time of the last of the three. */
function untilTexts(posts: readonly Timed[], { deliveries, texts }: Evidence): number[] {
  const at = new Map(texts.map(({ deliveryId, acceptedAt }) => [deliveryId, acceptedAt]));
  const byMessage = Map.groupBy(deliveries, ({ messageId }) => messageId);
  return posts.map(({ messageId, startedAt }) => {
    const rows = byMessage.get(messageId) ?? [];
    const times = rows.map(({ id, mergedInto }) => at.get(mergedInto ?? id) ?? Number.NaN);
    return Math.max(0, ...times.map((time) => time - startedAt));
  });
}

const report = (title: string, posts: readonly Timed[], evidence: Evidence) =>
  console.log(
    [
      title,
      line(
        'post to answer',
        posts.map(({ startedAt, answeredAt }) => answeredAt - startedAt),
      ),
      line('post to its three texts', untilTexts(posts, evidence)),
    ].join('\n'),
  );

console.log(machine());
const stage = await setStage(families(), { settings: SETTINGS });
try {
  await alone(stage, 5); // Warm.
  const single = await alone(stage, ALONE);
  await stage.settled();
  const began = Date.now();
  const many = await together(stage);
  const seconds = (Math.max(...many.map(({ answeredAt }) => answeredAt)) - began) / 1000;
  await stage.settled();
  const evidence = await stage.evidence();
  const told = new Set(many.map(({ messageId }) => messageId));
  const texts = evidence.texts.filter(({ acceptedAt }) => acceptedAt >= began);
  const drained = (Math.max(...texts.map(({ acceptedAt }) => acceptedAt)) - began) / 1000;
  report(
    `\nOne at a time (${ALONE} posts, a thread of ${PEOPLE}, ${PEOPLE - 1} texts each)`,
    single,
    evidence,
  );
  report(`\n${PARALLEL} at a time for ${SECONDS} s (${FAMILIES} threads of ${PEOPLE})`, many, evidence);
  console.log(`  ${(told.size / seconds).toFixed(0)} posts/s; ${texts.length} texts for ${told.size * (PEOPLE - 1)} deliveries, \
the last of them ${(drained - seconds).toFixed(1)} s after the last post
`);
} finally {
  await stage.close();
}
