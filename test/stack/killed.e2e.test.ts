import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cast, castOf, type Member } from '../../dev/chaos/cast.ts';
import type { Evidence } from '../../dev/chaos/gather.ts';
import { type Stage, setStage } from '../../dev/chaos/stage.ts';
import { until } from '../../dev/chaos/until.ts';

const { families, members } = castOf(0, 6);
const [author, unanswered, unaccepted, cut, limited, served] = members as [Member, ...Member[]] & Member[];
const THREADS = ['thr_faults', 'thr_slow', 'thr_fresh'];
const cast: Cast = {
  families,
  members,
  threads: THREADS.map((id) => ({ id, familyId: author.familyId, members })),
};

/** What the phones say about one thread, and how its rows ended. */
interface Ends {
  texts: string[];
  statuses: string[];
}

let stage: Stage;
let evidence: Evidence;
/** How often the carrier had been asked to send after the restart, and right before the first sweep. */
let askedAtRestart: number;
let askedBeforeSweep: number;
let woken = 0;

const post = (threadId: string) =>
  stage.stack.host.as(author)('POST', `/api/threads/${threadId}/messages`, { body: `Words in ${threadId}` });

const arrived = () => stage.simulator.requests().filter(({ operation }) => operation === 'create');

function endsOf(threadId: string): Ends {
  const rows = evidence.deliveries.filter((delivery) => delivery.threadId === threadId);
  const ids = new Set(rows.map(({ id }) => id));
  const texts = evidence.texts.filter(({ deliveryId }) => deliveryId !== null && ids.has(deliveryId));
  return { texts: texts.map(({ to }) => to).sort(), statuses: rows.map(({ status }) => status) };
}

const everyone = members
  .slice(1)
  .map(({ phone }) => phone)
  .sort();
const once = {
  texts: everyone,
  statuses: everyone.map(() => expect.stringMatching(/^(sent|delivered)$/)),
};

beforeAll(async () => {
  // Nothing sweeps but this test, so what leaves after the kill leaves because of its sweeps.
  stage = await setStage(cast, { settings: { SWEEP_SECONDS: '0', TWILIO_TIMEOUT_SECONDS: '2' } });
  const { simulator, stack } = stage;
  simulator.faults.set({ retryAfterSeconds: 2 });
  simulator.faults.next({ fault: 'timeoutAfter', to: unanswered!.phone });
  simulator.faults.next({ fault: 'timeout', to: unaccepted!.phone });
  simulator.faults.next({ fault: 'dropAfter', to: cut!.phone });
  simulator.faults.next({ fault: 'rateLimited', to: limited!.phone });
  await post('thr_faults');
  await until('the carrier was asked to send all five', 10_000, () => arrived().length === 5);

  simulator.faults.set({ latencyMs: 1000 });
  await post('thr_slow');
  await until('the slow carrier is at work', 10_000, () => arrived().length > 5);
  await post('thr_fresh');
  await stack.kill();

  simulator.faults.reset();
  await stack.restart();
  askedAtRestart = arrived().length;
  await until('what was limited is due', 10_000, async () => {
    const { deliveries } = await stack.host.service<{
      deliveries: { dueAt: string | null; userId: string }[];
    }>('GET', '/api/admin/deliveries?status=pending&limit=200');
    const due = deliveries.find(({ userId }) => userId === limited!.id)?.dueAt;
    return due === undefined || due === null || Date.parse(due) < Date.now();
  });
  askedBeforeSweep = arrived().length;
  await stage.settled(async () => {
    woken += (await stack.host.service<{ woken: number }>('POST', '/api/admin/sweep')).woken;
  });
  evidence = await stage.evidence();
}, 240_000);
afterAll(() => stage.close());

describe('a process killed with work in flight', () => {
  it('sends once what was in doubt or unsent, and what the queue held comes back by the sweep', () => {
    expect(askedBeforeSweep).toBe(askedAtRestart);
    expect(endsOf('thr_faults')).toEqual(once);
    expect(woken).toBeGreaterThan(0);
    expect(evidence.texts.filter(({ to }) => to === served!.phone)).toHaveLength(THREADS.length);
  });

  it('sends once what a slow carrier accepted after the kill', () => {
    expect(endsOf('thr_slow')).toEqual(once);
  });

  it('sends once what was posted right before', () => {
    expect(endsOf('thr_fresh')).toEqual(once);
  });

  it('asked the carrier for everything it accepted and never told', () => {
    const lookups = stage.simulator.requests().filter(({ operation }) => operation === 'list');
    expect(lookups.length).toBeGreaterThan(0);
  });
});
