import { postMessage } from '../../src/chat/post-message.ts';
import { markRead } from '../../src/chat/read.ts';
import { applyReceipt } from '../../src/notifications/deliveries/receipts.ts';
import { sweep, sweepStore } from '../../src/notifications/operate/sweep.ts';
import { consumeBatch } from '../../src/notifications/send/consumer.ts';
import type { Deps } from '../../src/platform/deps.ts';
import { handleInbound } from '../../src/sms/inbound-text.ts';
import type { AcceptedText } from './carrier.ts';
import type { Lab, Name, QueuedJob, THREADS } from './lab.ts';
import type { End } from './process.ts';

/** What a test says: to the first thread and not urgent, unless told otherwise. */
export interface Saying {
  thread?: (typeof THREADS)[number];
  urgent?: boolean;
  /** The Idempotency-Key. */
  key?: string;
  body?: string;
}

/** Posts a message. */
export const post =
  (lab: Lab, author: Name, { thread = 'dinner', urgent = false, key, body = 'Hello' }: Saying = {}) =>
  (deps: Deps) =>
    postMessage(deps, lab.caller(author), {
      threadId: thread,
      body,
      fileIds: [],
      urgent,
      via: 'app',
      clientKey: key ?? null,
    });

/** Reads a thread to its end. */
export const read =
  (lab: Lab, reader: Name, thread: (typeof THREADS)[number] = 'dinner') =>
  (deps: Deps) =>
    markRead(deps, lab.caller(reader), thread, null);

let inboundTexts = 0;

/** Takes a text, `sid`, from somebody's phone; asked again, the same text. */
export const inbound = (from: string, body: string) => {
  const sid = `SMinbound${++inboundTexts}`;
  const params: Record<string, string> = { MessageSid: sid, From: from, Body: body };
  const take = (deps: Deps) =>
    handleInbound(deps, { get: (name) => params[name] ?? '', query: new URLSearchParams() });
  return Object.assign(take, { sid });
};

/** Takes a receipt about a text: how it ended, unless another word of Twilio's is given. */
export const receipt =
  (lab: Lab, text: AcceptedText, word?: { status: string; errorCode: number | null }) => (deps: Deps) => {
    const deliveryId = new URL(text.statusCallback).searchParams.get('delivery')!;
    const { status, errorCode } = word ?? text.fate;
    return applyReceipt(deps, {
      deliveryId,
      familyId: lab.familyId,
      sid: text.sid,
      status,
      errorCode,
      to: text.to,
    });
  };

/** Jobs as a batch of the queue. */
export interface Handover {
  /** For the consumer. */
  work: (deps: Deps) => Promise<void>;
  /**
   * What comes again once the process has ended: what it asked for, or, where it did not end well, all that it had
   * not acknowledged.
   */
  left: (end: End<unknown>) => QueuedJob[];
}

/** Hands jobs to the queue's consumer as one batch; the first of ack and retry wins. */
export function handOver(jobs: readonly QueuedJob[]): Handover {
  const fates = new Map<QueuedJob, { retryIn: number } | 'acked'>();
  const decide = (queued: QueuedJob, fate: { retryIn: number } | 'acked') => {
    if (!fates.has(queued)) fates.set(queued, fate);
  };
  const messages = jobs.map((queued, i) => ({
    id: `m${i}`,
    timestamp: new Date(),
    attempts: queued.attempts,
    body: queued.job,
    ack: () => decide(queued, 'acked'),
    retry: (options?: { delaySeconds?: number }) => decide(queued, { retryIn: options?.delaySeconds ?? 0 }),
  }));
  const batch = { queue: 'fcs-deliveries', messages } as unknown as MessageBatch<unknown>;
  return {
    work: (deps) => consumeBatch(deps, batch),
    left: (end) =>
      jobs.flatMap((queued) => {
        const fate = fates.get(queued);
        if (fate === 'acked' || (fate === undefined && end.kind === 'done')) return [];
        const at = Date.now() + (fate?.retryIn ?? 0) * 1000;
        return [{ ...queued, attempts: queued.attempts + 1, at }];
      }),
  };
}

/** Takes those jobs off the queue that may be handed over now. */
export function takeJobs({ jobs }: Lab): QueuedJob[] {
  const ready = jobs.filter(({ at }) => at <= Date.now());
  jobs.splice(0, jobs.length, ...jobs.filter((job) => !ready.includes(job)));
  return ready;
}

/** Hands over what the queue holds, undisturbed; what comes again is back in the queue. */
export async function drain(lab: Lab): Promise<void> {
  const jobs = takeJobs(lab);
  if (jobs.length === 0) return;
  const { work, left } = handOver(jobs);
  lab.jobs.push(...left(await lab.run(work)));
}

/** What a process has, with the store of the lab's family as the only one that it asks of all. */
const inHome = ({ store }: Lab, deps: Deps): Deps => ({ ...deps, db: { ...deps.db, stores: () => [store] } });

/** Lets time pass and everything that waits be done, until nothing waits or so many rounds are over. */
export async function drainUntilIdle(lab: Lab, rounds = 60): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const { rows } = await lab.look();
    const times = [...rows.map(({ wakeAt }) => wakeAt), ...lab.jobs.map(({ at }) => at)];
    const next = Math.min(...times.filter((at) => at !== null));
    if (next === Number.POSITIVE_INFINITY) return;
    await lab.pass(Math.max(0, next - Date.now()));
    // What the directory's part has to do is done by the first; in the other stores nobody lives.
    if (round === 0) await lab.run((deps) => sweep(inHome(lab, deps)));
    else await lab.run((deps) => sweepStore(deps, lab.store));
    await drain(lab);
  }
}
