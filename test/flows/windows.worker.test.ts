import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Story, tell } from './story.ts';

const START = '2035-06-15T16:00:00Z'; // noon in New York
let story: Story;

beforeEach(async () => {
  story = await tell(START);
});
afterEach(() => vi.useRealTimers());

/** When texts to someone left, in seconds after the start. */
const sentAt = async (who: string) =>
  (await story.log(who))
    .flatMap((row) => (row.sentAt === null ? [] : [(Date.parse(row.sentAt) - Date.parse(START)) / 1000]))
    .sort((a, b) => a - b);

/** Rosa writes and a minute passes, so often. */
async function chatter(minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute++) {
    await story.say('rosa', `Message of minute ${minute}`);
    await story.minutes(1);
  }
}

describe('somebody who does not answer', () => {
  it('is texted at distances that double, each time about everything since', async () => {
    await chatter(16);
    expect(await sentAt('ben')).toEqual([0, 120, 360, 840]);
    expect(await story.heard('ben')).toEqual([
      'Grandma Rosa: "Message of minute 0"',
      'Grandma Rosa: "Message of minute 1"',
      'Grandma Rosa: 4 new messages: "Message of minute 5"',
      'Grandma Rosa: 8 new messages: "Message of minute 13"',
    ]);
  });

  it('waits for words that are edited meanwhile, which touches none of the texts that wait for their window', async () => {
    const revisions = async () => {
      const sql =
        'SELECT seq, revision FROM sms_delivery_log WHERE family_id = ? AND status = ? ORDER BY seq';
      const { results } = await (await story.familyDb()).prepare(sql).bind(story.familyId, 'deferred').all();
      return results;
    };
    await story.say('rosa', 'Is texted');
    for (let n = 0; n < 4; n++) await story.say('rosa', `Waits ${n}`);
    const last = await story.say('rosa', 'Wrong words');
    const before = await revisions();
    expect(before).toHaveLength(5);
    const edited = await story.api('PATCH', `/api/threads/${last.threadId}/messages/${last.id}`, {
      as: story.member('rosa'),
      body: { body: 'Right words' },
    });
    expect(edited.status).toBe(200);
    expect(await revisions()).toEqual(before);
    await story.minutes(2);
    expect(await story.heard('ben')).toEqual([
      'Grandma Rosa: "Is texted"',
      'Grandma Rosa: 5 new messages: "Right words"',
    ]);
  });

  it('is texted at least every SMS_WINDOW_MAX_SECONDS', async () => {
    await chatter(2);
    for (const seconds of [240, 480, 960, 1920, 3840, 7680, 15_360, 21_600]) {
      const before = (await story.heard('ben')).length;
      await story.say('rosa', 'Still there?');
      await story.pass(seconds - 61);
      expect((await story.heard('ben')).length).toBe(before);
      await story.pass(61);
      expect((await story.heard('ben')).length).toBe(before + 1);
    }
  });

  it('sees that what waits points to the text that tells it', async () => {
    const first = await story.say('rosa', 'One');
    const [second, third] = [await story.say('rosa', 'Two'), await story.say('rosa', 'Three')];
    const waiting = (await story.log('ben')).filter(({ messageId }) => messageId !== first.id);
    expect(waiting).toMatchObject([
      { status: 'deferred', reason: 'rate_limited', dueAt: '2035-06-15T16:02:00.000Z' },
      { status: 'deferred', reason: 'rate_limited', dueAt: '2035-06-15T16:02:00.000Z' },
    ]);
    expect(waiting[0]!.explanation).toBe(
      'You were texted about this conversation not long ago; the next text would go at 12:02 PM.',
    );
    await story.pass(120);
    expect((await story.heard('ben'))[1]).toBe('Grandma Rosa: 2 new messages: "Three"');
    const rows = await story.log('ben');
    const lead = rows.find(({ status, messageId }) => status === 'sent' && messageId !== first.id)!;
    expect([second.id, third.id]).toContain(lead.messageId);
    expect(rows.filter(({ status }) => status === 'merged')).toMatchObject([
      { mergedInto: lead.id, explanation: 'You were told of this message in another text.' },
    ]);
  });

  it('is told all of it again when a summary did not reach the phone', async () => {
    await story.say('rosa', 'One');
    await story.say('rosa', 'Two');
    await story.say('rosa', 'Three');
    await story.control('PUT', `numbers/${encodeURIComponent(story.phoneOf('ben'))}`, {
      undelivered: 30_003,
    });
    await story.pass(120);
    await story.receipts('ben');
    expect((await story.states('ben')).sort()).toEqual(['delivered', 'merged', 'undelivered']);
    expect((await story.log('ben')).map(({ explanation }) => explanation)).toContain(
      'Another text told of this message, but it did not reach your phone.',
    );
    await story.control('DELETE', `numbers/${encodeURIComponent(story.phoneOf('ben'))}`);
    await story.pass(601);
    expect((await story.heard('ben')).slice(1)).toEqual([
      'Grandma Rosa: 2 new messages: "Three"',
      'Grandma Rosa: 2 new messages: "Three"',
    ]);
  });
});

describe('somebody who returns', () => {
  /** Texts at 0, 120 and 360 s; the next would wait for 480 s. */
  const untilDoubled = async () => {
    await chatter(6);
    await story.minutes(1);
    expect(await sentAt('ben')).toEqual([0, 120, 360]);
  };

  it.each([
    ['reads', () => story.read('ben')],
    ['writes', () => story.post('ben', 'Here I am')],
    [
      'comes online and leaves',
      async () => {
        await story.beat('ben');
        await story.beat('ben', 'away');
      },
    ],
  ])('%s, and is texted after the shortest window again', async (_, returns) => {
    await untilDoubled(); // 420 s
    await returns();
    await story.say('rosa', 'There you are');
    expect((await story.log('ben')).at(-1)).toMatchObject({ dueAt: '2035-06-15T16:08:00.000Z' });
    await story.minutes(1);
    expect(await sentAt('ben')).toEqual([0, 120, 360, 480]);
    await story.say('rosa', 'One more');
    expect((await story.log('ben')).at(-1)).toMatchObject({ dueAt: '2035-06-15T16:10:00.000Z' });
  });

  it('reads some of it: the rest does not wait for the long window', async () => {
    await untilDoubled();
    const seen = await story.say('rosa', 'Seen');
    await story.say('rosa', 'Not seen');
    expect((await story.log('ben')).at(-1)).toMatchObject({ dueAt: '2035-06-15T16:14:00.000Z' });
    await story.read('ben', { messageId: seen.id });
    await story.minutes(1);
    expect(await story.heard('ben')).toHaveLength(4);
    expect((await story.heard('ben'))[3]).toBe('Grandma Rosa: "Not seen"');
  });

  it('and costs the same, however much was texted in this thread before', async () => {
    const rowsRead = () => story.watch.trips.reduce((sum, trip) => sum + trip.rowsRead, 0);
    /** A text, and the reading of a part of it. */
    const cost = async () => {
      await story.read('ben');
      vi.setSystemTime(Date.now() + 121_000);
      story.watch.reset();
      const seen = await story.say('rosa', 'Seen');
      const text = rowsRead();
      await story.say('rosa', 'Not seen');
      story.watch.reset();
      await story.read('ben', { messageId: seen.id });
      return { text, read: rowsRead() };
    };
    const db = await story.familyDb();
    /** Old texts in this thread. */
    const texted = (from: number, to: number) =>
      db
        .prepare(
          `WITH RECURSIVE n(i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
           INSERT INTO sms_delivery_log (id, family_id, kind, user_id, thread_id, seq, status, created_at)
           SELECT 'dlv_0_' || i, ?3, 'message', ?4, ?5, -i, 'delivered', i FROM n`,
        )
        .bind(from, to, story.familyId, story.member('ben').userId, story.thread())
        .run();
    // All of it in one hour, whose counters are there.
    vi.setSystemTime((Math.floor(Date.now() / 3_600_000) + 1) * 3_600_000 + 60_000);
    await texted(1, 2); // A search ends with the first row that is too old, if there is one.
    await cost();
    await cost(); // The first text of a kind and hour makes the counters of the hour.
    const before = await cost();
    await texted(3, 2000);
    expect(await cost()).toEqual(before);
  });

  it('to one thread, and stays silent in the other', async () => {
    await story.openThread('camping', 'Camping');
    await untilDoubled();
    await story.say('rosa', 'Who brings the tent?', { thread: 'camping' }); // at 420 s
    await story.minutes(2);
    await story.say('rosa', 'And the stove?', { thread: 'camping' }); // at 540 s
    await story.minutes(2);
    await story.read('ben');
    await story.say('rosa', 'And the beans?', { thread: 'camping' });
    expect((await story.log('ben')).at(-1)).toMatchObject({
      reason: 'rate_limited',
      dueAt: '2035-06-15T16:13:00.000Z', // 780 s
    });
  });
});

describe('only a text that went out counts', () => {
  it('when it was refused for good', async () => {
    await story.control('POST', 'faults/next', { fault: 21612 });
    await story.say('rosa', 'One');
    expect((await story.log('ben'))[0]).toMatchObject({ status: 'failed', error: '21612' });
    await story.say('rosa', 'Two');
    expect(await story.heard('ben')).toEqual(['Grandma Rosa: "Two"']);
  });

  it('when the carrier was busy, and the text left later', async () => {
    await story.control('POST', 'faults/next', { fault: 'rateLimited' });
    await story.say('rosa', 'One');
    await story.minutes(1);
    expect(await sentAt('ben')).toEqual([60]);
    await story.say('rosa', 'Two');
    expect((await story.log('ben')).at(-1)).toMatchObject({ dueAt: '2035-06-15T16:03:00.000Z' });
  });

  it('and one that did counts, whoever else was handed the same job', async () => {
    await story.post('rosa', 'One');
    await Promise.all([
      story.drain({ keep: true }),
      story.drain({ keep: true }),
      story.drain({ keep: true }),
    ]);
    story.jobs.length = 0;
    await story.say('rosa', 'Two');
    expect(await story.heard('ben')).toEqual(['Grandma Rosa: "One"']);
    expect(await story.states('ben')).toEqual(['sent', 'deferred rate_limited']);
  });

  it('when a text in doubt turns out never to have left, and is not wanted any more', async () => {
    await story.say('rosa', 'One');
    await story.pass(120);
    await story.control('POST', 'faults/next', { fault: 'dropBefore' });
    await story.say('rosa', 'Two'); // Would hold up the next one for 240 s.
    expect(await story.states('ben')).toEqual(['sent', 'sending']);
    await story.mute('ben');
    for (let look = 0; look < 3; look++) await story.pass(61); // Looked up, looked up again, decided anew.
    expect(await story.states('ben')).toEqual(['sent', 'suppressed muted']);
    await story.api('DELETE', `/api/threads/${story.thread()}/mute`, { as: story.member('ben') });
    await story.say('rosa', 'Three');
    expect(await sentAt('ben')).toEqual([0, 303]);
  });
});
