import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CREATE_TABLES } from '../../../src/db/object/object-tables.ts';
import type { DeliveryFacts } from '../../../src/notifications/send/policy.ts';
import type { Bindings } from '../../../src/platform/deps.ts';
import type { Candidate, FamilyRpc } from '../../../src/platform/family/family-rpc.ts';
import type { Family } from '../../../src/worker.ts';
import { passingFacts } from '../../support/passing-facts.ts';

const { FAMILY } = env as unknown as Bindings;
const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

let families = 0;
let deliveries = 0;
let fam = '';
const stub = () => FAMILY.get(FAMILY.idFromName(fam)) as unknown as FamilyRpc & DurableObjectStub<Family>;
const later = (ms: number) => vi.setSystemTime(Date.now() + ms);

/** A text that nothing but the family stands in the way of. */
function candidate(over: Partial<Candidate> = {}): Candidate<DeliveryFacts> {
  const deliveryId = `dlv${++deliveries}`;
  const base = {
    deliveryId,
    userId: 'leo',
    threadId: 'dinner',
    urgent: false,
    kind: 'message' as const,
    ...over,
  };
  return {
    ...base,
    facts: { ...passingFacts(Date.now()), deliveryId, kind: base.kind, urgent: base.urgent },
  };
}

/** One word a candidate: `send`, or why not and for how many minutes. */
async function admit(...candidates: Candidate[]): Promise<string[]> {
  const admissions = await stub().admit(candidates);
  expect(admissions.map(({ deliveryId }) => deliveryId)).toEqual(
    candidates.map(({ deliveryId }) => deliveryId),
  );
  return admissions.map(({ verdict }) =>
    verdict.action === 'defer'
      ? `${verdict.reason} ${(verdict.until - Date.now()) / MINUTE}`
      : verdict.action === 'drop'
        ? verdict.reason
        : verdict.action,
  );
}

/** Lets `n` texts go, each about a thread of its own; all but the last were answered. @returns whether the last says that it is */
async function spend(n: number, over: (i: number) => Partial<Candidate> = () => ({})): Promise<boolean> {
  await runInDurableObject(stub(), (_, { storage }) => {
    storage.sql.exec(CREATE_TABLES); // An object makes its tables when it first misses one.
    for (let i = 0; i < n - 1; i++) {
      const { userId = 'leo', authorId = null } = over(i);
      storage.sql.exec(
        'INSERT INTO sends (delivery_id, user_id, thread_id, author_id, rank, at, last_today) VALUES (?, ?, ?, ?, 0, ?, 0)',
        `dlv${++deliveries}`,
        userId,
        `thr${deliveries}`,
        authorId,
        Date.now(),
      );
    }
  });
  await evictDurableObject(stub()); // It reads its texts once in its life.
  const [admission] = await stub().admit([candidate({ threadId: `thr${++deliveries}`, ...over(n - 1) })]);
  expect(admission!.verdict).toEqual({ action: 'send' });
  return admission!.lastToday;
}

/** Gives back what was admitted up to now. */
const release = (...ids: string[]) =>
  stub().release(ids.map((deliveryId) => ({ deliveryId, at: Date.now() })));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  fam = `admission${++families}`;
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the window of a person and thread', () => {
  it('takes one of several that ask together; others and other threads are free', async () => {
    expect(
      await admit(
        candidate(),
        candidate(),
        candidate({ threadId: 'trip' }),
        candidate({ userId: 'mia' }),
        candidate(),
      ),
    ).toEqual(['send', 'rate_limited 2', 'send', 'send', 'rate_limited 2']);
  });

  it('holds across evictions, doubles while nobody answers, and falls back on return', async () => {
    const waits: string[] = [];
    for (const minutes of [2, 4, 8]) {
      expect(await admit(candidate())).toEqual(['send']);
      await evictDurableObject(stub());
      waits.push(...(await admit(candidate())));
      later(minutes * MINUTE);
    }
    expect(waits).toEqual(['rate_limited 2', 'rate_limited 4', 'rate_limited 8']);
    await admit(candidate());
    expect(await admit(candidate())).toEqual(['rate_limited 16']);
    later(2 * MINUTE);
    await stub().returned('leo', 'trip');
    expect(await admit(candidate())).toEqual(['rate_limited 14']);
    await stub().returned('leo', 'dinner');
    expect(await admit(candidate(), candidate())).toEqual(['send', 'rate_limited 2']);
  });

  it('is doubled by no text that was given back, but by one that may have left and is let go once more', async () => {
    const [lost, next] = [candidate(), candidate()];
    expect(await admit(lost)).toEqual(['send']);
    later(10 * MINUTE);
    expect(await admit(next)).toEqual(['send']);
    expect(await admit(candidate())).toEqual(['rate_limited 4']);
    await release(lost.deliveryId);
    expect(await admit(candidate())).toEqual(['rate_limited 2']);
    await evictDurableObject(stub());
    later(2 * MINUTE);
    const third = candidate();
    expect(await admit(third)).toEqual(['send']);
    expect(await admit(candidate())).toEqual(['rate_limited 4']);
    later(4 * MINUTE);
    expect(await admit(next)).toEqual(['send']);
    expect(await admit(candidate())).toEqual(['rate_limited 8']);
    await stub().release([{ deliveryId: third.deliveryId, at: Date.now(), mayHaveLeft: true }]);
    expect(await admit(candidate())).toEqual(['rate_limited 8']);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['reading', () => publish({ type: 'read', threadId: 'dinner', userId: 'leo', seq: 1 })],
    ['writing', () => publish({ type: 'message', threadId: 'dinner', message: { seq: 1, authorId: 'leo' } })],
    [
      'coming online',
      () =>
        stub()
          .heartbeat('leo', 'active')
          .then(() => later(MINUTE)),
    ],
    ['coming back anywhere', () => stub().returned('leo')],
  ])('falls back on %s', async (_, back) => {
    await admit(candidate());
    later(2 * MINUTE);
    await admit(candidate());
    later(2 * MINUTE);
    await back();
    expect(await admit(candidate())).toEqual(['send']);
  });

  const publish = (event: Parameters<FamilyRpc['publish']>[0][number]['event']) =>
    stub().publish([{ event, to: [] }]);

  it('is not consumed by what does not leave', async () => {
    await stub().heartbeat('leo', 'active');
    expect(await admit(candidate(), candidate())).toEqual(['online 1', 'online 1']);
    await stub().heartbeat('leo', 'away');
    expect(await admit(candidate())).toEqual(['send']);
  });

  it('does not hold up the text that opened it: a retry or duplicate passes and counts once', async () => {
    const text = candidate();
    expect(await admit(text)).toEqual(['send']);
    expect(await admit(text, text, candidate())).toEqual(['send', 'send', 'rate_limited 2']);
    later(2 * MINUTE);
    expect(await admit(candidate(), candidate())).toEqual(['send', 'rate_limited 4']);
  });

  it('begins anew with a text that leaves later than it was let go', async () => {
    const text = candidate();
    expect(await admit(text)).toEqual(['send']);
    later(MINUTE);
    expect(await admit(text, candidate())).toEqual(['send', 'rate_limited 2']);
    later(2 * MINUTE);
    expect(await admit(candidate(), candidate())).toEqual(['send', 'rate_limited 4']);
  });

  it('is given back when the text did not go out after all', async () => {
    const first = candidate();
    await admit(first);
    later(2 * MINUTE);
    const second = candidate();
    await admit(second);
    await release(second.deliveryId, 'unknown');
    await release(second.deliveryId);
    expect(await admit(candidate(), candidate())).toEqual(['send', 'rate_limited 4']);
    // The third is the first that went out.
    await release(first.deliveryId);
    expect(await admit(candidate())).toEqual(['rate_limited 2']);
  });

  it('is not given back by a process that stood still while another one sent the text', async () => {
    const text = candidate();
    const [admitted] = await stub().admit([text]);
    later(2 * MINUTE);
    expect(await admit(text)).toEqual(['send']);
    await stub().release([{ deliveryId: text.deliveryId, at: admitted!.at }]);
    expect(await admit(candidate())).toEqual(['rate_limited 2']);
  });

  it('is passed by urgent texts, which ordinary ones then follow at the base distance', async () => {
    const urgent = () => candidate({ urgent: true });
    expect(await admit(candidate(), urgent(), urgent(), candidate())).toEqual([
      'send',
      'send',
      'send',
      'rate_limited 2',
    ]);
    later(2 * MINUTE);
    expect(await admit(candidate(), candidate())).toEqual(['send', 'rate_limited 4']);
    later(MINUTE);
    await admit(urgent());
    expect(await admit(candidate())).toEqual(['rate_limited 3']);
  });

  it('has no part in test texts', async () => {
    const test = () => candidate({ kind: 'test', threadId: null });
    expect(await admit(test(), test(), candidate(), test())).toEqual(['send', 'send', 'send', 'send']);
  });
});

describe('the caps', () => {
  it('let a person have thirty texts in any day, the last three for what is urgent, and say so in the last ordinary one', async () => {
    expect(await spend(26)).toBe(false);
    later(60 * MINUTE);
    expect(await spend(1)).toBe(true);
    expect(await admit(candidate(), candidate({ kind: 'test', threadId: null }))).toEqual([
      'daily_cap 1380',
      'daily_cap 1380',
    ]);
    const urgent = () => candidate({ urgent: true, threadId: `thr${++deliveries}` });
    expect(await admit(urgent(), urgent(), urgent(), urgent())).toEqual([
      'send',
      'send',
      'send',
      'daily_cap 1380',
    ]);
    expect(await admit(candidate({ userId: 'mia' }))).toEqual(['send']);
    later(DAY - 60 * MINUTE);
    expect(await admit(candidate())).toEqual(['send']);
  });

  it('tell a person once a day, however often the last place is taken', async () => {
    await spend(26);
    const last = candidate();
    const again = candidate({ threadId: 'other' });
    expect(await stub().admit([last, last])).toMatchObject([{ lastToday: true }, { lastToday: true }]);
    await release(last.deliveryId);
    expect(await stub().admit([again])).toMatchObject([{ lastToday: true }]);
    later(DAY - 1);
    expect(await admit(candidate({ threadId: 'third' }))).toEqual([`daily_cap ${1 / MINUTE}`]);
    later(1);
    expect(await spend(26)).toBe(false);
    expect(await spend(1)).toBe(true);
  });

  it('let a family have three hundred, thirty of them for what is urgent', async () => {
    const userOf = (i: number) => ({ userId: `user${i % 20}` });
    expect(await spend(269, userOf)).toBe(false);
    expect(await spend(1, () => ({ userId: 'mia' }))).toBe(true);
    expect(await admit(candidate(), candidate({ urgent: true }))).toEqual(['daily_cap 1440', 'send']);
    later(DAY);
    expect(await admit(candidate())).toEqual(['send']);
  });

  it('let one author have a third of a person’s day and of the family’s, and not of what is urgent', async () => {
    const by = (authorId: string, more: Partial<Candidate> = {}) =>
      candidate({ threadId: `thr${++deliveries}`, authorId, ...more });
    await spend(10, () => ({ authorId: 'rosa' }));
    expect(await admit(by('rosa'), by('mia'), by('rosa', { urgent: true }))).toEqual([
      'daily_cap 1440',
      'send',
      'send',
    ]);
    await spend(89, (i) => ({ authorId: 'rosa', userId: `user${i}` }));
    expect(await admit(by('rosa', { userId: 'pia' }), by('mia', { userId: 'pia' }))).toEqual([
      'daily_cap 1440',
      'send',
    ]);
  });

  it('let five texts reach a person within a window, whatever threads they are about', async () => {
    const about = (threadId: string) => candidate({ threadId });
    expect(await admit(...['a', 'b', 'c', 'd', 'e', 'f'].map(about))).toEqual([
      ...Array(5).fill('send'),
      'rate_limited 2',
    ]);
    expect(await admit(candidate({ threadId: 'f', urgent: true }), about('g'))).toEqual([
      'send',
      'rate_limited 2',
    ]);
    await stub().returned('leo');
    expect(await admit(about('g'))).toEqual(['send']);
  });

  it('count several about one thread once when they may leave together, since one text tells of all', async () => {
    await spend(25);
    const urgent = { urgent: true };
    const admissions = await stub().admit([
      candidate(urgent),
      candidate(urgent),
      candidate(urgent),
      candidate({ threadId: 'camping' }),
      candidate({ threadId: 'garden' }),
    ]);
    expect(admissions.map(({ verdict }) => verdict.action)).toEqual([...Array(4).fill('send'), 'defer']);
    expect(admissions.map(({ lastToday }) => lastToday)).toEqual([false, false, false, true, false]);
  });
  it('forget what is too old to matter, but not how many stayed unanswered', async () => {
    for (const minutes of [2, 4, 8]) {
      await admit(candidate());
      later(minutes * MINUTE);
    }
    await admit(candidate());
    later(3 * DAY);
    expect(await admit(candidate(), candidate())).toEqual(['send', 'rate_limited 32']);
  });
});

describe('an admission', () => {
  it('costs the same however many texts left today: what is stored is read once in the life of the object', async () => {
    expect(await admit(candidate())).toEqual(['send']);
    await runInDurableObject(stub(), (_, { storage }) => storage.sql.exec('DELETE FROM sends'));
    expect(await admit(candidate())).toEqual(['rate_limited 2']);
    await evictDurableObject(stub());
    expect(await admit(candidate())).toEqual(['send']);
  });

  it('judges by presence that survived a restart between post and decision', async () => {
    await stub().heartbeat('leo', 'active');
    const posted = candidate();
    await evictDurableObject(stub(), { webSockets: 'close' });
    later(59_999);
    expect(await admit(posted)).toEqual(['online 1']);
    later(1);
    expect(await admit(posted)).toEqual(['send']);
  });

  it('leaves no trace when the judge fails on the way', async () => {
    const broken = { ...candidate(), facts: null };
    await runInDurableObject(stub(), async (object: Family) => {
      await expect(object.admit([candidate(), broken])).rejects.toThrow();
    });
    expect(await admit(candidate())).toEqual(['send']);
  });
});
