import fc from 'fast-check';
import type { Deps } from '../../../src/platform/deps.ts';
import { AppError } from '../../../src/platform/errors.ts';
import type { Call, CallFault, End } from '../../worker/process.ts';
import type { Bench } from './bench.ts';

/** Where and how a process fails; `pauses`: it stands still until it is resumed. */
export interface ProcessFault {
  /** Its n-th call, from 0; or the one that claims what it is about to send, or that writes what became of it. */
  call: number | 'its claim' | 'its outcome';
  when: 'before' | 'after';
  how: 'dies' | 'fails' | 'fails in passing' | 'is overloaded' | 'pauses';
}

const hows = fc.constantFrom<ProcessFault['how']>(
  'dies',
  'dies',
  'fails',
  'fails in passing',
  'is overloaded',
  'pauses',
  'pauses',
);
const whens = fc.constantFrom<ProcessFault['when']>('before', 'after');

/** Something goes wrong with a process, more often than not. */
export const processFault: fc.Arbitrary<ProcessFault | null> = fc.option(
  fc.record({ call: fc.nat(9), when: whens, how: hows }),
  { freq: 2 },
);

/** The same, for what would be a second decision of a person if it went on later. */
export const faultWithoutPause = processFault.map((one) => (one?.how === 'pauses' ? null : one));

/** The same, for the consumer of the queue. */
export const consumerFault: fc.Arbitrary<ProcessFault | null> = fc.oneof(
  { weight: 3, arbitrary: processFault },
  {
    weight: 1,
    arbitrary: fc.record({ call: fc.constantFrom('its claim', 'its outcome'), when: whens, how: hows }),
  },
);

/** A fault, in words. */
export function describeFault(one: ProcessFault | null): string {
  if (one === null) return '';
  const where = typeof one.call === 'string' ? one.call : `call ${one.call}`;
  return ` which ${one.how} ${one.when} ${where}`;
}

const named = (error: Error, mark: object = {}) => Object.assign(error, mark);

/** The fault of a call; null where it cannot happen. */
function callFaultFor({ when, how }: ProcessFault, call: Call, gate: Promise<void>): CallFault | null {
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

/** Whether a call is the one that is meant. A claim writes rows and links; outcomes are written after the first text. */
function isMeant({ call }: ProcessFault, { kind, name, number }: Call, texts: number): boolean {
  if (typeof call === 'number') return call === number;
  if (kind !== 'd1' || !name.startsWith('update sms_delivery_log')) return false;
  return call === 'its claim' ? name.includes('insert links') : texts > 0;
}

/** What a command learns of a process. */
export type Outcome = End<unknown>['kind'] | 'paused';

/** Runs a process that may meet a fault, once; answers when it is over, or stands still. */
export async function invoke(
  bench: Bench,
  one: ProcessFault | null,
  work: (deps: Deps) => Promise<unknown>,
  then: (end: End<unknown>) => unknown = () => undefined,
): Promise<Outcome> {
  let resume: () => void = () => undefined;
  let stopped: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    resume = resolve;
  });
  const standing = new Promise<'paused'>((resolve) => {
    stopped = () => resolve('paused');
  });
  let injected = false;
  let texts = 0;
  const rest = bench.lab.run(work, (call) => {
    if (call.name === 'send') texts += 1;
    if (one === null || injected || !isMeant(one, call, texts)) return null;
    const fault = callFaultFor(one, call, gate);
    injected = fault !== null;
    if (fault && one.how === 'pauses') stopped();
    return fault;
  });
  const first = await Promise.race([rest, standing]);
  if (first === 'paused') {
    bench.paused.push({ resume, rest, then });
    return 'paused';
  }
  await then(first);
  return first.kind;
}

/** Lets everything that stands still go on, one after the other. */
export async function resumeAll(bench: Bench): Promise<void> {
  const paused = bench.paused.splice(0);
  bench.resuming = true;
  for (const { resume, rest, then } of paused) {
    resume();
    await then(await rest);
  }
  bench.resuming = false;
}

/**
 * A process whose caller asks again, once and undisturbed, when there was no answer.
 * @param then called at the end of each of them
 * @returns whether it was done; not when it was refused
 */
export async function insist(
  bench: Bench,
  first: ProcessFault | null,
  work: (deps: Deps) => Promise<unknown>,
  then: () => unknown = () => undefined,
): Promise<boolean> {
  let end: End<unknown> | null = null;
  await invoke(bench, first, work, async (ended) => {
    end = ended;
    await then();
  });
  const refused = (ended: End<unknown> | null) =>
    ended?.kind === 'threw' && ended.error instanceof AppError && ended.error.status < 500;
  if (refused(end)) return false;
  if ((end as End<unknown> | null)?.kind === 'done') return true;
  const again = await bench.lab.run(work);
  await then();
  if (refused(again)) return false;
  if (again.kind === 'threw') throw again.error;
  return true;
}
