import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordDeadLetters, retryDeadLetter } from '../../src/notifications/operate/dead-letters.ts';
import { sweep } from '../../src/notifications/operate/sweep.ts';
import { drain, drainUntilIdle, handOver, post, receipt, takeJobs } from '../worker/acts.ts';
import { type Lab, openLab } from '../worker/lab.ts';

const SECOND = 1000;
const MAGIC = 'the-first-secret-0123456789-0123456789';
const OTHER = 'a-new-secret-0123456789-0123456789';

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
  // One reader is enough.
  await lab.home.prepare("UPDATE notification_preferences SET sms_enabled = 0 WHERE user_id = 'mia'").run();
});
afterEach(() => lab.close());

const rowOfBen = async () => (await lab.look()).rows.find(({ user }) => user === 'ben')!;
const sweepAndDrain = async () => {
  await lab.run(sweep);
  await drain(lab);
};

describe('a text in doubt', () => {
  it('is one text when the carrier’s list shows it only after 90 s, whatever the next request would have met', async () => {
    lab.carrier.faults.push({ kind: 'late', ms: 90 * SECOND });
    await lab.run(post(lab, 'rosa'));
    await drain(lab);
    await drainUntilIdle(lab);
    expect(lab.carrier.texts).toHaveLength(1);
    expect(await rowOfBen()).toMatchObject({ attempts: 1, sid: lab.carrier.texts[0]!.sid });
  });

  it.each([
    ['never accepted', { kind: 'lost' }],
    ['refused for now', { kind: 'refused', code: 20429 }],
  ] as const)('is found later although it seemed absent and the next try was %s', async (_, second) => {
    lab.carrier.faults.push({ kind: 'late', ms: 130 * SECOND }, second, { kind: 'lost' });
    await lab.run(post(lab, 'rosa'));
    await drain(lab);
    await drainUntilIdle(lab);
    expect(lab.carrier.texts).toHaveLength(1);
    expect(await rowOfBen()).toMatchObject({ status: 'delivered', sid: lab.carrier.texts[0]!.sid });
  });

  it('is proven by its receipt even while its row waits for another reason', async () => {
    lab.carrier.faults.push({ kind: 'late', ms: 101 * SECOND });
    await lab.run(post(lab, 'rosa'));
    await drain(lab);
    await lab.pass(60 * SECOND);
    await sweepAndDrain(); // The first look.
    await lab.pass(36 * SECOND);
    await drain(lab); // The second: it is taken for absent.
    await lab.home
      .prepare("UPDATE notification_preferences SET quiet_start = 0, quiet_end = 1439 WHERE user_id = 'ben'")
      .run();
    await drain(lab);
    expect(await rowOfBen()).toMatchObject({ status: 'deferred', reason: 'quiet_hours' });
    await lab.pass(10 * SECOND);
    await lab.run(receipt(lab, lab.carrier.texts[0]!));
    await drainUntilIdle(lab);
    expect(lab.carrier.texts).toHaveLength(1);
    expect(await rowOfBen()).toMatchObject({ status: 'delivered', reason: null });
  });

  it.each([
    ['after', {}, { MAGIC_SECRET: OTHER, MAGIC_SECRET_PREVIOUS: MAGIC }],
    [
      'by an isolate that is behind in',
      { MAGIC_SECRET: OTHER, MAGIC_SECRET_PREVIOUS: MAGIC },
      { MAGIC_SECRET_PREVIOUS: OTHER },
    ],
  ])(
    'is found at the carrier by the link that it bears %s a rotation of MAGIC_SECRET',
    async (_, sends, looks) => {
      Object.assign(lab.config, { MAGIC_SECRET: MAGIC, MAGIC_SECRET_PREVIOUS: undefined });
      Object.assign(lab.config, sends);
      lab.carrier.faults.push({ kind: 'unanswered' });
      await lab.run(post(lab, 'rosa'));
      await drain(lab);
      expect(await rowOfBen()).toMatchObject({ status: 'sending' });
      Object.assign(lab.config, { MAGIC_SECRET: MAGIC, MAGIC_SECRET_PREVIOUS: undefined }, looks);
      await lab.pass(60 * SECOND);
      await sweepAndDrain();
      const { sid } = lab.carrier.texts[0]!;
      expect(await rowOfBen()).toMatchObject({ attempts: 1, status: 'delivered', sid }); // By the list alone.
      await drainUntilIdle(lab);
      expect(lab.carrier.texts).toHaveLength(1);
    },
  );

  it.each([
    ['the same', 0],
    ['an earlier', -40],
  ])('keeps what it tells of from one that is claimed by a clock with %s time', async (_, ms) => {
    // Urgent, so that no window keeps them apart; the first one's job is lost.
    await lab.run(post(lab, 'rosa', { urgent: true }));
    lab.jobs.length = 0;
    await lab.run(post(lab, 'rosa', { urgent: true }));
    lab.carrier.faults.push({ kind: 'lost' });
    await drain(lab); // In doubt: it would have told of both.
    await lab.run(post(lab, 'rosa', { urgent: true }));
    await lab.pass(ms);
    await drain(lab);
    await drainUntilIdle(lab);
    const { rows } = await lab.look();
    const [first, second, third] = rows.filter(({ user }) => user === 'ben');
    expect(first).toMatchObject({ status: 'merged', mergedInto: second!.id });
    expect([second!.coversSeq, third!.coversSeq]).toEqual([2, 3]);
    const counts = lab.carrier.texts.map(({ body }) => /: (\d+) new messages/.exec(body)?.[1] ?? '1');
    expect(counts).toEqual(['1', '2']);
  });

  it('is not taken for absent before its lease is over, not even when an operator is impatient', async () => {
    lab.carrier.faults.push({ kind: 'late', ms: 30 * SECOND });
    await lab.run(post(lab, 'rosa'));
    const messages = lab.jobs.map(({ job }) => ({ body: job, ack: () => undefined }));
    await drain(lab);
    await lab.run((deps) => recordDeadLetters(deps, { messages } as unknown as MessageBatch<unknown>));
    await lab.pass(SECOND);
    await lab.run((deps) => retryDeadLetter(deps, messages[0]!.body.deliveryId));
    await drain(lab);
    await lab.pass(6 * SECOND);
    await drain(lab);
    expect((await rowOfBen()).status).toBe('sending');
    await drainUntilIdle(lab);
    expect(lab.carrier.texts).toHaveLength(1);
  });

  it('is not sent by a process that stood still until its claim had run out', async () => {
    await lab.run(post(lab, 'rosa'));
    const { work, left } = handOver(takeJobs(lab));
    const go = await lab.standStill(work, 'after', ({ name }) => name.startsWith('update sms_delivery_log'));
    await lab.pass(60 * SECOND);
    await sweepAndDrain();
    await lab.pass(36 * SECOND);
    await drain(lab);
    await drain(lab);
    expect(lab.carrier.texts).toHaveLength(1);
    lab.jobs.push(...left(await go()));
    await drainUntilIdle(lab);
    expect(lab.carrier.texts).toHaveLength(1);
    expect((await rowOfBen()).status).toBe('sent');
  });
});

describe('an unreachable handset', () => {
  const unreachable = { status: 'undelivered', errorCode: 30003 } as const;

  it('is tried once more, also when the first try had met a busy carrier', async () => {
    lab.carrier.faults.push({ kind: 'refused', code: 20429 });
    lab.carrier.fates.push(unreachable, unreachable, unreachable);
    await lab.run(post(lab, 'rosa'));
    await drain(lab);
    await lab.pass(10 * SECOND);
    await drain(lab);
    expect(lab.carrier.texts).toHaveLength(1);
    await lab.run(receipt(lab, lab.carrier.texts[0]!));
    await lab.pass(600 * SECOND);
    lab.carrier.faults.push({ kind: 'refused', code: 20429 });
    await sweepAndDrain();
    await lab.pass(20 * SECOND);
    await drain(lab);
    expect(lab.carrier.texts).toHaveLength(2);
    await lab.run(receipt(lab, lab.carrier.texts[1]!));
    await drainUntilIdle(lab);
    expect(lab.carrier.texts).toHaveLength(2);
    expect(await rowOfBen()).toMatchObject({ status: 'undelivered', wakeAt: null, error: '30003' });
  });
});
