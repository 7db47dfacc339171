import { afterEach, beforeEach, expect, it } from 'vitest';
import { drain, drainUntilIdle, handOver, post, takeJobs } from '../worker/acts.ts';
import { type Lab, openLab } from '../worker/lab.ts';
import type { Call } from '../worker/process.ts';

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
  // One reader is enough.
  await lab.home.prepare("UPDATE notification_preferences SET sms_enabled = 0 WHERE user_id = 'mia'").run();
});
afterEach(() => lab.close());

const isClaim = ({ name }: Call) => name.startsWith('update sms_delivery_log');
const bodies = () => lab.carrier.texts.map(({ body }) => body);

/** The queue's consumer has decided to send, and is about to claim; then the world moves on; then it goes on. */
async function betweenDecisionAndClaim(meanwhile: () => Promise<unknown>): Promise<void> {
  const { work } = handOver(takeJobs(lab));
  const go = await lab.standStill(work, 'before', isClaim);
  await meanwhile();
  await go();
}

it.each([
  ['opted out', "UPDATE notification_preferences SET opted_out_at = 1 WHERE user_id = 'ben'"],
  [
    'told their carrier to stop',
    "UPDATE notification_preferences SET carrier_opted_out_at = 1 WHERE user_id = 'ben'",
  ],
  ['switched texts off', "UPDATE notification_preferences SET sms_enabled = 0 WHERE user_id = 'ben'"],
  ['has another number', "UPDATE users SET phone = '+12025550109' WHERE id = 'ben'"],
  ['holds the number no longer for sure', "UPDATE users SET phone_verified_at = NULL WHERE id = 'ben'"],
  ['has a number that takes no texts', "UPDATE users SET phone_unusable_at = 1 WHERE id = 'ben'"],
  ['deleted the account', "UPDATE users SET deleted_at = 1 WHERE id = 'ben'"],
  ['left the thread', "DELETE FROM thread_members WHERE user_id = 'ben'"],
  ['read the message', "UPDATE thread_members SET last_read_seq = 1 WHERE user_id = 'ben'"],
])('no text leaves to somebody who %s after the decision', async (_, change) => {
  await lab.run(post(lab, 'rosa'));
  await betweenDecisionAndClaim(() => lab.home.prepare(change).run());
  expect(bodies()).toEqual([]);
  expect((await lab.look()).steps.filter(({ to }) => to === 'sending')).toEqual([]);
});

it('a text that counts what was read after the decision leaves anew, with the right number', async () => {
  await lab.run(post(lab, 'rosa'));
  await lab.run(post(lab, 'rosa'));
  await betweenDecisionAndClaim(() =>
    lab.home.prepare("UPDATE thread_members SET last_read_seq = 1 WHERE user_id = 'ben'").run(),
  );
  expect(bodies()).toEqual([]);
  await drainUntilIdle(lab);
  expect(bodies()).toEqual([expect.stringContaining('rosa: "Hello"')]);
});

it('what another text on its way tells of after the decision does not leave by itself', async () => {
  await lab.run(post(lab, 'rosa', { urgent: true }));
  await betweenDecisionAndClaim(async () => {
    await lab.run(post(lab, 'rosa', { urgent: true }));
    lab.carrier.faults.push({ kind: 'unanswered' });
    await drain(lab);
  });
  await drainUntilIdle(lab);
  expect(bodies()).toEqual([expect.stringContaining('2 new messages')]);
});

it.each([
  ['sent', []],
  ['sent, and nobody knows whether it left', [{ kind: 'unanswered' as const }]],
])('what another consumer has %s after the decision does not leave again', async (_, faults) => {
  await lab.run(post(lab, 'rosa'));
  const jobs = [...lab.jobs];
  await betweenDecisionAndClaim(async () => {
    lab.jobs.push(...jobs);
    lab.carrier.faults.push(...faults);
    await drain(lab);
  });
  await drainUntilIdle(lab);
  expect(bodies()).toHaveLength(1);
});

it('what another consumer has tried after the decision waits as the carrier asked, and keeps its window', async () => {
  await lab.run(post(lab, 'rosa', { urgent: true }));
  const jobs = [...lab.jobs];
  await betweenDecisionAndClaim(async () => {
    lab.jobs.push(...jobs);
    lab.carrier.faults.push({ kind: 'refused', code: 20429 });
    await drain(lab);
  });
  expect(bodies()).toEqual([]);
  await drainUntilIdle(lab);
  expect(bodies()).toHaveLength(1);
  await lab.run(post(lab, 'rosa'));
  await drain(lab);
  expect((await lab.look()).rows.findLast(({ user }) => user === 'ben')).toMatchObject({
    status: 'deferred',
    reason: 'rate_limited',
  });
});
