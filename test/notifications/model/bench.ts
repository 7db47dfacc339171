import type { Deps } from '../../../src/platform/deps.ts';
import type { AcceptedText } from '../../worker/carrier.ts';
import type { Step } from '../../worker/history.ts';
import { type Lab, type Name, openLab, PEOPLE, type THREADS } from '../../worker/lab.ts';
import type { Blow, Call, End } from '../../worker/process.ts';

/** Where and how a process is struck; `pauses`: it stands still until it is resumed. */
export interface Mishap {
  /** Its n-th call, from 0. */
  call: number;
  when: 'before' | 'after';
  how: 'dies' | 'fails' | 'fails in passing' | 'is overloaded' | 'pauses';
}

/** A text about a delivery, as it left. */
export interface SeenText {
  sid: string;
  deliveryId: string;
  user: Name;
  thread: string;
  urgent: boolean;
  at: number;
  /** How many messages it speaks of. */
  count: number;
  /** The claim under which it left. */
  claim: Step;
  /** The last step before the person's STOP, when one was in force. */
  stop: number | null;
  /** Its process had been standing still. */
  late: boolean;
  text: AcceptedText;
}

/** A process that stands still. */
interface Paused {
  resume: () => void;
  rest: Promise<End<unknown>>;
  /** What to do once it is over. */
  then: (end: End<unknown>) => void;
}

/** What a command learns of a process. */
export type Outcome = End<unknown>['kind'] | 'paused';

/** A family under test, and what was seen of it. */
export interface Bench {
  lab: Lab;
  texts: SeenText[];
  paused: Paused[];
  steps: Step[];
  /** When each step was seen, by its seq; exact, as the clock stands still between commands. */
  stepAt: Map<number, number>;
  /** How many of the texts were judged. */
  judged: number;
  /** SIDs of which the service has taken a receipt, with the last step before it. */
  known: Map<string, number>;
  /** The last step before a person's STOP that is in force. */
  stops: Map<Name, number>;
  /** Until when a person had said STOP, was muted, was here, was quiet, lately; ms. */
  until: Record<'stopped' | 'muted' | 'here' | 'quiet', Map<Name, number>>;
  /** How many messages people have tried to post. */
  said: number;
  /** Deliveries whose queue messages failed too often, as operators see them. */
  dead: string[];
}

const named = (error: Error, mark: object = {}) => Object.assign(error, mark);

/** What a mishap means for a call; null where such a thing cannot happen. */
function blowFor({ when, how }: Mishap, call: Call, gate: Promise<void>): Blow | null {
  if (how === 'dies') return { when, how };
  // Sending never throws, and is bounded by its time-out.
  if (call.kind === 'carrier') return null;
  if (how === 'pauses') return { when, how: gate };
  if (how === 'fails') return { when, how: new Error('D1_ERROR: out of memory') };
  if (how === 'is overloaded') {
    return {
      when,
      how: named(new Error('D1 DB is overloaded. Requests queued for too long.'), { overloaded: true }),
    };
  }
  return { when, how: named(new Error('Network connection lost.'), { retryable: true }) };
}

/** Runs a process that may meet a mishap; answers when it is over, or stands still. */
export async function invoke(
  bench: Bench,
  mishap: Mishap | null,
  work: (deps: Deps) => Promise<unknown>,
  then: (end: End<unknown>) => void = () => undefined,
): Promise<Outcome> {
  let resume: () => void = () => undefined;
  let stopped: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    resume = resolve;
  });
  const standing = new Promise<'paused'>((resolve) => {
    stopped = () => resolve('paused');
  });
  const rest = bench.lab.run(work, (call) => {
    if (mishap?.call !== call.number) return null;
    const blow = blowFor(mishap, call, gate);
    if (blow && mishap.how === 'pauses') stopped();
    return blow;
  });
  const first = await Promise.race([rest, standing]);
  if (first === 'paused') {
    bench.paused.push({ resume, rest, then });
    return 'paused';
  }
  then(first);
  return first.kind;
}

/** Lets everything that stands still go on, one after the other. */
export async function resumeAll(bench: Bench): Promise<void> {
  const paused = bench.paused.splice(0);
  resuming.add(bench);
  for (const { resume, rest, then } of paused) {
    resume();
    then(await rest);
  }
  resuming.delete(bench);
}

const resuming = new WeakSet<Bench>();

/** Takes note of a text the moment it leaves. */
async function see(bench: Bench, text: AcceptedText): Promise<void> {
  const deliveryId = new URL(text.statusCallback).searchParams.get('delivery');
  if (deliveryId === null) return; // A confirmation, not a notification.
  const user = PEOPLE.find((name) => bench.lab.numberOf(name) === text.to)!;
  const { rows, steps } = await bench.lab.look(0);
  const row = rows.find(({ id }) => id === deliveryId)!;
  const claim = steps.findLast((step) => step.deliveryId === deliveryId && step.to === 'sending')!;
  bench.texts.push({
    sid: text.sid,
    deliveryId,
    user,
    thread: row.thread!,
    urgent: row.urgent === 1,
    at: text.acceptedAt,
    stop: bench.stops.get(user) ?? null,
    count: Number(/: (\d+) new messages/.exec(text.body)?.[1] ?? 1),
    claim,
    late: resuming.has(bench),
    text,
  });
}

/** A bench with a fresh family on it. */
export async function openBench(settings: Record<string, string>): Promise<Bench> {
  const lab = await openLab(settings);
  const empty = () => new Map<Name, number>();
  const bench: Bench = {
    lab,
    texts: [],
    paused: [],
    steps: [],
    stepAt: new Map(),
    judged: 0,
    known: new Map(),
    stops: new Map(),
    until: { stopped: empty(), muted: empty(), here: empty(), quiet: empty() },
    said: 0,
    dead: [],
  };
  lab.carrier.onAccept = (text) => see(bench, text);
  return bench;
}

/** A thread of the lab. */
export type ThreadName = (typeof THREADS)[number];
