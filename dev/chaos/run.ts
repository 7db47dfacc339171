import { serveBesideOutage } from './beside-outage.ts';
import { injectCarrierFaults } from './carrier-faults.ts';
import { castOf } from './cast.ts';
import { listEvents } from './gather.ts';
import { judgeEvents } from './judge-events.ts';
import { startKiller } from './killer.ts';
import { areMovesOver, judgeMoves, runMover } from './mover.ts';
import { type Outages, startOutages, takeDown } from './outages.ts';
import { type Post, runPoster } from './poster.ts';
import { addStuckUpdates, judgeQuits, runQuitters } from './quitters.ts';
import { type Receiver, startReceiver, troubleReceiver } from './receiver.ts';
import { rest } from './rest.ts';
import { type Stage, setStage } from './stage.ts';
import { judgeLedger, sayStop } from './stop.ts';
import { type Tally, tally } from './tally.ts';
import { until } from './until.ts';

/** How much chaos. */
export interface ChaosOptions {
  seed: number;
  /** How long there is posting, faults and killing, at least. */
  seconds: number;
  /** And so much must have happened before it ends, however slow the machine is. */
  atLeast: { posts: number; kills: number };
  smallFamilies: number;
  /** People of the large family; 0: none. */
  crowd: number;
  posters: number;
  /** Least and most ms between two posts of one poster. */
  postEvery: readonly [number, number];
  /** Least and most ms that the stack lives. */
  killEvery: readonly [number, number];
  /** People who opt out by text, each of whom the stack is killed with; 0: none. */
  quitters?: number;
  /** Opt-outs of others that fail every time, and are older than theirs. */
  stuck?: number;
  /** Whether families move from database to database meanwhile. */
  moves?: boolean;
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
  moves: number;
  /** Opt-outs that the directory took, and those whose process died before the family's rows had them. */
  optOuts: { taken: number; between: number };
  /** The fault profiles of the carrier, in order. */
  carrier: string[];
  /** How the receiver of events treated what was posted, in order. */
  receiver: string[];
  /** How family databases were down, in order. */
  outages: string[];
  /** Threads that were served while a database of others was silent. */
  servedBeside: number;
  /** Events that the receiver heard, with repeats. */
  heard: number;
  /** Requests to the carrier by the fault that struck them. */
  faults: Record<string, number>;
  /** From clear skies to the last row at its end and the last receipt posted, ms. */
  healedAfterMs: number;
  /** All that the stack wrote, over its lives. */
  log: string;
}

/** A slow machine may take so much longer. */
const PATIENCE_MS = 120_000;
/** The longest wait before a receiver is tried again that a minute of trouble brings, and some more. */
const HEARING_MS = 300_000;

/** Counts by a name. */
const countBy = <T>(items: readonly T[], name: (item: T) => string): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(items, name)].map(([key, group]) => [key, group.length]));

/** What must not stand in a log: numbers, words, codes of links. */
function leaks({ stack, simulator, cast }: Stage): string[] {
  const log = stack.output();
  const codes = simulator.messages().flatMap(({ body }) => /\/l\/(\w+)/.exec(body)?.[1] ?? []);
  const secrets = [...cast.members.map(({ phone }) => phone), ...codes, 'Words of post'];
  return secrets.filter((secret) => log.includes(secret)).map((secret) => `The log tells ${secret}`);
}

/** The family databases of the stack, by name. */
async function storesOf(host: Stage['stack']['host']): Promise<string[]> {
  const { databases } = await host.service<{ databases: { name: string }[] }>('GET', '/api/admin/databases');
  return databases.map(({ name }) => name);
}

/** Waits until the receiver has heard all there is. @returns every event, as the service lists it */
async function allHeard(host: Stage['stack']['host'], receiver: Receiver) {
  const listed = await listEvents(host);
  await until('every event is heard', HEARING_MS, () => {
    const heard = new Set(receiver.heard.map(({ id }) => id));
    return listed.every(({ id }) => heard.has(id));
  });
  return listed;
}

/** Posts, storms and kills; then waits for every row's end, and counts. */
async function play(
  stage: Stage,
  { receiver, outages }: { receiver: Receiver; outages: Outages },
  options: ChaosOptions,
): Promise<ChaosResult> {
  const { stack, simulator, cast } = stage;
  const { seed, stuck = 0, say = () => undefined } = options;
  await addStuckUpdates(stage, stuck);
  const families = cast.families.length + (stuck > 0 ? 1 : 0);
  const stores = await storesOf(stack.host);
  say(`${cast.members.length} people in ${cast.threads.length} threads; ${options.seconds} s of chaos begin`);

  const end = performance.now() + options.seconds * 1000;
  const ending = new AbortController();
  const over = options.signal ? AbortSignal.any([ending.signal, options.signal]) : ending.signal;
  const posts: Post[] = [];
  const killer = startKiller(stack, seed, options.killEvery, over);
  const target = { origin: stack.origin, host: stack.host, cast, up: killer.up };
  const posters = Array.from({ length: options.posters }, (_, number) =>
    runPoster(target, { seed, number, every: options.postEvery }, posts, over),
  );
  const { atLeast } = options;
  const enough = until('enough has happened', options.seconds * 1000 + PATIENCE_MS, () => {
    const much = posts.length >= atLeast.posts && killer.kills() >= atLeast.kills;
    return over.aborted || (much && performance.now() >= end);
  }).finally(() => ending.abort());
  const stop = rest(options.seconds * 500, over).then(() => sayStop(simulator, cast));
  const carrier = injectCarrierFaults(simulator, seed, over);
  // Not for longer, however long the rest takes: each failure more makes the wait before the next try longer.
  const troubled = AbortSignal.any([over, AbortSignal.timeout(options.seconds * 1000)]);
  const trouble = troubleReceiver(receiver, seed, troubled);
  const down = takeDown(outages, stores, seed, over);
  const quitters = runQuitters(stage, { killer, seed, over });
  const mover = options.moves ? runMover(target, seed, over) : Promise.resolve(0);
  await Promise.all([carrier, trouble, down, stop, enough, killer.done, quitters, mover, ...posters]);
  await killer.up();
  options.signal?.throwIfAborted();

  const cleared = performance.now();
  say(
    `The sky is clear after ${posts.length} posts and ${killer.kills()} kills; waiting for every row's end`,
  );
  await stage.settled();
  if (options.moves) await until('every move is over', PATIENCE_MS, () => areMovesOver(stack.host));
  const healedAfterMs = Math.round(performance.now() - cleared);
  await allHeard(stack.host, receiver);
  const after = ((performance.now() - cleared) / 1000).toFixed(1);
  say(`Every event was heard ${after} s after the last fault; now one database is silent`);
  const beside = await serveBesideOutage(stage, outages, receiver.heard, posts);
  await stage.settled();
  const { woken } = await stack.host.service<{ woken: number }>('POST', '/api/admin/sweep');

  const evidence = await stage.evidence();
  const quits = await quitters;
  const { ends, problems } = tally(cast, posts, evidence);
  const listed = await allHeard(stack.host, receiver);
  problems.push(...judgeEvents(listed, receiver.heard, evidence));
  if (receiver.forged() > 0) problems.push(`${receiver.forged()} events bore a wrong signature`);
  if (woken > 0) problems.push(`A sweep found ${woken} rows after all had their end`);
  return {
    ends,
    problems: [
      ...problems,
      ...beside.problems,
      ...(await judgeLedger(stack.host, cast, await stop)),
      ...(await judgeQuits(stage, quits, stuck)),
      ...(options.moves ? await judgeMoves(stack.host, families) : []),
      ...leaks(stage),
    ],
    posts,
    messages: evidence.messages.length,
    texts: evidence.texts.length,
    kills: killer.kills(),
    moves: await mover,
    optOuts: { taken: quits.length, between: quits.filter(({ between }) => between).length },
    carrier: await carrier,
    receiver: await trouble,
    outages: await down,
    servedBeside: beside.served,
    heard: receiver.heard.length,
    faults: countBy(simulator.requests(), ({ fault }) => String(fault ?? 'none')),
    healedAfterMs,
    log: stack.output(),
  };
}

/**
 * Runs the stack as a process that is killed again and again, on a carrier that fails in every way, and counts in the
 * end. What the clients do follows from the seed; what the kills meet does not.
 * @throws ChaosError when the stack does not come up again, or a row finds no end within a minute
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const [receiver, outages] = await Promise.all([startReceiver(), startOutages()]);
  let stage: Stage | null = null;
  try {
    stage = await setStage(castOf(options.smallFamilies, options.crowd, options.quitters), {
      seed: options.seed,
      settings: { ...receiver.settings, ...outages.settings },
    });
    return await play(stage, { receiver, outages }, options);
  } catch (error) {
    throw new ChaosError(error, stage?.stack.output() ?? '');
  } finally {
    await stage?.close();
    await Promise.all([receiver.close(), outages.close()]);
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
