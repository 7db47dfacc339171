import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { editMessage, retractMessage } from '../../src/chat/change-message.ts';
import { markRead } from '../../src/chat/read.ts';
import { sweep } from '../../src/notifications/operate/sweep.ts';
import { drain, drainUntilIdle, post, receipt } from '../worker/acts.ts';
import { type Lab, openLab } from '../worker/lab.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

let lab: Lab;
beforeEach(async () => {
  lab = await openLab({ SMS_WINDOW_SECONDS: '60', SMS_WINDOW_MAX_SECONDS: '60' });
  await lab.home.prepare("UPDATE notification_preferences SET sms_enabled = 0 WHERE user_id = 'mia'").run();
});
afterEach(() => lab.close());

const say = (body: string) => lab.run(post(lab, 'rosa', { body }));

const message = async (body: string) => {
  const found = await lab.home
    .prepare('SELECT id FROM messages WHERE body = ?')
    .bind(body)
    .first<string>('id');
  return found!;
};

const retract = async (body: string) => {
  const id = await message(body);
  await lab.run((deps) => retractMessage(deps, lab.caller('rosa'), 'dinner', id));
};

/** The words of the newest text. */
const newestWords = () => lab.carrier.texts.at(-1)!.body.replace(/^.*?: (.*)\n.*$/s, '$1');

/** How the messages ended for Ben, oldest first: `merged` with the place of the text's own message. */
const ends = async () => {
  const rows = (await lab.look()).rows.filter(({ user }) => user === 'ben');
  return rows.map(({ status, reason, mergedInto }) => {
    const lead = rows.findIndex(({ id }) => id === mergedInto);
    return status === 'merged' ? `merged into ${lead + 1}` : [status, reason].filter(Boolean).join(' ');
  });
};

/** A text about the first of two messages, which tells of the second too; its receipt is not there yet. */
async function summary(code: number): Promise<void> {
  lab.carrier.fates.push({ status: code === 30003 ? 'undelivered' : 'failed', errorCode: code });
  await say('One');
  await say('Two');
  await drain(lab);
  expect(newestWords()).toContain('2 new messages');
  expect(await ends()).toEqual(['sent', 'merged into 1']);
}

const fails = () => lab.run(receipt(lab, lab.carrier.texts[0]!));

describe('a summary that did not reach the phone', () => {
  describe.each([
    ['One', 'Two'],
    ['Two', 'One'],
  ])('tells of what is left when “%s” was taken back', (gone, left) => {
    it.each([
      ['before the carrier said so', 30036, false],
      ['while it waited to be sent again', 30036, true],
      ['before the handset was found unreachable', 30003, false],
      ['while the unreachable handset was waited for', 30003, true],
    ])('%s (%i)', async (_, code, after) => {
      await summary(code);
      if (after) await fails();
      await retract(gone);
      if (!after) await fails();
      await drainUntilIdle(lab);
      expect(lab.carrier.texts).toHaveLength(2);
      expect(newestWords()).toContain(`"${left}"`);
      expect(newestWords()).not.toMatch(/messages/);
      const told = [gone, left].toSorted().map((each) => (each === left ? 'sent' : 'suppressed retracted'));
      expect(await ends()).toEqual(told);
    });
  });

  it('is not sent again when all of it was taken back, and says so', async () => {
    await summary(30036);
    await retract('One');
    await fails();
    await retract('Two');
    await drainUntilIdle(lab);
    expect(lab.carrier.texts).toHaveLength(1);
    expect(await ends()).toEqual(['suppressed retracted', 'suppressed retracted']);
  });

  it('tells of what is unread when the message was read that its text is about', async () => {
    await summary(30036);
    await fails();
    const id = await message('One');
    await lab.run((deps) => markRead(deps, lab.caller('ben'), 'dinner', id));
    await drainUntilIdle(lab);
    expect(lab.carrier.texts).toHaveLength(2);
    expect(newestWords()).toContain('"Two"');
    expect(await ends()).toEqual(['suppressed read', 'sent']);
  });

  it('is no part of a later text when all of it was read before the carrier said so', async () => {
    await summary(30036);
    const id = await message('Two');
    await lab.run((deps) => markRead(deps, lab.caller('ben'), 'dinner', id));
    await fails();
    await lab.pass(2 * MINUTE);
    await say('Three');
    await drain(lab);
    expect(newestWords()).toContain('"Three"');
    expect(newestWords()).not.toMatch(/messages/);
    await lab.run(sweep);
    await drainUntilIdle(lab);
    expect(lab.carrier.texts).toHaveLength(2);
    expect(await ends()).toEqual(['suppressed read', 'suppressed read', 'sent']);
  });

  it.each([30036, 30003])('is told with what was said since, and counted right (%i)', async (code) => {
    await summary(code);
    await fails();
    await lab.pass(11 * MINUTE);
    await lab.run(sweep);
    await say('Three');
    await drainUntilIdle(lab);
    expect(lab.carrier.texts).toHaveLength(2);
    expect(newestWords()).toContain('3 new messages: "Three"');
  });

  it('quotes the words that were edited since', async () => {
    await summary(30036);
    await fails();
    const id = await message('Two');
    await lab.run((deps) => editMessage(deps, lab.caller('rosa'), 'dinner', id, 'Edited'));
    await drainUntilIdle(lab);
    expect(lab.carrier.texts).toHaveLength(2);
    expect(newestWords()).toContain('2 new messages: "Edited"');
    expect(await ends()).toEqual(['sent', 'merged into 1']);
  });
});
