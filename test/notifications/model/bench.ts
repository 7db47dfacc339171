import { admissionMs } from '../../../src/notifications/send/handed-over.ts';
import { errorRule } from '../../../src/platform/sms/twilio-errors.ts';
import { offsetAt } from '../../../src/platform/time.ts';
import type { AcceptedText } from '../../worker/carrier.ts';
import type { Step } from '../../worker/history.ts';
import { type Lab, type Message, type Name, openLab, PEOPLE } from '../../worker/lab.ts';
import type { End } from '../../worker/process.ts';
import {
  type Change,
  copyOf,
  type ExpectedState,
  hasStopped,
  holderOf,
  initialState,
  permits,
  type ThreadName,
} from './expected-state.ts';
import { type Sends, sendsOf } from './sends.ts';

/** A text about a delivery, as it left. */
export interface SeenText {
  sid: string;
  deliveryId: string;
  user: Name;
  thread: string;
  urgent: boolean;
  at: number;
  /** When the message was written that it is about, and its seq. */
  writtenAt: number;
  seq: number;
  /** The newest message it tells of. */
  upTo: number;
  /** How many messages it speaks of. */
  count: number;
  /** The claim under which it left, and when its lease ends. */
  claim: Step;
  leaseEnd: number;
  /** Its process had been standing still. */
  late: boolean;
  /** Muted, here or in quiet hours, when it left. */
  disturbs: string | null;
  /** The texts before it that it had to keep its distance from, and until when. */
  after: { deliveryId: string; claim: Step; at: number; until: number; urgent: boolean; late: boolean }[];
  text: AcceptedText;
}

/** A process that stands still. */
export interface Paused {
  resume: () => void;
  rest: Promise<End<unknown>>;
  /** What to do once it is over. */
  then: (end: End<unknown>) => unknown;
}

/** Until when something held that can be a reason: of a person, or of a person in a thread; ms. */
export type Held = 'stopped' | 'numberless' | 'left' | 'muted' | 'here' | 'quiet';

/** Someone's quiet hours, in minutes of the day, or none; and since when they are so, ms. */
export interface Quiet {
  from: number | null;
  to: number | null;
  since: number;
}

/** A family under test, and what was seen of it. */
export interface Bench {
  lab: Lab;
  /** Nothing but people: no process fails, no text is in doubt. */
  calm: boolean;
  known: ExpectedState;
  /** From which step on who may be texted where about what, oldest first. */
  permits: { after: number; of: Map<Name, Set<string>> }[];
  texts: SeenText[];
  paused: Paused[];
  /** Whether what stood still is going on. */
  resuming: boolean;
  steps: Step[];
  messages: Message[];
  /** When each step was seen, by its seq; exact, as the clock stands still between commands. */
  stepAt: Map<number, number>;
  /** When the queue was last seen to hold a delivery's job. */
  queuedAt: Map<string, number>;
  /** To be done as soon as what happened was looked at, before it is judged. */
  whenSeen: (() => unknown)[];
  /** How many of the texts were judged. */
  judged: number;
  /** When the carrier was asked in vain for a text, by its link code. */
  looks: { reference: string; at: number }[];
  /** SIDs of texts of whose error the service has been told. */
  told: Set<string>;
  /** SIDs of which the service has taken a receipt, with the last step before it. */
  receipts: Map<string, number>;
  until: Record<Held, Map<string, number>>;
  /** Of whose number a look-up may have told that it said STOP at the carrier, before any receipt. */
  mayHaveStopped: Set<Name>;
  /** When somebody who is here came. */
  cameAt: Map<string, number>;
  quiet: Map<Name, Quiet>;
  sends: Sends;
  /** From which step on someone has read a thread how far, for sure; and how far they may have read it. */
  hasRead: { after: number; key: string; upTo: number }[];
  mayHaveRead: Map<string, number>;
  /** From which step on a message was taken back for sure; and those that may have been. */
  retracted: { after: number; id: string }[];
  mayBeRetracted: Set<string>;
  /** From which step on a message was edited for sure, to which version of its words. */
  edits: { after: number; id: string; version: number }[];
  /** What people have tried to post, by key; and by text, by its key. */
  said: Map<string, { author: Name; thread: ThreadName }>;
  answered: Map<string, { author: Name; number: string; at: number }>;
  /** Deliveries whose queue messages failed too often, as operators see them. */
  dead: string[];
}

/** Someone in a thread. */
export const inThread = (name: string, thread: string): string => `${name} in ${thread}`;

export const FOREVER = Number.POSITIVE_INFINITY;

/** The words of the n-th message that was said, in the n-th version of all edits. */
export const wordsOf = (nth: number, version = 0): string =>
  `said ${nth}${version ? ` edited ${version}` : ''}.`;

/** The last step that was seen. */
export const lastStep = (bench: Bench): number => bench.steps.at(-1)?.seq ?? 0;

/** The newest message of a thread that was seen. */
export const newestIn = (bench: Bench, thread: string): number =>
  Math.max(0, ...bench.messages.filter((message) => message.thread === thread).map(({ seq }) => seq));

/** Notes that something holds, or does not hold any more. */
export function hold(bench: Bench, what: Held, key: string, holds: boolean): void {
  const before = bench.until[what].get(key);
  if (holds) bench.until[what].set(key, FOREVER);
  else if (before !== undefined) bench.until[what].set(key, Math.min(before, Date.now()));
}

function remember(bench: Bench, known: ExpectedState): void {
  for (const name of PEOPLE) {
    hold(bench, 'stopped', name, hasStopped(known, name));
    hold(bench, 'numberless', name, !known.numbers.has(name));
    for (const [thread, members] of known.members)
      hold(bench, 'left', inThread(name, thread), !members.has(name));
  }
}

const permitsOf = (...all: ExpectedState[]) =>
  new Map(PEOPLE.map((name) => [name, new Set(all.flatMap((known) => permits(known, name)))]));

/**
 * Lets somebody do what changes who may be texted. While it is done, either may be so.
 * @param act answers `false` when it was refused
 */
export async function alter(bench: Bench, change: Change, act: () => Promise<unknown>): Promise<void> {
  const next = copyOf(bench.known);
  change(next);
  bench.permits.push({ after: lastStep(bench), of: permitsOf(bench.known, next) });
  remember(bench, next);
  if ((await act()) !== false) bench.known = next;
  const of = permitsOf(bench.known);
  bench.whenSeen.push(() => bench.permits.push({ after: lastStep(bench), of }));
  remember(bench, bench.known);
}

/** The wall clock of the numbers' area code, since nothing else tells where people are: ms, as if it were UTC. */
export const wallTime = (now: number): number => now + offsetAt('America/New_York', now);

/** Whether the day's minute is within somebody's quiet hours. */
export function isQuiet(quiet: Quiet | undefined, now: number): boolean {
  const { from = null, to = null } = quiet ?? {};
  if (from === null || to === null) return false;
  const minute = Math.floor((wallTime(now) % 86_400_000) / 60_000);
  return from < to ? minute >= from && minute < to : minute >= from || minute < to;
}

/** @param writtenAt when the message was posted; its texts were let go then, or later */
function disturbance(
  { until, quiet, cameAt, lab }: Bench,
  { name, thread, writtenAt, now }: { name: Name; thread: string; writtenAt: number; now: number },
): string | null {
  if ((until.muted.get(inThread(name, thread)) ?? 0) > now) return 'they had muted it';
  const cameAfter = now - writtenAt < admissionMs(lab.config) && (cameAt.get(name) ?? 0) >= writtenAt;
  if ((until.here.get(name) ?? 0) > now && !cameAfter) return 'they were here';
  return isQuiet(quiet.get(name), now) ? 'they had quiet hours' : null;
}

/** Takes note of a text the moment it leaves. */
async function see(bench: Bench, text: AcceptedText): Promise<void> {
  const deliveryId = new URL(text.statusCallback).searchParams.get('delivery');
  if (deliveryId === null) return; // A confirmation or a code, not a notification.
  const { row, claim } = await bench.lab.lookAt(deliveryId);
  const user = row.user as Name;
  const thread = row.thread!;
  const urgent = row.urgent === 1;
  const at = text.acceptedAt;
  const late = bench.resuming;
  const after = bench.sends.note(inThread(user, thread), { deliveryId, claim, at, urgent, late });
  bench.texts.push({
    sid: text.sid,
    deliveryId,
    user,
    thread,
    urgent,
    at,
    writtenAt: row.createdAt,
    seq: row.seq!,
    upTo: row.coversSeq!,
    count: Number(/: (\d+) new messages/.exec(text.body)?.[1] ?? 1),
    claim,
    leaseEnd: row.dueAt ?? at,
    late,
    disturbs:
      urgent || late ? null : disturbance(bench, { name: user, thread, writtenAt: row.createdAt, now: at }),
    after: urgent ? [] : after,
    text,
  });
}

/** A bench with a fresh family on it. */
export async function openBench(settings: Record<string, string>, calm = false): Promise<Bench> {
  const lab = await openLab(settings);
  const known = initialState(lab.numberOf);
  const empty = () => new Map<string, number>();
  const bench: Bench = {
    lab,
    calm,
    known,
    permits: [{ after: 0, of: permitsOf(known) }],
    texts: [],
    paused: [],
    resuming: false,
    steps: [],
    messages: [],
    stepAt: new Map(),
    queuedAt: new Map(),
    whenSeen: [],
    judged: 0,
    looks: [],
    told: new Set(),
    receipts: new Map(),
    until: {
      stopped: empty(),
      numberless: empty(),
      left: empty(),
      muted: empty(),
      here: empty(),
      quiet: empty(),
    },
    mayHaveStopped: new Set(),
    cameAt: new Map(),
    quiet: new Map(),
    sends: sendsOf(lab.config),
    hasRead: [],
    mayHaveRead: new Map(),
    retracted: [],
    mayBeRetracted: new Set(),
    edits: [],
    said: new Map(),
    answered: new Map(),
    dead: [],
  };
  lab.carrier.onAccept = (text) => see(bench, text);
  const { find } = lab.carrier;
  lab.carrier.find = async (query) => {
    const found = await find(query);
    if (!found) bench.looks.push({ reference: query.reference, at: Date.now() });
    const holder = holderOf(bench.known, query.to);
    if (holder && found?.errorCode != null && errorRule(found.errorCode, 0).receipt === 'opted_out')
      bench.mayHaveStopped.add(holder);
    return found;
  };
  return bench;
}
