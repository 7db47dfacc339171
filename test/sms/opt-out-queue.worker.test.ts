import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { drain, handOver, inbound, post, takeJobs } from '../worker/acts.ts';
import { type Lab, openLab } from '../worker/lab.ts';
import type { FaultInjector } from '../worker/process.ts';

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(() => lab.close());

const databaseDown: FaultInjector = (call) =>
  call.kind === 'd1' ? { when: 'before', how: new Error('D1_ERROR: Network connection lost.') } : null;
const optedOut = async () =>
  (
    await lab.home
      .prepare("SELECT opted_out_at AS at FROM notification_preferences WHERE user_id = 'ben'")
      .first()
  )?.at;

describe('an opt-out that meets a database that is down', () => {
  it.each(['STOP', 'please stop texting me', 'Stop!'])(
    '%s: waits in the queue, without its words',
    async (words) => {
      const end = await lab.run(inbound(lab.numberOf('ben'), words), databaseDown);
      expect(end.kind).toBe('done');
      expect(JSON.stringify(lab.jobs)).not.toMatch(/texting|\+1/);
      await lab.run(post(lab, 'rosa'));
      await drain(lab);
      expect(lab.carrier.texts.map(({ to }) => to)).toEqual([lab.numberOf('mia')]);
      expect(await optedOut()).not.toBeNull();
      expect(lab.jobs).toEqual([]);
    },
  );

  it('stays in the queue until it can be written', async () => {
    await lab.run(inbound(lab.numberOf('ben'), 'STOP'), databaseDown);
    for (let i = 0; i < 8; i++) {
      const { work, left } = handOver(takeJobs(lab));
      lab.jobs.push(...left(await lab.run(work, databaseDown)));
      expect(lab.jobs).toHaveLength(1);
      await lab.pass(10_000);
    }
    await drain(lab);
    expect(await optedOut()).not.toBeNull();
  });

  it('is refused with an error when neither database nor queue takes it, so that Twilio repeats it', async () => {
    const end = await lab.run(inbound(lab.numberOf('ben'), 'STOP'), (call) =>
      call.kind === 'd1' || call.kind === 'queue' ? { when: 'before', how: new Error('down') } : null,
    );
    expect(end.kind).toBe('threw');
  });

  it('is not made of an ordinary text', async () => {
    const end = await lab.run(inbound(lab.numberOf('ben'), 'See you at six'), databaseDown);
    expect(end.kind).toBe('threw');
    expect(lab.jobs).toEqual([]);
  });
});
