import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { setMute } from '../../../src/chat/mute.ts';
import { optIn, optOut } from '../../../src/consent/consent.ts';
import { recordDeadLetters, retryDeadLetter } from '../../../src/notifications/dead-letters.ts';
import { sweep } from '../../../src/notifications/sweep.ts';
import type { Deps } from '../../../src/platform/deps.ts';
import { AppError } from '../../../src/platform/errors.ts';
import { handOver, inbound, post, read, receipt, takeJobs } from '../../worker/acts.ts';
import type { Fate, SendFault } from '../../worker/carrier.ts';
import type { Name, QueuedJob } from '../../worker/lab.ts';
import type { End } from '../../worker/process.ts';
import { type Bench, invoke, type Mishap, resumeAll, type ThreadName } from './bench.ts';
import { checkBench } from './invariants.ts';

/** One thing that happens to a family. */
export class Happening implements fc.AsyncCommand<object, Bench> {
  readonly words: string;
  readonly happen: (bench: Bench) => Promise<unknown>;

  constructor(words: string, happen: (bench: Bench) => Promise<unknown>) {
    this.words = words;
    this.happen = happen;
  }
  check(): boolean {
    return true;
  }
  async run(_: object, bench: Bench): Promise<void> {
    await this.happen(bench);
    await checkBench(bench);
  }
  toString(): string {
    return this.words;
  }
}

const { DB } = env as unknown as { DB: D1Database };
const SECOND = 1000;
const MINUTE = 60 * SECOND;

const mishap: fc.Arbitrary<Mishap | null> = fc.option(
  fc.record({
    call: fc.nat(9),
    when: fc.constantFrom('before', 'after'),
    how: fc.constantFrom('dies', 'dies', 'fails', 'fails in passing', 'is overloaded', 'pauses', 'pauses'),
  }),
  { freq: 2 },
) as fc.Arbitrary<Mishap | null>;
const told = (one: Mishap | null) => (one === null ? '' : ` which ${one.how} ${one.when} call ${one.call}`);

// Mostly one reader and one thread, so that things meet.
const reader = fc.constantFrom<Name>('ben', 'ben', 'mia', 'rosa');
const thread = fc.constantFrom<ThreadName>('dinner', 'dinner', 'dinner', 'school');

/** A process whose caller asks again, once and undisturbed, when there was no answer. */
async function insist(
  bench: Bench,
  first: Mishap | null,
  work: (deps: Deps) => Promise<unknown>,
): Promise<void> {
  let end: End<unknown> | null = null;
  await invoke(bench, first, work, (ended) => {
    end = ended;
  });
  const refused = (ended: End<unknown> | null) =>
    ended?.kind === 'threw' && ended.error instanceof AppError && ended.error.status < 500;
  if (end !== null && ((end as End<unknown>).kind === 'done' || refused(end))) return;
  const again = await bench.lab.run(work);
  if (again.kind === 'threw' && !refused(again)) throw again.error;
}

const lastStep = (bench: Bench) => bench.steps.at(-1)?.seq ?? 0;
const FOREVER = Number.POSITIVE_INFINITY;

const posts = fc
  .tuple(fc.constantFrom<Name>('rosa', 'rosa', 'mia', 'ben'), thread, fc.nat(3), mishap)
  .map(([author, threadId, dice, struck]) => {
    const urgent = dice === 0;
    return new Happening(
      `${author} posts${urgent ? ' urgently' : ''} to ${threadId}${told(struck)}`,
      async (bench) => {
        await insist(
          bench,
          struck,
          post(bench.lab, author, { thread: threadId, urgent, key: `key ${++bench.said}` }),
        );
      },
    );
  });

const reads = fc
  .tuple(reader, thread, mishap)
  .map(
    ([name, threadId, struck]) =>
      new Happening(`${name} reads ${threadId}${told(struck)}`, (bench) =>
        insist(bench, struck, read(bench.lab, name, threadId)),
      ),
  );

const mute = fc.tuple(reader, thread, fc.constantFrom(null, 10, 300)).map(
  ([name, threadId, minutes]) =>
    new Happening(
      minutes ? `${name} mutes ${threadId} for ${minutes} min` : `${name} unmutes ${threadId}`,
      async (bench) => {
        const until = minutes === null ? null : Date.now() + minutes * MINUTE;
        await insist(bench, null, (deps) => setMute(deps, bench.lab.caller(name), threadId, until));
        const before = bench.until.muted.get(name) ?? 0;
        bench.until.muted.set(name, Math.max(Math.min(before, Date.now()), until ?? 0));
      },
    ),
);

const client = { address: '203.0.113.7', userAgent: null };

// One that stands still and then goes on would be a second STOP or START, later.
const unlessPaused = mishap.map((one) => (one?.how === 'pauses' ? null : one));

const stop = fc.tuple(reader, fc.boolean(), unlessPaused).map(
  ([name, byText, struck]) =>
    new Happening(`${name} says STOP ${byText ? 'by text' : 'on the page'}${told(struck)}`, async (bench) => {
      const { familyId, numberOf, carrier } = bench.lab;
      bench.until.stopped.set(name, FOREVER);
      if (byText) carrier.blocked.add(numberOf(name));
      const onPage = (deps: Deps) => optOut(deps, { userId: name, familyId, source: 'web', client });
      await insist(bench, struck, byText ? inbound(numberOf(name), 'STOP') : onPage);
      const { steps } = await bench.lab.look(lastStep(bench));
      bench.stops.set(name, steps.at(-1)?.seq ?? lastStep(bench));
    }),
);

const start = fc.tuple(reader, fc.boolean(), unlessPaused).map(
  ([name, byText, struck]) =>
    new Happening(
      `${name} says START ${byText ? 'by text' : 'on the page'}${told(struck)}`,
      async (bench) => {
        const { familyId, numberOf, carrier } = bench.lab;
        const blocked = carrier.blocked.has(numberOf(name));
        if (byText) carrier.blocked.delete(numberOf(name));
        bench.stops.delete(name);
        if (byText || !blocked)
          bench.until.stopped.set(name, Math.min(bench.until.stopped.get(name) ?? 0, Date.now()));
        const onPage = (deps: Deps) =>
          optIn(deps, { userId: name, familyId, source: 'web', client, version: '2026-01' });
        await insist(bench, struck, byText ? inbound(numberOf(name), 'START') : onPage);
      },
    ),
);

const presence = fc.tuple(reader, fc.constantFrom('active', 'away')).map(
  ([name, state]) =>
    new Happening(`${name} is ${state}`, async (bench) => {
      const { familyId, config } = bench.lab;
      await insist(bench, null, (deps) => deps.family(familyId).heartbeat(name, state as 'active', 'phone'));
      if (state === 'active') bench.until.here.set(name, Date.now() + config.PRESENCE_TTL_SECONDS * SECOND);
      await bench.lab.ring();
    }),
);

const quiet = fc.tuple(reader, fc.boolean(), fc.boolean()).map(
  ([name, on, defers]) =>
    new Happening(
      on ? `${name} has quiet hours now (${defers ? 'defer' : 'drop'})` : `${name} has no quiet hours`,
      async (bench) => {
        const minute = Math.floor((Date.now() % 86_400_000) / MINUTE);
        const [from, to] = on ? [minute, (minute + 90) % 1440] : [null, null];
        await DB.prepare(
          'UPDATE notification_preferences SET quiet_start = ?, quiet_end = ?, quiet_delivery = ? WHERE user_id = ?',
        )
          .bind(from, to, defers ? 'defer' : 'drop', name)
          .run();
        bench.until.quiet.set(name, on ? FOREVER : Math.min(bench.until.quiet.get(name) ?? 0, Date.now()));
      },
    ),
);

const tick = fc
  .constantFrom(1, 6, 30, 61, 61, 125, 610, 3700)
  .map((seconds) => new Happening(`${seconds} s pass`, (bench) => bench.lab.pass(seconds * SECOND)));

const sweeps = mishap.map(
  (struck) => new Happening(`a sweep${told(struck)}`, (bench) => invoke(bench, struck, sweep)),
);

const MAX_RETRIES = 5;

/** Hands jobs to the consumer; what it did not acknowledge comes again, what failed too often is a dead letter. */
async function consume(bench: Bench, jobs: QueuedJob[], struck: Mishap | null): Promise<void> {
  const { work, left } = handOver(jobs);
  const dead: QueuedJob[] = [];
  await invoke(bench, struck, work, (end) => {
    for (const job of left(end)) (job.attempts > MAX_RETRIES + 1 ? dead : bench.lab.jobs).push(job);
  });
  if (dead.length === 0) return;
  const messages = dead.map(({ job }) => ({ body: job, ack: () => undefined, retry: () => undefined }));
  await bench.lab.run((deps) => recordDeadLetters(deps, { messages } as unknown as MessageBatch<unknown>));
  bench.dead.push(...dead.map(({ job }) => job.deliveryId));
}

const queue = fc.tuple(fc.constantFrom('all', 'all', 'all', 'twice', 'the newest', 'in reverse'), mishap).map(
  ([what, struck]) =>
    new Happening(`the queue delivers ${what}${told(struck)}`, async (bench) => {
      const ready = takeJobs(bench.lab);
      if (what === 'twice') bench.lab.jobs.push(...ready);
      if (what === 'the newest') {
        const newest = ready.pop();
        bench.lab.jobs.push(...ready);
        if (newest) await consume(bench, [newest], struck);
      } else if (ready.length > 0)
        await consume(bench, what === 'in reverse' ? ready.reverse() : ready, struck);
    }),
);

const lose = fc.constantFrom('everything', 'one').map(
  (what) =>
    new Happening(`the queue loses ${what}`, async ({ lab }) => {
      lab.jobs.splice(0, what === 'one' ? 1 : lab.jobs.length);
    }),
);

const resume = fc.constant(new Happening('what stands still goes on', resumeAll));

const faults = fc
  .array(
    fc.constantFrom<SendFault>(
      { kind: 'lost' },
      { kind: 'unanswered' },
      { kind: 'unanswered' },
      { kind: 'late', ms: 3000 },
      { kind: 'late', ms: 40_000 },
      { kind: 'late', ms: 62_000 },
      { kind: 'late', ms: 200_000 },
      { kind: 'refused', code: 20429 },
      { kind: 'refused', code: 21611 },
      { kind: 'refused', code: 20003 },
      { kind: 'refused', code: 21612 },
    ),
    { minLength: 1, maxLength: 2 },
  )
  .map(
    (next) =>
      new Happening(
        `Twilio is about to answer ${next.map((fault) => Object.values(fault).join(' ')).join(', ')}`,
        async ({ lab }) => {
          lab.carrier.faults.push(...next);
        },
      ),
  );

const list = fc.boolean().map(
  (down) =>
    new Happening(`Twilio's list is ${down ? 'down' : 'up'}`, async ({ lab }) => {
      lab.carrier.listDown = down;
    }),
);

const fates = fc
  .constantFrom<Fate>(
    { status: 'undelivered', errorCode: 30003 },
    { status: 'failed', errorCode: 30008 },
    { status: 'undelivered', errorCode: 30005 },
    { status: 'failed', errorCode: 21610 },
    { status: 'failed', errorCode: 30007 },
    { status: 'sent', errorCode: null },
  )
  .map(
    (fate) =>
      new Happening(`the next text will be ${fate.status} ${fate.errorCode ?? ''}`, async ({ lab }) => {
        lab.carrier.fates.push(fate);
      }),
  );

const operator = fc.nat(3).map(
  (n) =>
    new Happening(`an operator sends dead letter ${n} again`, async (bench) => {
      const letter = bench.dead[n] ?? bench.steps.at(-1 - n)?.deliveryId;
      if (letter) await insist(bench, null, (deps) => retryDeadLetter(deps, letter));
    }),
);

/** A receipt of one of the texts that the carrier shows by now, the newest for 0. */
const receipts = fc.tuple(fc.nat(4), fc.constantFrom('sent', 'last', 'last', 'queued'), mishap).map(
  ([back, which, struck]) =>
    new Happening(`a receipt comes (${which}, text ${back} from the end)${told(struck)}`, async (bench) => {
      const shown = bench.texts.filter(({ text }) => text.visibleAt <= Date.now());
      const seen = shown.at(-1 - (back % Math.max(1, shown.length)));
      if (!seen) return;
      const { status, errorCode } = which === 'last' ? seen.text.fate : { status: which, errorCode: null };
      if (errorCode === 21610) bench.until.stopped.set(seen.user, FOREVER);
      await insist(bench, struck, receipt(bench.lab, seen.text, { status, errorCode }));
      if (!bench.known.has(seen.sid)) bench.known.set(seen.sid, lastStep(bench));
    }),
);

/** Everything that can happen, the usual more often than the rare. */
export const happenings = [
  posts,
  posts,
  posts,
  posts,
  queue,
  queue,
  queue,
  queue,
  tick,
  tick,
  tick,
  sweeps,
  sweeps,
  faults,
  faults,
  receipts,
  receipts,
  reads,
  resume,
  presence,
  fates,
  stop,
  start,
  mute,
  quiet,
  lose,
  list,
  operator,
];

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
