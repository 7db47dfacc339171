import fc from 'fast-check';
import { recordDeadLetters, retryDeadLetter } from '../../../src/notifications/operate/dead-letters.ts';
import { sweep } from '../../../src/notifications/operate/sweep.ts';
import { ROWS } from '../../../src/platform/sms/twilio-error-rules.ts';
import { handOver, receipt, takeJobs } from '../../worker/acts.ts';
import type { Fate, SendFault } from '../../worker/carrier.ts';
import type { QueuedJob } from '../../worker/lab.ts';
import { alter, type Bench, lastStep, type SeenText } from './bench.ts';
import { failsWith } from './expected-state.ts';
import { checkBench } from './invariants.ts';
import { ModelCommand } from './model-command.ts';
import {
  consumerFault,
  describeFault,
  faultWithoutPause,
  insist,
  invoke,
  type ProcessFault,
  processFault,
  resumeAll,
} from './process-fault.ts';

const SECOND = 1000;
const MAX_RETRIES = 5;

const calm = fc.constant(null);

/** Hands jobs to the consumer; what it did not acknowledge comes again, what failed too often is a dead letter. */
async function consume(bench: Bench, jobs: QueuedJob[], fault: ProcessFault | null): Promise<void> {
  const { work, left } = handOver(jobs);
  const dead: QueuedJob[] = [];
  await invoke(bench, fault, work, (end) => {
    for (const job of left(end)) (job.attempts > MAX_RETRIES + 1 ? dead : bench.lab.jobs).push(job);
  });
  if (dead.length === 0) return;
  const messages = dead.map(({ job }) => ({ body: job, ack: () => undefined, retry: () => undefined }));
  await bench.lab.run((deps) => recordDeadLetters(deps, { messages } as unknown as MessageBatch<unknown>));
  bench.dead.push(...dead.map(({ job }) => job.deliveryId));
}

/** What of its jobs the queue hands over; `twice`: and keeps them all the same. */
export type Handing = 'all' | 'twice' | 'the newest' | 'in reverse';

/** The queue hands over what is ready, undisturbed or not. */
export async function deliver(bench: Bench, what: Handing, fault: ProcessFault | null): Promise<void> {
  const ready = takeJobs(bench.lab);
  if (what === 'twice') bench.lab.jobs.push(...ready);
  if (what === 'the newest') {
    const newest = ready.pop();
    bench.lab.jobs.push(...ready);
    if (newest) await consume(bench, [newest], fault);
  } else if (ready.length > 0) await consume(bench, what === 'in reverse' ? ready.reverse() : ready, fault);
}

const queueWith = (fault: fc.Arbitrary<ProcessFault | null>) =>
  fc
    .tuple(fc.constantFrom<Handing>('all', 'all', 'all', 'twice', 'the newest', 'in reverse'), fault)
    .map(
      ([what, one]) =>
        new ModelCommand(`the queue delivers ${what}${describeFault(one)}`, (bench) =>
          deliver(bench, what, one),
        ),
    );

const lose = fc.constantFrom('everything', 'one').map(
  (what) =>
    new ModelCommand(`the queue loses ${what}`, async ({ lab }) => {
      lab.jobs.splice(0, what === 'one' ? 1 : lab.jobs.length);
    }),
);

const passes = (seconds: number) =>
  new ModelCommand(`${seconds} s pass`, (bench) => bench.lab.pass(seconds * SECOND));
const tick = fc.constantFrom(1, 6, 30, 61, 61, 125, 250, 610, 3700).map(passes);

const sweepsWith = (fault: fc.Arbitrary<ProcessFault | null>) =>
  fault.map((one) => new ModelCommand(`a sweep${describeFault(one)}`, (bench) => invoke(bench, one, sweep)));

const resume = fc.constant(new ModelCommand('what stands still goes on', resumeAll));

const meets = (...next: SendFault[]) =>
  new ModelCommand(
    `Twilio is about to answer ${next.map((fault) => Object.values(fault).join(' ')).join(', ')}`,
    async ({ lab }) => {
      lab.carrier.faults.push(...next);
    },
  );

const faults = fc
  .array(
    fc.constantFrom<SendFault>(
      { kind: 'lost' },
      { kind: 'unanswered' },
      { kind: 'unanswered' },
      { kind: 'late', ms: 3000 },
      { kind: 'late', ms: 40_000 },
      { kind: 'late', ms: 62_000 },
      { kind: 'late', ms: 90_000 },
      { kind: 'late', ms: 200_000 },
      { kind: 'refused', code: 20429 },
      { kind: 'refused', code: 21611 },
      { kind: 'refused', code: 20003 },
      { kind: 'refused', code: 21612 },
    ),
    { minLength: 1, maxLength: 2 },
  )
  .map((next) => meets(...next));

const list = fc.boolean().map(
  (down) =>
    new ModelCommand(`Twilio's list is ${down ? 'down' : 'up'}`, async ({ lab }) => {
      lab.carrier.listDown = down;
    }),
);

/** The ends that are told apart. */
const usualFates = fc.constantFrom<Fate>(
  { status: 'undelivered', errorCode: 30003 },
  { status: 'failed', errorCode: 30008 },
  { status: 'undelivered', errorCode: 30005 },
  { status: 'undelivered', errorCode: 30006 },
  { status: 'failed', errorCode: 21610 },
  { status: 'failed', errorCode: 30007 },
  { status: 'failed', errorCode: 30001 },
  { status: 'undelivered', errorCode: 30022 },
  { status: 'failed', errorCode: 30023 },
  { status: 'failed', errorCode: 30036 },
  { status: 'sent', errorCode: null },
);

/** Every code of the table, in a receipt. */
const anyCode = fc
  .constantFrom(...Object.keys(ROWS).map(Number))
  .map((errorCode): Fate => ({ status: 'failed', errorCode }));

const fates = fc.oneof({ weight: 3, arbitrary: usualFates }, { weight: 1, arbitrary: anyCode }).map(
  (fate) =>
    new ModelCommand(`the next text will be ${fate.status} ${fate.errorCode ?? ''}`, async ({ lab }) => {
      lab.carrier.fates.push(fate);
    }),
);

const operator = fc.nat(3).map(
  (n) =>
    new ModelCommand(`an operator sends dead letter ${n} again`, async (bench) => {
      const letter = bench.dead[n] ?? bench.steps.at(-1 - n)?.deliveryId;
      if (letter) await insist(bench, null, (deps) => retryDeadLetter(deps, letter));
    }),
);

async function receive(
  bench: Bench,
  seen: SeenText,
  word: { status: string; errorCode: number | null },
  fault: ProcessFault | null,
): Promise<void> {
  const { errorCode } = word;
  // Twilio repeats itself: only the first word about an error says something new.
  const isNews = errorCode !== null && !bench.told.has(seen.sid);
  if (errorCode !== null) bench.told.add(seen.sid);
  const change = failsWith(seen.text.to, isNews ? errorCode : null);
  await alter(bench, change, () => insist(bench, fault, receipt(bench.lab, seen.text, word)));
  if (!bench.receipts.has(seen.sid)) bench.receipts.set(seen.sid, lastStep(bench));
}

/** Receipts of texts that the carrier shows by now: of one, the newest for 0, or of all that have had none. */
const receiptsWith = (
  fault: fc.Arbitrary<ProcessFault | null>,
  words = ['all', 'all', 'last', 'sent', 'queued'],
) =>
  fc.tuple(fc.constantFrom(0, 0, 1, 2, 3), fc.constantFrom(...words), fault).map(([back, which, one]) => {
    const words =
      which === 'all' ? 'all receipts come' : `a receipt comes (${which}, text ${back} from the end)`;
    return new ModelCommand(`${words}${describeFault(one)}`, async (bench) => {
      const shown = bench.texts.filter(({ text }) => text.visibleAt <= Date.now());
      if (which === 'all') {
        const owed = shown.filter(({ sid }) => !bench.receipts.has(sid));
        for (const [i, seen] of owed.entries())
          await receive(bench, seen, seen.text.fate, i === 0 ? one : null);
        return;
      }
      const seen = shown.at(-1 - (back % Math.max(1, shown.length)));
      const word = which === 'last' ? seen?.text.fate : { status: which, errorCode: null };
      if (seen && word) await receive(bench, seen, word, one);
    });
  });

/** One after the other. */
export const inTurn = (...all: fc.Arbitrary<ModelCommand>[]): fc.Arbitrary<ModelCommand> =>
  fc.tuple(...all).map(sequence);

/** Several happenings as one. */
export const sequence = (all: readonly ModelCommand[]): ModelCommand =>
  new ModelCommand(`[${all.map(({ words }) => words).join('; ')}]`, async (bench) => {
    for (const one of all) await one.run({}, bench);
  });

/** Time passes, and what is due is handed over. */
const roundWith = (
  aSweep: fc.Arbitrary<ProcessFault | null>,
  aConsumer: fc.Arbitrary<ProcessFault | null>,
  time: fc.Arbitrary<ModelCommand> = tick,
) => inTurn(time, sweepsWith(aSweep), queueWith(aConsumer));

const doubts = fc
  .constantFrom<SendFault>(
    { kind: 'lost' },
    { kind: 'unanswered' },
    { kind: 'late', ms: 40_000 },
    { kind: 'late', ms: 90_000 },
    { kind: 'late', ms: 130_000 },
    { kind: 'refused', code: 20429 },
  )
  .map((fault) => meets(fault));

/** What machines do, ours and others', and what befalls them. */
export const machines = {
  queue: queueWith(consumerFault),
  sweeps: sweepsWith(processFault),
  receipts: receiptsWith(processFault),
  tick,
  resume,
  lose,
  faults,
  list,
  fates,
  operator,
  round: roundWith(faultWithoutPause, consumerFault),
  /** A claim's lease ends, and what is in doubt is looked up. */
  look: roundWith(calm, consumerFault, fc.constantFrom(61, 61, 6).map(passes)),
  doubts,
  allReceipts: receiptsWith(processFault, ['all']),
};

/** The same, undisturbed. */
export const calmMachines = {
  queue: queueWith(calm),
  sweeps: sweepsWith(calm),
  receipts: receiptsWith(calm),
  tick,
  fates,
  allReceipts: receiptsWith(calm, ['all']),
  round: roundWith(calm, calm),
};

/** Everything goes well again, and goes on until nothing waits. */
export async function heal(bench: Bench): Promise<void> {
  const { lab } = bench;
  await resumeAll(bench);
  lab.carrier.faults.length = 0;
  lab.carrier.listDown = false;
  for (let round = 0; round < 60; round++) {
    const rows = await checkBench(bench);
    const wakeAt = rows.flatMap((row) => (row.wakeAt === null ? [] : [row.wakeAt]));
    if (wakeAt.length === 0 && lab.jobs.length === 0) return;
    const next = Math.min(...wakeAt, ...lab.jobs.map(({ at }) => at));
    await lab.pass(Math.max(0, next - Date.now()));
    await lab.run(sweep);
    await consume(bench, takeJobs(bench.lab), null);
  }
}
