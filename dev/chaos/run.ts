import { createSimulator, type Simulator } from '../simulator/simulator.ts';
import { freshSettings } from '../stack/dev-vars.ts';
import { type SpawnedStack, spawnStack } from '../stack/spawn-stack.ts';
import { type Cast, castOf } from './cast.ts';
import { countWaiting, gather } from './gather.ts';
import { startKiller } from './killer.ts';
import { type Post, runPoster } from './poster.ts';
import { seedCast } from './seed.ts';
import { type Tally, tally } from './tally.ts';
import { until } from './until.ts';
import { makeWeather } from './weather.ts';

/** How much chaos. */
export interface ChaosOptions {
  seed: number;
  /** How long there is posting, bad weather and killing. */
  seconds: number;
  smallFamilies: number;
  /** People of the large family; 0: none. */
  crowd: number;
  posters: number;
  /** Least and most ms between two posts of one poster. */
  postEvery: readonly [number, number];
  /** Least and most ms that the stack lives. */
  killEvery: readonly [number, number];
  /** Tells what is going on. */
  say?: (line: string) => void;
  /** Ends it early; everything that was started is stopped. */
  signal?: AbortSignal;
}

/** What came of it. */
export interface ChaosResult extends Tally {
  posts: Post[];
  messages: number;
  texts: number;
  kills: number;
  weather: string[];
  /** Requests to the carrier by the fault that struck them. */
  faults: Record<string, number>;
  /** From clear skies to the last row at its end, ms. */
  healedAfterMs: number;
  /** All that the stack wrote, over its lives. */
  log: string;
}

/** Short times, so that everything heals soon; caps out of the way. */
const SETTINGS = {
  SEED_DEMO: '0',
  SWEEP_SECONDS: '1',
  CLAIM_LEASE_SECONDS: '3',
  TWILIO_TIMEOUT_SECONDS: '1',
  SMS_WINDOW_SECONDS: '2',
  SMS_WINDOW_MAX_SECONDS: '2',
  SMS_USER_DAILY_CAP: '100000',
  SMS_FAMILY_DAILY_CAP: '100000',
};
/** Everything must have its end so long after the sky cleared. */
const HEAL_MS = 60_000;

/** Counts by a name. */
const countBy = <T>(items: readonly T[], name: (item: T) => string): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(items, name)].map(([key, group]) => [key, group.length]));

/** What must not stand in a log: numbers, words, codes of links. */
function leaks(log: string, cast: Cast, simulator: Simulator): string[] {
  const codes = simulator.messages().flatMap(({ body }) => /\/l\/(\w+)/.exec(body)?.[1] ?? []);
  const secrets = [...cast.members.map(({ phone }) => phone), ...codes, 'Words of post'];
  return secrets.filter((secret) => log.includes(secret)).map((secret) => `The log tells ${secret}`);
}

/** Posts, storms and kills; then waits for every row's end, and counts. */
async function play(
  stack: SpawnedStack,
  simulator: Simulator,
  options: ChaosOptions,
): Promise<Omit<ChaosResult, 'log'>> {
  const { seed, say = () => undefined } = options;
  const cast = castOf(options.smallFamilies, options.crowd);
  await seedCast(stack.host, simulator, cast);
  say(`${cast.members.length} people in ${cast.threads.length} threads; ${options.seconds} s of chaos begin`);

  const time = AbortSignal.timeout(options.seconds * 1000);
  const over = options.signal ? AbortSignal.any([time, options.signal]) : time;
  const killer = startKiller(stack, seed, options.killEvery, over);
  const target = { origin: stack.origin, host: stack.host, cast, up: killer.up };
  const posters = Array.from({ length: options.posters }, (_, number) =>
    runPoster(target, { seed, number, every: options.postEvery }, over),
  );
  const [weather, posts] = await Promise.all([
    makeWeather(simulator, seed, over),
    Promise.all(posters).then((lists) => lists.flat()),
    killer.done,
  ]);
  options.signal?.throwIfAborted();

  const cleared = performance.now();
  say(
    `The sky is clear after ${posts.length} posts and ${killer.kills()} kills; waiting for every row's end`,
  );
  await until('every delivery has its end', HEAL_MS, async () => (await countWaiting(stack.host)) === 0);
  const healedAfterMs = Math.round(performance.now() - cleared);
  await simulator.idle();
  const { woken } = await stack.host.service<{ woken: number }>('POST', '/api/admin/sweep');

  const evidence = await gather(stack.host, simulator, cast, stack.env.MAGIC_SECRET!);
  const { ends, problems } = tally(cast, posts, evidence);
  if (woken > 0) problems.push(`A sweep found ${woken} rows after all had their end`);
  return {
    ends,
    problems: [...problems, ...leaks(stack.output(), cast, simulator)],
    posts,
    messages: evidence.messages.length,
    texts: evidence.texts.length,
    kills: killer.kills(),
    weather,
    faults: countBy(simulator.requests(), ({ fault }) => String(fault ?? 'none')),
    healedAfterMs,
  };
}

/**
 * Runs the stack as a process that is killed again and again, on a carrier that fails in every way, and counts in the
 * end. The carrier lives in this process, so that it survives. What the clients do follows from the seed; what the
 * kills meet does not.
 * @throws when the stack does not come up again, or a row finds no end within a minute
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const secrets = freshSettings();
  const simulator = await createSimulator({
    accountSid: secrets.TWILIO_SID!,
    authToken: secrets.TWILIO_AUTH!,
    from: secrets.TWILIO_FROM!,
    seed: options.seed,
    pace: { sentMs: 50, deliveredMs: 200 },
  });
  try {
    const stack = await spawnStack({ ...secrets, ...SETTINGS, TWILIO_API_BASE: simulator.origin });
    simulator.configure({ publicOrigin: stack.origin });
    try {
      const result = await play(stack, simulator, options);
      return { ...result, log: stack.output() };
    } catch (error) {
      throw new ChaosError(error, stack.output());
    } finally {
      await stack.stop();
    }
  } finally {
    await simulator.close();
  }
}

/** The chaos could not be played to its end; with what the stack wrote. */
export class ChaosError extends Error {
  readonly log: string;

  constructor(cause: unknown, log: string) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'ChaosError';
    this.log = log;
  }
}
