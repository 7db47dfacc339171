/**
 * A conversation of a hundred in which one member posts 200 messages, and a small family beside it that posts ten times a
 * second: how long until all texts have left, and how long the small family's posts take meanwhile, against the same family
 * alone. The carrier and the clients are this one process.
 * Usage: npm run bench:busy-family [-- --posts 200 --people 100]
 */
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type ChaosThread, castOf } from '../dev/chaos/cast.ts';
import { countWaiting } from '../dev/chaos/gather.ts';
import { setStage } from '../dev/chaos/stage.ts';
import { cpuSeconds, line, machine, percentile, timed } from './figures.ts';

const { values } = parseArgs({ options: { posts: { type: 'string' }, people: { type: 'string' } } });
const POSTS = Number(values.posts ?? 200);
const PEOPLE = Number(values.people ?? 100);
/** Posts of the small family while it is alone. */
const QUIET_POSTS = 150;
const EVERY_MS = 100;

/** As the product comes, but that the sender may send, and the busy member post, as fast as they can, and nothing waits for a window. */
const SETTINGS = {
  SWEEP_SECONDS: '60',
  CLAIM_LEASE_SECONDS: '60',
  TWILIO_TIMEOUT_SECONDS: '10',
  SMS_WINDOW_SECONDS: '0',
  SMS_WINDOW_MAX_SECONDS: '0',
};

console.log(machine());
const stage = await setStage(castOf(1, PEOPLE), { settings: SETTINGS });
const { stack, cast } = stage;

/** Posts as the first member of a thread, one after the other. */
async function poster({ id, members }: ChaosThread): Promise<(n: number) => Promise<void>> {
  const token = await stack.host.token(members[0]!);
  return async (n) => {
    const answer = await fetch(`${stack.origin}/api/threads/${id}/messages`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ body: `Message ${n}` }),
    });
    if (answer.status !== 201) throw new Error(`A post was answered with ${answer.status}`);
    await answer.arrayBuffer();
  };
}

const threadOf = (id: string) => cast.threads.find((thread) => thread.id === id)!;
const postSmall = await poster(threadOf('thr_two1'));
const postBusy = await poster(threadOf('thr_crowd'));

/** The small family posts at its pace until told to stop. @returns ms of each answer */
async function postSteadily(goesOn: (posts: number) => boolean): Promise<number[]> {
  const times: number[] = [];
  while (goesOn(times.length)) {
    const ms = await timed(() => postSmall(times.length));
    times.push(ms);
    await pause(Math.max(0, EVERY_MS - ms));
  }
  return times;
}

try {
  await postSteadily((posts) => posts < 30); // Warm.
  await stage.settled();
  const quiet = await postSteadily((posts) => posts < QUIET_POSTS);
  await stage.settled();

  const [began, cpuBefore] = [performance.now(), await cpuSeconds(stack.pid)];
  let drained = false;
  const beside = postSteadily(() => !drained);
  const busy: number[] = [];
  for (let n = 0; n < POSTS; n++) busy.push(await timed(() => postBusy(n)));
  const posted = performance.now();
  // The small family's own texts wait now and then as well; the crowd's alone are asked about.
  while ((await countWaiting(stack.host, 'fam_crowd')) > 0) await pause(500);
  const ended = performance.now();
  drained = true;
  const meanwhile = await beside;
  const cpu = (await cpuSeconds(stack.pid)) - cpuBefore;
  const texts = stage.simulator.messages({ direction: 'outbound' }).length;

  console.log(`\n${POSTS} posts to a conversation of ${PEOPLE}: ${POSTS * (PEOPLE - 1)} deliveries`);
  console.log(line('post to answer, busy family', busy, [0.99, 1]));
  console.log(line('other family, alone', quiet, [0.99, 1]));
  console.log(line('other family, meanwhile', meanwhile, [0.99, 1]));
  const half = (times: readonly number[]) =>
    percentile(
      times.toSorted((a, b) => a - b),
      0.5,
    );
  console.log(`  The other family's median is ${(half(meanwhile) / half(quiet)).toFixed(2)} times its quiet one.
  Posted within ${((posted - began) / 1000).toFixed(1)} s, all told after ${((ended - began) / 1000).toFixed(1)} s; \
${texts} texts; ${cpu.toFixed(1)} s of the processor`);
} finally {
  await stage.close();
}
