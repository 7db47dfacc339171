import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sweep } from '../../src/notifications/operate/sweep.ts';
import { drain, drainUntilIdle, handOver, post, takeJobs } from '../worker/acts.ts';
import { homeOfLab, type Lab, openLab } from '../worker/lab.ts';
import type { Call } from '../worker/process.ts';

const SECOND = 1000;
const CAP = 2;

let lab: Lab;
beforeEach(async () => {
  lab = await openLab({ SMS_USER_DAILY_CAP: String(CAP) });
  // One reader is enough.
  await homeOfLab()
    .prepare("UPDATE notification_preferences SET sms_enabled = 0 WHERE user_id = 'mia'")
    .run();
});
afterEach(() => lab.close());

const textsToBen = () => lab.carrier.texts.filter(({ to }) => to === lab.numberOf('ben'));
const isClaim = ({ kind, name }: Call) => kind === 'd1' && name.includes('insert links');
const isWrite = ({ kind, name }: Call) => kind === 'd1' && name.startsWith('update sms_delivery_log');
const quiet = (from: number | null, to: number | null) =>
  homeOfLab()
    .prepare("UPDATE notification_preferences SET quiet_start = ?, quiet_end = ? WHERE user_id = 'ben'")
    .bind(from, to)
    .run();
/** Hands a copy of what the queue holds to a consumer, as the queue may at any time. */
const handOverTwice = () => {
  const jobs = takeJobs(lab);
  lab.jobs.push(...jobs);
  return handOver(jobs.map((each) => ({ ...each }))).work;
};

/** Two more messages, each about something else or past all windows: as many texts as there is room for. */
async function fillTheDay() {
  await lab.pass(130 * SECOND);
  await lab.run(post(lab, 'rosa', { thread: 'school', body: 'One more' }));
  await drain(lab);
  await lab.pass(130 * SECOND);
  await lab.run(post(lab, 'mia', { thread: 'school', body: 'Another' }));
  await drain(lab);
  await lab.pass(600 * SECOND);
  await lab.run(sweep);
  await drain(lab);
}

describe('the place of a text in its day is not given back while another consumer may still send it', () => {
  it('by one that found quiet hours, which have ended since', async () => {
    await lab.run(post(lab, 'rosa'));
    const goOn = await lab.standStill(handOverTwice(), 'before', isClaim);
    await quiet(0, 1439);
    await drain(lab);
    await quiet(null, null);
    await homeOfLab()
      .prepare('UPDATE sms_delivery_log SET due_at = 0, wake_at = 0 WHERE wake_at IS NOT NULL')
      .run();
    await lab.run(sweep);
    await goOn();
    await drainUntilIdle(lab, 3);
    await fillTheDay();
    expect(textsToBen()).toHaveLength(CAP);
  });

  it('by one that found quiet hours, and wrote so after the text had left', async () => {
    await lab.run(post(lab, 'rosa'));
    const goOn = await lab.standStill(handOverTwice(), 'before', isClaim);
    await quiet(0, 1439);
    await lab.pass(SECOND);
    const writes = await lab.standStill(handOverTwice(), 'before', isWrite);
    await goOn();
    expect(lab.carrier.texts).toHaveLength(1);
    await writes();
    await quiet(null, null);
    lab.jobs.length = 0;
    await fillTheDay();
    expect(textsToBen()).toHaveLength(CAP);
  });

  it('by one that meant to tell of it in the text of a newer message, which the carrier refused', async () => {
    await lab.run(post(lab, 'rosa'));
    const goOn = await lab.standStill(handOverTwice(), 'before', isClaim);
    await lab.run(post(lab, 'rosa', { urgent: true, body: 'Now' }));
    lab.carrier.faults.push({ kind: 'refused', code: 20429 });
    await drain(lab);
    expect(lab.carrier.texts).toEqual([]);
    await goOn();
    await drainUntilIdle(lab, 3);
    await fillTheDay();
    expect(textsToBen()).toHaveLength(CAP);
  });

  it('and what was said at the post is not used again once it was given back', async () => {
    await lab.run(post(lab, 'rosa'));
    const goOn = await lab.standStill(handOverTwice(), 'before', isClaim);
    await homeOfLab().prepare('UPDATE sms_delivery_log SET revision = revision + 1').run(); // Somebody edits the message.
    await goOn();
    await drain(lab);
    expect(textsToBen()).toHaveLength(1);
    await fillTheDay();
    expect(textsToBen()).toHaveLength(CAP);
  });

  it('by one whose own claim came too late for what it had read', async () => {
    await lab.run(post(lab, 'rosa'));
    await lab.pass(3 * SECOND); // What was said at the post holds no more.
    const goOn = await lab.standStill(handOverTwice(), 'before', isClaim);
    lab.jobs.length = 0;
    await goOn();
    await fillTheDay();
    expect(textsToBen()).toHaveLength(CAP);
  });
});
