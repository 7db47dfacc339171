import fc from 'fast-check';
import type { Bench } from './bench.ts';
import { calmMachines, deliver, type Handing, inTurn, machines, sequence } from './machines.ts';
import { ModelCommand } from './model-command.ts';
import { calmPeople, people } from './people.ts';
import { describeFault, resumeAll } from './process-fault.ts';

const {
  posts,
  changes: secondThoughts,
  reads,
  stop,
  start,
  proves,
  removes,
  answers,
  membership,
  presence,
  mute,
  quiet,
} = people;
const {
  queue,
  sweeps,
  receipts,
  allReceipts,
  tick,
  resume,
  lose,
  faults,
  list,
  fates,
  operator,
  round,
  look,
} = machines;

/** The next text ends in doubt, most likely, and is tried right away. */
const doubt = inTurn(machines.doubts, calmMachines.queue);

/** What changes whether and where a text may still go; and other processes that want to send it. */
const changes = fc.oneof(
  { weight: 3, arbitrary: calmMachines.queue },
  { weight: 3, arbitrary: calmMachines.round },
  { weight: 3, arbitrary: doubt },
  { weight: 2, arbitrary: calmPeople.stop },
  { weight: 2, arbitrary: calmPeople.reads },
  { weight: 1, arbitrary: tick },
  { weight: 1, arbitrary: calmPeople.leaves },
  { weight: 1, arbitrary: calmPeople.removes },
  { weight: 1, arbitrary: calmPeople.proves },
  { weight: 1, arbitrary: people.hostGives },
  { weight: 1, arbitrary: calmPeople.posts },
  { weight: 2, arbitrary: calmPeople.changes },
  { weight: 1, arbitrary: calmPeople.start },
  { weight: 1, arbitrary: calmMachines.sweeps },
  { weight: 2, arbitrary: calmMachines.allReceipts },
);

/**
 * A consumer stands still right before it claims what it has decided to send, or before it writes what became of it;
 * the world moves on, with the queue handing the same jobs to others or not; and it goes on, at once or later.
 */
const standsStill = fc
  .tuple(
    fc.array(calmPeople.posts, { maxLength: 2 }),
    fc.constantFrom<Handing>('all', 'twice'),
    fc.constantFrom('its claim', 'its claim', 'its outcome'),
    fc.array(changes, { minLength: 1, maxLength: 3 }),
    fc.constantFrom(true, true, false),
  )
  .map(([said, what, call, meanwhile, goesOn]) => {
    const processFault = { call, when: 'before', how: 'pauses' } as const;
    const stands = new ModelCommand(`the queue delivers ${what}${describeFault(processFault)}`, (bench) =>
      deliver(bench, what, processFault),
    );
    const goes = goesOn ? [new ModelCommand('then it goes on', resumeAll)] : [];
    return sequence([...said, stands, ...meanwhile, ...goes]);
  });

/** A text in doubt, and what is done about it, with something in between. */
const pursued = inTurn(calmPeople.posts, doubt, look, changes, look);

/** Somebody writes and writes, most likely one and the same. */
const floods = fc
  .array(inTurn(calmPeople.posts, calmPeople.posts, calmMachines.queue, calmMachines.tick), {
    minLength: 2,
    maxLength: 4,
  })
  .map(sequence);

/** A text that comes to a bad end, most likely. */
const fated = inTurn(calmPeople.posts, fates, calmMachines.queue, allReceipts);

type Weighted = fc.WeightedArbitrary<ModelCommand>[];
const often = (weight: number, ...all: fc.Arbitrary<ModelCommand>[]): Weighted =>
  all.map((arbitrary) => ({ weight, arbitrary }));

/** Everything that can happen, the usual more often than the rare. */
const anything = fc.oneof(
  ...often(5, posts),
  ...often(2, queue, doubt),
  ...often(5, standsStill, round),
  ...often(3, pursued),
  ...often(2, tick),
  ...often(3, reads),
  ...often(2, secondThoughts),
  ...often(2, sweeps, faults, receipts, answers, fated),
  ...often(1, resume, presence, fates, stop, start, mute, quiet, lose, list, operator, membership),
  ...often(1, proves, removes, people.hostGives, floods),
);

/** What can happen while every process does its work: then what waits, waits no longer than it was promised. */
const calmly = fc.oneof(
  ...often(5, calmPeople.posts, calmMachines.round),
  ...often(3, calmMachines.queue, calmMachines.tick),
  ...often(3, calmPeople.reads),
  ...often(1, calmPeople.changes),
  ...often(2, calmMachines.sweeps, calmPeople.answers, calmPeople.presence),
  ...often(1, calmPeople.mute, calmPeople.quiet, calmPeople.stop, calmPeople.start, calmPeople.membership),
  ...often(1, calmMachines.allReceipts, calmMachines.fates, floods),
);

/** What a family can set, with the caps, the doubling of windows and the end of a notification within reach. */
const WISHES: Record<string, string>[] = [
  { SMS_WINDOW_MAX_SECONDS: '480', SMS_USER_DAILY_CAP: '6', SMS_FAMILY_DAILY_CAP: '10' },
  {
    SMS_WINDOW_SECONDS: '60',
    SMS_WINDOW_MAX_SECONDS: '240',
    SMS_USER_DAILY_CAP: '3',
    SMS_FAMILY_DAILY_CAP: '5',
  },
  { SMS_EXPIRY_SECONDS: '3600' },
  // A day that is shared: seven texts of one author's, eighteen that are not urgent.
  {
    SMS_WINDOW_SECONDS: '1',
    SMS_WINDOW_MAX_SECONDS: '1',
    SMS_USER_DAILY_CAP: '20',
    SMS_FAMILY_DAILY_CAP: '20',
  },
];

/** A family's history, to be told; `calm`: no process fails in it, and no text is in doubt. */
export interface History {
  settings: Record<string, string>;
  calm: boolean;
  commands: Iterable<ModelCommand>;
}

const historyOf = (calm: boolean, one: fc.Arbitrary<ModelCommand>): fc.Arbitrary<History> =>
  fc.record({
    settings: fc.constantFrom(...WISHES).map((wishes) => ({ ...wishes, SMS_REPLIES: 'on' })),
    calm: fc.constant(calm),
    commands: fc.commands<object, Bench>([one], { maxCommands: 12, size: 'max' }) as fc.Arbitrary<
      Iterable<ModelCommand>
    >,
  });

/** Histories, one in four of them calm. */
export const histories = fc.oneof(
  { weight: 3, arbitrary: historyOf(false, anything) },
  { weight: 1, arbitrary: historyOf(true, calmly) },
);
