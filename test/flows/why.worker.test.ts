import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Story, tell } from './story.ts';

const START = '2035-06-15T16:00:00Z'; // noon in New York
let story: Story;

beforeEach(async () => {
  story = await tell(START, { people: ['rosa', 'ben', 'mia', 'leo'] });
});
afterEach(() => vi.useRealTimers());

const explained = async (who: string) => (await story.log(who)).map(({ explanation }) => explanation);
const refused = async (as: string, message: { id: string; threadId: string }) => {
  const path = `/api/threads/${message.threadId}/messages/${message.id}/deliveries`;
  const { status, json } = await story.api('GET', path, { as: story.member(as) });
  return [status, json.error];
};
/** What an author is told about each recipient, by name. */
const views = async (message: { id: string; threadId: string }) =>
  Object.fromEntries(
    (await story.told('rosa', message)).map(({ name, told, read, explanation }) => [
      name,
      { told, read, explanation },
    ]),
  );

describe('the author of a message', () => {
  it('learns who was told and who was not, and nothing about anybody’s settings', async () => {
    const quiet: [string, () => Promise<unknown>][] = [
      ['muted', () => story.mute('ben')],
      ['in quiet hours', () => story.wish('ben', { quietStart: 0, quietEnd: 1439 })],
      ['present', () => story.beat('ben')],
      ['texted a moment ago', () => story.say('rosa', 'Before')],
      ['opted out', () => story.text('ben', 'STOP')],
      ['without a phone', () => story.api('DELETE', '/api/phone', { as: story.member('ben') })],
      [
        'of another country',
        () =>
          story.mirror(`users/${story.member('ben').userId}`, {
            familyId: story.familyId,
            phone: '+447911123456',
            phoneVerifiedAt: START,
          }),
      ],
    ];
    const seen: unknown[] = [];
    for (const [, prepare] of quiet) {
      story = await tell(START, { people: ['rosa', 'ben', 'mia', 'leo'] });
      await prepare();
      const message = await story.say('rosa', 'Dinner at six');
      seen.push((await views(message)).Ben);
    }
    expect(seen).toEqual(quiet.map(() => ({ told: false, read: false, explanation: 'will see it later' })));
  });

  it('learns who has read it, who was told, and who has left', async () => {
    const message = await story.say('rosa', 'Dinner at six');
    await story.read('ben');
    expect(await views(message)).toEqual({
      Ben: { told: true, read: true, explanation: 'has read it' },
      Mia: { told: true, read: false, explanation: 'was sent a text' },
      Leo: { told: true, read: false, explanation: 'was sent a text' },
    });
    await story.openThread('thread', 'Sunday dinner', ['rosa', 'ben', 'mia']);
    const later = await story.say('rosa', 'At seven');
    await story.openThread('thread', 'Sunday dinner', ['rosa', 'ben']);
    await story.pass(120);
    expect((await views(later)).Mia).toEqual({
      told: false,
      read: false,
      explanation: 'has left the conversation',
    });
  });

  it('is the only one to learn it', async () => {
    const message = await story.say('rosa', 'Dinner at six');
    expect(await refused('ben', message)).toEqual([404, 'message_not_found']);
    const stranger = await tell(START, { people: ['rosa', 'ben'] });
    const path = `/api/threads/${message.threadId}/messages/${message.id}/deliveries`;
    const { status } = await stranger.api('GET', path, { as: stranger.member('rosa') });
    expect(status).toBe(404);
  });
});

describe('somebody who asks why', () => {
  it('is told, in a sentence and by their own clock, what waits and until when', async () => {
    await story.wish('mia', { timeZone: 'America/Los_Angeles', quietStart: 480, quietEnd: 600 });
    await story.beat('leo');
    await story.say('rosa', 'One');
    await story.say('rosa', 'Two');
    expect((await explained('ben'))[1]).toBe(
      'You were texted about this conversation not long ago; the next text would go at 12:02 PM.',
    );
    expect((await explained('mia'))[0]).toMatch(
      /^These are your quiet hours; unless you read the message before, a text would go at 10:0[0-3] AM\.$/,
    );
    expect((await explained('leo'))[0]).toBe(
      'You are in the chat right now; unless you read the message there, a text would go at 12:01 PM.',
    );
  });

  it('is not told a time that has changed: a new wish counts for what waits', async () => {
    await story.wish('ben', { quietStart: 720, quietEnd: 1200 });
    await story.say('rosa', 'One');
    expect((await explained('ben'))[0]).toMatch(/would go at 8:0[0-3] PM\.$/);
    await story.wish('ben', { quietStart: null, quietEnd: null });
    await story.pass(60);
    expect(await story.heard('ben')).toEqual(['Grandma Rosa: "One"']);
  });

  it('is told that they left', async () => {
    await story.say('rosa', 'One');
    await story.say('rosa', 'Two');
    await story.openThread('thread', 'Sunday dinner', ['rosa', 'mia', 'leo']);
    await story.pass(120);
    expect(await story.states('ben')).toEqual(['sent', 'suppressed left_thread']);
    expect((await explained('ben'))[1]).toBe(
      'You are no longer part of this conversation, so no text was sent.',
    );
  });

  it('is told that a text came to nothing in time', async () => {
    await story.control('PATCH', 'faults', { rateLimited: 1 });
    await story.say('rosa', 'One');
    await story.pass(86_399);
    expect((await story.log('ben'))[0]).toMatchObject({ status: 'pending', error: '20429' });
    await story.control('DELETE', 'faults');
    await story.pass(3600);
    expect(await story.states('ben')).toEqual(['suppressed expired']);
    expect((await explained('ben'))[0]).toBe(
      'By the time a text could have gone it was too old to be of use, so none was sent.',
    );
    expect(await story.texts()).toEqual([]);
  });

  it('is told that we may not text their country', async () => {
    await story.mirror(`users/${story.member('ben').userId}`, {
      familyId: story.familyId,
      phone: '+447911123457',
      phoneVerifiedAt: START,
      smsConsent: { at: START, source: 'form', version: '1' },
    });
    await story.say('rosa', 'One');
    expect(await story.states('ben')).toEqual(['suppressed country_not_allowed']);
    expect((await explained('ben'))[0]).toBe(
      'We cannot send texts to the country of your number, so none was sent.',
    );
  });

  it('is told by the receipt how it ended', async () => {
    await story.say('rosa', 'One');
    expect((await explained('ben'))[0]).toBe(
      'The text was sent at 12:00 PM; your phone company has not said yet whether it arrived.',
    );
    await story.receipts('ben');
    expect((await explained('ben'))[0]).toBe('The text reached your phone at 12:00 PM.');
  });
});
