/**
 * A conversation of a hundred in which one member posts 200 messages as fast as they are taken, and a small family beside it:
 * how long until all have been told, and how long the small family's posts take meanwhile, against the same family alone.
 * As the product comes, but that the sender may send as many texts a second as there are. `--unlimited`: without the budget of
 * posts, windows and caps too, so that every message is told. The carrier and the clients are this one process.
 * Usage: npm run bench:busy-family [-- --posts 200 --people 100 --unlimited]
 */
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type ChaosThread, castOf } from '../dev/chaos/cast.ts';
import { countWaiting } from '../dev/chaos/gather.ts';
import { setStage } from '../dev/chaos/stage.ts';
import { cpuSeconds, line, machine, percentile, postMessage, timed } from './figures.ts';

const { values } = parseArgs({
  options: { posts: { type: 'string' }, people: { type: 'string' }, unlimited: { type: 'boolean' } },
});
const POSTS = Number(values.posts ?? 200);
const PEOPLE = Number(values.people ?? 100);
/** Posts of the small family while it is alone. */
const QUIET_POSTS = 150;
/** Three take turns, so that none of them comes to their own budget. */
const EVERY_MS = 400;

const AS_IT_COMES = {
  SWEEP_SECONDS: '60',
  MAP_SECONDS: '15',
  CLAIM_LEASE_SECONDS: '60',
  TWILIO_TIMEOUT_SECONDS: '10',
  POSTS_PER_MINUTE: '60',
  SMS_WINDOW_SECONDS: '120',
  SMS_WINDOW_MAX_SECONDS: '21600',
  SMS_USER_DAILY_CAP: '30',
  SMS_FAMILY_DAILY_CAP: '300',
};
const UNLIMITED = {
  POSTS_PER_MINUTE: '100000',
  SMS_WINDOW_SECONDS: '0',
  SMS_WINDOW_MAX_SECONDS: '0',
  SMS_USER_DAILY_CAP: '100000',
  SMS_FAMILY_DAILY_CAP: '100000',
};

console.log(machine());
const stage = await setStage(castOf(1, PEOPLE), {
  settings: { ...AS_IT_COMES, ...(values.unlimited ? UNLIMITED : {}) },
});
const { stack, cast } = stage;
let refused = 0;

/** Posts as some members of a thread in turn, once more when the budget says so; ms that the answer took which took it. */
async function poster(
  { id, members }: ChaosThread,
  authors: number,
): Promise<(n: number) => Promise<number>> {
  const tokens = await Promise.all(members.slice(0, authors).map((member) => stack.host.token(member)));
  const post = (n: number) => postMessage(stack.origin, id, tokens[n % authors]!, `Message ${n}`);
  return async (n) => {
    for (;;) {
      let answer: Response | undefined;
      const ms = await timed(async () => {
        answer = await post(n);
        await answer.arrayBuffer();
      });
      if (answer?.status === 201) return ms;
      if (answer?.status !== 429) throw new Error(`A post was answered with ${answer?.status}`);
      refused += 1;
      await pause(Number(answer.headers.get('Retry-After')) * 1000);
    }
  };
}

const threadOf = (id: string) => cast.threads.find((thread) => thread.id === id)!;
const postSmall = await poster(threadOf('thr_all1'), 3);
const postBusy = await poster(threadOf('thr_crowd'), 1);

/** The small family posts at its pace until told to stop. @returns ms of each answer */
async function postSteadily(goesOn: (posts: number) => boolean): Promise<number[]> {
  const times: number[] = [];
  while (goesOn(times.length)) {
    const ms = await postSmall(times.length);
    times.push(ms);
    await pause(Math.max(0, EVERY_MS - ms));
  }
  return times;
}

/** Whether every delivery of the busy family has left, or waits for a window, a cap or a reason of its own. */
const isTold = async () =>
  (await countWaiting(stack.host, {
    familyId: 'fam_crowd',
    statuses: values.unlimited ? ['pending', 'sending', 'deferred'] : ['pending', 'sending'],
  })) === 0;

try {
  await postSteadily((posts) => posts < 30); // Warm.
  const quiet = await postSteadily((posts) => posts < QUIET_POSTS);

  const [began, cpuBefore] = [performance.now(), await cpuSeconds(stack.pid)];
  let told = false;
  const beside = postSteadily(() => !told);
  const busy: number[] = [];
  for (let n = 0; n < POSTS; n++) busy.push(await postBusy(n));
  const posted = performance.now();
  while (!(await isTold())) await pause(500);
  const ended = performance.now();
  told = true;
  const meanwhile = await beside;
  const cpu = (await cpuSeconds(stack.pid)) - cpuBefore;
  const texts = stage.simulator.messages({ direction: 'outbound' }).length;

  const half = (times: readonly number[]) =>
    percentile(
      times.toSorted((a, b) => a - b),
      0.5,
    );
  console.log(`\n${POSTS} posts to a conversation of ${PEOPLE}: ${POSTS * (PEOPLE - 1)} deliveries`);
  console.log(line('post to answer, busy family', busy, [0.99, 1]));
  console.log(line('other family, alone', quiet, [0.99, 1]));
  console.log(line('other family, meanwhile', meanwhile, [0.99, 1]));
  console.log(`  The other family's median is ${(half(meanwhile) / half(quiet)).toFixed(2)} times its quiet one.
  Posted within ${((posted - began) / 1000).toFixed(1)} s (${refused} times 429), all told after ${((ended - began) / 1000).toFixed(1)} s; \
${texts} texts; ${cpu.toFixed(1)} s of the processor`);
} finally {
  await stage.close();
}
